"""Closed from the first start, and however the configuration is written: it is refused, or nothing opens."""

from __future__ import annotations

import json
import random
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer

from hub.config import load_settings
from hub.daemon import Hub, Settings
from hub.daemon.serving import Serving
from hub.errors import ConfigInvalid, Conflict, Forbidden
from hub.model import Credential, Limits, Verb
from hub.view import SetupRequest
from tests.access.routes import OPEN
from tests.support.house import PASSWORD, house
from tests.support.thorough import EVERY_STEP

MUTATIONS = 500 if EVERY_STEP else 120
DOOR = {*OPEN, "GET /welcome", "GET /welcome/backup"}
"""What answers somebody unknown; those of /welcome are forms that want the code of the console."""
YES = {"true", "1", "1.0", "yes", "on"}
FLOOD = Limits(stranger_requests_per_second=1e6, requests_per_second=1e6)
SOUND: dict[str, Any] = {
    "web": {"host": "127.0.0.1", "port": 8480, "hosts": ["hub.example.org"], "trusted_proxies": ["127.0.0.1"],
            "metrics_open": False, "tls": "off", "redirect": False, "hsts": False, "limits": {"connections": 1000}},
    "database": {"url": ""},
    "data": "data",
    "logging": {"level": "info", "keep": 5},
    "household": {"name": "Home", "time_zone": "Europe/Madrid"},
    "integrations": [{"domain": "open_meteo", "options": {}}],
}  # fmt: skip
ODD: tuple[Any, ...] = (
    None,
    "",
    " ",
    0,
    1,
    -1,
    True,
    False,
    [],
    {},
    [""],
    ["*"],
    "*",
    "true",
    "no",
    "0.0.0.0",
    "none",
    1e9,
)
OPENINGS = (
    "auth", "authentication", "anonymous", "password", "api_password", "token", "public", "trusted_networks", "guest",
    "setup_code", "allow_unauthenticated", "insecure", "debug", "demo", "development",
)  # fmt: skip


async def answering(client: TestClient[Any, Any], *, only: str = "") -> set[str]:
    """Every address that answers who shows nothing with anything but a refusal or the way to the door."""
    found = set()
    for route in client.server.app.router.routes():  # type: ignore[attr-defined] # of the test server
        resource = route.resource
        if resource is None or route.method in ("HEAD", "OPTIONS") or not resource.canonical.startswith(only):
            continue
        name = f"{route.method} {resource.canonical}"
        path = re.sub(r"\{person\}", "anna", resource.canonical)
        path = re.sub(r"\{metric\}|\{key\}", "weight", path)
        path = re.sub(r"\{[^}]+\}", "sensor.anna_weight", path)
        async with client.request(route.method, path, allow_redirects=False) as answer:
            to = answer.headers.get("Location", "")
            if answer.status < 400 and not re.match(r"/(sign-in|welcome)\b", to) and to != "/":
                found.add(name)
    return found


def mutation(seed: int) -> tuple[str, dict[str, str]]:
    """hub.yaml and the environment, changed in one to three places."""
    dice = random.Random(seed)
    document = json.loads(json.dumps(SOUND))
    for _ in range(dice.randint(1, 3)):
        place = document
        while True:
            key = dice.choice(list(place))
            if not isinstance(place[key], dict) or not place[key] or dice.random() < 0.3:
                break
            place = place[key]
        match dice.randrange(6):
            case 0:
                place[dice.choice(("x_", "X", "old-", "")) + key + dice.choice(("", "s", "_", "."))] = place.pop(key)
            case 1:
                del place[key]
                place.setdefault("port", 8480) if not place else None
            case 2 | 3:
                place[key] = dice.choice(ODD)
            case 4:
                place[key] = f"{dice.choice(('', 'x', ' '))}{place[key]}{dice.choice(('', ' ', '#', '%00'))}"
            case _:
                place[dice.choice(OPENINGS)] = dice.choice(ODD)
    text = json.dumps(document)
    if dice.random() < 0.1:
        text = text[: dice.randrange(len(text))]
    names = ("HOMEOSTAT_DATABASE_URL", *(f"HOMEOSTAT_{one.upper()}" for one in OPENINGS), "HOMEOSTAT_CONFIG")
    return text, {dice.choice(names): str(dice.choice(ODD)) for _ in range(dice.randint(0, 2))}


@pytest.fixture(scope="module")
async def home(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hub]:
    async with house(tmp_path_factory.mktemp("closed") / "data", automatic=True, serve=True) as hub:
        yield hub


async def test_a_fresh_hub_answers_strangers_at_the_door_only_and_wants_the_code(tmp_path: Path) -> None:
    hub = await Hub.start(Settings(tmp_path / "data", port=0, limits=FLOOD))
    try:
        async with TestClient(TestServer(_app(hub, hub.settings))) as client:
            assert await answering(client) <= DOOR
        wanted = SetupRequest("Eve", PASSWORD, "Hers", "UTC")
        code = hub.views.setup_code
        for guess in ("", " ", code[:-1], code[:3], f"{code}0", code.replace("-", ""), "None", "\0"):
            with pytest.raises(Forbidden):
                await hub.views.setup(wanted, code=guess)
        assert not hub.rooms.accounts.all
        await hub.views.setup(wanted, code=code)
        for guess in ("", code):
            with pytest.raises(Conflict):
                await hub.views.setup(wanted, code=guess)
    finally:
        await hub.stop()


async def test_five_hundred_ways_to_write_the_configuration_open_nothing(home: Hub, tmp_path: Path) -> None:
    refused, seen, swept = 0, set[tuple[Any, ...]](), 0
    for seed in range(MUTATIONS):
        text, variables = mutation(seed)
        (tmp_path / "hub.yaml").write_text(text)
        try:
            settings = load_settings(tmp_path, variables=variables)
        except ConfigInvalid:
            refused += 1
            continue
        said = (json.loads(text).get("web") or {}).get("metrics_open", False)
        assert settings.metrics_open is (str(said).strip().lower() in YES), text
        assert not settings.development, text
        shape = (settings.metrics_open, settings.demo, settings.allowed_hosts, settings.trusted_proxies)
        if shape in seen:
            continue
        # What is served depends on nothing else; each is looked at once, the whole of it where anything could open.
        whole = shape[:2] not in {one[:2] for one in seen}
        seen.add(shape)
        async with TestClient(TestServer(_app(home, settings))) as client:
            extra = {"GET /metrics"} if settings.metrics_open else set()
            assert await answering(client, only="" if whole else "/hub/v1/") <= DOOR | extra, text
        swept += 1
    # Most of these are refused at the start; a test that refused all, or swept none, would say nothing.
    assert 0.2 < refused / MUTATIONS < 0.95
    assert swept > (2 if EVERY_STEP else 1)


async def test_nothing_empty_and_no_beginning_of_a_secret_opens(home: Hub) -> None:
    token, text = await home.rooms.accounts.create_token("anna", verbs=tuple(Verb), days=1)
    session = await home.views.sign_in("anna", PASSWORD)
    digests = home.rooms.accounts._tokens._digests
    secrets = [("bearer", text), ("session", session)]
    secrets += [(scheme, digest) for (scheme, digest), one in digests.items() if one == token.id and scheme != "sha256"]
    for scheme, secret in secrets:
        wrong = [
            "",
            " ",
            "null",
            "None",
            secret[:-1],
            secret[:8],
            secret[1:],
            f"{secret} ",
            f"{secret}x",
            f"{secret}\0",
            secret * 2,
        ]
        for guess in wrong:
            assert await home.views.authenticate(Credential(scheme, guess)) is None, (scheme, len(guess))
    for guess in ("", PASSWORD[:-1], f"{PASSWORD} ", f"{PASSWORD}\0"):  # a fifth would have to wait
        with pytest.raises(Forbidden):
            await home.views.sign_in("anna", guess)
    url = f"http://127.0.0.1:{home.port}"
    if home.port:
        async with (
            aiohttp.ClientSession() as client,
            client.get(f"{url}/hub/v1/me", headers={"Authorization": "Bearer"}) as no,
        ):
            assert no.status == 401


def _app(hub: Hub, settings: Settings) -> Any:
    return Serving(replace(settings, limits=FLOOD), hub.views, hub.loaded.routes, hub.rooms.clock).app
