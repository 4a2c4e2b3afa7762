"""The recorder's history as changes in the order in which the house knew of them, a stretch at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter

from hub.automation.at_work.house import state_text
from hub.automation.past import Change, Told
from hub.automation.replay.order import Order
from hub.automation.world import UNKNOWN, Seen
from hub.intake.instants import late
from hub.model import Entity, Flag, Reading, Value
from hub.recorder import StoredReading, from_us, to_us
from hub.recorder.received import Edit, KnownEntry, Received

SHORTEST, LONGEST = 3_600_000_000, 8 * 86_400_000_000
"""Microseconds of a stretch; it adapts itself to how much there is."""
FEW, MANY = 10_000, 40_000
"""Readings of a stretch below which the next is longer, above which it is shorter."""
_ORDER = attrgetter("received_us", "series", "taken_us")


class Stream:
    """Of some entities; begin with `before`, then go through `stretches`."""

    def __init__(
        self,
        received: Received,
        order: Order,
        entities: Iterable[Entity],
        entries: Sequence[KnownEntry],
        *,
        readings: bool,
    ) -> None:
        """`readings`: tell every reading too, not only what it makes of a state."""
        self._received, self._order, self._entries, self._readings = received, order, entries, readings
        self._entities = {one.series: one for one in entities if one.record}
        self._start, self._end = to_us(order.start), to_us(order.end)
        self._newest: dict[int, tuple[int, Value]] = {}
        self._seen: dict[int, Seen] = {}
        self._odd: list[StoredReading] = []
        """Readings that no stretch has: far too late, or changed since."""
        self._revised: dict[tuple[int, int], list[tuple[int, Value | None]]] = {}
        """(series, taken) of those that were changed -> (when, what it was from then on; None: removed), in order."""
        self._edits: list[Edit] = []
        self.count = 0
        self.notes: list[str] = []

    async def before(self) -> list[Seen]:
        """Every entity as it was at the start."""
        series = sorted(self._entities)
        came, self._edits = await self._received.revised(series, self._start)
        for row in came:
            self._revised.setdefault((row.series, row.taken_us), []).append((row.received_us, row.value))
        for edit in self._edits:
            self._revised.setdefault((edit.series, edit.taken_us), []).append((edit.at_us, edit.value))
        for lived in self._revised.values():
            lived.sort(key=lambda each: each[0])
        self._odd = [one for one in came if one.received_us >= self._start]
        known = [one for one in came if one.received_us < self._start]
        for one in series:
            rows = [row for row in known if row.series == one]
            stands = await self._received.standing(one, self._start - 1)
            if stands is not None and (one, stands.taken_us) not in self._revised:
                rows.append(stands)
            newest = max(rows, key=lambda row: (row.taken_us, row.received_us), default=None)
            since = await self._received.since(one, newest.taken_us) if newest is not None else 0
            self._begin(one, newest, since)
            far, whole = await self._received.far(one, self._start, self._end)
            self._odd += [row for row in far if (one, row.taken_us) not in self._revised]
            if not whole:
                self.notes.append(
                    f"{self._entities[one].id}: so much came more than a day late that only {len(far):,} readings of "
                    "it were told."
                )
        self._odd.sort(key=_ORDER)
        return list(self._seen.values())

    def _begin(self, series: int, newest: StoredReading | None, since_us: int) -> None:
        entity = self._entities[series]
        facts = self._order.facts.get(entity.id, {})
        if newest is None:
            self._seen[series] = Seen(entity.id, UNKNOWN, facts, self._order.start, self._order.start)
            return
        since, at = from_us(min(since_us, newest.received_us)), from_us(newest.received_us)
        self._newest[series] = (newest.taken_us, newest.value)
        self._seen[series] = Seen(entity.id, state_text(newest.value, True), facts, since, at)

    async def stretches(self) -> AsyncIterator[tuple[float, list[Change]]]:
        """(share of the whole that is over then, changes), until the end."""
        at, length = self._start, LONGEST // 4
        others = iter(self._told())
        waiting = next(others, None)
        while at < self._end:
            until = min(self._end, at + length)
            found = await self._stretch(at, until)
            self.count += len(found)
            changes = await self._changes(found, until)
            told: list[Change] = []
            while waiting is not None and waiting[0] < from_us(until):
                told.append(waiting)
                waiting = next(others, None)
            if told:
                changes = sorted([*changes, *told], key=lambda one: one[0])
            yield (until - self._start) / (self._end - self._start), changes
            if len(found) > MANY:
                length = max(SHORTEST, length // 2)
            elif len(found) < FEW:
                length = min(LONGEST, length * 2)
            at = until

    async def _stretch(self, start: int, end: int) -> list[StoredReading]:
        found: list[StoredReading] = []
        for one in self._entities:
            rows = await self._received.window(one, start, end)
            found += [row for row in rows if (one, row.taken_us) not in self._revised] if self._revised else rows
        while self._odd and self._odd[0].received_us < end:
            found.append(self._odd.pop(0))
        found.sort(key=_ORDER)
        return found

    async def _changes(self, rows: Sequence[StoredReading], end: int) -> list[Change]:
        changes: list[Change] = []
        edits = self._edits
        index, count = 0, len(rows)
        while index < count:
            row = rows[index]
            received, series = row.received_us, row.series
            while edits and edits[0].at_us <= received:
                await self._edit(edits.pop(0), changes)
            after = index + 1
            while after < count and rows[after].received_us == received and rows[after].series == series:
                after += 1
            # Of one batch of one source only the newest moves the state.
            last = rows[after - 1]
            newest = self._newest.get(series)
            at = from_us(received)
            if newest is None or last.taken_us >= newest[0]:
                self._move(series, last.taken_us, last.value, at, changes)
            if self._readings:
                changes.append((at, self._reading(rows[index:after], at, newest[0] if newest else None)))
            index = after
        while edits and edits[0].at_us < end:
            await self._edit(edits.pop(0), changes)
        return changes

    def _move(self, series: int, taken: int, value: Value, at: datetime, changes: list[Change]) -> None:
        if self._newest.get(series) == (taken, value):
            return
        self._newest[series] = (taken, value)
        old, text = self._seen[series], state_text(value, True)
        new = Seen(old.entity_id, text, old.attributes, old.last_changed if old.state == text else at, at)
        self._seen[series] = new
        changes.append((at, new))

    async def _edit(self, edit: Edit, changes: list[Change]) -> None:
        """What a person did to a reading is seen when it is, or becomes, the newest one."""
        newest, at = self._newest.get(edit.series), from_us(edit.at_us)
        if edit.value is not None:
            if newest is None or edit.taken_us >= newest[0]:
                self._move(edit.series, edit.taken_us, edit.value, at, changes)
            if self._readings and edit.corrected:
                entity = self._entities[edit.series]
                reading = Reading(entity.id, from_us(edit.taken_us), at, edit.value, Flag.CORRECTED, late=True)
                changes.append((at, Told("reading", {"entity_id": entity.id, "readings": (reading,)})))
            return
        if newest is None or newest[0] != edit.taken_us:
            return
        before = await self._before(edit)
        if before is not None:
            self._move(edit.series, *before, at, changes)
        else:
            del self._newest[edit.series]
            old = self._seen[edit.series]
            gone = self._seen[edit.series] = Seen(old.entity_id, UNKNOWN, old.attributes, at, at)
            changes.append((at, gone))

    async def _before(self, edit: Edit) -> tuple[int, Value] | None:
        """(taken, value) of what was the newest once this one was gone, as it was then."""
        found = [
            (taken, value)
            for (series, taken), lived in self._revised.items()
            if series == edit.series and taken < edit.taken_us
            and (value := next((told for at, told in reversed(lived) if at <= edit.at_us), None)) is not None
        ]  # fmt: skip
        taken = edit.taken_us
        while (stands := await self._received.before(edit.series, taken, edit.at_us)) is not None:
            if (edit.series, stands.taken_us) not in self._revised:
                found.append((stands.taken_us, stands.value))
                break
            taken = stands.taken_us
        return max(found, key=lambda one: one[0], default=None)

    def _reading(self, rows: Sequence[StoredReading], at: datetime, newest_us: int | None) -> Told:
        entity = self._entities[rows[0].series]
        readings = tuple(
            Reading(
                entity.id, from_us(row.taken_us), at, row.value, Flag(row.flags),
                late(row.taken_us, row.received_us, newest_us),
            )
            for row in rows
        )  # fmt: skip
        return Told("reading", {"entity_id": entity.id, "readings": readings})

    def _told(self) -> Iterable[Change]:
        """Journal entries as they became known."""
        before: dict[str, KnownEntry] = {}
        for one in self._entries:
            old = before.get(one.entry.id)
            before[one.entry.id] = one
            if self._start <= one.at_us < self._end:
                yield from_us(one.at_us), Told("journal", {"old": old.entry if old else None, "new": one.entry})


def known_entries(entries: Sequence[KnownEntry], kinds: Mapping[str, Sequence[str]]) -> list[KnownEntry]:
    """Those of which the account may know."""
    allowed = {person: frozenset(those) for person, those in kinds.items()}
    return [one for one in entries if one.entry.kind in allowed.get(one.entry.person, ())]
