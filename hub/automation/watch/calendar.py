"""Triggers by the events of a calendar: at the start, at the end, or some time before or after."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from hub.automation.schema.triggers import CalendarTrigger
from hub.automation.watch.base import Attaching, Watcher
from hub.automation.watch.times import LATE
from hub.automation.world import Seen

_CLOSE = timedelta(seconds=1)


class CalendarWatcher(Watcher):
    """The calendar's entity has the events of the next weeks, and those that have just ended, in `events`."""

    trigger: CalendarTrigger

    def __init__(self, trigger: CalendarTrigger, index: int, attaching: Attaching) -> None:
        super().__init__(trigger, index, attaching)
        self.entities = frozenset({trigger.entity_id})
        self._offset = timedelta(0)
        self._planned: dict[tuple[str, datetime], asyncio.Task[None]] = {}
        self._since = self.now

    def start(self) -> None:
        self._offset, self._since = self.moved(self.trigger.offset), self.now
        self._plan(self._at.world.get(self.trigger.entity_id))

    def stop(self) -> None:
        super().stop()
        self._planned.clear()

    def changed(self, old: Seen | None, new: Seen | None) -> None:
        self._plan(new)

    def _plan(self, seen: Seen | None) -> None:
        told = seen.attributes.get("events") if seen is not None else None
        wished = {
            (str(one.get("uid")), when): one
            for one in (told if isinstance(told, list) else [])
            if isinstance(one, Mapping) and (when := self._when(one)) is not None and when > self._since
        }
        for key in self._planned.keys() - wished.keys():
            # One whose time has just come is gone from the list at the same instant.
            if key[1] > self.now + _CLOSE:
                self._planned.pop(key).cancel()
        for key, event in wished.items():
            if key not in self._planned and key[1] > self.now - _CLOSE:
                self._planned[key] = self.later(key[1], partial(self._fire, event, key[1]))

    def _when(self, event: Mapping[str, Any]) -> datetime | None:
        try:
            at = datetime.fromisoformat(str(event[self.trigger.event]))
        except (KeyError, ValueError):
            return None
        if at.tzinfo is None:
            at = datetime.combine(at.date(), time(), self._at.zone)
        return at + self._offset

    def _fire(self, event: Mapping[str, Any], when: datetime) -> None:
        shown = {
            "all_day": len(str(event["start"])) == 10, "description": "", "location": "",
            **{name: told for name, told in event.items() if told is not None},
        }  # fmt: skip
        missed = self.now - when > LATE
        late: dict[str, Any] = {"missed": True, "now": when.astimezone(self._at.zone)} if missed else {}
        self.fire(
            event=self.trigger.event, offset=self._offset, calendar_event=shown, entity_id=self.trigger.entity_id,
            description=f"{shown.get('summary')} {'begins' if self.trigger.event == 'start' else 'ends'}",
            **late,
        )  # fmt: skip
