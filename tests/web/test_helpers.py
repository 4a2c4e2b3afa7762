"""Helpers are made, used, changed and removed on their pages, with a thumb and with a keyboard."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from playwright.async_api import expect

from tests.support.browser import accessibility_faults
from tests.web.conftest import House, OpenPage

HELPERS = "/automations/helpers"


async def until(true: Callable[[], Any], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.02)


async def made(house: House, domain: str, title: str, **options: Any) -> None:
    await house.view.add_entry(domain, options, title=title, person="household")
    await until(lambda: any(one.name == title for one in house.hub.rooms.entities.all.values()))


def value(house: House, entity_id: str) -> Any:
    state = house.hub.rooms.states.get(entity_id)
    return None if state is None else state.value


async def test_an_empty_page_says_what_helpers_are_for_and_the_first_one_is_made(
    house: House, open_page: OpenPage
) -> None:
    page = await open_page(house, HELPERS, width=390)
    await expect(page.get_by_role("heading", name="Something an automation should know")).to_be_visible()
    assert await accessibility_faults(page) == []
    await page.get_by_role("link", name="Number").first.click()
    await page.get_by_label("Name").fill("High alarm")
    await page.get_by_role("spinbutton", name="Smallest").fill("100")
    await page.get_by_role("spinbutton", name="Largest").fill("300")
    await page.get_by_role("textbox", name="Unit").fill("mg/dL")
    await page.get_by_role("button", name="Make it").click()
    await expect(page.get_by_role("status")).to_contain_text("High alarm is made.")
    await until(lambda: value(house, "input_number.high_alarm") == 100.0)
    await page.reload()
    await expect(page.get_by_role("listitem").filter(has_text="High alarm")).to_contain_text("100")
    await page.get_by_role("link", name="High alarm", exact=True).click()
    await page.get_by_role("spinbutton", name="Value").fill("180")
    await page.get_by_role("button", name="Set").click()
    await until(lambda: value(house, "input_number.high_alarm") == 180.0)


async def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(house: House, open_page: OpenPage) -> None:
    page = await open_page(house, f"{HELPERS}/new/input_select")
    await page.get_by_label("Name").fill("Mode")
    await page.get_by_label("Options").fill("Home\nAway\nHome")
    await page.get_by_role("button", name="Make it").click()
    await expect(page.get_by_text("Home stands there twice.")).to_be_visible()
    assert await page.get_by_label("Name").input_value() == "Mode"
    assert await page.get_by_label("Options").input_value() == "Home\nAway\nHome"
    await page.get_by_label("Options").fill("Home\nAway")
    await page.get_by_role("button", name="Make it").click()
    await until(lambda: value(house, "input_select.mode") == "Home")


async def test_a_toggle_a_timer_and_a_button_are_used_in_the_list(house: House, open_page: OpenPage) -> None:
    await made(house, "input_boolean", "Guests")
    await made(house, "timer", "Tea", duration="0:04:00")
    await made(house, "input_button", "Feed")
    await until(lambda: len(house.hub.rooms.states.all()) >= 3)
    page = await open_page(house, HELPERS, width=390)
    toggle = page.get_by_role("switch", name="Guests")
    await expect(toggle).to_have_attribute("aria-checked", "false")
    await toggle.click()
    await expect(toggle).to_have_attribute("aria-checked", "true")
    assert value(house, "input_boolean.guests") == "on"
    await page.get_by_role("button", name="Start, Tea").click()
    await expect(page.get_by_role("button", name="Pause, Tea")).to_be_visible()
    await page.get_by_role("button", name="Press, Feed").click()
    await expect(page.get_by_role("listitem").filter(has_text="Feed")).to_contain_text("Pressed")
    assert await accessibility_faults(page) == []


async def test_without_scripts_the_list_and_the_forms_work_too(house: House, open_page: OpenPage) -> None:
    await made(house, "input_boolean", "Guests")
    await until(lambda: value(house, "input_boolean.guests") == "off")
    page = await open_page(house, HELPERS, java_script_enabled=False)
    await page.get_by_role("switch", name="Guests").click()
    await expect(page.get_by_role("switch", name="Guests")).to_have_attribute("aria-checked", "true")


async def test_a_week_is_edited_by_keyboard(house: House, open_page: OpenPage) -> None:
    page = await open_page(house, f"{HELPERS}/new/schedule")
    await page.get_by_label("Name").fill("Quiet hours")
    await page.get_by_label("Monday, on from").fill("22:00")
    await page.get_by_label("Monday, on until").fill("00:00")
    await page.get_by_role("button", name="Another block on Monday").press("Enter")
    await page.get_by_label("Monday, on from, block 2").fill("00:00")
    await page.get_by_label("Monday, on until, block 2").fill("07:00")
    await page.get_by_role("button", name="Monday’s for Tuesday to Friday too").press("Enter")
    assert await page.get_by_label("Friday, on from, block 1").input_value() == "22:00"
    await page.get_by_label("Sunday, on from").fill("10:00")
    await page.get_by_label("Name").press("Enter")
    await expect(page.get_by_text("A block has a beginning and an end.")).to_be_visible()
    await page.get_by_label("Sunday, on until").fill("09:00")
    await page.get_by_role("button", name="Make it").click()
    await expect(page.get_by_text("ends before it begins")).to_be_visible()
    assert await accessibility_faults(page) == []
    await page.get_by_label("Sunday, on until").fill("11:30")
    await page.get_by_role("button", name="Make it").click()
    await expect(page.get_by_role("status")).to_contain_text("Quiet hours is made.")
    (entry,) = [one for one, _ in house.view.entries() if one.domain == "schedule"]
    assert entry.options["friday"] == ["22:00 - 24:00", "00:00 - 07:00"]
    assert entry.options["sunday"] == ["10:00 - 11:30"]
    await page.goto(f"{house.url}{HELPERS}/{entry.id}/edit")
    assert await page.get_by_label("Monday, on until, block 1").input_value() == "00:00"


async def test_a_template_that_fails_says_why_in_the_list_and_is_mended(house: House, open_page: OpenPage) -> None:
    page = await open_page(house, f"{HELPERS}/new/template")
    await page.get_by_label("Name").fill("Ratio")
    await page.get_by_label("State", exact=False).first.fill("{{ 1 / 0 }}")
    await page.get_by_role("button", name="Make it").click()
    await until(lambda: "sensor.ratio" in house.hub.rooms.states.all())
    await page.reload()
    await expect(page.get_by_text("Its state can't be worked out: division by zero.")).to_be_visible()
    await page.get_by_role("link", name="Edit Ratio").click()
    await page.get_by_label("State", exact=False).first.fill("{{ 1 / 4 }}")
    await page.get_by_role("button", name="Save").click()
    await until(lambda: value(house, "sensor.ratio") == "0.25")
    (entry,) = [one for one, _ in house.view.entries() if one.domain == "template"]
    assert entry.options["account"] == "anna"


async def test_a_helper_is_renamed_and_removed_and_keeps_its_entity_until_then(
    house: House, open_page: OpenPage
) -> None:
    await made(house, "counter", "Cups", initial=2)
    await until(lambda: value(house, "counter.cups") == 2.0)
    page = await open_page(house, f"{HELPERS}/counter/edit")
    await page.get_by_label("Name").fill("Cups of tea")
    await page.get_by_role("button", name="Save").click()
    await until(lambda: house.hub.rooms.entities.get("counter.cups").name == "Cups of tea")
    await page.get_by_role("link", name="Edit Cups of tea").click()
    await page.get_by_role("button", name="Remove Cups of tea").click()
    await expect(page.get_by_role("status")).to_contain_text("Its history is kept.")
    assert "counter.cups" not in house.hub.rooms.entities.all


async def test_dates_texts_and_timers_are_set_on_their_pages(house: House, open_page: OpenPage) -> None:
    await made(house, "input_datetime", "Wake up", has_date=False)
    await made(house, "input_text", "Note")
    await made(house, "timer", "Tea", duration="0:10:00")
    await until(lambda: value(house, "timer.tea") == "idle")
    page = await open_page(house, "/entities/input_datetime.wake_up")
    await page.get_by_label("When").fill("06:45")
    await page.get_by_role("button", name="Set").click()
    await until(lambda: value(house, "input_datetime.wake_up") == "06:45:00")
    await page.goto(f"{house.url}/entities/input_text.note")
    await page.get_by_label("Value").fill("Milk is warm")
    await page.get_by_role("button", name="Set").click()
    await until(lambda: value(house, "input_text.note") == "Milk is warm")
    await page.goto(f"{house.url}/entities/timer.tea")
    await page.get_by_role("button", name="Start").click()
    await page.get_by_label("Add or take away").fill("-0:04:00")
    await page.get_by_role("button", name="Set").click()
    await until(lambda: house.hub.rooms.states.all()["timer.tea"].attributes.get("remaining", "").startswith("0:05:5"))
