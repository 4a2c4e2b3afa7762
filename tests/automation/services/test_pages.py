"""Scripts and scenes in the browser, on the console and by REST."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Page, async_playwright

from hub.daemon import Hub
from hub.model import Verb
from tests.automation.services.rooms import Things, furnished, until
from tests.support.house import PASSWORD, token

House = tuple[Hub, Things]
SCRIPT = """alias: Good night
description: Everything off
fields:
  bright:
    name: How bright
    required: true
    selector: {number: {min: 0, max: 100}}
sequence:
  - action: light.turn_on
    target: {entity_id: light.lamp}
    data: {brightness_pct: "{{ bright }}"}
  - action: light.turn_off
    target: {entity_id: light.lmap}
"""
SHOTS = os.environ.get("HOMEOSTAT_SHOTS", "")


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with furnished(tmp_path / "data", serve=True) as (hub, things):
        yield hub, things


@pytest.fixture
async def page(home: House) -> AsyncIterator[Page]:
    session = await home[0].views.sign_in("anna", PASSWORD)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        context = await browser.new_context(
            base_url=f"http://127.0.0.1:{home[0].port}", viewport={"width": 1280, "height": 900}
        )
        await context.add_cookies(
            [{"name": "homeostat_session", "value": str(session), "url": f"http://127.0.0.1:{home[0].port}"}]
        )
        yield await context.new_page()
        await browser.close()


async def shot(page: Page, name: str) -> None:
    if not SHOTS:
        return
    for width, theme in ((1280, "light"), (390, "dark")):
        await page.set_viewport_size({"width": width, "height": 900})
        await page.emulate_media(color_scheme=theme)  # type: ignore[arg-type] # one of its words
        await page.screenshot(path=f"{SHOTS}/{name}-{width}-{theme}.png", full_page=True)
    await page.set_viewport_size({"width": 1280, "height": 900})


async def test_a_script_is_written_kept_run_and_removed_in_the_browser(home: House, page: Page) -> None:
    _, things = home
    await page.goto("/automations/scripts")
    await shot(page, "scripts-empty")
    await page.click("text=New script")
    await page.fill("textarea", SCRIPT.replace("sequence:", "sequenc:"))
    await page.click("text=Keep it")
    await page.wait_for_selector("text=Did you mean 'sequence'?")
    assert "sequenc:" in await page.input_value("textarea")
    await shot(page, "script-wrong")
    await page.fill("textarea", SCRIPT)
    await page.click("text=Keep it")
    await page.wait_for_url("**/automations/scripts/good_night")
    await page.fill("input[name='field.bright']", "30")
    await page.click("text=Run now")
    await page.wait_for_selector("text=Good night is done")
    assert things.told == [("lamp", "turn_on", {"brightness_pct": 30.0})]
    await page.click("ol.runs summary")
    await page.wait_for_selector("text=did you mean light.lamp?")
    await shot(page, "script")
    await page.goto("/automations/scripts")
    await shot(page, "scripts")


async def test_a_scene_is_taken_of_how_things_are_and_brought_about(home: House, page: Page) -> None:
    hub, things = home
    await page.goto("/automations/scenes")
    await shot(page, "scenes-empty")
    await hub.views.system().call("light.turn_on", {"entity_id": "light.lamp", "brightness": 90})
    await until(lambda: (one := hub.rooms.automations.house.get("light.lamp")) is not None and one.state == "on")
    await page.goto("/automations/scenes/new")
    await page.wait_for_selector("h1:has-text('New scene')")
    await shot(page, "scene-new")
    one = await hub.views.system().add_scene(hub.views.system().snapshot("Film night", ["light.lamp", "cover.blind"]))
    await hub.views.system().call("light.turn_off", {"entity_id": "light.lamp"})
    await until(lambda: (one := hub.rooms.automations.house.get("light.lamp")) is not None and one.state == "off")
    things.told.clear()
    await page.goto(f"/automations/scenes/{one.key}")
    await page.click("text=Bring it about")
    await page.wait_for_selector("text=Film night is on")
    assert things.told == [("lamp", "turn_on", {"brightness": 90})]
    await shot(page, "scene")
    await page.goto("/automations/scenes")
    await shot(page, "scenes")


async def test_scripts_and_scenes_by_rest(home: House) -> None:
    hub, things = home
    headers = {"Authorization": f"Bearer {await token(hub)}"}
    at = f"http://127.0.0.1:{hub.port}/hub/v1"

    async def ask(method: str, path: str, status: int, body: Any = None) -> Any:
        async with client.request(method, at + path, headers=headers, json=body) as answer:
            assert answer.status == status, await answer.text()
            return json.loads(await answer.text() or "null")

    async with aiohttp.ClientSession() as client:
        made = await ask("POST", "/scripts", 201, {"text": SCRIPT})
        assert (made["key"], made["version"], made["flaws"]) == ("good_night", 1, [])
        refused = await ask("POST", "/scripts", 409, {"text": "sequenc: []"})
        assert "Did you mean" in json.dumps(refused)
        done = await ask("POST", "/scripts/good_night/run", 200, {"variables": {"bright": 10}})
        assert done == {"answer": {}}
        traces = (await ask("GET", "/scripts/good_night/traces", 200))["traces"]
        assert "light.lmap" in traces[0]["steps"][1]["result"]["warnings"][0]
        changed = await ask(
            "PUT", "/scripts/good_night", 200, {"body": {"alias": "Night", "sequence": []}, "version": 1}
        )
        assert changed["version"] == 2
        await ask("PUT", "/scripts/good_night", 409, {"body": {"alias": "Night", "sequence": []}, "version": 1})
        await ask("DELETE", "/scripts/good_night", 200)
        await ask("GET", "/scripts/good_night", 404)
        scene = await ask("POST", "/scenes", 201, {"body": {"name": "Dark", "entities": {"switch.strip": "on"}}})
        things.told.clear()
        await ask("POST", f"/scenes/{scene['key']}/run", 200, {})
        assert things.names() == ["strip.turn_on"]
        narrow = await token(hub, Verb.ACT, persons=["ben"])
        headers["Authorization"] = f"Bearer {narrow}"
        assert (await ask("GET", "/scenes", 200))["scenes"] == []
        await ask("POST", "/scripts", 403, {"text": SCRIPT})
