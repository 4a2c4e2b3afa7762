"""The trigger `journal`: an entry came, was changed, or has been missing for some time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from hub.automation.schema.own_triggers import JournalTrigger
from hub.automation.spoken import ago
from hub.automation.watch.base import Attaching
from hub.automation.watch.own import LATE, Alarm, Remembering, told
from hub.model import JournalEntry

_LOOKS_BACK = timedelta(days=90)
"""Entries older than this are as good as none."""


class JournalWatcher(Remembering):
    """Trigger variables: `entry` (id, kind, person, start, end, data, note, source, author), `from_entry` of a change,
    `person`, `kind`, `event`, `late`; where one is missing, `entry` is the last one or none, and `for`.

    An entry is about its end, or its beginning while it has none; one about longer ago than 15 minutes is late. One
    that was removed and came back is no new one.
    """

    trigger: JournalTrigger

    def __init__(self, trigger: JournalTrigger, index: int, attaching: Attaching) -> None:
        super().__init__(trigger, index, attaching)
        self.signals = frozenset({"journal"})
        self._missing = False
        self._asked = 0
        self._begun = self.now
        self._alarm = Alarm(self)

    def start(self) -> None:
        if self.trigger.event == "missing":
            self._begun = self.now
            self.soon(self._look(begins=True))

    def signalled(self, kind: str, facts: Mapping[str, Any]) -> None:
        old, new, one = facts["old"], facts["new"], self.trigger
        if new.kind != one.entry or one.person not in (None, new.person):
            return
        if one.event == "missing":
            self.soon(self._look())
        elif not new.deleted and (old is None) is (one.event == "added"):
            late = self.now - (new.end or new.start) > LATE
            if one.late or not late:
                self._tell(old, new, late, facts)

    def _tell(self, old: JournalEntry | None, new: JournalEntry, late: bool, facts: Mapping[str, Any]) -> None:
        self.fire(
            facts.get("context"),
            event=self.trigger.event,
            kind=new.kind,
            person=new.person,
            entry=told(new, self._at.zone),
            from_entry=told(old, self._at.zone),
            late=late,
            description=f"{new.kind} of {new.person} {self.trigger.event}",
        )

    async def _look(self, *, begins: bool = False) -> None:
        """When the last one was, and when one will have been missing."""
        length = self.span(self.trigger.for_)
        if length is None:
            return
        self._asked += 1
        asked, now, one = self._asked, self.now, self.trigger
        entries = await self.memory.entries(one.entry, one.person, now - _LOOKS_BACK - length, now + LATE)
        if asked != self._asked:
            return
        last = entries[-1] if entries else None
        due = (last.start if last is not None else self._begun) + length
        if due > self.now:
            self._missing = False
            self._alarm.set(due, lambda: self._due(due, last, length))
            return
        self._alarm.drop()
        # What was missing when this began was told by whoever watched then.
        if not self._missing and (not begins or self.missed(due)):
            self._due(due, last, length)
        self._missing = True

    def _due(self, due: datetime, last: JournalEntry | None, length: timedelta) -> None:
        self._missing = True
        what = self.trigger.entry.replace("_", " ")
        since = f"the last {what} was {ago(self.now - last.start)}" if last is not None else f"there is no {what} yet"
        self.fire(
            None,
            event="missing",
            kind=self.trigger.entry,
            person=self.trigger.person,
            entry=told(last, self._at.zone),
            late=False,
            description=since,
            **{"for": length},
        )
