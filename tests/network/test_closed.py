"""Nothing but signing in, health and the interface's description answers a stranger, whatever the settings say."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from pathlib import Path

import aiohttp

from hub.config.load import read_config
from hub.daemon import Hub, Settings
from hub.daemon.network import base_of
from hub.errors import ConfigInvalid
from hub.model import Limits
from tests.network.conftest import home
from tests.network.test_front_door import routes
from tests.support.thorough import EVERY_STEP
from web.keys import OPTIONS

MANY = Limits(stranger_requests_per_second=1e6, requests_per_second=1e6)
OPEN = (
    "/sign-in", "/healthz", "/readyz", "/hub/v1/openapi.json", "/manifest.webmanifest", "/theme", "/static/",
    "/robots.txt", "/sw.js",
)  # fmt: skip
"""What may answer without an account; beyond these, an answer is a refusal or the way to sign in."""
EMPTY = ("/api/versions", "/api/v1/verifyauth", "/api/v1/verifyauth.json", "/api/v3/version")
"""Of Nightscout's protocol: which versions are spoken, and that nobody is known."""
ASKED = ("/", "/settings", "/hub/v1/states", "/hub/v1/network", "/hub/v1/live", "/metrics", "/charts/data")
FITTING: dict[str, tuple[str, ...]] = {
    "host": ("0.0.0.0", "127.0.0.1", "::"), "port": ("0", "80", "8480"), "hosts": ("[]", "[hub.example.org]", "a,b"),
    "trusted_proxies": ("[127.0.0.1]", "127.0.0.0/8", "[]", "::1"), "metrics_open": ("true", "false"),
    "tls": ("home", "own", "off"), "tls_port": ("8443", "0"), "redirect": ("true", "false"),
    "hsts": ("true", "false"), "limits": ("{}", "{connections: 20}", "{stranger_requests_per_second: 1000}"),
}  # fmt: skip
NONSENSE = (
    "true", "null", '""', "-1", "[0.0.0.0/0]", "['::/0']", "'*'", "no", "!env NOTHING", "[[[]]]", "1e999", "~",
)  # fmt: skip
HEADERS: tuple[dict[str, str], ...] = (
    {}, {"X-Forwarded-For": "127.0.0.1"}, {"X-Forwarded-Proto": "https", "X-Forwarded-For": "::1"},
    {"Forwarded": "for=127.0.0.1;proto=https;host=localhost"}, {"X-Real-IP": "127.0.0.1"},
    {"X-Forwarded-Host": "localhost"}, {"Authorization": "Bearer null"}, {"Authorization": "Basic YW5uYTo="},
    {"Cookie": "homeostat_session="}, {"Cookie": "homeostat_session=x; __Host-homeostat_session=x"},
    {"X-Original-URL": "/healthz"}, {"X-HTTP-Method-Override": "GET"},
)  # fmt: skip


async def test_no_route_answers_a_stranger(tmp_path: Path) -> None:
    answered: dict[str, int] = {}
    async with (
        home(tmp_path / "data", limits=MANY) as one,
        aiohttp.ClientSession(one.url, cookie_jar=aiohttp.DummyCookieJar()) as client,
    ):

        async def ask(method: str, path: str) -> None:
            async with client.request(method, path, allow_redirects=False) as answer:
                to = answer.headers.get("Location", "")
                led = 300 <= answer.status < 400 and to.startswith("/") and not to.startswith("//")
                if not led and answer.status < 400 and method != "OPTIONS" and not path.startswith(OPEN):
                    answered[path] = answer.status

        # Together: what stands in for a server that is switched off waits a little for it.
        await asyncio.gather(*(ask(method, path) for method, path in routes(one)))
    assert set(answered) <= set(EMPTY)


async def test_five_hundred_mutated_settings_open_nothing(tmp_path: Path) -> None:
    chance = random.Random(20261121)
    folder = tmp_path / "config"
    folder.mkdir()
    taken = refused = 0
    async with home(tmp_path / "data", limits=MANY) as one:
        serving, options = one.hub.network.serving, one.hub.app[OPTIONS]
        assert serving is not None
        async with aiohttp.ClientSession(one.url, cookie_jar=aiohttp.DummyCookieJar()) as client:
            for _ in range(500 if EVERY_STEP else 120):
                lines = []
                for key in chance.sample(sorted(FITTING), chance.randint(1, 4)):
                    name = key[:-1] if chance.random() < 0.05 else key
                    lines.append(f"  {name}: {chance.choice(NONSENSE if chance.random() < 0.15 else FITTING[key])}")
                (folder / "hub.yaml").write_text("\n".join(["web:", *lines, ""]))
                try:
                    settings = read_config(folder, variables={}).settings
                    wished = base_of(settings)
                except ConfigInvalid:
                    refused += 1  # it would not have started
                    continue
                taken += 1
                # Its addresses stay where the test can reach them; all else holds.
                serving._set_options(replace(wished, redirect=False), None)
                path, headers = chance.choice(ASKED), chance.choice(HEADERS)
                if path == "/metrics" and settings.metrics_open:
                    continue
                options.metrics_open = settings.metrics_open
                async with client.get(path, headers=headers, allow_redirects=False) as answer:
                    said = (lines, path, headers, answer.status)
                    assert answer.status >= 400 or answer.headers.get("Location", "").startswith("/sign-in"), said
    assert taken > (taken + refused) / 8
    assert refused > (taken + refused) / 8


async def test_a_hub_that_nobody_set_up_shows_nothing_either(tmp_path: Path) -> None:
    hub = await Hub.start(Settings(tmp_path / "data", port=0, automatic_entries=False))
    try:
        async with aiohttp.ClientSession() as client:
            for path in ASKED:
                async with client.get(f"http://127.0.0.1:{hub.port}{path}", allow_redirects=False) as answer:
                    ways = ("/welcome", "/sign-in")
                    assert answer.status >= 400 or answer.headers.get("Location", "").startswith(ways), path
    finally:
        await hub.stop()
