"""A backtest from beginning to end: load what the automations look at, go through it, count what they did."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hub.automation.elsewhere import OtherRooms
from hub.automation.past import PastRun, Replay
from hub.automation.replay.needs import Missing, WatchedPast, hears_readings, kinds_of_triggers, levels, named, not_kept
from hub.automation.replay.order import Order
from hub.automation.replay.remembering import Remembering
from hub.automation.replay.stream import Stream, known_entries
from hub.automation.replay.tally import Tally
from hub.automation.schema.automation import Automation, automation
from hub.errors import Conflict
from hub.recorder import to_us
from hub.recorder.received import KnownEntry, Received

MOST_READINGS = 3_000_000
"""That a backtest goes through; a Raspberry Pi needs minutes for them."""
LEARNS = timedelta(days=90)
"""Of the journal before the start: what habits are learned from."""
SLICE = 2_000
"""Changes after which others get a turn."""
_ROUNDS = 6
Progress = Callable[[float | None, str], None]


class _Counting(Replay):
    """Counts runs instead of keeping them."""

    def __init__(self, tallies: Mapping[str, Tally], *given: Any) -> None:
        self._tallies = tallies
        super().__init__(*given)

    def keep(self, key: str, run: PastRun) -> None:
        self._tallies[key].add(run)


class Trial:
    def __init__(self, order: Order, progress: Progress = lambda share, words: None) -> None:
        self._order, self._progress = order, progress
        self._received = Received(order.url, order.household)
        self._known = {one.id: one for one in order.entities}
        self._remembering = Remembering(order)

    async def run(self) -> dict[str, Any]:
        """As JSON can hold it. Raises Conflict for what is too much, AutomationInvalid, StorageUnavailable."""
        order = self._order
        automations = {one.key: automation(one.body) for one in order.variants}
        wanted: set[str] = set()
        for one in order.variants:
            wanted |= named(one.body, self._known, order.directory)
        wanted |= self._remembering.entities.keys() & self._known.keys()
        try:
            self._progress(0.0, "reading the journal")
            entries = await self._entries()
            for attempt in range(_ROUNDS):
                try:
                    return await self._round(automations, wanted, entries)
                except _More as more:
                    wanted |= more.entities if attempt < _ROUNDS - 2 else set(self._known)
            raise AssertionError("a round with every entity lacks none")
        finally:
            await self._received.close()

    async def _entries(self) -> list[KnownEntry]:
        order = self._order
        found = await self._received.entries(
            to_us(order.start - LEARNS), to_us(order.end), as_received=order.as_received
        )
        return known_entries(found, order.kinds)

    async def _round(
        self, automations: Mapping[str, Automation], wanted: set[str], entries: Sequence[KnownEntry]
    ) -> dict[str, Any]:
        order, notes = self._order, []
        start, end = to_us(order.start), to_us(order.end)
        chosen = [self._known[one] for one in sorted(wanted)]
        series = [one.series for one in chosen if one.record]
        imported = await self._received.look(series, start, end, as_received=order.as_received)
        count = await self._received.count(series, start, end)
        if count > MOST_READINGS:
            raise Conflict(
                f"it looks at {len(chosen):,} entities, which have {count:,} readings in that time, and "
                f"{MOST_READINGS:,} are the most that can be gone through; name the entities it is about, or choose a "
                "shorter time"
            )
        if imported:
            notes.append(f"{imported:,} readings were imported; they count as if they had come when they were taken.")
        heard = set().union(*(kinds_of_triggers(one.body) for one in order.variants))
        stream = Stream(
            self._received, order, chosen, entries, readings=hears_readings(heard) or bool(self._remembering.entities)
        )
        before = [*await stream.before(), *order.virtual]
        waiting = {one.id for one in order.entities if one.record} - wanted
        await self._remembering.gather(self._received, entries, {one.id: one.series for one in chosen})
        memory = self._remembering.memory(lambda: past)
        past: WatchedPast = WatchedPast(
            order.start, order.time_zone, order.directory, before, order.place, waiting=waiting, memory=memory
        )
        zone = ZoneInfo(order.time_zone)
        tallies = {key: Tally(zone) for key in automations}
        replay = _Counting(tallies, past, automations, OtherRooms(past))
        try:
            await self._through(replay, past, stream)
            found = await replay.finish(order.end)
            _all_there(past)
        finally:
            await replay.close()
        for variant in order.variants:
            notes += not_kept(variant.body)
        notes += [f"{one.id} has no history; it counts as it is now." for one in chosen if not one.record]
        return {
            "start": order.start.isoformat(), "end": order.end.isoformat(), "time_zone": order.time_zone,
            "entities": sorted(wanted), "readings": stream.count,
            "entries": sum(1 for one in entries if start <= one.at_us < end),
            "notes": list(dict.fromkeys([*notes, *stream.notes])),
            "variants": [
                {"key": one.key, "inputs": dict(one.inputs), "levels": levels(automations[one.key]),
                 **tallies[one.key].result(order.start, order.end, found[one.key].problems)}
                for one in order.variants
            ],
        }  # fmt: skip

    async def _through(self, replay: Replay, past: WatchedPast, stream: Stream) -> None:
        _all_there(past)
        async for share, changes in stream.stretches():
            for at in range(0, len(changes), SLICE):
                await replay.go(changes[at : at + SLICE])
                _all_there(past)
                await asyncio.sleep(0)
            self._progress(share, f"{stream.count:,} readings")


class _More(Missing):
    def __init__(self, entities: set[str]) -> None:
        self.entities = entities
        super().__init__("it asks for more")


def _all_there(past: WatchedPast) -> None:
    if past.missed:
        raise _More(set(past.missed))
