"""Export and import as a household calls them, with a hub that runs and without."""

from pathlib import Path

from tests.cli.conftest import QUIET
from tests.support.console import Household


def made(folder: Path, *people: str) -> Household:
    folder.mkdir()
    (folder / "hub.yaml").write_text(QUIET)
    household = Household(folder)
    household.set_up(*people)
    return household


def test_a_person_moves_house_by_two_commands(tmp_path: Path) -> None:
    old, new = made(tmp_path / "old", "Ben"), made(tmp_path / "new")
    reading = {"person": "ben", "metric": "weight", "value": 81.25, "taken_at": "2026-03-01T08:00:00Z"}
    with old.running() as hub:
        assert hub.record(old.token(), **reading)[0] == 200
        done = old("export", "--person", "ben", "--out", str(tmp_path / "ben.zip"), "--json").json
    assert (done["persons"], done["lines"]["readings"]) == (["ben"], 1)
    said = new("import", "archive", str(tmp_path / "ben.zip")).out
    assert said.startswith("ben: 1 people, 1 entities, 1 readings")
    assert "nothing new" in new("import", "archive", str(tmp_path / "ben.zip")).out
    assert [one["person"] for one in new("person", "list", "--json").json] == ["anna", "ben"]


def test_what_can_not_be_done_is_said_and_leaves_no_file(tmp_path: Path) -> None:
    home = made(tmp_path / "home")
    out = tmp_path / "out.zip"
    assert "one of them" in home("export", "--out", str(out), code=2).err
    assert "no person 'bne'" in home("export", "--person", "bne", "--out", str(out), code=1).err
    (tmp_path / "not.zip").write_text("hello")
    assert "not an archive of Homeostat" in home("import", "archive", str(tmp_path / "not.zip"), code=1).err
    assert not out.exists()
