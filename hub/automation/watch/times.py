"""Triggers by the clock: time and time_pattern."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from hub.automation.grammar import is_template
from hub.automation.judging import time_of
from hub.automation.schema.triggers import MovedTime, SunTrigger, TimePatternTrigger, TimeTrigger
from hub.automation.schema.values import WEEKDAYS, time_of_day
from hub.automation.sun import Sun
from hub.automation.watch.base import Attaching, Watcher
from hub.automation.when import Pattern, next_daily
from hub.automation.world import Seen
from hub.template import TemplateFailed

LATE = timedelta(minutes=5)
"""What was due longer ago than this was missed: the clock was set, the machine slept, or the hub was down."""
_FARTHEST = timedelta(days=8)
_DAY = timedelta(days=1)
_REMEMBERED = 100

Following = Callable[[datetime], datetime | None]
"""The first instant later than another one."""


class _Timed(Watcher):
    """Fires at instants that follow each other, once at each, however the clock is set."""

    def __init__(self, trigger: Any, index: int, attaching: Attaching) -> None:
        super().__init__(trigger, index, attaching)
        self._following: dict[str, Following] = {}
        self._done: dict[str, deque[datetime]] = {}
        self._due: dict[str, asyncio.Task[None]] = {}

    def at(self, key: str, following: Following) -> None:
        """Be there at each; in the place of what had this key before."""
        self._following[key] = following
        done = self._at.done
        # What was done a day ahead of now was done by a clock that was wrong.
        self._await(key, max(done, self.now) if done is not None and done - self.now < _DAY else self.now)

    def no_more(self, key: str) -> None:
        self._following.pop(key, None)
        if (task := self._due.pop(key, None)) is not None:
            task.cancel()

    def reached(self, key: str, when: datetime, *, missed: bool) -> None:
        """`missed`: it was due some time ago, the last of all that were."""
        raise NotImplementedError

    def set_back(self) -> None:
        for key in self._following:
            self._await(key, self.now)

    def _await(self, key: str, after: datetime) -> None:
        if (task := self._due.pop(key, None)) is not None:
            task.cancel()
        when = self._following[key](after)
        while when is not None and when in self._done.get(key, ()):
            when = self._following[key](when)
        if when is not None:
            self._due[key] = self.later(when, partial(self._come, key, when))

    def _come(self, key: str, when: datetime) -> None:
        self._due.pop(key, None)
        missed = self.now - when > LATE
        if missed:
            when = self._latest(key, when)
        self._done.setdefault(key, deque(maxlen=_REMEMBERED)).append(when)
        self.reached(key, when, missed=missed)
        if key in self._following and key not in self._due:
            self._await(key, when)

    def _latest(self, key: str, when: datetime) -> datetime:
        following, now = self._following[key], self.now
        found = following(now - _FARTHEST) if now - when > _FARTHEST else when
        if found is None or found > now:
            return when
        while (later := following(found)) is not None and later <= now:
            found = later
        return found


class TimeWatcher(_Timed):
    """At times of day, and at those that helpers and sensors say."""

    trigger: TimeTrigger

    def __init__(self, trigger: TimeTrigger, index: int, attaching: Attaching) -> None:
        super().__init__(trigger, index, attaching)
        self._fixed: list[time] = []
        self._told: dict[str, list[timedelta]] = {}
        for at in trigger.at:
            if isinstance(at, MovedTime):
                offset = self.moved(at.offset)
                self._told.setdefault(at.entity_id, []).append(offset)
            elif isinstance(at, str):
                self._told_or_fixed(at)
            else:
                self._fixed.append(at)
        self.entities = frozenset(self._told)

    def _told_or_fixed(self, at: str) -> None:
        if not is_template(at):
            self._told.setdefault(at, []).append(timedelta(0))
            return
        try:
            told = self._at.renderer.text(at, self._at.variables)
            if "." in told and not told[0].isdigit():
                self._told.setdefault(told, []).append(timedelta(0))
            else:
                self._fixed.append(time_of_day(told))
        except (TemplateFailed, ValueError) as error:
            self._at.failed(f"`at`: {error}")

    def start(self) -> None:
        for at in self._fixed:
            self.at(f"{at}", lambda after, at=at: next_daily(after, at, self._at.zone, self.trigger.weekday))  # type: ignore[misc] # bound now
        for entity_id in self._told:
            self._follow(entity_id)

    def changed(self, old: Seen | None, new: Seen | None) -> None:
        seen = new or old
        if seen is not None and (old is None or new is None or old.state != new.state):
            self._follow(seen.entity_id)

    def _follow(self, entity_id: str) -> None:
        """Be there at what a helper or sensor says: an instant, or a time of every day."""
        for number, offset in enumerate(self._told[entity_id]):
            key = f"{entity_id}/{number}"
            seen = self._at.world.get(entity_id)
            following = self._said(seen, offset) if seen is not None else None
            if following is None:
                self.no_more(key)
            else:
                self.at(key, following)

    def _said(self, seen: Seen, offset: timedelta) -> Following | None:
        instant = _instant(seen, self._at.zone)
        if instant is not None:
            return lambda after: instant + offset if instant + offset > after else None
        at = time_of(seen, self._at.zone)
        if at is None:
            return None

        def daily(after: datetime) -> datetime | None:
            when = next_daily(after - offset, at, self._at.zone, self.trigger.weekday)
            return when + offset if when is not None else None

        return daily

    def reached(self, key: str, when: datetime, *, missed: bool) -> None:
        local = when.astimezone(self._at.zone)
        if self.trigger.weekday is not None and WEEKDAYS[local.weekday()] not in self.trigger.weekday:
            return
        entity_id = key.partition("/")[0] if "/" in key else None
        late: dict[str, Any] = {"missed": True} if missed else {}
        self.fire(now=local, entity_id=entity_id, description="time", **late)


def _instant(seen: Seen, zone: Any) -> datetime | None:
    """Of a timestamp sensor, or a helper with a date and a time; None where it is a time of every day."""
    whole = seen.attributes.get("has_date") and seen.attributes.get("has_time", True)
    if seen.entity_id.startswith("input_datetime.") and not whole:
        return None
    try:
        told = datetime.fromisoformat(seen.state)
    except ValueError:
        return None
    return told if told.tzinfo is not None else told.replace(tzinfo=zone)


class SunWatcher(_Timed):
    """At sunrise or sunset, or some time before or after."""

    trigger: SunTrigger

    def __init__(self, trigger: SunTrigger, index: int, attaching: Attaching) -> None:
        super().__init__(trigger, index, attaching)
        self._offset = timedelta(0)

    def start(self) -> None:
        place = self._at.world.place
        if place is None:
            self._at.failed("the household has no place; say where it is under Settings, Household")
            return
        sun, self._offset = Sun(*place, self._at.zone), self.moved(self.trigger.offset)
        self.at("sun", lambda after: sun.next(after, self.trigger.event, self._offset))

    def reached(self, key: str, when: datetime, *, missed: bool) -> None:
        late: dict[str, Any] = {"missed": True, "now": when.astimezone(self._at.zone)} if missed else {}
        self.fire(event=self.trigger.event, offset=self._offset, description=self.trigger.event, **late)


class PatternWatcher(Watcher):
    """Every so many hours, minutes or seconds."""

    trigger: TimePatternTrigger

    def start(self) -> None:
        one = self.trigger
        self._next(Pattern.of(one.hours, one.minutes, one.seconds), self.now)

    def set_back(self) -> None:
        self.stop()
        self.start()

    def _next(self, pattern: Pattern, after: datetime) -> None:
        when = pattern.next(after, self._at.zone)

        def due() -> None:
            self.fire(now=when.astimezone(self._at.zone), description="time pattern")
            # After a step of the clock what was missed is not made up for.
            self._next(pattern, max(when, self.now - timedelta(minutes=1)))

        self.later(when, due)
