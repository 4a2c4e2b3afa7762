"""The front door: which names, which origins, which forms, and what every answer carries."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from hub.clock import VirtualClock
from tests.web.conftest import PASSWORD, House
from web import security
from web.tries import FREE, Tries


@pytest.fixture
async def stranger(house: House) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(house.url, cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield session


async def form_token(session: aiohttp.ClientSession, path: str) -> str:
    async with session.get(path, headers={"Accept": "text/html"}) as answer:
        text = await answer.text()
    return text.partition('name="form_token" value="')[2].partition('"')[0]


async def test_a_strangers_name_for_the_hub_is_refused(client: aiohttp.ClientSession, house: House) -> None:
    async with client.get("/", headers={"Host": "evil.example"}) as answer:
        assert answer.status == 421
        assert "hub.yaml" in await answer.text()


@pytest.mark.parametrize(
    "host", ["homeostat.local", "raspberrypi", "192.168.1.20:8080", "[fe80::1]:80", "hub.fritz.box"]
)
def test_names_of_the_house_are_known(host: str) -> None:
    assert security.known_host(host, ())


@pytest.mark.parametrize("host", ["evil.example", "192.168.1.20.evil.example", "", "a/b", "local"[:0] + "x.y.z"])
def test_names_of_the_world_are_not(host: str) -> None:
    assert not security.known_host(host, ())


async def test_a_listed_name_is_known() -> None:
    assert security.known_host("hub.example.org", {"hub.example.org"})


async def test_nothing_changes_from_another_site(client: aiohttp.ClientSession, house: House) -> None:
    token = await form_token(client, "/journal/new?kind=note")
    typed = {"form_token": token, "kind": "note", "person": "anna", "start": "2026-01-01T08:00", "title": "forged"}
    async with client.post("/journal/new", data=typed, headers={"Origin": "https://evil.example"}) as answer:
        assert answer.status == 403
    async with client.post("/journal/new", data=typed) as answer:
        assert answer.status == 403, "a browser that does not say where the form was is not believed"
    entries, _ = await house.view.journal(["anna"])
    assert entries == []


async def test_a_form_needs_the_token_of_its_session(client: aiohttp.ClientSession, house: House) -> None:
    typed = {"kind": "note", "person": "anna", "start": "2026-01-01T08:00", "title": "hello"}
    origin = {"Origin": house.url}
    for token in ("", "nonsense", security.form_token("another session")):
        async with client.post("/journal/new", data={**typed, "form_token": token}, headers=origin) as answer:
            assert answer.status == 403
    token = await form_token(client, "/journal/new?kind=note")
    async with client.post(
        "/journal/new", data={**typed, "form_token": token}, headers=origin, allow_redirects=False
    ) as answer:
        assert answer.status == 303
    entries, _ = await house.view.journal(["anna"])
    assert [one.data["title"] for one in entries] == ["hello"]


def test_a_token_looks_different_each_time_and_fits_each_time() -> None:
    first, second = security.form_token("session"), security.form_token("session")
    assert first != second
    assert security.token_fits("session", first)
    assert security.token_fits("session", second)
    assert not security.token_fits("session", first[:-4] + "AAAA")


async def test_every_answer_is_hardened(client: aiohttp.ClientSession) -> None:
    for path in ("/", "/sign-in", "/no/such", "/charts/data", "/manifest.webmanifest"):
        async with client.get(path) as answer:
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"], path
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["X-Frame-Options"] == "DENY"


async def test_the_session_cookie_is_for_us_alone(stranger: aiohttp.ClientSession, house: House) -> None:
    token = await form_token(stranger, "/sign-in")
    typed = {"account": "Anna", "password": PASSWORD, "form_token": token, "next": "/journal"}
    async with stranger.post("/sign-in", data=typed, headers={"Origin": house.url}, allow_redirects=False) as answer:
        assert answer.headers["Location"] == "/journal"
        cookie = next(one for one in answer.headers.getall("Set-Cookie") if one.startswith("homeostat_session"))
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


@pytest.mark.parametrize("wish", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
async def test_signing_in_leads_nowhere_else(stranger: aiohttp.ClientSession, house: House, wish: str) -> None:
    token = await form_token(stranger, "/sign-in")
    typed = {"account": "anna", "password": PASSWORD, "form_token": token, "next": wish}
    async with stranger.post("/sign-in", data=typed, headers={"Origin": house.url}, allow_redirects=False) as answer:
        assert answer.headers["Location"] == "/"


async def test_guessing_passwords_gets_slow(stranger: aiohttp.ClientSession, house: House) -> None:
    token = await form_token(stranger, "/sign-in")
    statuses = []
    for number in range(FREE + 1):
        typed = {"account": "anna", "password": f"wrong {number}", "form_token": token}
        async with stranger.post("/sign-in", data=typed, headers={"Origin": house.url}) as answer:
            statuses.append(answer.status)
    assert statuses == [403] * FREE + [429]


async def test_the_wait_doubles_and_ends() -> None:
    from datetime import UTC, datetime

    clock = VirtualClock(datetime(2026, 1, 1, tzinfo=UTC))
    tries = Tries(clock)
    for _ in range(FREE):
        assert tries.wait("a") == 0
        tries.failed("a")
    assert tries.wait("a") == 2
    await clock.advance(2)
    assert tries.wait("a") == 0
    tries.failed("a")
    assert tries.wait("a") == 4
    tries.succeeded("a")
    assert tries.wait("a") == 0


async def test_nobody_sees_anything_without_signing_in(stranger: aiohttp.ClientSession) -> None:
    for path in ("/", "/people/anna", "/journal", "/explore", "/events", "/settings", "/integrations", "/live/today"):
        async with stranger.get(path, headers={"Accept": "text/html"}, allow_redirects=False) as answer:
            assert answer.status == 303, path
            assert answer.headers["Location"].startswith("/sign-in")


async def test_static_files_may_be_kept_for_ever_and_come_small(client: aiohttp.ClientSession) -> None:
    async with client.get("/", headers={"Accept": "text/html"}) as answer:
        text = await answer.text()
    path = text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    async with client.get(path) as answer:
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["Content-Encoding"] == "gzip"
    async with client.get(path.replace(path.split("/")[2], "000000000000")) as answer:
        assert answer.headers["Cache-Control"] == "no-cache"
    for bad in ("/static/x/../app.py", "/static/x/%2e%2e/app.py", "/static/x/vendor/htmx/LICENSE"):
        async with client.get(bad) as answer:
            assert answer.status in (403, 404), bad


async def test_a_failure_says_what_happened_what_it_means_and_what_to_do(client: aiohttp.ClientSession) -> None:
    async with client.get("/people/nobody", headers={"Accept": "text/html"}) as answer:
        text = await answer.text()
        assert answer.status == 404
    for words in ("There is no person", "What it means", "What to do"):
        assert words in text
    async with client.get("/charts/data?series=anna/nonsense&start=1&end=2") as answer:
        assert "anna" in (await answer.json())["error"]["message"]
