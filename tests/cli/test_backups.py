"""`homeostat backup`, as a household uses it: beside a hub that runs, and on a machine that has nothing yet."""

import re
from pathlib import Path

from tests.support.console import Household


def test_from_the_key_on_paper_to_a_new_machine(household: Household, tmp_path: Path) -> None:
    assert "homeostat backup key" in household("backup", "create", code=1).err
    sheet = household("backup", "key").out
    assert "AGE-SECRET-KEY-" in sheet
    again = household("backup", "key", code=1)
    assert ("There is a recovery key already" in again.err, again.out) == (True, "")
    paper = tmp_path / "paper.txt"
    paper.write_text(sheet)
    assert (household.folder / "data/keys/recovery.key").stat().st_mode & 0o777 == 0o600
    with household.running() as hub:
        token = household.token()
        made = household("backup", "create", "--to", str(tmp_path), "--json").json
        assert made["rows"] > 5
        verified = household("backup", "verify", made["file"]).out
        assert "is good: " in verified
        assert "2 people, all compared" in verified
        refused = household("backup", "restore", made["file"], "--yes", code=1).err
        assert "a hub is running" in refused
        assert hub.request("GET", "/hub/v1/people", token)[0] == 200
    household("person", "add", "Mia")
    done = household("backup", "restore", made["file"], "--yes", "--json").json
    assert done["compared"]
    assert Path(done["kept"]).is_dir()
    assert [one["person"] for one in household("person", "list", "--json").json] == ["anna", "ben"]

    fresh = Household(tmp_path / "fresh")
    assert "a recovery key is needed" in fresh("backup", "verify", made["file"], code=1).err
    wrong = tmp_path / "wrong.txt"
    wrong.write_text(Household(tmp_path / "other")("backup", "key").out)
    new = tmp_path / "new"
    said = fresh("backup", "restore", made["file"], "--key", str(wrong), "--into", str(new), "--yes", code=1).err
    assert re.search(r"the recovery key does not open homeostat-\w+-\w{8}\.age", said)
    assert not (new / "hub.yaml").exists()
    fresh("backup", "restore", made["file"], "--key", str(paper), "--into", str(tmp_path / "there"))
    moved = Household(tmp_path / "there")
    with moved.running() as hub:
        people = hub.request("GET", "/hub/v1/people", moved.token())[1]["people"]
        assert [one["person"] for one in people] == ["anna", "ben"]
    assert (moved.folder / "hub.yaml").read_text() == (household.folder / "hub.yaml").read_text()
    busy = fresh("backup", "restore", made["file"], "--key", str(paper), "--into", str(moved.folder), code=1).err
    assert "is not empty" in busy


def test_targets_and_the_list(household: Household, tmp_path: Path) -> None:
    assert "No backups yet" in household("backup", "list").out
    assert "the folder is not there" in household("backup", "target", "add", str(tmp_path / "lost"), code=1).err
    stick = tmp_path / "stick"
    stick.mkdir()
    household("backup", "key")
    household("backup", "target", "add", str(stick))
    done = household("backup", "daily", "--json").json
    assert done["problems"] == []
    rows = household("backup", "list", "--json").json
    assert len(rows) == 2
    assert all(one["verified_at"] for one in rows)
    assert (stick / "keyring.age").exists()
    household("backup", "target", "remove", str(stick))
    assert len(household("backup", "target", "list", "--json").json) == 1
    broken = Path(rows[0]["file"])
    broken.write_bytes(broken.read_bytes()[:-1])
    assert "damaged or cut short" in household("backup", "verify", str(broken), code=1).err
