"""An automation tried on the past in the browser: when and why, what if, other days, progress, an early end."""

from __future__ import annotations

import re
from datetime import timedelta

from playwright.async_api import expect

from hub.view import IncomingReading
from tests.support.browser import accessibility_faults
from tests.web.conftest import House, OpenPage

LEVEL = {
    "alias": "Level",
    "triggers": [{"trigger": "numeric_state", "entity_id": "sensor.anna_blood_glucose", "above": 180}],
    "conditions": [{"condition": "time", "after": "08:00", "before": "20:00"}],
    "actions": [
        {"action": "persistent_notification.create", "data": {"message": "It is {{ trigger.to_state.state }}"}}
    ],
}
EVERY_SECOND = {
    "alias": "Every second",
    "triggers": [{"trigger": "time_pattern", "seconds": "*"}],
    "actions": [{"event": "tick"}],
}


async def test_a_page_tells_when_and_why_and_compares_what_if(house: House, open_page: OpenPage) -> None:
    await house.view.add_automation(LEVEL, enabled=False)
    page = await open_page(house, "/automations/level/backtest", width=390, theme="dark")
    await expect(page.get_by_text("There is no entity 'sensor.anna_blood_glucose' now")).to_be_visible(timeout=30_000)
    now = house.hub.rooms.clock.now()
    high = {2: 210.0, 4: 170.0}
    history = [
        IncomingReading("anna", "blood_glucose", high.get(hour % 6, 110.0), now - timedelta(hours=hour))
        for hour in range(5 * 24, 0, -1)
    ]
    await house.view.record(history, imported=True)
    await page.reload()
    found = page.locator("#backtest")
    await expect(found.locator(".headline")).to_contain_text("In the last 30 days", timeout=30_000)
    await expect(found.locator(".backtest-reasons")).to_contain_text("A condition was not met")
    await expect(found.locator(".backtest-run").first).to_contain_text("110 → 210 mg/dL")
    await expect(found.locator(".backtest-would").first).to_contain_text("It is 210")
    await expect(found.locator(".backtest-picture")).to_have_attribute("aria-label", re.compile("."))
    await found.get_by_text("The same as a table").click()
    await expect(found.locator("tbody tr").first).to_be_visible()
    assert await accessibility_faults(page) == []
    wider = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0

    await page.get_by_label("What if").select_option(label="Above (trigger 1), now 180")
    await page.get_by_role("button", name="Try it").click()
    await expect(found).to_contain_text("Say which values to try")
    await page.get_by_label("were").fill("160, 180, 250")
    await page.get_by_role("button", name="Try it").click()
    ways = found.locator(".backtest-ways > li")
    await expect(ways).to_have_count(3, timeout=30_000)
    counts = [int((await one.locator(".value").inner_text()).split()[0]) for one in await ways.all()]
    assert counts[0] > counts[1] > counts[2] == 0
    assert await accessibility_faults(page) == []

    await page.locator("#what").select_option("")
    await page.get_by_label("were").fill("")
    await page.get_by_text("Other", exact=True).click()
    day = (now - timedelta(days=3)).date().isoformat()
    await page.locator("#past-from").fill(day)
    await page.locator("#past-to").fill(day)
    await page.get_by_role("button", name="Try it").click()
    await expect(found.locator(".backtest-picture")).to_be_visible(timeout=30_000)
    await expect(found.locator(".headline")).not_to_contain_text("30 days")
    await page.locator("#past-to").fill((now - timedelta(days=9)).date().isoformat())
    await page.get_by_role("button", name="Try it").click()
    await expect(found).to_contain_text("choose days that are over")
    assert await house.view.automation_traces("level") == []


async def test_it_tells_how_far_it_is_and_ends_when_one_has_seen_enough(house: House, open_page: OpenPage) -> None:
    await house.view.add_automation(EVERY_SECOND, enabled=False)
    page = await open_page(house, "/automations/every_second/backtest")
    found = page.locator("#backtest")
    await expect(found.get_by_role("progressbar")).to_be_visible(timeout=30_000)
    await expect(found).to_contain_text("%", timeout=30_000)
    assert await accessibility_faults(page) == []
    await found.get_by_role("button", name="Cancel").click()
    await expect(found).to_contain_text("Cancelled. Nothing was changed.")
    assert all(one.state != "running" for one in house.view.backtests())
