"""The shelf: kept as it came, found by path, renewed with the inputs left alone, and no way out of its folder."""

import itertools
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.automation.blueprint import parse
from hub.automation.flaws import AutomationInvalid
from hub.automation.shelf import Fetcher, Shelf, does, shipped_folder
from hub.automation.shelf.noted import noted
from hub.errors import Conflict, NotFound
from tests.automation.shelf.street import NIGHT, Street, street

FROM = "https://github.com/anna/ha/blob/main/night_light.yaml"


@pytest.fixture
async def there() -> AsyncIterator[Street]:
    async with street() as made:
        yield made


@pytest.fixture
def shelf(tmp_path: Path, there: Street) -> Shelf:
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    (shipped / "dusk.yaml").write_text(NIGHT.replace("Night light", "Dusk light"))
    return Shelf(shipped, tmp_path / "own", Fetcher(frozenset({there.door}), there.moved))


async def test_one_from_the_web_is_looked_at_then_kept_with_where_it_came_from(shelf: Shelf, tmp_path: Path) -> None:
    found = await shelf.fetch(FROM)
    assert found.blueprint is not None
    assert (found.path, found.replaces, list((tmp_path / "own").glob("*"))) == ("anna/night_light.yaml", False, [])
    item = shelf.keep(found.text, found.path, found.source_url)
    assert (tmp_path / "own" / "anna" / "night_light.yaml").read_text() == item.text
    assert item.source_url == FROM
    assert item.text.replace(f'  source_url: "{FROM}"\n', "") == NIGHT
    assert [(one.name, one.origin) for one in shelf.all()] == [("Dusk light", "shipped"), ("Night light", "own")]
    assert shelf.blueprint(item.path).inputs["glow"].default == 10


def test_a_file_that_is_changed_by_hand_is_read_again(shelf: Shelf, tmp_path: Path) -> None:
    shelf.keep(NIGHT, "anna/one.yaml")
    (tmp_path / "own" / "anna" / "one.yaml").write_text(NIGHT.replace("Night light", "Another light"))
    assert shelf.get("anna/one.yaml").name == "Another light"


@pytest.mark.parametrize(
    "path",
    ["../x.yaml", "/etc/x.yaml", "a/../../x.yaml", "a//x.yaml", "./x.yaml", "~/x.yaml", "a\\x.yaml", "x.yaml\0.yaml",
     "a/.x.yaml", "x.txt", "x", "a/b/c/d/e.yaml", "C:x.yaml", ".yaml", "con\n.yaml", "a/ x.yaml"],
)  # fmt: skip
def test_no_path_leads_out(shelf: Shelf, path: str, tmp_path: Path) -> None:
    with pytest.raises(Conflict):
        shelf.keep(NIGHT, path)
    with pytest.raises(Conflict):
        shelf.get(path)
    assert not (tmp_path / "x.yaml").exists()


def test_a_link_leads_nowhere_else(shelf: Shelf, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.yaml").write_text(NIGHT)
    own = tmp_path / "own"
    own.mkdir()
    (own / "way").symlink_to(outside)
    (own / "one.yaml").symlink_to(outside / "secret.yaml")
    for path in ("way/secret.yaml", "one.yaml"):
        with pytest.raises(Conflict, match="leads out"):
            shelf.get(path)
    with pytest.raises(Conflict, match="leads out"):
        shelf.keep(NIGHT, "way/new.yaml")
    assert [one.path for one in shelf.all()] == ["dusk.yaml"]


def test_what_is_no_blueprint_is_not_kept_and_says_where(shelf: Shelf, tmp_path: Path) -> None:
    with pytest.raises(AutomationInvalid, match=r"line 21.*lampe.*Did you mean 'lamp'"):
        shelf.keep(NIGHT.replace("!input lamp", "!input lampe"), "anna/x.yaml")
    with pytest.raises(Conflict, match="blueprint of a script"):
        shelf.keep(NIGHT.replace("domain: automation", "domain: script"), "anna/x.yaml")
    assert not (tmp_path / "own").exists()


def test_one_that_is_there_is_replaced_only_when_told_so(shelf: Shelf) -> None:
    shelf.keep(NIGHT, "anna/x.yaml")
    with pytest.raises(Conflict, match="already"):
        shelf.keep(NIGHT, "anna/x.yaml")
    assert shelf.keep(NIGHT + "# newer\n", "anna/x.yaml", replace=True).text.endswith("# newer\n")
    with pytest.raises(Conflict, match="ships"):
        shelf.keep(NIGHT, "dusk.yaml", replace=True)


async def test_what_is_newer_is_told_with_what_it_asks_for_and_kept_only_then(shelf: Shelf, there: Street) -> None:
    found = await shelf.fetch(FROM)
    shelf.keep(found.text, found.path, found.source_url)
    assert (await shelf.update(found.path)).diff == ()
    there.text = NIGHT.replace("    glow:\n", "    who:\n      name: Who\n    dim: {default: 5}\n    glow:\n").replace(
        "default: 10", "default: 20"
    )
    update = await shelf.update(found.path)
    changed = update.changes
    assert (changed.needed, changed.added, changed.removed, changed.changed) == (("who",), ("dim",), (), ("glow",))
    assert "+    who:" in update.diff
    assert shelf.get(found.path).text == found.text


async def test_one_that_does_not_say_where_it_came_from_is_not_asked_for(shelf: Shelf, there: Street) -> None:
    shelf.keep(NIGHT, "anna/x.yaml")
    with pytest.raises(Conflict, match="source_url"):
        await shelf.update("anna/x.yaml")
    with pytest.raises(Conflict, match="ships with the hub"):
        await shelf.update("dusk.yaml")
    assert there.asked == []


def test_removing_takes_the_file_and_its_empty_folder(shelf: Shelf, tmp_path: Path) -> None:
    shelf.keep(NIGHT, "anna/x.yaml")
    shelf.remove("anna/x.yaml")
    assert list((tmp_path / "own").iterdir()) == []
    with pytest.raises(NotFound):
        shelf.get("anna/x.yaml")
    with pytest.raises(Conflict, match="ships"):
        shelf.remove("dusk.yaml")


def test_a_path_that_is_not_there_names_the_one_that_was_meant(shelf: Shelf) -> None:
    with pytest.raises(NotFound, match=r"did you mean 'dusk\.yaml'"):
        shelf.get("dust.yaml")


def test_a_folder_that_can_not_be_written_leaves_the_next(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("a file where a folder should be")
    shelf = Shelf(tmp_path / "none", [tmp_path / "config" / "own", tmp_path / "data" / "own"])
    shelf.keep(NIGHT, "anna/x.yaml")
    assert (tmp_path / "data" / "own" / "anna" / "x.yaml").exists()


@pytest.mark.parametrize(
    "head",
    ["blueprint: {name: N, domain: automation}\n", "blueprint:\n  name: N\n  domain: automation\n",
     "blueprint:\n    source_url: https://old.example\n    name: N\n    domain: automation\n"],
)  # fmt: skip
def test_where_it_came_from_is_written_without_changing_anything_else(head: str) -> None:
    text = head + 'triggers: []\nactions: [{delay: "00:01"}]\n'
    made = noted(text, FROM)
    assert parse(made).body == parse(text).body
    assert parse(made).source_url in (FROM, parse(text).source_url)
    if "{" not in head:
        assert parse(made).source_url == FROM


_HEAD = "blueprint:\n  name: N\n  domain: automation\n"


@pytest.mark.parametrize(
    "text",
    [
        "[" * 500_000,
        _HEAD + "triggers: " + "{a: " * 100_000,
        _HEAD + "triggers: [" + "a," * 400_000 + "]\n",
        _HEAD + "  input:\n" + "".join(f"    i{one}:\n" for one in range(50_000)) + "triggers: []\nactions: []\n",
        _HEAD + "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
        + "".join(f"{new}: &{new} [{','.join([f'*{old}'] * 10)}]\n" for old, new in itertools.pairwise("abcdefghij")),
    ],
    ids=["deep list", "deep map", "long list", "many inputs", "aliases of aliases"],
)  # fmt: skip
def test_a_text_that_is_made_to_hold_up_the_hub_is_refused_at_once(shelf: Shelf, text: str) -> None:
    began = time.process_time()
    found = shelf.preview(text)
    assert time.process_time() - began < 2
    assert found.blueprint is None
    assert "too large or nested too deeply" in str(found.flaws[0])
    with pytest.raises(AutomationInvalid):
        shelf.keep(text, "anna/bomb.yaml")


def test_what_a_blueprint_does_is_told_before_it_is_kept() -> None:
    told = does(parse(NIGHT))
    assert (told.triggers, told.actions, told.open, told.warnings) == (("state",), ("light.turn_on",), False, ())
    opener = NIGHT.replace("light.turn_on", "lock.unlock") + '  - {action: "{{ what }}"}\n'
    told = does(parse(opener))
    assert told.open
    assert [one.split()[0:3] for one in told.warnings] == [["It", "can", "unlock"], ["Which", "action", "it"]]


def test_those_that_ship_are_found_and_sound() -> None:
    assert all(one.blueprint is not None for one in Shelf(shipped_folder(), Path("/nowhere")).all())
