"""Foreign hosts, origins and frames are refused on every route there is, whoever's cookie comes along."""

from __future__ import annotations

import re
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from playwright.async_api import Browser

from hub.model import Limits
from tests.network.conftest import Home, home
from web import security

MANY = Limits(stranger_requests_per_second=1e6, requests_per_second=1e6)
NAME = "hub.local"
STRANGE_HOSTS = (
    "evil.example", "hub.local.evil.example", "evil.example:80", "local.example", "127.0.0.1.evil.example",
    "hub.local@evil.example", "evil.example#hub.local", "[fe80::1%25eth0]", "[::1", "[not:an:address:at:all]", "",
    "hub.local:", "hub.local:port", "hub..local", ".hub.local", "hub.local/", "hub.local\\evil.example",
    "xn--hub-xka.example", "-hub.local", "hub.local,evil.example", "hub .local", "1.2.3", "999.1.1.1",
)  # fmt: skip
KNOWN_HOSTS = (
    NAME, "HUB.LOCAL", "hub.local.", "hub.local:8480", "raspberrypi", "192.168.1.20:8480", "[fe80::1]:80", "[::1]",
    "localhost", "my_pi.lan", "xn--kche-0ra.local",
)  # fmt: skip


EVERYWHERE = ("another site", "a sandboxed frame", "another port")
SOME = (
    "/", "/journal/new", "/settings/network", "/sign-in", "/theme", "/hub/v1/readings", "/hub/v1/states",
    "/hub/v1/network", "/hub/v1/tokens/x", "/hub/v1/journal/x", "/hub/v1/live", "/webhook/x",
)  # fmt: skip


def foreign_origins(port: int) -> dict[str, str]:
    return {
        "another site": "https://evil.example",
        "a sandboxed frame": "null",
        "nothing": "",
        "another port": "http://hub.local:1",
        "no port": "http://hub.local",
        "a file": "file://",
        "an extension": f"moz-extension://hub.local:{port}",
        "a subdomain": f"http://a.hub.local:{port}",
        "the domain above": f"http://local:{port}",
        "a dot at the end": f"http://hub.local.:{port}",
        "a user before": f"http://hub.local:{port}@evil.example",
        "us as a user": f"http://evil@hub.local:{port}",
        "a zone": f"http://[fe80::1%25eth0]:{port}",
        "a look-alike": f"http://xn--hb-xka.local:{port}",
        "us in front": f"http://hub.local:{port}.evil.example",
        "a path": f"http://hub.local:{port}/",
        "no scheme": f"hub.local:{port}",
        "spaces": f"http://hub.local:{port} http://evil.example",
    }


@pytest.fixture(scope="module")
async def door(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Home]:
    async with home(tmp_path_factory.mktemp("door") / "data", limits=MANY) as one:
        yield one


def routes(one: Home) -> list[tuple[str, str]]:
    """Every method and address that the application answers, placeholders filled in."""
    found = []
    for route in one.hub.app.router.routes():
        path = re.sub(r"\{[^}]*\}", "x", route.resource.canonical)
        found += [(method, path) for method in (["GET", "POST"] if route.method == "*" else [route.method])]
    return sorted(set(found))


async def statuses(one: Home, method: str, headers: dict[str, str], only: tuple[str, ...] = ()) -> dict[str, int]:
    """What every route of a method (or `only` some) answers to the owner's browser with these headers."""
    given = {"Host": f"{NAME}:{one.port}", "Cookie": f"homeostat_session={one.session}", **headers}
    answers = {}
    async with aiohttp.ClientSession(one.url, cookie_jar=aiohttp.DummyCookieJar()) as client:
        for of, path in routes(one):
            if of == method and (not only or path in only):
                more: dict[str, Any] = {} if method in ("GET", "HEAD", "OPTIONS") else {"json": {}}
                async with client.request(method, path, headers=given, allow_redirects=False, **more) as answer:
                    answers[path] = answer.status
                    assert "Access-Control-Allow-Credentials" not in answer.headers, path
    return answers


@pytest.mark.parametrize("host", STRANGE_HOSTS)
def test_strange_hosts_are_not_ours(host: str) -> None:
    assert not security.known_host(host, {"hub.example.org"})


@pytest.mark.parametrize("host", [*KNOWN_HOSTS, "hub.example.org", "hub.example.org.:443", "Hub.Example.org"])
def test_the_houses_names_are_ours(host: str) -> None:
    assert security.known_host(host, {"hub.example.org"})


async def test_no_route_answers_under_a_strangers_name(door: Home) -> None:
    assert len(routes(door)) > 150
    for method in sorted({of for of, _ in routes(door)}):
        for path, status in (await statuses(door, method, {"Host": "evil.example"})).items():
            assert status == 421, (method, path, status)


async def test_no_route_that_changes_anything_takes_it_from_a_foreign_origin(door: Home) -> None:
    tried = 0
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for what, origin in foreign_origins(door.port).items():
            # Every route meets the usual ones; the odd spellings are read in one place for all of them.
            only = () if what in EVERYWHERE else SOME
            for path, status in (await statuses(door, method, {"Origin": origin}, only)).items():
                tried += 1
                assert status == 403, (what, method, path, status)
        for site in ("cross-site", "same-site", "", "nonsense"):
            headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "cors"} if site else {}
            for path, status in (await statuses(door, method, headers)).items():
                tried += 1
                assert status == 403, (site or "not said", method, path, status)
    assert tried > 700


async def test_no_route_that_shows_anything_shows_it_to_a_foreign_page(door: Home) -> None:
    for what, origin in foreign_origins(door.port).items():
        only = () if what in EVERYWHERE else SOME
        for path, status in (await statuses(door, "GET", {"Origin": origin}, only)).items():
            assert status == 403, (what, path, status)
    for site, mode, dest in (
        ("cross-site", "no-cors", "image"),
        ("same-site", "no-cors", "script"),
        ("same-site", "cors", "empty"),
        ("cross-site", "navigate", "iframe"),
        ("same-site", "navigate", "embed"),
        ("cross-site", "websocket", "websocket"),
    ):
        headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": dest}
        only = () if dest in ("image", "iframe") else SOME
        for path, status in (await statuses(door, "GET", headers, only)).items():
            assert status == 403, (site, mode, dest, path, status)


async def test_a_page_of_ours_is_let_through(door: Home) -> None:
    """The other side of the tables: what refuses everybody proves nothing."""
    ours = f"http://{NAME}:{door.port}"
    asked = {"Host": f"{NAME}:{door.port}"}
    for headers in (
        {"Origin": ours},
        {"Origin": ours.replace("http://", "https://")},  # an unlisted proxy speaks HTTPS for us
        {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"},
        {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"},
    ):
        readings = {"person": "anna", "metric": "weight", "value": 60, "taken_at": "2026-11-20T08:00:00Z"}
        given = {"readings": [readings]}
        async with aiohttp.ClientSession(door.url, cookie_jar=aiohttp.DummyCookieJar()) as client:
            sent = {**asked, **headers, "Cookie": f"homeostat_session={door.session}"}
            async with client.get("/hub/v1/states", headers=sent) as answer:
                assert answer.status == 200, headers
            async with client.post("/hub/v1/readings", headers=sent, json=given) as answer:
                assert answer.status == 200, (headers, await answer.text())
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    async with aiohttp.ClientSession(door.url, cookie_jar=aiohttp.DummyCookieJar()) as client:
        cookie = {"Cookie": f"homeostat_session={door.session}"}
        async with client.get("/journal", headers={**asked, **link, **cookie}) as answer:
            assert answer.status == 200, "a link on another page may lead here"


async def test_behind_https_a_plain_origin_is_foreign(tmp_path: Path, ports: list[int]) -> None:
    async with home(tmp_path / "data", tls="home", tls_port=ports[1]) as one:
        url = f"https://127.0.0.1:{ports[1]}"
        for origin, expected in ((f"http://127.0.0.1:{ports[1]}", 403), (url, 200)):
            status, _, _ = await one.ask(
                "POST", f"{url}/hub/v1/readings", headers={"Origin": origin}, json={"readings": []}, over=one.trusting
            )
            assert (status == 403) == (expected == 403), origin


async def test_a_websocket_opens_for_our_own_page_only(door: Home) -> None:
    cookie = {"Cookie": f"homeostat_session={door.session}", "Host": f"{NAME}:{door.port}"}
    async with aiohttp.ClientSession(door.url, cookie_jar=aiohttp.DummyCookieJar()) as client:
        for origin in (*foreign_origins(door.port).values(), None):
            headers = cookie if origin is None else {**cookie, "Origin": origin}
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await client.ws_connect("/hub/v1/ws", headers=headers)
            assert refused.value.status == 403, origin
        socket = await client.ws_connect("/hub/v1/ws", headers={**cookie, "Origin": f"http://{NAME}:{door.port}"})
        await socket.send_json({"type": "ping"})
        assert (await socket.receive_json())["type"] == "pong"
        await socket.close()


class Rebinding(AbstractResolver):
    """A stranger's name server, which says that their name is this machine."""

    def __init__(self) -> None:
        self.asked = 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked += 1
        return [
            ResolveResult(
                hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=socket.AI_NUMERICHOST
            )
        ]

    async def close(self) -> None:
        """Nothing is open."""


async def test_a_name_that_is_pointed_at_the_hub_reads_nothing(door: Home) -> None:
    resolver = Rebinding()
    connector = aiohttp.TCPConnector(resolver=resolver, use_dns_cache=False)
    evil = f"http://rebind.evil.example:{door.port}"
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as client:
        for path in ("/", "/sign-in", "/hub/v1/states", "/hub/v1/live", "/healthz", "/api/v1/entries.json", "/metrics"):
            for headers in ({}, {"Cookie": f"homeostat_session={door.session}"}, {"Origin": evil}):
                async with client.get(f"{evil}{path}", headers=headers, allow_redirects=False) as answer:
                    assert answer.status == 421, path
                    text = await answer.text()
                    assert "anna" not in text.lower()
    assert resolver.asked > 0


ATTACK = """<!doctype html><title>attack</title><script>
const hub = "%s", seen = [], credentials = "include";
async function tried(name, work) {
  try { seen.push([name, await work()]) } catch (error) { seen.push([name, "refused"]) }
}
const opened = one => new Promise((good, bad) => { one.onopen = () => good("open"); one.onerror = bad });
window.done = (async () => {
  await tried("read", async () => (await fetch(hub + "/hub/v1/states", {credentials})).text());
  await tried("blind read", async () => (await fetch(hub + "/hub/v1/states", {credentials, mode: "no-cors"})).type);
  await tried("script", () => new Promise((good, bad) => {
    const one = document.createElement("script");
    Object.assign(one, {src: hub + "/hub/v1/states", onload: () => good("loaded"), onerror: bad});
    document.head.append(one);
  }));
  await tried("stream", () => opened(new EventSource(hub + "/hub/v1/live", {withCredentials: true})));
  await tried("socket", () => opened(new WebSocket(hub.replace("http", "ws") + "/hub/v1/ws")));
  await tried("write", async () => (await fetch(hub + "/hub/v1/journal", {
    method: "POST", credentials, headers: {"Content-Type": "application/json"}, body: "{}",
  })).status);
  await tried("form", async () => (await fetch(hub + "/theme", {
    method: "POST", credentials, mode: "no-cors", body: new URLSearchParams({theme: "night"}),
  })).type);
  const frame = document.createElement("iframe");
  frame.src = hub + "/settings";
  await new Promise(good => { frame.onload = good; document.documentElement.append(frame); setTimeout(good, 1500) });
  return seen;
})();
</script>"""


@pytest.mark.parametrize("attacker", ["evil.localhost", "hub.localhost"], ids=["another site", "another port of ours"])
async def test_a_hostile_page_in_a_real_browser_gets_nothing_with_the_owners_cookies(
    door: Home, browser: Browser, attacker: str
) -> None:
    hub = f"http://hub.localhost:{door.port}"

    async def page_of_theirs(_: web.Request) -> web.Response:
        return web.Response(text=ATTACK % hub, content_type="text/html")

    app = web.Application()
    app.router.add_get("/", page_of_theirs)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    context = await browser.new_context()
    try:
        await context.add_cookies(
            [{"name": "homeostat_session", "value": door.session, "url": hub, "sameSite": "Strict", "httpOnly": True}]
        )
        page = await context.new_page()
        answered: list[tuple[str, int]] = []
        page.on("response", lambda one: answered.append((one.url, one.status)))
        ours = await context.new_page()
        shown = await ours.goto(f"{hub}/settings")
        assert shown is not None
        assert shown.status == 200, "the cookie is good"
        assert "Settings" in await ours.title()
        await page.goto(f"http://{attacker}:{runner.addresses[0][1]}/")
        seen = dict(await page.evaluate("() => window.done"))
        assert {name: seen[name] for name in ("read", "script", "stream", "socket", "write")} == dict.fromkeys(
            ("read", "script", "stream", "socket", "write"), "refused"
        )
        assert seen["blind read"] in ("opaque", "refused")
        for url, status in answered:
            # A frame without the cookie is led to signing in, which no frame shows.
            if url.startswith(hub) and "/sign-in" not in url:
                assert status in (401, 403, 303), (url, status)
        for frame in page.frames[1:]:
            assert "homeostat" not in (await frame.content()).lower()
    finally:
        await context.close()
        await runner.cleanup()
