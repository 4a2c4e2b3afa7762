"""Erasing as a household does it on the console."""

from pathlib import Path

from tests.archive.test_commands import made


def test_an_erasure_is_counted_asked_for_taken_back_and_done(tmp_path: Path) -> None:
    home = made(tmp_path / "home", "Ben")
    reading = {"person": "ben", "metric": "weight", "value": 81.25, "taken_at": "2026-03-01T08:00:00Z"}
    with home.running() as hub:
        assert hub.record(home.token(), **reading)[0] == 200
        said = home("erase", "--person", "ben", "--preview").out
        assert "weight" in said
        assert "Nothing was changed" in said
        asked = home("erase", "--person", "ben", "--json").json
        assert [one["id"] for one in home("erase", "list", "--json").json] == [asked["id"]]
        assert home("erase", "cancel", asked["id"]).out == "It stays.\n"
        assert "Nothing waits" in home("erase", "list").out
        assert home("erase", "--person", "ben", "--now", "--yes").out == "It is erased.\n"
        assert hub.record(home.token(), **reading)[1]["rejected"]
    assert [one["person"] for one in home("person", "list", "--json").json] == ["anna"]
    assert "one of them" in home("erase", code=2).err
    assert "no person 'bne'" in home("erase", "--person", "bne", "--preview", code=1).err
