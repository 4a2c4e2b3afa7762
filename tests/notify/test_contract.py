"""The guide's notifier, as a package brings it: told, answered, taken back; and refused where it would tell nobody."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from hub.model import Actor, EntryState, NoticeState
from hub.notify import Draft
from tests.integrations.test_author_guide import module, written
from tests.support.house import house

ANNA = Actor("anna")


async def until(true: Callable[[], Any]) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.02)


async def test_the_guides_display_shows_a_notice_and_its_button_takes_it_up(tmp_path: Path) -> None:
    shown: list[dict[str, Any]] = []
    cleared: list[int] = []

    async def show(request: web.Request) -> web.Response:
        shown.append(await request.json())
        return web.json_response({"number": len(shown)})

    async def clear(request: web.Request) -> web.Response:
        cleared.append((await request.json())["number"])
        return web.Response()

    app = web.Application()
    app.router.add_post("/show", show)
    app.router.add_post("/clear", clear)
    async with (
        TestServer(app) as server,
        house(tmp_path / "hub", plugins=[module(tmp_path, "shelf_display")], serve=True) as hub,
        aiohttp.ClientSession(f"http://127.0.0.1:{hub.port}") as button,
    ):
        url = str(server.make_url("")).rstrip("/")
        await hub.rooms.supervisor.add("shelf_display", {"url": url}, person="ben")
        await until(lambda: hub.rooms.supervisor.status("shelf_display").state is EntryState.RUNNING)
        room = hub.rooms.notify
        draft = Draft(message="Did you feed the cat?", title="Cat", target=["ben"], data={"confirm": "Fed"})
        sent = (await room.send(ANNA, draft)).notices[0]
        await until(lambda: room.shelf.all[sent.id].state is NoticeState.SENT)
        assert {**shown[0], "token": ""} == {
            "token": "", "title": "Cat", "text": "Did you feed the cat?", "urgency": "info",
        }  # fmt: skip
        async with button.post("/webhook/shelf_display?token=guessed") as answer:
            assert answer.status == 410
        async with button.post("/webhook/shelf_display", params={"token": shown[0]["token"]}) as answer:
            assert answer.status == 204
        assert room.shelf.all[sent.id].state is NoticeState.CONFIRMED
        await until(lambda: cleared == [1])


async def test_a_custom_integration_that_would_be_a_channel_is_refused_with_why(tmp_path: Path) -> None:
    folder = written(tmp_path / "custom", "shelf_display.py")
    async with house(tmp_path / "hub", custom_integrations=folder) as hub:
        assert "shelf_display" not in hub.rooms.notify.channels.notifiers
        (problem,) = [
            one.problem for one in hub.rooms.supervisor.catalogue.items.values() if one.domain == "shelf_display"
        ]
        assert "a custom integration is no channel" in problem
