"""When somebody wants to be left alone, and how much is too much."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from hub.errors import BadReading

_KEY = "notify.people"
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
DAYS = range(7)


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` to `end` of the person's clock, on each of the days on which it begins (0: Monday)."""

    start: str
    end: str
    days: tuple[int, ...] = tuple(DAYS)


@dataclass(frozen=True, slots=True)
class Quiet:
    spans: tuple[Span, ...] = ()
    critical_passes: bool = True

    def until(self, at: datetime, zone: str) -> datetime | None:
        """When the quiet that holds at an instant ends, spans that touch taken as one; None: it is not quiet."""
        end: datetime | None = None
        while (found := self._end(end or at, zone)) is not None and found > (end or at):
            end = found
            if end - at > timedelta(days=7):
                break
        return end

    def _end(self, at: datetime, zone: str) -> datetime | None:
        where = ZoneInfo(zone)
        today = at.astimezone(where).date()
        ends = []
        for span in self.spans:
            start, end = time.fromisoformat(span.start), time.fromisoformat(span.end)
            for day in (today - timedelta(days=1), today):
                if day.weekday() not in span.days:
                    continue
                begins = datetime.combine(day, start, where).astimezone(at.tzinfo)
                last = day if end > start else day + timedelta(days=1)
                over = datetime.combine(last, end, where).astimezone(at.tzinfo)
                if begins <= at < over:
                    ends.append(over)
        return max(ends, default=None)


@dataclass(frozen=True, slots=True)
class Prefs:
    """One recipient's wishes."""

    quiet: Quiet = Quiet()
    burst: int = 10
    """Notices at once, after a while without any."""
    per_hour: int = 30
    off: frozenset[str] = frozenset()
    """Channels of theirs that are not to be used."""
    on: frozenset[str] = frozenset()
    """Channels that serve everybody and are wanted."""


class Settings(Protocol):
    async def get_setting(self, key: str) -> Any: ...
    async def set_setting(self, key: str, value: Any) -> None: ...


@dataclass(slots=True)
class House:
    """Whom escalation goes through, for each person; and where the hub is reached from outside."""

    carers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    base: str = ""


_prefs = TypeAdapter(dict[str, Prefs])
_house = TypeAdapter(House)


class Wishes:
    """Kept preferences of all recipients."""

    def __init__(self, store: Settings) -> None:
        self._store = store
        self._all: dict[str, Prefs] = {}
        self.house = House()

    async def load(self) -> None:
        kept = await self._store.get_setting(_KEY) or {}
        self._all = _prefs.validate_python(kept.get("prefs", {}))
        self.house = _house.validate_python(kept.get("house", {}))

    def of(self, key: str) -> Prefs:
        return self._all.get(key, Prefs())

    async def change(self, key: str, prefs: Prefs) -> Prefs:
        """Raises BadReading."""
        for span in prefs.quiet.spans:
            check(span)
        if len(prefs.quiet.spans) > 20:
            raise BadReading("quiet hours: at most 20 spans")
        if not 1 <= prefs.burst <= 1_000 or not 1 <= prefs.per_hour <= 1_000:
            raise BadReading("the rate limit is between 1 and 1000 notices")
        self._all[key] = prefs
        await self._save()
        return prefs

    async def switch(self, key: str, channel: str, *, on: bool, shared: bool) -> Prefs:
        prefs = self.of(key)
        names = prefs.on if shared else prefs.off
        names = names | {channel} if on == shared else names - {channel}
        return await self.change(key, replace(prefs, on=names) if shared else replace(prefs, off=names))

    async def set_carers(self, person: str, carers: tuple[str, ...]) -> None:
        self.house.carers[person] = carers
        await self._save()

    async def set_base(self, base: str) -> None:
        """Raises BadReading."""
        base = base.strip().rstrip("/")
        if base and not re.fullmatch(r"https?://[A-Za-z0-9.\-\[\]:]{1,253}", base):
            raise BadReading(f"{base[:80]!r} is no address such as https://home.example.org")
        self.house.base = base
        await self._save()

    async def forget(self, key: str) -> None:
        self._all.pop(key, None)
        self.house.carers.pop(key, None)
        self.house.carers = {who: tuple(one for one in all_ if one != key) for who, all_ in self.house.carers.items()}
        await self._save()

    async def _save(self) -> None:
        await self._store.set_setting(
            _KEY,
            {"prefs": _prefs.dump_python(self._all, mode="json"), "house": _house.dump_python(self.house, mode="json")},
        )


def check(span: Span) -> None:
    """Raises BadReading."""
    for text in (span.start, span.end):
        if not _TIME.fullmatch(text):
            raise BadReading(f"quiet hours: {text[:20]!r} is no time such as 22:00")
    if span.start == span.end:
        raise BadReading("quiet hours: a span begins and ends at different times")
    if not span.days or any(day not in DAYS for day in span.days):
        raise BadReading("quiet hours: choose at least one day (0 is Monday, 6 is Sunday)")
