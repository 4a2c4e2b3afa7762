"""Privacy, how long things are kept and what leaves the house, used in a browser as the owner would."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from hub.daemon import Hub
from hub.model import ConfigEntry
from hub.view import IncomingReading
from tests.archive.homes import clock, live_in
from tests.support.browser import accessibility_faults
from tests.support.house import PASSWORD, house

MQTT = ConfigEntry("mqtt", "mqtt", "Our broker", options={"url": "mqtt://127.0.0.1:1"})


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with house(tmp_path / "home", serve=True, entries=(MQTT,)) as running:
        yield running


@pytest.fixture
async def owner(hub: Hub, page: Page) -> Page:
    await page.goto(_at(hub, "/sign-in"))
    await page.get_by_label("Name").fill("anna")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url(_at(hub, "/"))
    return page


def _at(hub: Hub, path: str) -> str:
    return f"http://127.0.0.1:{hub.port}{path}"


async def _sound(page: Page) -> None:
    for width in (390, 1280):
        await page.set_viewport_size({"width": width, "height": 844})
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, f"too wide at {width}"
    assert not await accessibility_faults(page)


async def test_a_rule_shows_what_would_go_before_it_is_made_and_is_undone(hub: Hub, owner: Page) -> None:
    view, now = hub.views.system(), hub.rooms.clock.now()
    moments = [now - timedelta(days=days) for days in range(1, 900, 3)]
    await view.record([IncomingReading("ben", "heart_rate", 61.0, at, None, "watch") for at in moments])
    await owner.goto(_at(hub, "/settings/privacy"))
    await owner.get_by_role("link", name="How long it is kept").click()
    await expect(owner.get_by_text("2 years from")).to_be_visible()
    await owner.get_by_label("Of what").select_option("heart_rate")
    await owner.get_by_label("Days").fill("1.5")
    await owner.get_by_role("button", name="Show what would go").click()
    await expect(owner.get_by_text("is not a number of days")).to_be_visible()
    await owner.get_by_label("Of what").select_option("heart_rate")
    await owner.get_by_label("Days").fill("120")
    await owner.get_by_role("button", name="Show what would go").click()
    await expect(owner.get_by_text("hours of statistics")).to_be_visible()
    assert not await hub.rooms.recorder.load_retention()
    await _sound(owner)
    await owner.get_by_role("button", name="Save").click()
    await expect(owner.get_by_text("For ever · 120 days from")).to_be_visible()
    await _sound(owner)
    await owner.get_by_role("button", name="Undo the change of Heart rate").click()
    await expect(owner.get_by_text("It stays as it was.")).to_be_visible()
    await expect(owner.get_by_text("120 days")).to_have_count(0)
    assert {one.key for one in await view.retention()} == {"*", "logs"}


async def test_what_leaves_is_listed_and_stopped_with_one_click(hub: Hub, owner: Page) -> None:
    await live_in(hub, days=1)
    await owner.goto(_at(hub, "/settings/privacy"))
    await owner.get_by_role("link", name="What leaves this house").click()
    await expect(owner.get_by_text("127.0.0.1:1", exact=True)).to_be_visible()
    await _sound(owner)
    await owner.get_by_role("button", name="Stop Ben for Our broker").click()
    await expect(owner.get_by_role("button", name="Allow Ben for Our broker")).to_be_visible()
    assert hub.rooms.sharing.withheld("mqtt", "ben")
    await expect(owner.get_by_text("anna said no")).to_be_visible()
    await owner.get_by_role("button", name="Allow Ben for Our broker").click()
    await expect(owner.get_by_role("button", name="Stop Ben for Our broker")).to_be_visible()
    assert not hub.rooms.sharing.withheld("mqtt", "ben")


async def test_an_archive_of_another_hub_is_sent_looked_at_and_brought_in(
    hub: Hub, owner: Page, tmp_path: Path
) -> None:
    async with house(tmp_path / "other", people=("Zoe",), clock=clock()) as other:
        view = await live_in(other, "zoe", days=1)
        await view.export_archive(tmp_path / "zoe.zip", "zoe")
    (tmp_path / "bad.zip").write_bytes((tmp_path / "zoe.zip").read_bytes()[:-100])
    await owner.goto(_at(hub, "/settings/privacy"))
    await owner.get_by_label("The file").set_input_files(tmp_path / "bad.zip")
    await owner.get_by_role("button", name="Send it").click()
    await expect(owner.get_by_text("It can’t be brought in")).to_be_visible()
    await owner.get_by_role("button", name="Remove the file").click()
    await owner.get_by_label("The file").set_input_files(tmp_path / "zoe.zip")
    await owner.get_by_role("button", name="Send it").click()
    await expect(owner.get_by_text("zoe, new here")).to_be_visible()
    await _sound(owner)
    assert "zoe" not in hub.rooms.people.all
    await owner.get_by_role("button", name="Bring it in").click()
    await expect(owner.get_by_text("It is in", exact=True)).to_be_visible()
    assert hub.rooms.entities.sources("zoe", "heart_rate")
