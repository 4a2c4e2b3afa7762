"""The guide says of our blueprints what they are, and shows what they do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hub.automation.blueprint import Blueprint
from hub.automation.check import check_blueprint, check_filled
from hub.automation.source import read
from tests.blueprints import guide, picture
from tests.blueprints.fortnight import FOLDER
from tests.blueprints.scenes import SCENES
from web.selectors.table import KINDS

INDEX = Path(__file__).parents[2] / "docs" / "blueprints.md"
OURS = dict(guide.blueprints())


def test_each_of_ours_has_a_fortnight_a_page_and_a_picture_and_none_is_left_over() -> None:
    assert len(OURS) >= 16
    for folder, ending in ((guide.PAGES, "md"), (picture.FOLDER, "svg")):
        assert {one.stem for one in folder.glob(f"*.{ending}")} == OURS.keys() == SCENES.keys()
    index = INDEX.read_text("utf-8")
    for name, blueprint in OURS.items():
        assert f"[{blueprint.name}](blueprints/{name}.md)" in index


@pytest.mark.parametrize(("name", "blueprint"), OURS.items(), ids=OURS)
def test_a_page_says_what_the_blueprint_asks_for_and_shows_its_picture(name: str, blueprint: Blueprint) -> None:
    page = (guide.PAGES / f"{name}.md").read_text("utf-8")
    assert page.startswith(f"# {blueprint.name}\n")
    assert guide.table(blueprint) in page, "write it anew: python -m tests.blueprints.guide"
    assert f"](../../web/static/blueprints/{name}.svg)" in page
    assert SCENES[name].about in " ".join(page.split())


@pytest.mark.parametrize("name", SCENES)
async def test_a_picture_is_what_is_drawn_of_the_fortnight_now(name: str) -> None:
    kept = (picture.FOLDER / f"{name}.svg").read_text("utf-8")
    assert await picture.picture(name) == kept, "draw it anew: python -m tests.blueprints.guide"


def test_pictures_are_small_and_ask_nobody_for_anything() -> None:
    for file in picture.FOLDER.glob("*.svg"):
        text = file.read_text("utf-8")
        assert len(text) < 60_000, file.name
        assert not re.findall(r"https?://(?!www\.w3\.org/2000/svg)|<script|url\((?!#)|@import", text), file.name


def test_examples_of_the_guide_load_and_its_table_of_selectors_is_whole() -> None:
    text = INDEX.read_text("utf-8")
    used, written = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    use = read(used).value["use_blueprint"]
    assert check_filled(OURS[Path(use["path"]).stem], use["input"]) == ()
    found = check_blueprint(written, {"door": "binary_sensor.hall", "tell": ["anna"]})
    assert found.valid, found.flaws
    told = text.partition("| a field for | selectors |")[2].partition("\n\n")[0]
    assert set(re.findall(r"`(\w+)`", told)) == set(KINDS)


def test_every_input_has_words_and_every_blueprint_says_what_it_is_for() -> None:
    for name, blueprint in OURS.items():
        assert (blueprint.author, blueprint.domain) == ("Homeostat", "automation")
        assert 60 < len(blueprint.description) < 600, name
        assert all(one.name and one.selector for one in blueprint.inputs.values()), name
        assert sum(one.required for one in blueprint.inputs.values()) <= 4, name
        assert "TODO" not in (FOLDER / f"{name}.yaml").read_text("utf-8")
