"""What happens and is no reading: told by an integration, in the hub's process or out of it, and heard by who may."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from hub.api import Context, EntryState, Happened, Integration
from hub.errors import BadReading
from hub.supervisor.news import told_of
from tests.integrations.test_author_guide import module, written
from tests.support.house import Plugin, house


async def heard(news: Any, seconds: float = 20.0) -> Happened:
    event = await asyncio.wait_for(anext(news), seconds)
    assert isinstance(event, Happened)
    return event


async def test_the_bell_of_the_guide_is_heard_in_the_hub_and_out_of_a_child_alike(tmp_path: Path) -> None:
    for outside in (False, True):
        plugins = [] if outside else [module(tmp_path / "here", "door_bell")]
        own: dict[str, Any] = {"custom_integrations": written(tmp_path / "custom", "door_bell.py")} if outside else {}
        async with (
            house(tmp_path / f"hub{outside}", plugins=plugins, serve=True, **own) as hub,
            aiohttp.ClientSession() as session,
        ):
            with hub.rooms.bus.subscribe(Happened) as news:
                await hub.rooms.supervisor.add("door_bell", {})
                end = time.monotonic() + 20
                while hub.rooms.supervisor.status("door_bell").state is not EntryState.RUNNING:
                    assert time.monotonic() < end
                    await asyncio.sleep(0.02)
                url = f"http://127.0.0.1:{hub.port}/webhook/door_bell?door=garden"
                async with session.post(url) as answer:
                    assert answer.status == 204
                event = await heard(news)
            assert (event.event_type, event.data, event.person) == ("door_bell.rang", {"door": "garden"}, "household")


async def test_an_integration_outside_tells_only_of_what_is_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "custom"
    written(folder, "door_bell.py")
    text = (folder / "door_bell.py").read_text().replace('"door_bell.rang"', '"timer.finished"')
    (folder / "door_bell.py").write_text(text)
    async with (
        house(tmp_path / "hub", serve=True, custom_integrations=folder) as hub,
        aiohttp.ClientSession() as session,
    ):
        with hub.rooms.bus.subscribe(Happened) as news:
            await hub.rooms.supervisor.add("door_bell", {})
            end = time.monotonic() + 20
            while hub.rooms.supervisor.status("door_bell").state is not EntryState.RUNNING:
                assert time.monotonic() < end
                await asyncio.sleep(0.02)
            async with session.post(f"http://127.0.0.1:{hub.port}/webhook/door_bell") as answer:
                assert answer.status >= 400
            assert not news.drain()


async def test_an_event_of_a_person_is_not_told_to_the_entry_of_another(tmp_path: Path) -> None:
    found: dict[str, list[str]] = {}

    async def listen(ctx: Context) -> None:
        found[ctx.entry.person] = []
        async for event in ctx.events(Happened):
            assert isinstance(event, Happened)
            found[ctx.entry.person].append(event.event_type)

    async def tell(ctx: Context) -> None:
        await ctx.happened("bell.rang", {"at": datetime(2026, 1, 1, tzinfo=UTC)})
        await ctx.clock.sleep(3_600)

    ears = Plugin(Integration("ear", "Ear", listen=listen, belongs_to="either"), Integration("bell", "B", listen=tell))
    async with house(tmp_path, plugins=[("ears", ears)]) as hub:
        for person in ("ben", "mia", "household"):
            await hub.rooms.supervisor.add("ear", {}, person=person)
        while len(found) < 3:
            await asyncio.sleep(0.01)
        await hub.rooms.supervisor.add("bell", {}, person="ben")
        while not found["household"]:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        assert found == {"ben": ["bell.rang"], "mia": [], "household": ["bell.rang"]}


@pytest.mark.parametrize(
    ("event_type", "data", "problem"),
    [
        ("Bell Rang", {}, "is no event type"),
        ("bell.", {}, "is no event type"),
        ("bell.rang", {"who": object()}, "can't be written as JSON"),
        ("bell.rang", {"song": "la" * 20_000}, "32 kB are allowed"),
    ],
)
def test_an_event_that_can_not_be_is_refused_with_the_reason(event_type: str, data: Any, problem: str) -> None:
    with pytest.raises(BadReading, match=problem):
        told_of(event_type, data)
