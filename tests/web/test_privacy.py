"""What is not yours is on no page, in no chart and in no stream."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from hub.model import Role
from tests.web.conftest import House

OTHER = "another long password"


@pytest.fixture
async def other(house: House) -> AsyncIterator[aiohttp.ClientSession]:
    """A signed-in adult of the house who sees Emil and the house, and nothing of Anna."""
    await house.measure("anna", "heart_rate", (3, 61))
    await house.measure("anna", "weight", (30, 64.4))
    await house.measure("emil", "body_temperature", (3, 36.9))
    await house.log("anna", "note", 20, title="a secret of Anna's")
    await house.view.add_account("ben", OTHER, role=Role.ADULT, person="emil")
    session = await house.hub.views.sign_in("ben", OTHER)
    async with aiohttp.ClientSession(house.url, cookies={"homeostat_session": session}) as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/journal", "/explore", "/more", "/events", "/integrations", "/settings"])
async def test_no_page_tells_of_somebody_else(other: aiohttp.ClientSession, path: str) -> None:
    async with other.get(path, headers={"Accept": "text/html"}) as answer:
        text = await answer.text()
        assert answer.status in (200, 403)
    assert "Emil" in text or answer.status == 403
    for secret in ("sensor.anna", "64.4", "61</span>", "a secret", "/people/anna"):
        assert secret not in text, f"{path} tells {secret!r}"


@pytest.mark.parametrize(
    "path",
    [
        "/people/anna",
        "/people/anna/heart_rate",
        "/entities/sensor.anna_heart_rate",
        "/charts/data?series=anna/heart_rate&start=2026-01-01&end=2027-01-01",
        "/charts/data?series=sensor.anna_heart_rate&start=2026-01-01&end=2027-01-01",
        "/explore?with=anna/heart_rate",
    ],
)
async def test_asking_for_it_is_in_vain(other: aiohttp.ClientSession, path: str) -> None:
    async with other.get(path, headers={"Accept": "text/html"}) as answer:
        text = await answer.text()
        assert answer.status in (403, 404), path
    assert "61" not in text.partition("<main")[2]


async def test_the_journal_of_another_stays_shut(other: aiohttp.ClientSession, house: House) -> None:
    entries, _ = await house.view.journal(["anna"])
    for path in (f"/journal/{entries[0].id}", f"/journal/{entries[0].id}/edit", "/journal?person=anna"):
        async with other.get(path, headers={"Accept": "text/html"}) as answer:
            assert "secret" not in await answer.text()


@pytest.mark.parametrize("path", ["/live/today", "/live/values", "/live/values?person=anna"])
async def test_no_stream_tells_of_somebody_else(other: aiohttp.ClientSession, house: House, path: str) -> None:
    heard: list[bytes] = []

    async def listen() -> None:
        async with other.get(path) as answer:
            while line := await answer.content.readline():
                heard.append(line)

    listening = asyncio.create_task(listen())
    await asyncio.sleep(0.4)
    await house.measure("anna", "heart_rate", (0, 123))
    await house.measure("emil", "body_temperature", (0, 37.1))
    await house.log("anna", "mood", 1, mood=3)
    await asyncio.sleep(0.8)
    listening.cancel()
    text = b"".join(heard).decode()
    assert "anna" not in text
    assert "123" not in text
    if "person=anna" not in path:
        assert "sensor.emil_body_temperature" in text


async def test_changing_it_is_in_vain(other: aiohttp.ClientSession, house: House) -> None:
    async with other.get("/journal/new?kind=note", headers={"Accept": "text/html"}) as answer:
        token = (await answer.text()).partition('name="form_token" value="')[2].partition('"')[0]
    own = {"Origin": house.url, "Accept": "text/html"}
    entries, _ = await house.view.journal(["anna"])
    tries: tuple[tuple[str, dict[str, str]], ...] = (
        (f"/journal/{entries[0].id}/remove", {}),
        ("/journal/new", {"kind": "note", "person": "anna", "start": "2026-01-01T08:00", "title": "x"}),
        ("/entities/sensor.anna_heart_rate/readings/remove", {"taken_at": "2026-01-01T08:00:00+00:00"}),
        ("/people/anna/heart_rate/sources", {"first": "sensor.anna_heart_rate"}),
    )
    for path, typed in tries:
        async with other.post(path, data={**typed, "form_token": token}, headers=own, allow_redirects=False) as answer:
            assert answer.status in (403, 404, 422), path
    after, _ = await house.view.journal(["anna"])
    assert [one.id for one in after] == [entries[0].id]
