"""Live streams: news as it comes, to those who may see it, at the moment it comes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import orjson
import pytest

from hub.model import Verb
from tests.rest.conftest import PASSWORD, House
from web.rest.live import BROADCASTER
from web.rest.live.listener import Listener, Wish

Ago = Callable[[float], str]


class Stream:
    """An open event stream, parsed by the rules of the format."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.response = response
        self.last_id = ""
        self.comments: list[str] = []

    async def next(self, seconds: float = 5.0) -> tuple[str, Any]:
        """The next event's name and data."""
        return await asyncio.wait_for(self._next(), seconds)

    async def _next(self) -> tuple[str, Any]:
        name, data = "message", ""
        while True:
            line = (await self.response.content.readuntil(b"\n")).decode().rstrip("\n")
            if not line and data:
                return name, orjson.loads(data)
            field, _, value = line.partition(": ")
            if field == "id":
                self.last_id = value
            elif field == "event":
                name = value
            elif field == "data":
                data += value
            elif line.startswith(":"):
                self.comments.append(line)

    async def quiet(self, seconds: float = 0.3) -> bool:
        """True when nothing comes for so long."""
        try:
            await self.next(seconds)
        except TimeoutError:
            return True
        return False

    async def ended(self, seconds: float = 5.0) -> bool:
        """True when the hub closes the stream within so long."""
        async with asyncio.timeout(seconds):
            async for _ in self.response.content:
                pass
        return True


@asynccontextmanager
async def listen(house: House, token: str = "owner", last_id: str = "", **query: str) -> AsyncIterator[Stream]:
    headers = {"Authorization": f"Bearer {house.tokens[token]}"}
    if last_id:
        headers["Last-Event-ID"] = last_id
    async with house.session.get(f"{house.url}/hub/v1/live", params=query, headers=headers) as response:
        assert response.status == 200
        assert response.headers["Content-Type"] == "text/event-stream"
        await response.content.readuntil(b": welcome\n\n")
        yield Stream(response)


def heart(taken_at: str, value: float = 62, person: str = "anna") -> dict[str, Any]:
    return {"person": person, "metric": "heart_rate", "value": value, "taken_at": taken_at}


async def test_a_reading_reaches_a_listener_with_its_value_unit_and_time(house: House, ago: Ago) -> None:
    async with listen(house) as stream:
        await house.record(heart(ago(1), 64))
        name, data = await stream.next()
    assert name == "state"
    assert data["entity_id"] == "sensor.anna_heart_rate"
    assert (data["value"], data["unit"], data["person"], data["metric"]) == (64, "/min", "anna", "heart_rate")
    assert data["taken_at"] == ago(1).replace("+00:00", "Z")
    assert data["late"] is False


async def test_a_reading_that_comes_late_moves_no_state_and_is_told_to_who_asks(house: House, ago: Ago) -> None:
    await house.record(heart(ago(1)))
    async with listen(house) as usual, listen(house, events="readings") as curious:
        await house.record(heart(ago(120), 55))
        name, data = await curious.next()
        assert (name, data["late"], data["value"]) == ("readings", True, 55)
        assert await usual.quiet()


async def test_the_journal_is_told_too(house: House, ago: Ago) -> None:
    async with listen(house) as stream:
        body = {"person": "anna", "kind": "note", "start": ago(1), "note": "hello"}
        made = (await house.call("POST", "/hub/v1/journal", body)).json
        name, data = await stream.next()
        assert (name, data["change"], data["note"]) == ("journal", "added", "hello")
        await house.call("DELETE", f"/hub/v1/journal/{made['id']}")
        assert (await stream.next())[1]["change"] == "removed"


async def test_nobody_hears_of_a_person_they_may_not_see(house: House, ago: Ago) -> None:
    async with listen(house, "anna only") as stream:
        await house.record(heart(ago(2), person="ben"), heart(ago(2), 70))
        assert (await stream.next())[1]["person"] == "anna"
        assert await stream.quiet()


async def test_a_stream_can_be_narrowed_to_people_and_entities(house: House, ago: Ago) -> None:
    async with listen(house, person="ben") as of_ben, listen(house, entity_id="sensor.anna_heart_rate") as of_heart:
        await house.record(heart(ago(2), person="ben"), heart(ago(2), 70))
        assert (await of_ben.next())[1]["person"] == "ben"
        assert (await of_heart.next())[1]["entity_id"] == "sensor.anna_heart_rate"
        assert await of_ben.quiet()
        assert await of_heart.quiet()


async def test_a_snapshot_begins_with_every_present_state(house: House, ago: Ago) -> None:
    await house.record(heart(ago(2)), heart(ago(2), person="ben"))
    async with listen(house, snapshot="true") as stream:
        told = {(await stream.next())[1]["entity_id"] for _ in range(2)}
    assert told == {"sensor.anna_heart_rate", "sensor.ben_heart_rate"}


async def test_who_comes_back_hears_what_they_missed_once(house: House, ago: Ago) -> None:
    async with listen(house) as other, listen(house) as stream:
        await house.record(heart(ago(5), 60))
        await stream.next()
        seen = stream.last_id
        await house.record(heart(ago(4), 61))
        await house.record(heart(ago(3), 62))
        async with listen(house, last_id=seen) as back:
            assert [(await back.next())[1]["value"] for _ in range(2)] == [61, 62]
            assert await back.quiet()
        assert other.response.status == 200


async def test_what_is_missed_is_replayed_only_as_far_as_it_may_be_seen(house: House, ago: Ago) -> None:
    async with listen(house) as stream:
        await house.record(heart(ago(5), 60))
        await stream.next()
        await house.record(heart(ago(5), 70, "ben"))
        await house.record(heart(ago(4), 61))
        async with listen(house, "anna only", last_id=stream.last_id) as back:
            assert (await back.next())[1]["value"] == 61
            assert await back.quiet()


@pytest.mark.parametrize("last_id", ["from-another-hub", "cafe-7", "x", "-1"])
async def test_who_was_away_for_too_long_is_told_to_read_anew(house: House, last_id: str) -> None:
    async with listen(house, last_id=last_id) as stream:
        assert await stream.next() == ("lagged", {"lost": None})


async def test_a_revoked_token_ends_its_stream_within_a_second(house: House) -> None:
    await house.token("short", verbs=[Verb.VIEW])
    [token] = [one for one in (await house.get("/hub/v1/tokens")).json["tokens"] if one["label"] == "short"]
    async with listen(house, "short") as stream:
        await house.call("DELETE", f"/hub/v1/tokens/{token['id']}")
        assert await stream.ended(1.5)


async def test_a_grant_that_is_withdrawn_is_felt_at_the_next_event(house: House, ago: Ago) -> None:
    from hub.model import Grant

    accounts = house.hub.rooms.accounts
    await accounts.grant(Grant("g1", "ben", "anna", frozenset({Verb.VIEW})))
    async with listen(house, "ben", person="anna") as stream:
        await house.record(heart(ago(3)))
        assert (await stream.next())[1]["person"] == "anna"
        await accounts.withdraw("g1")
        await house.record(heart(ago(2)))
        assert await stream.quiet()


async def test_a_slow_client_loses_only_its_own_oldest_news_and_is_told(house: House, ago: Ago) -> None:
    view = house.hub.views.system()
    broadcaster = house.hub.app[BROADCASTER]
    slow, quick = Listener(view, lambda: None, limit=3), Listener(view, lambda: None)
    for listener in (slow, quick):
        listener.wishes[""] = Wish()
    with broadcaster.listening(slow), broadcaster.listening(quick):
        await asyncio.sleep(0)
        for minute in range(10, 0, -1):
            await house.record(heart(ago(minute), 60 + minute))
        while len(quick) < 10:
            await asyncio.sleep(0.01)
        lost, kept = await slow.next()
        assert lost == 7
        assert [orjson.loads(news.data)["value"] for news in kept] == [63, 62, 61]
        assert (await quick.next())[0] == 0


async def test_a_client_that_reads_nothing_is_cut_off_and_the_hub_goes_on(house: House, ago: Ago) -> None:
    async with listen(house) as stream:
        assert (await house.get("/metrics")).body.count(b"homeostat_stream_clients 1.0") == 1
        stream.response.close()
    for _ in range(30):
        await asyncio.sleep(0.1)
        if b"homeostat_stream_clients 0.0" in (await house.get("/metrics")).body:
            break
        await house.record(heart(ago(1)))
    assert b"homeostat_stream_clients 0.0" in (await house.get("/metrics")).body


async def test_the_hub_stops_quickly_with_streams_open(house: House) -> None:
    async with listen(house) as stream:
        async with asyncio.timeout(5):
            await house.hub.stop()
        assert await stream.ended()


@asynccontextmanager
async def socket(house: House, token: str = "owner") -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    headers = {"Authorization": f"Bearer {house.tokens[token]}"}
    async with house.session.ws_connect(f"{house.url}/hub/v1/ws", headers=headers) as opened:
        yield opened


async def test_a_socket_tells_what_was_subscribed_to(house: House, ago: Ago) -> None:
    async with socket(house) as opened:
        await opened.send_json({"type": "subscribe", "id": "a", "persons": ["ben"]})
        assert await opened.receive_json(timeout=5) == {"type": "subscribed", "id": "a"}
        await house.record(heart(ago(2)), heart(ago(2), 71, "ben"))
        message = await opened.receive_json(timeout=5)
        assert (message["type"], message["event"], message["data"]["value"]) == ("event", "state", 71)
        await opened.send_json({"type": "unsubscribe", "id": "a"})
        assert (await opened.receive_json(timeout=5))["known"] is True
        await house.record(heart(ago(1), 72, "ben"))
        await opened.send_json({"type": "ping"})
        assert await opened.receive_json(timeout=5) == {"type": "pong"}


@pytest.mark.parametrize("said", ["{", "[]", '{"type":"dance"}', '{"type":"subscribe"}', '{"type":"subscribe","id":7}'])
async def test_a_socket_answers_nonsense_with_what_is_wrong_and_stays_open(house: House, said: str) -> None:
    async with socket(house) as opened:
        await opened.send_str(said)
        answer = await opened.receive_json(timeout=5)
        assert answer["type"] == "error"
        assert answer["error"]["message"]
        await opened.send_json({"type": "ping"})
        assert await opened.receive_json(timeout=5) == {"type": "pong"}


async def test_a_socket_hears_nothing_of_people_it_may_not_see(house: House, ago: Ago) -> None:
    async with socket(house, "anna only") as opened:
        await opened.send_json({"type": "subscribe", "id": "a", "persons": ["ben", "anna"]})
        await opened.receive_json(timeout=5)
        await house.record(heart(ago(2), person="ben"))
        await house.record(heart(ago(2), 70))
        assert (await opened.receive_json(timeout=5))["data"]["person"] == "anna"


async def test_a_page_of_another_site_cannot_open_a_socket_with_our_cookie(house: House) -> None:
    session = await house.hub.views.sign_in("anna", PASSWORD)
    for origin, status in (("https://evil.example", 403), (house.url, 101)):
        headers = {"Cookie": f"homeostat_session={session}", "Origin": origin}
        try:
            async with house.session.ws_connect(f"{house.url}/hub/v1/ws", headers=headers):
                found = 101
        except aiohttp.WSServerHandshakeError as refused:
            found = refused.status
        assert found == status


async def test_an_address_for_sockets_says_so_to_a_plain_request(house: House) -> None:
    answer = await house.get("/hub/v1/ws")
    assert answer.status == 426
    assert answer.error["code"] == "upgrade_required"


async def test_too_many_streams_of_one_account_are_refused(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.rest.live.broadcast.MOST_OF_ONE", 1)
    async with listen(house):
        answer = await house.get("/hub/v1/live")
        assert answer.status == 429
        assert answer.headers["Retry-After"]
