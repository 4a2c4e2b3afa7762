"""Calendars of the house's own: events, what is going on, and what comes next."""

from __future__ import annotations

import asyncio
import difflib
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hub.automation.bodies import Documents
from hub.automation.world import Seen
from hub.clock import Clock
from hub.errors import BadReading, Conflict, NotFound
from hub.model import HOUSEHOLD, Document
from hub.template import slugify

COLLECTION = "hub.calendars"
MOST_EVENTS = 20_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_SLEEP = 3_600.0
_PAST, _AHEAD, _MOST_SHOWN = timedelta(days=1), timedelta(days=35), 200
"""Which events stand among the attributes: triggers read them there."""


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    uid: str
    summary: str
    start: str
    """A day, or an instant with its offset."""
    end: str
    """Not part of it."""
    description: str | None = None
    location: str | None = None

    @property
    def all_day(self) -> bool:
        return len(self.start) == 10

    def span(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Days begin at midnight in this zone."""
        return _instant(self.start, zone), _instant(self.end, zone)

    def shown(self) -> dict[str, Any]:
        """As `calendar.get_events` answers."""
        return {name: value for name, value in asdict(self).items() if value is not None and name != "uid"}


@dataclass(frozen=True, slots=True)
class Calendar:
    key: str
    name: str
    person: str
    events: tuple[CalendarEvent, ...] = ()

    @property
    def entity_id(self) -> str:
        return f"calendar.{self.key}"

    def between(self, start: datetime, end: datetime, zone: ZoneInfo) -> list[CalendarEvent]:
        """Those that have a part in it, by start."""
        spans = [(one.span(zone), one) for one in self.events]
        return [one for (begins, ends), one in sorted(spans, key=lambda pair: pair[0]) if begins < end and ends > start]


class Calendars:
    """`shown`: the entity changed, or is gone."""

    def __init__(
        self,
        documents: Documents,
        clock: Clock,
        zone: Callable[[], str],
        shown: Callable[[Calendar, Seen | None], None],
    ) -> None:
        self._documents, self._clock, self._zone, self._shown = documents, clock, zone, shown
        self.all: dict[str, Calendar] = {}
        self._task: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self._zone())

    async def load(self) -> None:
        for one in await self._documents.documents_find(HOUSEHOLD, COLLECTION, limit=100_000):
            body = one.body
            events = tuple(CalendarEvent(**told) for told in body["events"])
            self._take(Calendar(one.id, str(body["name"]), str(body["person"]), events))

    def start(self) -> None:
        """Entities change at the start and end of events from now on."""
        self._task = asyncio.create_task(self._follow(), name="calendars")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def get(self, key: str) -> Calendar:
        """Raises NotFound."""
        found = self.all.get(key.removeprefix("calendar."))
        if found is None:
            near = difflib.get_close_matches(key, self.all, n=1)
            raise NotFound(f"there is no calendar {key!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
        return found

    async def make(self, name: str, person: str = HOUSEHOLD) -> Calendar:
        """Raises Conflict for a name that is taken."""
        key = slugify(name)
        if not key or key in self.all:
            raise Conflict(f"there is a calendar {key!r} already" if key else "a calendar needs a name")
        return await self._keep(Calendar(key, name.strip(), person))

    async def remove(self, key: str) -> None:
        one = self.get(key)
        await self._documents.documents_remove(HOUSEHOLD, COLLECTION, [one.key])
        del self.all[one.key]
        self._shown(one, None)

    async def add_event(
        self, key: str, summary: str, start: str, end: str, description: str | None = None, location: str | None = None
    ) -> CalendarEvent:
        """Raises NotFound, BadReading for an end that is not after the start, Conflict when the calendar is full."""
        one = self.get(key)
        made = CalendarEvent(secrets.token_hex(8), summary, start, end, description, location)
        begins, ends = made.span(self.zone)
        if ends <= begins:
            raise BadReading(f"{summary!r} ends before it begins")
        if len(one.events) >= MOST_EVENTS:
            raise Conflict(f"{one.name} has {MOST_EVENTS:,} events; remove some of long ago")
        await self._keep(replace(one, events=(*one.events, made)))
        return made

    async def remove_event(self, key: str, uid: str) -> None:
        """Raises NotFound."""
        one = self.get(key)
        left = tuple(event for event in one.events if event.uid != uid)
        if len(left) == len(one.events):
            raise NotFound(f"{one.entity_id} has no event {uid!r}")
        await self._keep(replace(one, events=left))

    async def forget(self, person: str) -> None:
        """Every calendar of somebody who is erased."""
        for key in [key for key, one in self.all.items() if one.person == person]:
            await self.remove(key)

    async def _follow(self) -> None:
        while True:
            self._changed.clear()
            now, zone = self._clock.now(), self.zone
            for one in list(self.all.values()):
                self._show(one, now, zone)
            edges = [edge for one in self.all.values() for event in one.events for edge in event.span(zone)]
            pause = min([(one - now).total_seconds() for one in edges if one > now] + [_LONGEST_SLEEP])
            try:
                await self._clock.wait_for(self._changed.wait(), max(pause, 0.001))
            except TimeoutError:
                continue

    async def _keep(self, one: Calendar) -> Calendar:
        at = (self._clock.now() - _EPOCH) // timedelta(microseconds=1)
        body: dict[str, Any] = {
            "name": one.name, "person": one.person, "events": [asdict(event) for event in one.events],
        }  # fmt: skip
        await self._documents.documents_put(HOUSEHOLD, COLLECTION, [Document(one.key, at, at, False, body)])
        return self._take(one)

    def _take(self, one: Calendar) -> Calendar:
        self.all[one.key] = one
        self._show(one, self._clock.now(), self.zone)
        self._changed.set()
        return one

    def _show(self, one: Calendar, now: datetime, zone: ZoneInfo) -> None:
        coming = one.between(now, datetime.max.replace(tzinfo=UTC) - timedelta(days=2), zone)
        near = one.between(now - _PAST, now + _AHEAD, zone)[:_MOST_SHOWN]
        facts: dict[str, Any] = {
            "friendly_name": one.name,
            "supported_features": 1,
            "events": [{**event.shown(), "uid": event.uid} for event in near],
        }
        state = "off"
        if coming:
            event = coming[0]
            begins, ends = event.span(zone)
            state = "on" if begins <= now < ends else "off"
            facts |= {
                "message": event.summary,
                "all_day": event.all_day,
                "start_time": _written(begins, zone),
                "end_time": _written(ends, zone),
                "location": event.location or "",
                "description": event.description or "",
            }
        self._shown(one, Seen(one.entity_id, state, facts))


def moment(told: str, zone: ZoneInfo) -> str:
    """An instant with its offset; one without is local. Raises BadReading."""
    try:
        at = datetime.fromisoformat(told.strip())
    except ValueError:
        raise BadReading(f"{told[:40]!r} is no date and time like 2026-11-21 07:30:00") from None
    return (at if at.tzinfo is not None else at.replace(tzinfo=zone)).isoformat()


def day(told: str) -> str:
    """Raises BadReading."""
    try:
        return date.fromisoformat(told.strip()[:10]).isoformat()
    except ValueError:
        raise BadReading(f"{told[:40]!r} is no day like 2026-11-21") from None


def _instant(told: str, zone: ZoneInfo) -> datetime:
    if len(told) == 10:
        return datetime.combine(date.fromisoformat(told), time(), zone)
    return datetime.fromisoformat(told)


def _written(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
