"""A1: scripts in names, headers and links, in a real browser."""

from __future__ import annotations

import json
from urllib.parse import quote

from playwright.async_api import Browser

from hub.model import DeviceDescription
from tests.attacks.conftest import Home
from tests.attacks.records import against
from tests.attacks.watch import watching
from tests.support.house import PASSWORD, everything

ELSEWHERE = (
    "javascript:pwn()",
    "JaVaScRiPt:pwn()",
    "data:text/html,x",
    "//evil.example",
    "/\\evil.example",
    "https://evil.example/",
    "\tjavascript:pwn()",
    "/\t/evil.example",
    "http:evil.example",
)
NAME = "</script><svg onload=pwn()><img src=x onerror=pwn()>"


@against("CVE-2025-62172", "CVE-2026-91130")
async def test_the_name_of_an_entity_is_text_in_charts_and_in_their_data(home: Home, browser: Browser) -> None:
    entity = "sensor.anna_heart_rate"
    await everything(home.hub).change_entity(entity, name=NAME)
    async with watching(browser, home.url, home.cookies) as watch:
        for path in ("/people/anna/heart_rate", f"/entities/{entity}", "/explore?with=anna/heart_rate"):
            await watch.open(path)
        assert watch.found == []
        assert "onerror=pwn()" in watch.read
    page = await home.ask("GET", f"/entities/{entity}", cookie=home.owner, headers={"Accept": "text/html"})
    data = page.text.partition('<script type="application/json">')[2].partition("</script>")[0]
    assert json.loads(data)["series"]
    assert "<" not in data


@against("CVE-2026-33044", "CVE-2026-1001")
async def test_names_given_on_pages_are_text_on_cards_and_everywhere(home: Home, browser: Browser) -> None:
    field, _ = await home.form_token("/settings/people/ben", home.owner)
    body = {"form_token": field, "name": NAME}
    sent = await home.ask("POST", "/settings/people/ben", cookie=home.owner, data=body, headers={"Origin": home.url})
    assert sent.status < 400, sent.text[:300]
    assert home.hub.rooms.people.all["ben"].name == NAME
    async with watching(browser, home.url, home.cookies) as watch:
        for path in (
            "/",
            "/people/ben",
            "/settings/people",
            "/settings/people/ben",
            "/people/ben/who-sees",
            "/journal",
        ):
            await watch.open(path)
        assert watch.found == []
        assert "onerror=pwn()" in watch.read
    await home.hub.rooms.people.change("ben", name="Ben")


@against("CVE-2023-41895")
async def test_signing_in_leads_to_pages_of_this_hub_only(home: Home) -> None:
    for place in ELSEWHERE[::2]:
        page = await home.ask("GET", f"/sign-in?next={quote(place, safe='')}", headers={"Accept": "text/html"})
        field = page.text.partition('name="form_token" value="')[2].partition('"')[0]
        cookie = page.headers["Set-Cookie"].partition(";")[0]
        body = {"form_token": field, "account": "anna", "password": PASSWORD, "next": place}
        done = await home.ask("POST", "/sign-in", data=body, headers={"Cookie": cookie, "Origin": home.url})
        assert done.status in (302, 303), (place, done.text[:200])
        led = done.headers["Location"]
        assert led.startswith("/"), (place, led)
        assert not led.startswith(("//", "/\\")), (place, led)


@against("CVE-2021-36755")
async def test_headers_of_failed_sign_ins_are_text_in_the_trail(home: Home, browser: Browser) -> None:
    field, cookie = await home.form_token("/sign-in")
    for header in ("X-Forwarded-For", "User-Agent", "X-Real-IP", "Forwarded", "Referer"):
        body = {"form_token": field, "account": NAME, "password": "wrong"}
        headers = {"Cookie": cookie, "Origin": home.url, header: NAME}
        assert (await home.ask("POST", "/sign-in", data=body, headers=headers)).status >= 400
    async with watching(browser, home.url, home.cookies) as watch:
        for path in ("/settings/audit", "/settings/sessions", "/events", "/more"):
            await watch.open(path)
        assert watch.found == []


@against("CVE-2026-45323")
async def test_names_that_strangers_broadcast_are_text(home: Home, browser: Browser) -> None:
    """One device; five hundred of them are in test_scripts."""
    heard = DeviceDescription("radio", NAME, manufacturer=NAME, model=NAME)
    await home.hub.rooms.entities.describe(home.hub.rooms.supervisor.get("phone"), [heard], [])
    async with watching(browser, home.url, home.cookies) as watch:
        await watch.open("/integrations/devices")
        assert watch.found == []
        assert "onerror=pwn()" in watch.read
