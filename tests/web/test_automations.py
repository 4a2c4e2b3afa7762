"""Automations in the browser: made without YAML, tried on the past, watched at work, changed, undone, removed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from hub.view import IncomingReading
from tests.support.browser import accessibility_faults
from tests.web.conftest import House, OpenPage

NEW = "/automations/new"
GLUCOSE = "sensor.anna_blood_glucose"


async def until(true: Callable[[], Any], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.02)


async def add(page: Page, within: str, what: str, query: str, choice: str) -> Locator:
    """Add a part by search to the list `within`; the new card."""
    area = page.locator(f"#list-{within.replace('.', '-')}")
    count = await area.locator("> .part").count()
    await area.get_by_role("button", name=f"Add {what}").last.click()
    await area.get_by_label("Search what to add").fill(query)
    await area.locator(".pick-one", has_text=choice).first.click()
    card = area.locator("> .part").nth(count)
    await expect(card).to_be_visible()
    return card


@pytest.fixture
async def lived(house: House) -> House:
    """Eight days of glucose that were brought in, three times a day above 180 and six times above 160."""
    now = house.hub.rooms.clock.now()
    high = {3: 210.0, 5: 170.0}
    history = [
        IncomingReading("anna", "blood_glucose", high.get(hour % 8, 110.0), now - timedelta(hours=hour))
        for hour in range(8 * 24, 0, -1)
    ]
    await house.view.record(history, imported=True)
    await house.measure("anna", "blood_glucose", (0.1, 120.0))
    return house


async def test_an_automation_is_made_without_yaml_tried_kept_and_watched(lived: House, open_page: OpenPage) -> None:
    page = await open_page(lived, "/automations")
    await expect(page.get_by_role("heading", name="Let the hub do something for you")).to_be_visible()
    await page.get_by_role("link", name="From scratch").click()
    await page.get_by_role("button", name="Save and switch on").click()
    await expect(page.get_by_role("alert")).to_contain_text("Name: This is needed.")
    await page.get_by_role("textbox", name="Name needed").fill("Glucose is high")

    # A trigger, found by the name of the thing.
    trigger = await add(page, "triggers", "a trigger", "glucose", "Anna blood glucose")
    await expect(trigger.locator(".picked b")).to_have_text("Anna blood glucose")
    await expect(trigger.locator(".field-error:visible")).to_have_count(0)
    await page.get_by_role("button", name="Save and switch on").click()
    await expect(page.get_by_role("alert")).to_contain_text("above")
    await trigger.get_by_role("textbox", name="Above").fill("180")

    # Conditions: one by keyboard alone, one a template that is checked while it is typed.
    await page.get_by_role("button", name="Add a condition").focus()
    await page.keyboard.press("Enter")
    search = page.get_by_label("Search what to add")
    await expect(search).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Add a condition")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(search).to_be_focused()
    await search.press_sequentially("quiet")
    await expect(page.locator(".pick-one")).to_have_count(1)
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("#part-conditions-0")).to_be_focused()
    template = await add(page, "conditions", "a condition", "template", "A template is true")
    said = template.locator(".shown-value")
    await template.get_by_role("textbox", name="Template").fill("{{ states('sensor.anna_blood_glucose') | flot }}")
    await expect(said).to_contain_text("flot")
    await template.get_by_role("textbox", name="Template").fill(
        "{{ states('sensor.anna_blood_glucose') | float > 100 }}"
    )
    await expect(said).to_contain_text("True")
    await expect(said).to_contain_text("Looks at Anna’s blood glucose")
    await template.get_by_role("button", name="Test now").first.click()
    await expect(template.get_by_role("status")).to_contain_text("Met now.")

    # Actions: a message to somebody, a wait, ways within ways.
    notify = await add(page, "actions", "an action", "notify anna", "Anna")
    await notify.get_by_role("textbox", name="Message").fill("It is {{ states('sensor.anna_blood_glucose') }} now")
    wait = await add(page, "actions", "an action", "wait some", "Wait some time")
    await wait.get_by_role("textbox", name="Wait").fill("soon")
    await page.get_by_role("button", name="Save and switch on").click()
    await expect(wait.locator(".field-error")).to_be_visible()
    await wait.get_by_role("textbox", name="Wait").fill("0.02 s")
    choose = await add(page, "actions", "an action", "choose", "Choose between several")
    deep = await add(page, "actions.2.choose.0.conditions", "a condition", "glucose", "Anna blood glucose")
    await deep.get_by_role("textbox", name="Above").fill("250")
    await add(page, "actions.2.choose.0.sequence", "an action", "repeat number", "Repeat a number of times")
    inner = await add(
        page, "actions.2.choose.0.sequence.0.repeat.sequence", "an action", "event happen", "Let an event"
    )
    await inner.get_by_role("textbox", name="Event needed").fill("alarm")
    branch = await add(page, "actions.2.default", "an action", "if then", "If, then, otherwise")
    await add(page, "actions.2.default.0.if", "a condition", "not quiet", "Not in quiet hours")
    calm = await add(page, "actions.2.default.0.then", "an action", "event happen", "Let an event")
    await calm.get_by_role("textbox", name="Event needed").fill("calm")
    await expect(choose).to_contain_text("Way 1")
    await expect(branch).to_be_visible()
    assert await accessibility_faults(page) == []

    # The same as YAML; what is wrong there is told with line and key, and the form has all of it again.
    await page.get_by_role("button", name="YAML", exact=True).click()
    yaml = page.locator("textarea[name=yaml]")
    text = await yaml.input_value()
    await yaml.fill(text.replace("above: 180", "above: [180"))
    await page.get_by_role("button", name="Form", exact=True).click()
    await expect(page.locator("#yaml-error")).to_contain_text("Line ")
    await yaml.fill(text.replace("above: 180", "abov: 180"))
    await page.get_by_role("button", name="Save and switch on").click()
    line = next(index for index, one in enumerate(text.splitlines(), 1) if "above: 180" in one)
    await expect(page.get_by_role("alert")).to_contain_text(f"Line {line}, triggers[0].abov")
    await yaml.fill(text + "# a remark\n")
    await page.get_by_role("button", name="Form", exact=True).click()
    await expect(page.get_by_role("textbox", name="Name needed")).to_have_value("Glucose is high")
    await page.get_by_role("button", name="YAML", exact=True).click()
    await expect(yaml).to_have_value(text)
    await page.get_by_role("button", name="Form", exact=True).click()

    # The draft on the past, before anything is kept.
    await page.get_by_role("button", name="Try it on the past").click()
    found = page.get_by_label("Tried on the past", exact=True)
    await expect(found.locator(".headline")).to_contain_text("24 times", timeout=30_000)
    await page.get_by_label("What if").select_option(label="Above (trigger 1), now 180")
    await page.get_by_label("were").fill("160, 180")
    await page.get_by_role("button", name="Try it again").click()
    await expect(found.locator(".backtest-ways .value")).to_have_count(2, timeout=30_000)
    await expect(found.locator("svg.backtest-picture")).to_be_visible()
    assert await accessibility_faults(page) == []
    assert lived.view.automations() == []

    await page.get_by_role("button", name="Save and switch on").click()
    await page.wait_for_url(f"{lived.url}/automations/glucose_is_high")
    await expect(page.locator(".auto-sentence")).to_contain_text("When Anna’s blood glucose rises above 180")
    await expect(page.get_by_text("Nothing has set it off yet")).to_be_visible()
    kept = lived.view.automation("glucose_is_high")
    assert kept.enabled
    assert kept.body["actions"][2]["choose"][0]["sequence"][0]["repeat"]["sequence"] == [{"event": "alarm"}]

    # At work: a run, and a trigger that led to none, each with its reason and its path.
    await lived.measure("anna", "blood_glucose", (0, 200.0))
    row = page.locator("a.run").first
    await expect(row.locator(".run-outcome")).to_have_text("Done", timeout=15_000)
    await expect(row.locator(".run-cause")).to_contain_text("rises above 180")
    await row.click()
    await expect(page.get_by_text("200 mg/dL")).to_be_visible()
    path = page.locator("section[aria-labelledby=path]")
    await expect(path.locator(".passage-done").first).to_contain_text("Tell Anna")
    await expect(path.locator(".way-taken").first).to_contain_text("Otherwise")
    await expect(path.get_by_text("not taken").first).to_be_visible()
    await path.get_by_text("What it was given").first.click()
    await expect(path.locator("pre").first).to_contain_text("It is 200 now")
    assert await accessibility_faults(page) == []

    # A run that goes on is told as it goes.
    slow = {**kept.body, "actions": [{"delay": {"milliseconds": 2500}}, {"event": "done"}]}
    await lived.view.change_automation("glucose_is_high", slow)
    await lived.view.run_automation("glucose_is_high")
    await page.goto(f"{lived.url}/automations/glucose_is_high")
    await expect(row.locator(".run-outcome")).to_have_text("Running", timeout=15_000)
    await row.click()
    await expect(page.locator(".passage-running")).to_be_visible()
    await expect(page.locator(".head .chip")).to_have_text("Done", timeout=15_000)
    body = {**kept.body, "conditions": [{"condition": "numeric_state", "entity_id": GLUCOSE, "above": 300}]}
    await lived.view.change_automation("glucose_is_high", body)
    await lived.measure("anna", "blood_glucose", (0, 130.0))
    await lived.measure("anna", "blood_glucose", (0, 220.0))
    await page.goto(f"{lived.url}/automations/glucose_is_high")
    await expect(row.locator(".run-outcome")).to_have_text("Not run: a condition", timeout=15_000)
    await expect(row.locator(".run-why")).to_contain_text("220")
    await page.get_by_role("link", name="Runs", exact=True).click()
    await expect(page.locator(".run-outcome")).to_have_text(["Done", "Done"])
    await page.get_by_role("link", name="Did not run").click()
    await page.locator("a.run").click()
    await expect(page.get_by_text("Nothing was done.")).to_be_visible()
    await expect(page.locator(".passage-unmet")).to_contain_text("above 300")


FAILS = {
    "alias": "Two steps",
    "variables": {"limit": 150},
    "triggers": [{"trigger": "event", "event_type": "go"}],
    "conditions": [{"condition": "template", "value_template": "{{ limit > 100 }}"}],
    "actions": [
        {"variables": {"limit": "{{ limit + 10 }}", "seen": True}},
        {"action": "light.no_such_deed", "target": {"entity_id": "light.gone"}},
    ],
}


async def test_an_automation_is_switched_run_copied_changed_taken_back_and_removed(
    house: House, open_page: OpenPage
) -> None:
    await house.view.add_automation(FAILS)
    await house.view.add_automation({"alias": "Another", "triggers": [], "actions": [{"event": "x"}]}, enabled=False)
    page = await open_page(house, "/automations", width=390, theme="dark")
    await expect(page.locator(".auto-problem").first).to_contain_text("There is no action 'light.no_such_deed' now")
    await expect(page.locator(".auto-item")).to_have_count(2)
    await page.get_by_label("Search automations").fill("two st")
    await expect(page.locator(".auto-item")).to_have_count(1)
    await page.get_by_label("Search automations").fill("nothing like it")
    await expect(page.get_by_text("None like that")).to_be_visible()
    await page.get_by_role("link", name="Show all").click()
    await page.get_by_label("State").select_option("off")
    await expect(page.locator(".auto-name")).to_have_text(["Another"])
    await page.goto(f"{house.url}/automations")
    await page.get_by_role("switch", name="Two steps").click()
    await expect(page.get_by_role("switch", name="Two steps")).to_have_attribute("aria-checked", "false")
    await page.get_by_role("button", name="Undo").click()
    await page.wait_for_url(f"{house.url}/automations/two_steps")
    assert house.view.automation("two_steps").enabled

    # A run by hand fails: which step, what it changed before, what to do.
    await page.get_by_role("button", name="Run now").click()
    row = page.locator("a.run").first
    await expect(row.locator(".run-outcome")).to_have_text("Failed", timeout=15_000)
    await expect(row.locator(".run-cause")).to_contain_text("Run by")
    await row.click()
    changed = page.locator(".changed")
    await expect(changed).to_contain_text("limit")
    await expect(changed).to_contain_text("160")
    await expect(page.locator(".passage-failed .passage-error")).to_contain_text("Choose another action")
    await expect(page.locator(".passage-failed .passage-mark")).to_be_visible()
    assert await accessibility_faults(page) == []

    # Changed with a card moved by keyboard; seen elsewhere meanwhile; taken back.
    await page.goto(f"{house.url}/automations/two_steps/edit")
    await page.locator("#part-actions-1 > .part-fold > summary").focus()
    await page.keyboard.press("Alt+ArrowUp")
    await expect(page.locator("#part-actions-0")).to_contain_text("no_such_deed")
    await page.get_by_label("What did you change?").fill("The other way round")
    await house.view.enable_automation("two_steps", False)
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("changed")
    await page.goto(f"{house.url}/automations/two_steps/edit")
    await page.locator("#part-actions-1 [data-menu] > summary").click()
    await page.get_by_role("button", name="Remove").click()
    await expect(page.locator("#part-actions-1")).to_have_count(0)
    await page.get_by_role("button", name="Undo").click()
    await expect(page.locator("#part-actions-1")).to_contain_text("no_such_deed")
    await page.locator("#part-actions-1 [data-menu] > summary").click()
    await page.get_by_role("button", name="Remove").click()
    await expect(page.locator("#part-actions-1")).to_have_count(0)
    await page.get_by_label("What did you change?").fill("Without the lamp")
    await page.get_by_role("button", name="Save", exact=True).click()
    await page.wait_for_url(f"{house.url}/automations/two_steps")
    await page.get_by_role("link", name="5 versions").click()
    await expect(page.get_by_role("heading", name="Version 5: Without the lamp")).to_be_visible()
    await expect(page.locator(".diff-gone").first).to_contain_text("light.no_such_deed")
    assert await accessibility_faults(page) == []
    await page.get_by_role("button", name="Go back to version 1").click()
    await page.wait_for_url(f"{house.url}/automations/two_steps")
    assert house.view.automation("two_steps").body["actions"] == FAILS["actions"]

    await page.locator(".auto-acts [data-menu] > summary").click()
    await page.get_by_role("button", name="Duplicate").click()
    await page.wait_for_url(f"{house.url}/automations/two_steps_copy/edit")
    assert not house.view.automation("two_steps_copy").enabled
    await page.goto(f"{house.url}/automations/two_steps")
    await page.locator(".auto-acts [data-menu] > summary").click()
    await page.get_by_role("button", name="Remove").click()
    await page.wait_for_url(f"{house.url}/automations")
    assert {one.key for one in house.view.automations()} == {"another", "two_steps_copy"}
    await page.get_by_role("button", name="Undo").click()
    await page.wait_for_url(f"{house.url}/automations/two_steps")
    assert house.view.automation("two_steps").body["actions"] == FAILS["actions"]
