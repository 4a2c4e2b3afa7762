"""`homeostat secrets`, while the hub runs and while it doesn't."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.console import Household
from tests.support.thorough import thorough
from tests.vault.canaries import Canaries

CANARY = "Kanari-of-the-commands"


@pytest.fixture
def household(tmp_path: Path) -> Household:
    """With one entry that has a token, added at the console."""
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "hub.yaml").write_text("integrations:\n  - {domain: mqtt, disabled: true}\n")
    found = Household(folder)
    found.set_up()
    options = ("--option", "url=https://127.0.0.1:9", "--option", f"token={CANARY}")
    found("entry", "add", "nightscout", "--person", "anna", *options)
    return found


@thorough
def test_a_key_is_looked_at_changed_copied_out_and_taken_from_there(household: Household) -> None:
    first = household("secrets", "status", "--json").json
    # The token, and the key by which notices are answered.
    assert (first["sealed"], first["older"], first["closed"], first["problem"]) == (2, [], [], "")
    with household.running() as running:
        second = household("secrets", "rotate", "--json").json
        assert second["key"] != first["key"]
        assert second["older"] == [first["key"]]
        assert running.request("GET", "/healthz")[0] == 200
    third = household("secrets", "status", "--json").json
    assert (third["key"], third["closed"]) == (second["key"], [])
    place = household.folder.parent / "stick" / "vault.key"
    said = household("secrets", "copy-key", str(place)).out
    assert f"vault_key: {place}" in said
    assert place.stat().st_mode & 0o077 == 0
    assert "already" in household("secrets", "copy-key", str(place), code=1).err
    with (household.folder / "hub.yaml").open("a") as file:
        file.write(f"vault_key: {place}\n")
    with household.running():
        status = household("secrets", "status", "--json").json
        assert (status["key"], status["place"], status["closed"]) == (second["key"], str(place), [])
    assert not (household.folder / "data/keys/vault.key").exists()
    assert household("audit", "tail", "--json").out.count('"secrets.rotate"') == 1
    canaries = Canaries()
    canaries.take("the token", CANARY)
    assert canaries.in_files(household.folder.parent) == []


def test_a_lost_key_is_named_with_what_to_type_anew(household: Household) -> None:
    key = household("secrets", "status", "--json").json["key"]
    (household.folder / "data/keys/vault.key").unlink()
    with household.running():
        said = household("secrets", "status").out
        assert f"Sealed with the key {key}, which is not here: buttons of notices, nightscout" in said
        entry = household("entry", "list", "--json").json
        problem = next(one["problem"] for one in entry if one["entry"] == "nightscout")
        assert problem.startswith("Its token can't be opened")
        assert key in problem
    assert "All that nightscout keeps can be opened" in household("secrets", "forget", "nightscout").out
    assert "nowhere" in household("secrets", "forget", "nowhere", code=1).err
