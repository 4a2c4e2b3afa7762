"""Two adults, a baby, a sitter and a coach under one roof, each in a browser of their own."""

import asyncio
import os
import re
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from hub.model import Role
from tests.web.conftest import House, OpenPage

UNITS = {"63.1": "kg", "81.4": "kg", "104": "mg/dL", "36.9": "°C"}
BENS, SITTERS, COACHES = "otters sleep holding hands", "lullaby at a quarter to eight", "slow miles make fast ones"


@dataclass
class Home:
    """Everybody's open page; Anna owns the house."""

    house: House
    anna: Page
    ben: Page
    sitter: Page
    coach: Page


async def picture(page: Page, name: str) -> None:
    """Keep a screenshot where somebody asked for them."""
    if folder := os.environ.get("HOMEOSTAT_PICTURES"):
        await page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


async def come_in(open_page: OpenPage, house: House, link: str, password: str, width: int) -> Page:
    page = await open_page(house, link.removeprefix(house.url), signed_in=False, width=width)
    await page.get_by_label("Password", exact=True).fill(password)
    await page.get_by_label("Once more").fill(password)
    await page.get_by_role("button", name="Go in").click()
    await page.wait_for_url(re.compile(r"/(?!invite).*$"))
    return page


async def link_on(page: Page) -> str:
    await page.get_by_role("button", name="Make the link").click()
    return await page.get_by_label("Link", exact=True).input_value()


@pytest.fixture
async def home(house: House, open_page: OpenPage) -> Home:
    """As a family makes it on the pages: Ben and Emil's sitter and Anna's coach are invited by link."""
    await house.view.add_person("Ben")
    await house.measure("anna", "weight", (30, 63.1))
    await house.measure("anna", "blood_glucose", (20, 102), (3, 104))
    await house.measure("ben", "weight", (40, 81.4))
    await house.measure("emil", "body_temperature", (5, 36.9))
    await house.log("emil", "feeding", 50, 15, method="bottle", amount=120)
    anna = await open_page(house, "/settings/rights")
    await anna.get_by_label("Name", exact=True).fill("Ben")
    await anna.get_by_label("Are they one of the people here?").select_option("ben")
    await anna.get_by_role("checkbox", name="Emil").check()
    await anna.get_by_role("checkbox", name="Log", exact=True).check()
    bens = await link_on(anna)
    await anna.goto(f"{house.url}/settings/rights?for=sitter")
    await anna.get_by_role("checkbox", name="Emil").check()
    sitters = await link_on(anna)
    await anna.goto(f"{house.url}/settings/rights?for=coach")
    await anna.get_by_role("checkbox", name="Anna").check()
    await anna.get_by_role("checkbox", name="Weight").check()
    coaches = await link_on(anna)
    return Home(
        house,
        anna,
        await come_in(open_page, house, bens, BENS, 1280),
        await come_in(open_page, house, sitters, SITTERS, 390),
        await come_in(open_page, house, coaches, COACHES, 1280),
    )


async def test_each_sees_what_is_theirs_and_what_they_were_given(home: Home) -> None:
    url = home.house.url
    seen = {
        "anna": (home.anna, ("63.1", "104", "81.4", "36.9"), ()),
        "ben": (home.ben, ("81.4", "36.9"), ("63.1", "104")),
        "sitter": (home.sitter, ("36.9",), ("63.1", "104", "81.4")),
        "coach": (home.coach, ("63.1",), ("104", "81.4", "36.9")),
    }
    for name, (page, wanted, hidden) in seen.items():
        await page.goto(f"{url}/")
        for value in wanted:
            await expect(page.get_by_role("main"), name).to_contain_text(f"{value}{UNITS[value]}")
        for value in hidden:
            assert f"{value}{UNITS[value]}" not in (await page.get_by_role("main").text_content() or ""), name
        await picture(page, f"today-{name}")
    for page in (home.ben, home.sitter, home.coach):
        answer = await page.goto(f"{url}/settings/rights")
        assert answer is not None
        assert answer.status == 403
    await picture(home.sitter, "sitter-refused")
    answer = await home.coach.goto(f"{url}/people/emil")
    assert answer is not None
    assert answer.status in (403, 404)


async def test_the_sitters_evening_ends_by_itself_while_her_page_is_open(home: Home) -> None:
    rooms = home.house.hub.rooms
    await home.sitter.goto(f"{home.house.url}/people/emil")
    await expect(home.sitter.get_by_text("36.9").first).to_be_visible()
    [evening] = [one for one in rooms.accounts.grants if one.account == "sitter"]
    assert evening.until is not None
    assert timedelta(0) < evening.until - rooms.clock.now() <= timedelta(hours=27)
    await rooms.accounts.grant(replace(evening, until=rooms.clock.now() + timedelta(seconds=3)))
    await asyncio.sleep(3)
    await expect(home.sitter.get_by_role("heading", name="No longer shared with you")).to_be_visible(timeout=3_000)
    await expect(home.sitter.get_by_text("36.9")).to_have_count(0)
    await picture(home.sitter, "sitter-over")
    await home.sitter.get_by_role("link", name="Go to Today").click()
    await expect(home.sitter.get_by_role("heading", name="Nothing is shared with you")).to_be_visible()
    await expect(home.sitter.get_by_text("Emil")).to_have_count(0)
    await expect(home.sitter.get_by_role("link", name="Log something")).to_have_count(0)
    await picture(home.sitter, "sitter-after")


async def test_the_sitter_logs_a_bottle_that_both_parents_see(home: Home) -> None:
    await home.sitter.goto(f"{home.house.url}/journal/new?kind=feeding&person=emil")
    await picture(home.sitter, "sitter-feeding")
    await home.sitter.get_by_role("spinbutton", name="Milk").fill("90")
    await home.sitter.get_by_role("button", name="Log it").click()
    await home.sitter.wait_for_url(lambda url: "/new" not in url)
    for page in (home.anna, home.ben):
        await page.goto(f"{home.house.url}/journal?person=emil")
        await expect(page.get_by_role("main")).to_contain_text(re.compile("90.mL"))
        await expect(page.get_by_role("main")).to_contain_text("Sitter")
    await picture(home.anna, "journal-anna")


async def test_anna_takes_her_weight_back_from_the_coach_with_one_click(home: Home) -> None:
    await home.coach.goto(f"{home.house.url}/people/anna/weight")
    await expect(home.coach.get_by_text("63.1").first).to_be_visible()
    await picture(home.coach, "coach-weight")
    await home.anna.goto(f"{home.house.url}/people/anna/who-sees")
    await picture(home.anna, "who-sees-anna")
    await home.anna.get_by_role("button", name=re.compile("Withdraw from Coach")).first.click()
    await expect(home.coach.get_by_role("heading", name="No longer shared with you")).to_be_visible(timeout=3_000)


async def test_an_owner_made_of_an_adult_finds_the_pages_at_once(home: Home) -> None:
    await home.house.view.change_account("ben", role=Role.OWNER)
    await home.ben.goto(f"{home.house.url}/settings/rights")
    await expect(home.ben.get_by_role("row").filter(has_text="Sitter")).to_contain_text("until 03:00")
    await picture(home.ben, "rights")
