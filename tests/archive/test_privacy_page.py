"""Settings > Privacy, used in a browser as the owner would."""

from __future__ import annotations

import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from hub.daemon import Hub
from tests.archive.homes import live_in
from tests.support.browser import accessibility_faults
from tests.support.house import PASSWORD, house


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with house(tmp_path / "home", serve=True) as running:
        yield running


async def test_the_owner_takes_data_along_has_it_erased_and_takes_it_back(hub: Hub, page: Page, tmp_path: Path) -> None:
    await live_in(hub)
    here = f"http://127.0.0.1:{hub.port}"
    await page.goto(f"{here}/sign-in")
    await page.get_by_label("Name").fill("anna")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url(f"{here}/")
    await page.goto(f"{here}/settings")
    await page.get_by_role("link", name="Privacy").click()
    await page.get_by_label("Whose data?").select_option("ben")
    async with page.expect_download() as coming:
        await page.get_by_role("button", name="Download").click()
    saved = tmp_path / "ben.zip"
    await (await coming.value).save_as(saved)
    assert "readings.jsonl" in zipfile.ZipFile(saved).namelist()
    assert not list((hub.rooms.data_dir / "exports").iterdir())
    await page.get_by_label("What?").select_option("person:ben")
    await page.get_by_role("button", name="Show what would go").click()
    await expect(page.get_by_text("Heart rate", exact=True)).to_be_visible()
    assert "ben" in hub.rooms.people.all
    await page.get_by_role("button", name="Erase in seven days").click()
    await expect(page.get_by_role("heading", name="Waiting to be erased")).to_be_visible()
    for width in (390, 1280):
        await page.set_viewport_size({"width": width, "height": 844})
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{wide} px wide at {width}"
    assert not await accessibility_faults(page)
    assert len(hub.rooms.erasures.waiting) == 1
    await page.get_by_role("button", name="Keep").click()
    await expect(page.get_by_role("heading", name="Waiting to be erased")).to_have_count(0)
    assert not hub.rooms.erasures.waiting
