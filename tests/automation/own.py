"""A house for automations that remembers: a journal, readings, people at home, quiet hours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hub.automation.past_memory import PastMemory
from hub.model import Flag, JournalEntry, Metric, Reading
from tests.automation.house import START, PlayHouse

SAY = "actions: [{action: notify.say, data: {text: '{{ trigger.description }}'}}]"


class OwnHouse(PlayHouse):
    def __init__(
        self,
        start: datetime = START,
        time_zone: str = "Europe/Berlin",
        *,
        entries: Iterable[JournalEntry] = (),
        readings: Iterable[Reading] = (),
        metrics: Sequence[Metric] = (),
        sources: Mapping[tuple[str, str], Sequence[str]] | None = None,
    ) -> None:
        super().__init__(start, time_zone)
        self.quiet: bool | None = None
        self.at_home: dict[str, bool] = {}
        own = sources or {}
        self.past = PastMemory(
            self.clock, lambda person: time_zone, entries, readings, metrics={one.key: one for one in metrics},
            sources=lambda person, metric: own.get((person, metric), ()),
            quiet=lambda person, at: self.quiet, home=self.at_home.get,
        )  # fmt: skip
        self.memory = self.past

    async def log(
        self,
        kind: str = "meal",
        *,
        ago: timedelta = timedelta(0),
        lasted: timedelta | None = None,
        person: str = "anna",
        old: JournalEntry | None = None,
        deleted: bool = False,
        **data: Any,
    ) -> JournalEntry:
        """Somebody writes an entry now, which began some time ago; or another revision of one."""
        now = self.clock.now()
        if old is not None:
            new = replace(
                old, data=data or old.data, deleted=deleted, revision=old.revision + 1, updated_at=now,
                end=old.start + lasted if lasted is not None else old.end,
            )  # fmt: skip
        else:
            start = now - ago
            new = JournalEntry(
                f"{kind}-{person}-{now.isoformat()}", kind, person, person, start,
                start + lasted if lasted is not None else None, data, "", "", "", 1, False, now, now,
            )  # fmt: skip
        self._tell("journal", {"old": old, "new": new})
        await self.later()
        return new

    async def read(
        self, entity_id: str, *values: float | str, ago: timedelta = timedelta(0), flags: Flag = Flag.NONE
    ) -> None:
        """Readings a minute apart, the last of which was taken some time ago, come now."""
        now = self.clock.now()
        late = ago > timedelta(minutes=15)
        readings = tuple(
            Reading(entity_id, now - ago - timedelta(minutes=len(values) - 1 - place), now, value, flags, late)
            for place, value in enumerate(values)
        )
        self._tell("reading", {"entity_id": entity_id, "readings": readings})
        await self.later()

    def _tell(self, kind: str, facts: Mapping[str, Any]) -> None:
        self.past.tell(kind, facts)
        self.engine.signal(kind, facts)

    async def until(self, when: datetime) -> None:
        await self.clock.advance_to(when)

    @property
    def texts(self) -> list[Any]:
        return [data["text"] for _, name, data in self.called if name == "notify.say"]

    @property
    def times(self) -> list[datetime]:
        return [at for at, name, _ in self.called if name == "notify.say"]
