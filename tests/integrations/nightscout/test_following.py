"""Following an existing Nightscout (another hub plays it), importing its history, and importing files."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from hub.daemon import Hub
from hub.errors import BadReading
from hub.model import ConfigEntry, EntryState, Verb
from integrations.nightscout import follow
from tests.integrations.nightscout.conftest import MakeSite, Site
from tests.integrations.nightscout.test_entries import minutes_ago, ms, sgv
from tests.integrations.nightscout.test_site import LOOP_STATUS
from tests.integrations.nightscout.test_treatments import MEAL, iso
from tests.support import house
from tests.support.house import everything


def follower(url: str, **options: Any) -> ConfigEntry:
    return ConfigEntry("old", "nightscout", "Old Nightscout", "ben", {"url": url, "poll_seconds": 3600, **options})


@asynccontextmanager
async def following(folder: Path, url: str, **options: Any) -> AsyncIterator[Hub]:
    """A second hub that follows; its own polls come once an hour, so that tests decide when it looks."""
    async with house.house(folder, entries=(follower(url, **options),)) as hub:
        yield hub


async def settled(hub: Hub) -> EntryState:
    """Wait for the first look to end, one way or the other."""
    for _ in range(600):
        state = hub.rooms.supervisor.status("old").state
        if state is not EntryState.STARTING:
            return state
        await asyncio.sleep(0.02)
    raise AssertionError("the follower never came to an end")


async def look(hub: Hub) -> None:
    """One more poll."""
    runner = hub.rooms.supervisor._runners["old"]
    assert runner.context is not None
    await follow.poll(runner.context)


async def glucose(hub: Hub, since: datetime) -> list[float]:
    merged = await everything(hub).readings("ben", "blood_glucose", since, datetime.now(UTC), limit=5_000)
    return [one.value for one in merged.readings if isinstance(one.value, float)]


async def journal(hub: Hub) -> list[Any]:
    entries, _ = await everything(hub).journal(["ben"])
    return entries


async def filled(site: Site) -> None:
    """A day of an old site."""
    await site.post("/api/v1/entries", [sgv(minutes_ago(5 * index), 100 + index, noise=1) for index in range(40)])
    await site.post("/api/v1/treatments", [{**MEAL, "created_at": iso(minutes_ago(30))}])
    await site.post("/api/v1/treatments", [{"eventType": "BG Check", "created_at": iso(minutes_ago(50))}])
    await site.post("/api/v1/devicestatus", [{**LOOP_STATUS, "created_at": iso(minutes_ago(2))}])
    await site.post("/api/v1/profile", {"startDate": "2020-01-01T00:00:00.000Z", "store": {"Default": {"dia": 5}}})


async def test_a_follower_brings_what_the_site_has_and_adds_nothing_twice(site: Site, tmp_path: Path) -> None:
    await filled(site)
    reader = await house.token(site.hub, Verb.VIEW, persons=["anna"])
    async with following(tmp_path / "new", site.base, token=reader) as hub:
        assert await settled(hub) is EntryState.RUNNING
        since = minutes_ago(300)
        assert len(await glucose(hub, since)) == 40
        assert sorted(one.kind for one in await journal(hub)) == ["insulin", "meal"]
        view = everything(hub)
        [status] = await view.documents_find("ben", "devicestatus")
        assert status.body["loop"] == LOOP_STATUS["loop"]
        assert len(await view.documents_find("ben", "profile")) == 1
        on_board = view.state("sensor.ben_insulin_on_board")[1]
        assert on_board is not None
        assert on_board.value == 1.234
        before = len(await view.documents_find("ben", "entries", limit=1_000))
        await look(hub)
        assert len(await glucose(hub, since)) == 40
        assert len(await view.documents_find("ben", "entries", limit=1_000)) == before == 40
        await site.post("/api/v1/entries", [sgv(minutes_ago(0.5), 222)])
        await look(hub)
        assert 222 in await glucose(hub, since)


async def test_late_uploads_and_removals_over_there_arrive(site: Site, tmp_path: Path) -> None:
    await filled(site)
    async with following(tmp_path / "new", site.base, api_secret=site.token) as hub:
        assert await settled(hub) is EntryState.RUNNING
        since = minutes_ago(60 * 24)
        await site.post("/api/v1/entries", [sgv(minutes_ago(60 * 20), 55)])
        [meal] = await site.get("/api/v1/treatments.json?find[carbs][$exists]=true")
        await site.call("DELETE", f"/api/v1/treatments/{meal['_id']}")
        [last] = await site.get("/api/v1/entries/current.json")
        await site.call("DELETE", f"/api/v1/entries/{last['_id']}")
        await look(hub)
        assert len(await glucose(hub, since)) == 40
        assert len(await journal(hub)) == 2
        runner = hub.rooms.supervisor._runners["old"]
        assert runner.context is not None
        state = await runner.context.load("follow")
        await runner.context.save("follow", {**state, "swept": ms(minutes_ago(90))})
        await look(hub)
        # A removal is believed when it is seen twice.
        values = await glucose(hub, since)
        assert (len(values), values[0]) == (40, 55)
        assert values[-1] == 101
        assert await journal(hub) == []


async def test_a_site_that_forgets_everything_does_not_empty_the_hub(site: Site, tmp_path: Path) -> None:
    await filled(site)
    async with following(tmp_path / "new", site.base, api_secret=site.token) as hub:
        assert await settled(hub) is EntryState.RUNNING
        await site.call("DELETE", f"/api/v1/entries?find[date][$lt]={ms(minutes_ago(20))}")
        runner = hub.rooms.supervisor._runners["old"]
        assert runner.context is not None
        state = await runner.context.load("follow")
        await runner.context.save("follow", {**state, "swept": None})
        await look(hub)
        assert len(await glucose(hub, minutes_ago(300))) == 40


async def test_the_days_before_come_after_the_news(site: Site, tmp_path: Path) -> None:
    old = [sgv(minutes_ago(60 * 24 * 3 + 5 * index), 90) for index in range(30)]
    older = [sgv(minutes_ago(60 * 24 * 30 + 5 * index), 80) for index in range(30)]
    await site.post("/api/v1/entries", [sgv(minutes_ago(3), 120), *old, *older])
    async with following(tmp_path / "new", site.base, api_secret=site.token, history_days=7) as hub:
        assert await settled(hub) is EntryState.RUNNING
        assert len(await glucose(hub, minutes_ago(60 * 24 * 60))) == 31
        merged = await everything(hub).readings("ben", "blood_glucose", minutes_ago(60 * 24 * 60), minutes_ago(0))
        # Only the value of three minutes ago was on its way.
        assert [one.imported for one in merged.readings].count(False) == 1
        await site.post("/api/v1/entries", [sgv(minutes_ago(40), 99)])
        await look(hub)
        late = list((await everything(hub).readings("ben", "blood_glucose", minutes_ago(50), minutes_ago(30))).readings)
        assert [(one.value, one.late, one.imported) for one in late] == [(99, True, False)]


async def test_the_whole_history_is_imported_and_goes_on_where_a_kill_broke_it_off(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from integrations.nightscout import brought, history

    monkeypatch.setattr(history, "PAGE", 50)
    batch = [sgv(minutes_ago(60 * 24 * 100 + 5 * index), 80 + index % 100) for index in range(400)]
    await site.post("/api/v1/entries", batch)
    await site.post("/api/v1/treatments", [{**MEAL, "created_at": iso(minutes_ago(60 * 24 * 90))}])
    since = minutes_ago(60 * 24 * 200)
    options = {"api_secret": site.token, "history_days": 0}
    pages = 0
    keep = brought.keep

    async def killed_at_the_fourth(ctx: Any, collection: str, records: Any, **how: Any) -> None:
        nonlocal pages
        pages += collection == "entries"
        if pages == 4:
            raise KeyboardInterrupt
        await keep(ctx, collection, records, **how)

    async with following(tmp_path / "new", site.base, **options) as hub:
        assert await settled(hub) is EntryState.RUNNING
        assert await glucose(hub, since) == []
        started = await everything(hub).call("nightscout.import", {})
        assert started == {"started": True}
        monkeypatch.setattr(brought, "keep", killed_at_the_fourth)
        with pytest.raises(KeyboardInterrupt):
            await look(hub)
    monkeypatch.setattr(brought, "keep", keep)
    async with following(tmp_path / "new", site.base, **options) as hub:
        assert await settled(hub) is EntryState.RUNNING
        runner = hub.rooms.supervisor._runners["old"]
        assert runner.context is not None
        state = await runner.context.load("import")
        assert state is None or state["entries"]["done"] >= 100
        await look(hub)
        assert len(await glucose(hub, since)) == 400
        assert sorted(one.kind for one in await journal(hub)) == ["insulin", "meal"]
        assert await runner.context.load("import") is None


async def test_the_console_imports_a_whole_site_and_waits_for_it(site: Site, tmp_path: Path) -> None:
    await site.post("/api/v1/entries", [sgv(minutes_ago(60 * 24 * 50 + 5 * index), 90) for index in range(20)])
    async with following(tmp_path / "new", site.base, api_secret=site.token, history_days=0) as hub:
        assert await settled(hub) is EntryState.RUNNING
        told = await everything(hub).call("nightscout.import", {"entry": "old", "wait": True})
        assert (told["finished"], told["entries"]) == (True, 20)
        assert len(await glucose(hub, minutes_ago(60 * 24 * 60))) == 20


Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def old_site(answer: Answer) -> AsyncIterator[str]:
    """An address where every GET is answered by the test."""
    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(
    ("status", "body", "state", "words"),
    [
        (401, "{}", EntryState.NEEDS_OWNER, "token"),
        (503, "busy", EntryState.RETRYING, "HTTP 503"),
        (200, "<html>Welcome</html>", EntryState.RETRYING, "no Nightscout"),
        (404, "{}", EntryState.RETRYING, "no Nightscout at this address"),
    ],
)
async def test_each_failure_of_the_site_is_told_in_words(
    tmp_path: Path, status: int, body: str, state: EntryState, words: str
) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, text=body, headers={"Retry-After": "77"})

    async with old_site(answer) as url, following(tmp_path, url, api_secret="some secret text") as hub:
        assert await settled(hub) is state
        told = hub.rooms.supervisor.status("old")
        assert words in told.problem
        if status == 503:
            assert told.next_try is not None
            assert timedelta(seconds=60) < told.next_try - datetime.now(UTC) < timedelta(seconds=78)


async def test_a_site_that_cannot_be_reached_is_tried_again(tmp_path: Path, free_port: Callable[[], int]) -> None:
    async with following(tmp_path, f"http://127.0.0.1:{free_port()}") as hub:
        assert await settled(hub) is EntryState.RETRYING
        assert "cannot be reached" in hub.rooms.supervisor.status("old").problem


async def test_secrets_do_not_follow_to_another_host(tmp_path: Path) -> None:
    seen: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request.host)
        raise web.HTTPFound(f"http://localhost:{request.url.port}{request.path_qs}")

    async with old_site(answer) as url, following(tmp_path, url, api_secret="some secret text") as hub:
        assert await settled(hub) is EntryState.MISCONFIGURED
        assert "sends us on to localhost" in hub.rooms.supervisor.status("old").problem
    assert all(host.startswith("127.0.0.1") for host in seen)


async def test_the_secret_is_sent_hashed_and_unchanged_answers_are_not_sent_again(tmp_path: Path) -> None:
    asked: list[tuple[str, str | None]] = []

    async def answer(request: web.Request) -> web.Response:
        assert request.headers["api-secret"] == hashlib.sha1(b"some secret text").hexdigest()
        asked.append((request.path, request.headers.get("If-None-Match")))
        if request.headers.get("If-None-Match") == 'W/"same"':
            return web.Response(status=304)
        return web.json_response([], headers={"ETag": 'W/"same"'})

    async with old_site(answer) as url, following(tmp_path, url, api_secret="some secret text") as hub:
        assert await settled(hub) is EntryState.RUNNING
        asked.clear()
        await look(hub)
        assert {path: etag for path, etag in asked if "entries" in path} == {"/api/v1/entries.json": 'W/"same"'}


async def test_a_site_with_a_wrong_clock_is_followed_and_named(tmp_path: Path) -> None:
    future = datetime.now(UTC) + timedelta(hours=3)
    records = [sgv(minutes_ago(5), 99), sgv(future, 300)]
    questions: list[int] = []

    async def answer(request: web.Request) -> web.Response:
        body: list[Any] = []
        if request.path.endswith("entries.json"):
            since = int(request.query.get("find[date][$gte]", 0))
            questions.append(since)
            body = [one for one in records if one["date"] >= since]
        date = future.strftime("%a, %d %b %Y %H:%M:%S GMT")
        return web.json_response(body, headers={"Date": date})

    async with old_site(answer) as url, following(tmp_path, url) as hub:
        assert await settled(hub) is EntryState.RUNNING
        assert any("clock" in key for key in hub.rooms.problems), hub.rooms.problems
        records.append(sgv(minutes_ago(1), 101))
        await look(hub)
        # The value of the future moves nothing on: what comes next is not stepped over.
        assert await glucose(hub, minutes_ago(30)) == [99.0, 101.0]
        assert max(questions) <= ms(datetime.now(UTC))


DUMP = [
    {
        "_id": {"$oid": "5f7b2f4a0e6d4f0b8c3a5d90"},
        "type": "sgv",
        "sgv": {"$numberInt": "115"},
        "date": {"$numberDouble": "1577880000000"},
        "dateString": "2020-01-01T12:00:00.000Z",
        "direction": "Flat",
    },
    {"_id": {"$oid": "5f7b2f4a0e6d4f0b8c3a5d91"}, "type": "sgv", "sgv": 118, "date": 1577880300000},
]


@pytest.mark.parametrize("form", ["lines", "array", "gzip"])
async def test_a_dump_is_imported_in_each_of_its_forms(tmp_path: Path, form: str) -> None:
    lines = "\n".join(json.dumps(one) for one in DUMP)
    path = tmp_path / "entries.json"
    if form == "gzip":
        path = tmp_path / "entries.json.gz"
        path.write_bytes(gzip.compress(lines.encode()))
    else:
        path.write_text(json.dumps(DUMP, indent=2) if form == "array" else lines)
    async with following(tmp_path / "hub", "") as hub:
        for _ in range(2):
            await hub.rooms.supervisor.import_file("old", path, {})
        merged = await everything(hub).readings(
            "ben", "blood_glucose", datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 1, 2, tzinfo=UTC)
        )
        assert [one.value for one in merged.readings] == [115.0, 118.0]
        [first, second] = await everything(hub).documents_find("ben", "entries", descending=False)
        assert (first.id, second.id) == ("5f7b2f4a0e6d4f0b8c3a5d90", "5f7b2f4a0e6d4f0b8c3a5d91")


async def test_a_damaged_dump_keeps_what_came_before_and_names_the_record(tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    notes = [
        {"eventType": "Note", "created_at": f"2020-01-01T00:{index // 60:02}:{index % 60:02}.000Z", "notes": str(index)}
        for index in range(600)
    ]
    path.write_text("\n".join(json.dumps(one) for one in notes) + '\n{"eventType": "Note", "created')
    async with following(tmp_path / "hub", "") as hub:
        with pytest.raises(BadReading, match="record 601 is no JSON"):
            await hub.rooms.supervisor.import_file("old", path, {})
        assert len(await everything(hub).documents_find("ben", "treatments", limit=1_000)) == 500
        nothing = tmp_path / "nothing.json"
        nothing.write_text('{"a": 1}')
        with pytest.raises(BadReading, match="say one of entries"):
            await hub.rooms.supervisor.import_file("old", nothing, {})


async def test_what_a_client_sent_to_this_hub_is_not_doubled_by_the_follower(
    make_site: MakeSite, tmp_path: Path
) -> None:
    at = minutes_ago(10)
    meal = {**MEAL, "_id": "5f7b2f4a0e6d4f0b8c3a5d92", "created_at": iso(at)}
    value = sgv(at, 140, _id="5f7b2f4a0e6d4f0b8c3a5d93")

    async def answer(request: web.Request) -> web.Response:
        body: list[Any] = []
        if request.path.endswith("entries.json"):
            body = [value]
        if request.path.endswith("treatments.json"):
            body = [{**meal, "carbs": 46}]
        return web.json_response(body)

    async with old_site(answer) as url, make_site() as site:
        await site.post("/api/v1/entries", [value])
        await site.post("/api/v1/treatments", [meal])
        entry = ConfigEntry("old", "nightscout", "Old", "anna", {"url": url, "poll_seconds": 3600})
        await site.hub.rooms.supervisor.add("nightscout", entry.options, person="anna", entry_id="old")
        assert await settled(site.hub) is EntryState.RUNNING
        assert [one["sgv"] for one in await site.get("/api/v1/entries.json")] == [140]
        assert [one["carbs"] for one in await site.get("/api/v1/treatments.json")] == [45]
        entries, _ = await everything(site.hub).journal(["anna"])
        assert sorted(one.kind for one in entries) == ["insulin", "meal"]
