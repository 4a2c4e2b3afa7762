"""Sources, devices, events and settings, used in a browser as their owner would."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from pydantic import BaseModel, Field, SecretStr

from hub.api import Context, DeviceDescription, EntityDescription, EntryState, Integration, NotReady, Sample
from hub.daemon import Hub
from tests.support.browser import accessibility_faults
from tests.support.house import PASSWORD, Plugin, everything, house
from tests.support.thorough import thorough


class RingConfig(BaseModel, extra="forbid"):
    address: str = Field(description="Where the ring answers.")
    token: SecretStr = Field(description="Shown in the ring's app.")
    every: int = Field(60, ge=10, le=600, description="Seconds between questions.")


async def _poll(ctx: Context) -> list[Sample]:
    if ctx.config.address == "asleep":
        raise NotReady("the ring is asleep")
    return [Sample("heart_rate", 61, ctx.clock.now())]


async def _listen(ctx: Context) -> None:
    await ctx.describe(
        [DeviceDescription("scale", "Bathroom scale", manufacturer="Acme")],
        [EntityDescription("weight", "Weight", device="scale", unit="kg")],
    )
    await ctx.accept([Sample(entity="weight", value=71.3, taken_at=ctx.clock.now())])
    await asyncio.get_running_loop().create_future()


RING = Integration(
    "ring", "Moon ring", config=RingConfig, poll=_poll, every=timedelta(seconds=1), description="A ring that counts."
)
SCALES = Integration("scales", "Scales", listen=_listen, belongs_to="devices", description="All the scales around.")


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    plugins = [("ring", Plugin(RING)), ("scales", Plugin(SCALES))]
    async with house(tmp_path, plugins=plugins, serve=True) as running:
        yield running


@pytest.fixture
async def owner(hub: Hub, page: Page) -> Page:
    """Anna, signed in."""
    await page.goto(f"http://127.0.0.1:{hub.port}/sign-in")
    await page.get_by_label("Name").fill("anna")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url(f"http://127.0.0.1:{hub.port}/")
    return page


def _at(hub: Hub, path: str) -> str:
    return f"http://127.0.0.1:{hub.port}{path}"


async def test_a_source_is_found_added_switched_off_and_on_again_and_removed(hub: Hub, owner: Page) -> None:
    await owner.goto(_at(hub, "/integrations"))
    await owner.get_by_role("searchbox", name="Search the catalogue").press_sequentially("moon")
    await expect(owner.get_by_role("heading", name="Scales")).to_have_count(0)
    await owner.get_by_role("link", name="Moon ring").click()
    await owner.get_by_label("Whose data is it?").select_option("anna")
    await owner.get_by_label("Address").fill("ring.local")
    await owner.get_by_label("Token").fill("moon-secret")
    await owner.get_by_role("button", name="Add").click()
    await expect(owner.get_by_text("Moon ring is added.")).to_be_visible()
    await expect(owner.locator("#status")).to_contain_text("Running")
    assert "moon-secret" not in await owner.content()
    await owner.get_by_role("button", name="Switch off").click()
    await expect(owner.get_by_text("Moon ring is switched off.")).to_be_visible()
    assert hub.rooms.supervisor.status("ring").state is EntryState.DISABLED
    await owner.get_by_role("button", name="Undo").click()
    await expect(owner.locator("#status")).to_contain_text("Running")
    await owner.get_by_role("button", name="Remove").click()
    await expect(owner.get_by_text("Its history is kept")).to_be_visible()
    assert hub.rooms.states.get("sensor.anna_heart_rate") is not None


async def test_what_is_wrong_in_a_form_stands_at_its_field_and_nothing_typed_is_lost(hub: Hub, owner: Page) -> None:
    await owner.goto(_at(hub, "/integrations/add/ring"))
    await owner.get_by_label("Whose data is it?").select_option("anna")
    await owner.get_by_label("Address").fill("ring.local")
    await owner.get_by_label("Token").fill("moon-secret")
    every = owner.get_by_label("Every")
    await every.evaluate("node => { node.type = 'text'; node.value = 'often' }")
    await owner.get_by_role("button", name="Add").click()
    await expect(owner.get_by_text("This wants a whole number.")).to_be_visible()
    await expect(owner.get_by_label("Address")).to_have_value("ring.local")
    assert not hub.rooms.supervisor.entries


async def test_a_source_in_trouble_says_what_happened_and_what_to_do(hub: Hub, owner: Page) -> None:
    await hub.rooms.supervisor.add("ring", {"address": "asleep", "token": "x"}, person="anna")
    await owner.goto(_at(hub, "/integrations/ring"))
    await expect(owner.locator("#status")).to_contain_text("The ring is asleep")
    await expect(owner.locator("#status")).to_contain_text("tried again by itself")
    await owner.get_by_role("link", name="Edit").click()
    await owner.get_by_label("Address").fill("awake")
    await owner.get_by_role("button", name="Save").click()
    await expect(owner.locator("#status")).to_contain_text("Running")
    assert hub.rooms.supervisor.get("ring").options["token"] == "x"


async def test_a_device_waits_is_given_to_a_person_with_its_history_and_taken_back(hub: Hub, owner: Page) -> None:
    await hub.rooms.supervisor.add("scales", {})
    while not everything(hub).devices():
        await asyncio.sleep(0.02)
    await owner.goto(_at(hub, "/"))
    await expect(owner.get_by_text("1 device waits")).to_be_visible()
    await owner.goto(_at(hub, "/integrations/devices"))
    await owner.get_by_label("Whose is Bathroom scale?").select_option("ben")
    await expect(owner.get_by_label("Weight")).to_have_value("weight")  # its name says what it measures
    await owner.get_by_role("button", name="Give", exact=True).click()
    await expect(owner.get_by_text("Bathroom scale is Ben’s. Its history came along. It gives weight.")).to_be_visible()
    (entity,) = everything(hub).entities("ben")
    assert hub.rooms.states.get(entity.id) is not None
    await owner.goto(_at(hub, "/people/ben"))
    await expect(owner.get_by_text("71.3")).to_be_visible()
    await owner.goto(_at(hub, "/integrations/devices"))
    await owner.get_by_label("Whose is Bathroom scale?").select_option("ben")
    await owner.get_by_label("Whose is Bathroom scale?").select_option("mia")
    await owner.get_by_role("button", name="Save", exact=True).click()
    await owner.get_by_role("button", name="Undo").click()
    await expect(owner.get_by_label("Whose is Bathroom scale?")).to_have_value("ben")
    assert everything(hub).entities("mia") == []


async def test_events_appear_as_they_happen_pause_and_go_on(hub: Hub, owner: Page) -> None:
    await owner.goto(_at(hub, "/events?kind=readings"))
    await expect(owner.get_by_text("Listening")).to_be_visible()
    await hub.rooms.supervisor.add("ring", {"address": "here", "token": "x"}, person="anna")
    await expect(owner.get_by_role("list", name="Events, newest first")).to_contain_text("Anna: Heart rate")
    await owner.get_by_role("button", name="Pause").click()
    await expect(owner.get_by_role("button", name="Go on (")).to_be_visible()
    await owner.get_by_role("button", name="Go on").click()
    await expect(owner.get_by_role("button", name="Pause")).to_be_visible()


async def test_a_token_is_shown_once_works_at_once_and_dies_at_once(hub: Hub, owner: Page) -> None:
    await owner.goto(_at(hub, "/settings/tokens"))
    await owner.get_by_label("What is it for?").fill("Anna's xDrip")
    await owner.get_by_label("Whose data?").select_option("anna")
    await owner.get_by_role("button", name="Make it").click()
    text = (await owner.locator("code.code").first.inner_text()).strip()
    headers = {"Authorization": f"Bearer {text}"}
    answer = await owner.request.get(_at(hub, "/hub/v1/states"), headers=headers)
    assert answer.status == 200
    await owner.goto(_at(hub, "/settings/tokens"))
    assert text not in await owner.content()
    await owner.get_by_role("button", name="Revoke Anna's xDrip").click()
    await expect(owner.get_by_text("The token is revoked")).to_be_visible()
    await owner.context.clear_cookies()
    assert (await owner.request.get(_at(hub, "/hub/v1/states"), headers=headers)).status == 401


async def test_people_and_household_are_changed_and_bad_input_says_why(hub: Hub, owner: Page) -> None:
    await owner.goto(_at(hub, "/settings/people/new"))
    await owner.get_by_label("Name").fill("Zoë")
    await owner.get_by_role("button", name="Save").click()
    await expect(owner.get_by_text("Zoë is added.")).to_be_visible()
    assert everything(hub).person("zoe").name == "Zoë"
    await owner.goto(_at(hub, "/settings/household"))
    await owner.get_by_label("Time zone").fill("Europe/Madird")
    await owner.get_by_role("button", name="Save").click()
    await expect(owner.get_by_text("did you mean 'Europe/Madrid'?")).to_be_visible()
    await owner.get_by_label("Time zone").fill("Europe/Lisbon")
    await owner.get_by_label("Latitude").fill("38.72")
    await owner.get_by_role("button", name="Save").click()
    await expect(owner.get_by_text("The household is changed.")).to_be_visible()
    assert everything(hub).household().time_zone == "Europe/Lisbon"


PATHS = (
    "/integrations",
    "/integrations/ring",
    "/integrations/add/ring",
    "/integrations/devices",
    "/events",
    "/settings",
    "/settings/people",
    "/settings/people/anna",
    "/settings/household",
    "/settings/account",
    "/settings/rights",
    "/settings/rights/anna",
    "/settings/sessions",
    "/settings/audit",
    "/people/anna/who-sees",
    "/settings/tokens",
    "/settings/database",
    "/settings/about",
    "/more",
)


@thorough
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_page_has_an_accessibility_fault_or_scrolls_sideways_on_a_phone(
    hub: Hub, owner: Page, scheme: str
) -> None:
    await hub.rooms.supervisor.add("ring", {"address": "asleep", "token": "x"}, person="anna")
    await hub.rooms.supervisor.add("scales", {})
    await owner.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    await owner.set_viewport_size({"width": 390, "height": 844})
    for path in PATHS:
        await owner.goto(_at(hub, path))
        faults = await accessibility_faults(owner)
        assert not faults, f"{path}: {faults}"
        wide = await owner.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path} is {wide} px too wide"
