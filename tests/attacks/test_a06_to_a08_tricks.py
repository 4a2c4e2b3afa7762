"""A6 to A8: requests and redirects by trick, forged forms, commands smuggled in."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from hub.supervisor.outgoing import Guard, Refused, check, typed
from tests.attacks.conftest import Home
from tests.attacks.opened import opened
from tests.attacks.records import against
from tests.support.house import everything
from web import security

ELSEWHERE = (
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example",
    "http:evil.example",
    "/%2fevil.example",
    "/%5cevil.example",
    "/\t/evil.example",
    "/..//evil.example",
    "javascript:pwn()",
    "/.evil.example/../..//evil.example",
    "//evil.example%2f..",
    "/\n/evil.example",
    "@evil.example",
    "/public/..%2f\\evil.example/?x",
)


@against("CVE-2024-42467")
async def test_no_address_in_a_query_is_fetched_and_no_private_one_that_nobody_typed(home: Home) -> None:
    asked: list[str] = []

    async def count(reader: object, writer: object) -> None:
        asked.append("x")

    import asyncio

    server = await asyncio.start_server(count, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    target = f"http://127.0.0.1:{port}/"
    async with server:
        for path in (
            "/proxy",
            "/proxy/x",
            "/rest/proxy",
            "/fetch",
            "/integrations",
            "/hub/v1/metrics",
            "/explore",
            "/sign-in",
            "/",
        ):
            for name in ("url", "itemName", "src", "target", "next", "host"):
                await home.ask("GET", f"{path}?{name}={quote(target, safe='')}", cookie=home.owner)
        answer = await home.ask("GET", "/", headers={"Referer": target, "X-Forwarded-Host": f"127.0.0.1:{port}"})
        assert answer.status < 500
        await asyncio.sleep(0.2)
    assert asked == []
    guard = Guard(typed({"url": "https://example.org"}))
    for host in ("127.0.0.1", "169.254.169.254", "10.0.0.1", "::1", "::ffff:127.0.0.1"):
        with pytest.raises(Refused):
            check(host, host, 80)
        assert not guard.asked_for(host, 80)


@against("CVE-2025-4123")
async def test_every_redirect_stays_in_the_house(home: Home) -> None:
    led = {}
    for place in ELSEWHERE:
        given = quote(place, safe="")
        for path in (
            f"/sign-in?next={given}",
            f"/journal/new?kind=note&back={given}",
            f"/confirm?next={given}",
            f"/{given}",
            place if place.startswith("/") else "/" + place,
            f"/{place}/..",
            f"/integrations?back={given}",
        ):
            for cookie in (home.owner, ""):
                headers = {"Accept: text/html"}
                status, text = await home.get_raw(
                    path.replace("\n", "%0a").replace("\t", "%09"), *headers, f"Cookie: homeostat_session={cookie}"
                )
                if 300 <= status < 400:
                    led[path] = next(one for one in text.splitlines() if one.lower().startswith("location:"))[
                        9:
                    ].strip()
    field, _ = await home.form_token("/journal/new?kind=note", home.owner)
    for place in ELSEWHERE:
        body = {
            "form_token": field,
            "kind": "note",
            "person": "anna",
            "start": "2026-01-01T08:00",
            "title": "x",
            "back": place,
            "next": place,
        }
        for path in ("/journal/new", "/journal", "/settings/household"):
            answer = await home.ask(
                "POST",
                path,
                data=body,
                cookie=home.owner,
                headers={"Origin": home.url, "Referer": "https://evil.example/"},
            )
            if "Location" in answer.headers:
                led[f"{path} {place}"] = answer.headers["Location"]
    assert led
    astray = {path: to for path, to in led.items() if not to.startswith("/") or to[1:2] in ("/", "\\", "\t")}
    assert astray == {}


@against("GHSA-4r74-h49q-rr3h")
async def test_nothing_that_a_stranger_says_at_sign_in_is_fetched(home: Home) -> None:
    import asyncio

    asked: list[str] = []

    async def count(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append("x")
        writer.close()

    server = await asyncio.start_server(count, "127.0.0.1", 0)
    target = quote(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", safe="")
    async with server:
        for path in (
            "/sign-in",
            "/sign-in/openid",
            "/auth/authorize",
            "/auth/token",
            "/openid/start",
            "/.well-known/openid-configuration",
        ):
            names = ("client_id", "redirect_uri", "iss", "issuer", "provider", "request_uri")
            query = "&".join(f"{name}={target}" for name in names)
            for method in ("GET", "POST"):
                await home.ask(method, f"{path}?{query}", headers={"Accept": "text/html"})
        await asyncio.sleep(0.2)
    assert asked == []


@against("GHSA-h2jp-7grc-9xpp")
async def test_links_of_an_integration_open_pages_of_the_web_only(home: Home) -> None:
    from dataclasses import replace

    catalogue = home.hub.rooms.supervisor.catalogue
    known = catalogue.items["phone"]
    try:
        for link in (
            "javascript:pwn()",
            "data:text/html,x",
            "homeassistant://navigate/x",
            "file:///etc/passwd",
            "vbscript:x",
        ):
            catalogue._items["phone"] = replace(known, documentation=link)
            for path in ("/integrations", "/integrations/add/phone", "/integrations/phone"):
                text = (await home.ask("GET", path, cookie=home.owner)).text
                assert f'href="{link}' not in text, (path, link)
    finally:
        catalogue._items["phone"] = known


@against("GHSA-5925-88xh-6h99")
async def test_no_other_site_changes_anything(home: Home) -> None:
    before = len(list(home.hub.rooms.accounts.tokens)), set(home.hub.rooms.supervisor.entries)
    paths = (
        "/settings/tokens",
        "/settings/household",
        "/settings/people",
        "/integrations/add/phone",
        "/integrations/phone/remove",
        "/journal/new",
        "/sign-out",
        "/settings/rights/gus/give",
        "/hub/v1/entries",
        "/hub/v1/grants",
        "/hub/v1/readings",
        "/hub/v1/actions/mqtt.add_device",
    )
    kinds = (
        "application/x-www-form-urlencoded",
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/json",
        "",
    )
    for path in paths:
        for kind in kinds:
            for headers in (
                {"Origin": "https://evil.example"},
                {"Origin": "null"},
                {"Sec-Fetch-Site": "cross-site"},
                {"Origin": home.url + ".evil.example"},
                {"Referer": "https://evil.example/"},
            ):
                answer = await home.ask(
                    "POST",
                    path,
                    data=b"label=x&name=x&title=x",
                    cookie=home.owner,
                    headers={"Content-Type": kind, **headers},
                )
                assert answer.status in (403, 404, 405), (path, kind, headers, answer.status)
    token = (await home.form_token("/settings/tokens", home.guest))[0]
    assert not security.token_fits(home.owner, token)
    assert (len(list(home.hub.rooms.accounts.tokens)), set(home.hub.rooms.supervisor.entries)) == before
    page = await home.ask("GET", "/settings/tokens", cookie=home.owner)
    assert page.status == 200, "the owner is still signed in"
    for header in ("Access-Control-Allow-Origin", "Access-Control-Allow-Credentials"):
        asked = await home.ask("GET", "/hub/v1/states", cookie=home.owner, headers={"Origin": "https://evil.example"})
        assert header not in asked.headers


@against("CVE-2026-25643")
async def test_no_option_of_an_entry_starts_a_program(home: Home) -> None:
    commands = (
        "exec:touch /tmp/pwn",
        "$(touch /tmp/pwn)",
        "`touch /tmp/pwn`",
        "; touch /tmp/pwn",
        "| touch /tmp/pwn",
        "ffmpeg:x#exec=touch",
        "echo:x",
        "!!python/object/apply:os.system [touch]",
        "file:///bin/sh",
        "--config=/etc/passwd",
        "http://x/$(id)",
    )
    view = everything(home.hub)
    with opened() as heard:
        for command in commands:
            for domain, options in (
                ("http_json", {"url": command, "values": []}),
                ("nightscout", {"url": command}),
                ("mqtt", {"url": command, "ca": command}),
                ("open_meteo", {"latitude": command}),
                ("phone", {"secret": command, "command": command}),
            ):
                try:
                    made = await view.add_entry(domain, options, person="anna", title=command)
                except Exception:  # noqa: BLE001  # how it is refused is each integration's own
                    continue
                await view.remove_entry(made.id)
    assert [one for one in heard if one[0].startswith(("subprocess", "os.system", "os.exec", "os.posix", "pty"))] == []
