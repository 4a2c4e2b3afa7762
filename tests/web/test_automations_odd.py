"""Pages of automations where things are not as they should be, or are many, long, or without script."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import expect

from hub.daemon import Hub, Settings
from hub.model import Role
from hub.view import SetupRequest
from tests.support.browser import accessibility_faults
from tests.web.conftest import PASSWORD, House, OpenPage

LONG = "Sehr lang: 夜の照明 🌙 Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverkäuferin " * 2
FILES = {
    "hall.yaml": "alias: Hall\ntriggers:\n  - trigger: sun\n    event: sunset\nactions:\n  - event: dusk\n",
    "wrong.yaml": "alias: Wrong\ntriggers:\n  - trigger: sunn\n    event: sunset\nactions: []\n",
    "torn.yaml": "alias: Torn\ntriggers: [\n",
}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """One whose configuration holds automations, two of which don't load."""
    folder = tmp_path / "config" / "automations"
    folder.mkdir(parents=True)
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    settings = Settings(
        data_dir=tmp_path / "data", host="127.0.0.1", port=0, automatic_entries=False, config_dir=folder.parent
    )
    hub = await Hub.start(settings)
    try:
        await hub.views.setup(SetupRequest("Anna", PASSWORD, "Linden Street", "Europe/Berlin"), code=None)
        yield House(hub, await hub.views.sign_in("anna", PASSWORD))
    finally:
        await hub.stop()


async def test_what_does_not_load_or_stands_in_a_file_says_where_and_how_to_mend_it(
    house: House, open_page: OpenPage, client: aiohttp.ClientSession
) -> None:
    page = await open_page(house, "/automations", width=390)
    torn = page.locator(".auto-item", has_text="Torn")
    wrong = page.locator(".auto-item", has_text="Wrong")
    await expect(wrong.locator(".auto-problem")).to_contain_text("did you mean 'sun'?")
    await expect(page.locator(".auto-item", has_text="Hall")).to_contain_text("From a file")
    await page.get_by_label("State").select_option("trouble")
    await expect(page.locator(".auto-item")).to_have_count(2)
    if await torn.count():
        await torn.get_by_role("link").first.click()
    else:
        await page.get_by_role("link", name="torn").click()
    await expect(page.locator(".banner-alarm")).to_contain_text("automations/torn.yaml, line 3")
    await expect(page.get_by_role("button", name="Run now")).to_have_count(0)
    assert await accessibility_faults(page) == []
    key = next(one.key for one in house.view.automations() if one.name == "Wrong")
    await page.goto(f"{house.url}/automations/{key}")
    await expect(page.locator(".banner-alarm")).to_contain_text("automations/wrong.yaml, line 3, triggers[0]")
    await expect(page.get_by_text("Mend it in automations/wrong.yaml")).to_be_visible()
    await page.goto(f"{house.url}/automations/hall")
    await expect(page.get_by_text("Change it in automations/hall.yaml")).to_be_visible()
    await expect(page.get_by_role("link", name="Change", exact=True)).to_have_count(0)
    await expect(page.locator(".auto-about")).to_contain_text("The hub’s owner")
    async with client.get("/automations/hall/edit") as answer:
        assert answer.status == 409
        assert "automations/hall.yaml" in await answer.text()


async def test_who_may_do_little_has_little_and_sees_nobody_elses(
    house: House, open_page: OpenPage, client: aiohttp.ClientSession
) -> None:
    await house.view.add_automation({"alias": "Annas", "triggers": [], "actions": []})
    await house.view.add_account("Ben", PASSWORD, role=Role.ADULT)
    await house.view.add_account("Cleo", PASSWORD, role=Role.COACH)
    for account, status in (("ben", 404), ("cleo", 403)):
        session = await house.hub.views.sign_in(account, PASSWORD)
        async with client.get("/automations/annas", cookies={"homeostat_session": session}) as answer:
            assert answer.status == status, account
        async with client.get("/automations", cookies={"homeostat_session": session}) as answer:
            text = await answer.text()
            assert (answer.status, "Annas" in text) == (200 if account == "ben" else 403, False)
            assert "Traceback" not in text
    await house.measure("anna", "blood_glucose", (1, 100.0))
    bens = House(house.hub, await house.hub.views.sign_in("ben", PASSWORD))
    for who, found in ((bens, 0), (house, 1)):
        page = await open_page(who, "/automations/new")
        await page.get_by_role("button", name="Add a trigger").click()
        await page.get_by_label("Search what to add").fill("anna glucose")
        thing = page.locator(".pick-one", has_text="Anna blood glucose")
        await expect(thing if found else page.get_by_text("Nothing is called that")).to_have_count(1)
        assert await thing.count() == found


OLD_SPELLING = """\
- id: '1700000000000'
  alias: Door
  trigger:
    platform: state
    entity_id: binary_sensor.front_door
    to: 'on'
  action:
    service: persistent_notification.create
    data: {message: Open}
- alias: Broken
  trigger: {platform: stat, entity_id: light.x}
  action: []
"""


async def test_what_home_assistant_wrote_is_checked_and_brought(house: House, open_page: OpenPage) -> None:
    page = await open_page(house, "/automations/bring", width=390)
    await page.get_by_label("YAML").last.fill(OLD_SPELLING.replace("    to: 'on'", "   to: 'on'"))
    await page.get_by_role("button", name="Check").click()
    await expect(page.locator(".banner-alarm")).to_contain_text("Line ")
    await page.get_by_label("YAML").last.fill(OLD_SPELLING)
    await page.get_by_role("button", name="Check again").or_(page.get_by_role("button", name="Check")).click()
    await expect(page.get_by_role("heading", name="2 automations, 1 with something to mend")).to_be_visible()
    await expect(page.locator(".bring-one").first).to_contain_text("Not here, so nothing comes of it")
    await expect(page.locator(".bring-one").last).to_contain_text("Line 11")
    await expect(page.locator(".bring-one").last).to_contain_text("did you mean 'state'?")
    assert await accessibility_faults(page) == []
    await page.get_by_role("button", name="Keep the chosen ones").click()
    await page.wait_for_url(f"{house.url}/automations/door")
    assert not house.view.automation("door").enabled


async def test_many_long_and_strange_ones_fit_the_screen(house: House, open_page: OpenPage) -> None:
    steps = [{"alias": f"Step {number}", "event": "x", "event_data": {"n": number}} for number in range(60)]
    odd = {
        "alias": LONG,
        "description": LONG,
        "triggers": [{"trigger": "state", "entity_id": "light." + "gone_" * 30 + "x", "to": LONG}],
        "conditions": [{"condition": "template", "value_template": "{{ '" + "x" * 300 + "' == 'ü' }}"}],
        "actions": steps,
    }
    long = await house.view.add_automation(odd)
    for number in range(200):
        await house.view.add_automation({"alias": f"Number {number}", "triggers": [], "actions": [{"event": "x"}]})
    for _ in range(500):
        await house.view.run_automation("number_7")
    page = await open_page(house, "/automations", width=390)
    await expect(page.locator(".auto-item")).to_have_count(204)
    for path in (
        "/automations",
        f"/automations/{long.key}",
        f"/automations/{long.key}/edit",
        f"/automations/{long.key}/backtest",
        "/automations/number_7",
    ):
        await page.goto(house.url + path)
        wider = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        out = await page.evaluate(
            """[...document.querySelectorAll('main *')].filter(one => one.getBoundingClientRect().right > 391
               && !one.closest('pre, textarea, .auto-near')).map(one => `${one.tagName}.${one.className}`)"""
        )
        assert wider <= 0, f"{path} is {wider} px wider than the screen: {out}"
    shown = await page.locator("a.run").count()
    assert 20 <= shown <= 60
    await page.goto(f"{house.url}/automations/{long.key}/edit")
    await expect(page.locator("#list-actions > .part")).to_have_count(60)
    await page.locator("#part-actions-59 [data-menu] > summary").click()
    await page.get_by_role("button", name="Move up").click()
    await expect(page.locator("#part-actions-58")).to_contain_text("Step 59")
    await page.get_by_role("button", name="YAML", exact=True).click()
    await expect(page.locator("textarea[name=yaml]")).to_have_value(re.compile("夜の照明 🌙"))
    await page.get_by_role("button", name="Form", exact=True).click()
    await page.get_by_role("button", name="Save", exact=True).click()
    await page.wait_for_url(f"{house.url}/automations/{long.key}")
    assert [one["alias"] for one in house.view.automation(long.key).body["actions"]][-2:] == ["Step 59", "Step 58"]


async def test_everything_works_without_script(house: House, open_page: OpenPage) -> None:
    page = await open_page(house, "/automations/new", java_script_enabled=False)
    await page.get_by_role("textbox", name="Name needed").fill("By hand")
    await page.get_by_role("button", name="Add a trigger").click()
    await page.get_by_role("button", name="Something changes").click()
    await page.get_by_role("button", name="Save and switch on").click()
    await expect(page.locator("#part-triggers-0 .field-error", has_text="This is needed.")).to_be_visible()
    await page.locator("#part-triggers-0 [data-menu] > summary").click()
    await page.locator("#part-triggers-0").get_by_role("button", name="Remove").click()
    await page.get_by_role("button", name="Add a trigger").click()
    await page.get_by_role("button", name="At a time of day").click()
    await page.get_by_role("textbox", name="At needed").fill("07:15")
    await page.get_by_role("button", name="Add an action").click()
    await page.get_by_role("button", name="Let an event happen").click()
    await page.get_by_role("textbox", name="Event needed").fill("morning")
    await page.get_by_role("button", name="Try it on the past").click()
    async with page.context.expect_page() as opened:
        await page.get_by_role("button", name="See what it would have done").click()
    result = await opened.value
    await result.wait_for_url(f"{house.url}/automations/backtests/*")
    await expect(result.get_by_role("heading", name="Tried on the past")).to_be_visible()
    await page.get_by_role("button", name="Save and switch on").click()
    await page.wait_for_url(f"{house.url}/automations/by_hand")
    body = house.view.automation("by_hand").body
    assert (body["triggers"], body["actions"]) == ([{"trigger": "time", "at": "07:15"}], [{"event": "morning"}])
    await page.get_by_role("switch", name="By hand").click()
    await expect(page.get_by_text("By hand is off.")).to_be_visible()
    await page.get_by_role("button", name="Run now").click()
    await page.reload()
    await expect(page.locator(".run-outcome").first).to_have_text("Done")
    await page.goto(f"{house.url}/automations?q=by+hand")
    await expect(page.locator(".auto-item")).to_have_count(1)
