"""Triggers by the clock: time and time_pattern."""

from __future__ import annotations

import asyncio
from datetime import datetime, time, timedelta
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


class TimeWatcher(Watcher):
    """At times of day, and at those that helpers and sensors say."""

    trigger: TimeTrigger

    def __init__(self, trigger: TimeTrigger, index: int, attaching: Attaching) -> None:
        super().__init__(trigger, index, attaching)
        self._fixed: list[time] = []
        self._told: dict[str, list[timedelta]] = {}
        self._due: dict[str, asyncio.Task[None]] = {}
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
            self._daily(at, self.now)
        for entity_id in self._told:
            self._follow(entity_id)

    def _daily(self, at: time, after: datetime) -> None:
        when = next_daily(after, at, self._at.zone, self.trigger.weekday)
        if when is None:
            return

        def due() -> None:
            self._fire(when)
            self._daily(at, when)

        self.later(when, due)

    def changed(self, old: Seen | None, new: Seen | None) -> None:
        seen = new or old
        if seen is not None and (old is None or new is None or old.state != new.state):
            self._follow(seen.entity_id)

    def _follow(self, entity_id: str) -> None:
        """Be there at what a helper or sensor says: an instant, or a time of every day."""
        for number, offset in enumerate(self._told[entity_id]):
            key = f"{entity_id}/{number}"
            if (task := self._due.pop(key, None)) is not None:
                task.cancel()
            seen = self._at.world.get(entity_id)
            if seen is not None:
                self._wait(key, seen, offset, self.now)

    def _wait(self, key: str, seen: Seen, offset: timedelta, after: datetime) -> None:
        instant = _instant(seen, self._at.zone)
        if instant is not None:
            when: datetime | None = instant + offset
            if when is None or when <= after:
                return
        else:
            at = time_of(seen, self._at.zone)
            daily = next_daily(after - offset, at, self._at.zone, self.trigger.weekday) if at is not None else None
            when = daily + offset if daily is not None else None
        if when is None:
            return
        due_at = when

        def due() -> None:
            self._fire(due_at, seen.entity_id)
            if instant is None:
                self._wait(key, seen, offset, due_at)

        self._due[key] = self.later(due_at, due)

    def _fire(self, when: datetime, entity_id: str | None = None) -> None:
        local = when.astimezone(self._at.zone)
        if self.trigger.weekday is not None and WEEKDAYS[local.weekday()] not in self.trigger.weekday:
            return
        self.fire(now=local, entity_id=entity_id, description="time")


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


class SunWatcher(Watcher):
    """At sunrise or sunset, or some time before or after."""

    trigger: SunTrigger

    def start(self) -> None:
        place = self._at.world.place
        if place is None:
            self._at.failed("the household has no place; say where it is under Settings, Household")
            return
        self._next(Sun(*place, self._at.zone), self.moved(self.trigger.offset), self.now)

    def _next(self, sun: Sun, offset: timedelta, after: datetime) -> None:
        when = sun.next(after, self.trigger.event, offset)
        if when is None:
            return

        def due() -> None:
            self.fire(event=self.trigger.event, offset=offset, description=self.trigger.event)
            self._next(sun, offset, when)

        self.later(when, due)


class PatternWatcher(Watcher):
    """Every so many hours, minutes or seconds."""

    trigger: TimePatternTrigger

    def start(self) -> None:
        one = self.trigger
        self._next(Pattern.of(one.hours, one.minutes, one.seconds), self.now)

    def _next(self, pattern: Pattern, after: datetime) -> None:
        when = pattern.next(after, self._at.zone)

        def due() -> None:
            self.fire(now=when.astimezone(self._at.zone), description="time pattern")
            # After a step of the clock what was missed is not made up for.
            self._next(pattern, max(when, self.now - timedelta(minutes=1)))

        self.later(when, due)
