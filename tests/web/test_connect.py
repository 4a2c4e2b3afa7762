"""Connecting a phone: the page tells what to do, and says so when the first data has arrived."""

import json
import re

import aiohttp
import pytest
from playwright.async_api import expect

from tests.support.browser import accessibility_faults
from tests.web.conftest import House, OpenPage
from web import codes, whereabouts
from web.pages import act

NIGHT = {"timestamp": "2026-11-21T06:00:00Z", "app_version": "1", "heart_rate": [{"bpm": 61}]}


async def with_phone(house: House) -> str:
    await house.hub.rooms.supervisor.add("phone", {}, person="anna", title="Anna's phone")
    told = await house.view.call("phone.setup", {"entry": "phone", "base_url": house.url})
    return str(told["secret"])


async def test_adding_a_phone_leads_to_its_codes_and_the_first_data_is_told_by_itself(
    house: House, open_page: OpenPage
) -> None:
    page = await open_page(house, "/integrations/add/phone", width=390)
    await page.get_by_label("Whose data is it?").select_option("anna")
    await page.get_by_role("button", name="Add").click()
    await expect(page.get_by_role("heading", name="Connect Anna’s phone")).to_be_visible()
    await expect(page.locator("#heard")).to_contain_text("Waiting for the first data")
    await expect(page.locator(".qr-frame svg")).to_have_count(2)
    secret = await page.get_by_label("Header value", exact=True).input_value()
    now = house.hub.rooms.clock.now().isoformat()
    body = {**NIGHT, "heart_rate": [{"bpm": 61, "time": now}]}
    async with (
        aiohttp.ClientSession() as phone,
        phone.post(f"{house.url}/webhook/phone/{secret}", data=json.dumps(body)) as answer,
    ):
        assert answer.status == 200, await answer.text()
    await expect(page.locator("#heard")).to_contain_text("Data arrives.")
    await expect(page.locator("#heard")).to_contain_text("Heart rate")


async def test_a_wrong_secret_is_told_on_the_page_while_one_waits(house: House, open_page: OpenPage) -> None:
    await with_phone(house)
    page = await open_page(house, "/integrations/phone/connect")
    async with (
        aiohttp.ClientSession() as phone,
        phone.post(f"{house.url}/webhook/phone/not-the-secret", data="{}") as answer,
    ):
        assert answer.status == 401
    await expect(page.locator("#heard")).to_contain_text("wrong secret")


@pytest.mark.parametrize("app", ["Health Auto Export", "HC Webhook", "HCGateway"])
async def test_each_app_has_steps_a_code_and_texts_to_copy(house: House, open_page: OpenPage, app: str) -> None:
    secret = await with_phone(house)
    page = await open_page(
        house, "/integrations/phone/connect?base_url=https://health.example.org/", java_script_enabled=False
    )
    await page.get_by_role("link", name=app).click()
    await expect(page.get_by_role("heading", name=f"Point {app} at the hub")).to_be_visible()
    assert await page.locator(".steps li").count() >= 3
    texts = " ".join([await one.input_value() for one in await page.locator("input[data-select]").all()])
    assert "https://health.example.org/webhook/phone" in texts
    assert secret in texts
    assert await page.locator(".qr-frame svg").count() >= 1


async def test_a_field_is_copied_and_the_button_says_so(house: House, open_page: OpenPage) -> None:
    secret = await with_phone(house)
    page = await open_page(house, "/integrations/phone/connect", permissions=["clipboard-read", "clipboard-write"])
    button = page.get_by_role("button", name="Copy Header value")
    await button.click()
    await expect(button).to_contain_text("Copied")
    assert await page.evaluate("navigator.clipboard.readText()") == secret


async def test_an_address_that_is_none_is_refused_in_words_and_stays_in_its_field(
    house: House, open_page: OpenPage
) -> None:
    await with_phone(house)
    page = await open_page(house, "/integrations/phone/connect?base_url=ftp://x")
    await expect(page.get_by_text("An address looks like")).to_be_visible()
    await expect(page.get_by_label("The hub’s address")).to_have_value("ftp://x")


@pytest.mark.parametrize(("theme", "width"), [("light", 320), ("dark", 1280), ("night", 390)])
async def test_everyone_can_use_the_page(house: House, open_page: OpenPage, theme: str, width: int) -> None:
    await with_phone(house)
    page = await open_page(house, "/integrations/phone/connect", theme=theme, width=width)
    assert await accessibility_faults(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


@pytest.mark.parametrize(
    ("host", "alone"),
    [("localhost", True), ("127.0.0.1", True), ("::1", True), ("192.168.1.20", False), ("hub.local", False)],
)
def test_this_machines_own_names_are_known(host: str, alone: bool) -> None:
    assert whereabouts.is_loopback(host) is alone


def test_a_code_is_drawn_without_styles_or_a_fixed_size() -> None:
    (code,) = codes.drawn({"qr_workouts": "com.HealthExport://automation?url=x", "qr": "", "quick": "no code"})
    assert code.name == "Workouts"
    assert 'viewBox="0 0' in code.drawing
    assert not re.search(r"style=|width=|height=", code.drawing)


def test_what_an_action_answers_is_told_in_words() -> None:
    answered = {
        "password": "abc",
        "port": 1883,
        "reachable": "this machine only",
        "devices": [{"name": "scale", "topics": ["a/#", "b/#"]}],
        "open": False,
        "left": None,
        "qr": "mqtt://x",
    }
    told = {one.name: one for one in act.told(answered)}
    assert "Qr" not in told
    assert (told["Password"].carried, told["Port"].carried, told["Reachable"].carried) == (True, True, False)
    assert told["Devices"].columns == ("Name", "Topics")
    assert told["Devices"].rows == (("scale", "a/# and b/#"),)
    assert (told["Open"].text, told["Left"].text) == ("No", "–")
