"""The triggers `reading` and `missing_data`."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hub.automation.schema.own_triggers import MissingDataTrigger, ReadingTrigger
from hub.automation.spoken import length, number
from hub.automation.watch.base import Attaching
from hub.automation.watch.own import Alarm, Remembering
from hub.insight import usual_silence
from hub.insight.silence import WINDOW
from hub.model import Reading


@dataclass(slots=True)
class _Course:
    """What is remembered of an entity's live readings, or of its late ones."""

    armed: bool = True
    recent: deque[tuple[datetime, float]] = field(default_factory=deque)
    """By `taken_at`, those within `within`."""


class ReadingWatcher(Remembering):
    """Each live reading; or the first of those that meet what is asked for, until one is clear of it by `hysteresis`.

    Late readings (and imported ones) are left out. With `late: true` those that come together are gone through in the
    order in which they were taken, on their own, and fire at most once, with the last that fired.

    Trigger variables: `entity_id`, `reading` (value, taken_at, received_at, late), `value`, `taken_at`, `late`,
    `above`, `below`, and of `rising_by` and `falling_by` the `change` that was seen.
    """

    trigger: ReadingTrigger

    def __init__(self, trigger: ReadingTrigger, index: int, attaching: Attaching) -> None:
        super().__init__(trigger, index, attaching)
        self.signals = frozenset(f"reading {one}" for one in trigger.entity_id)
        self._live = {one: _Course() for one in trigger.entity_id}
        self._late: dict[str, _Course] = {}
        self._within = self.span(trigger.within) if trigger.within is not None else None
        self._crossing = trigger.above is not None or trigger.below is not None or self._within is not None

    def start(self) -> None:
        if not self._crossing:
            return
        for entity_id, course in self._live.items():
            seen = self._at.world.get(entity_id)
            value = _number(seen.state) if seen is not None else None
            # What lies there already crosses nothing.
            course.armed = value is None or not self._met(value, None)
        if self._within is not None:
            for entity_id in self._live:
                self.soon(self._recall(entity_id, self._within))

    async def _recall(self, entity_id: str, within: timedelta) -> None:
        now, course = self.now, self._live[entity_id]
        known = await self.memory.readings(entity_id, now - within, now + timedelta(microseconds=1))
        before = [(one.taken_at, value) for one in known if (value := _number(one.value)) is not None]
        since = course.recent[0][0] if course.recent else None
        course.recent.extendleft(reversed([one for one in before if since is None or one[0] < since]))
        change = self._change(course)
        if change is not None:
            course.armed = not self._met(course.recent[-1][1], change)

    def signalled(self, kind: str, facts: Mapping[str, Any]) -> None:
        entity_id, readings = str(facts["entity_id"]), facts["readings"]
        for one in readings:
            if not (one.late or one.imported):
                found = self._judge(one, self._live[entity_id])
                if found is not None:
                    self._tell(one, found, facts)
        if self.trigger.late:
            self._late_ones(entity_id, [one for one in readings if one.late or one.imported], facts)

    def _late_ones(self, entity_id: str, readings: Sequence[Reading], facts: Mapping[str, Any]) -> None:
        course = self._late.setdefault(entity_id, _Course())
        if readings and course.recent and readings[0].taken_at < course.recent[-1][0]:
            course = self._late[entity_id] = _Course()
        fired = [(one, found) for one in readings if (found := self._judge(one, course)) is not None]
        if fired:
            self._tell(*fired[-1], facts)

    def _judge(self, one: Reading, course: _Course) -> Mapping[str, Any] | None:
        """What more to tell when it fires."""
        if not self._crossing:
            return {}
        value = _number(one.value)
        if value is None:
            return None
        change = None
        if self._within is not None:
            course.recent.append((one.taken_at, value))
            while course.recent[0][0] < one.taken_at - self._within:
                course.recent.popleft()
            change = self._change(course)
        if self._met(value, change):
            armed, course.armed = course.armed, False
            return {"change": _plain(change)} if armed else None
        if self._clear(value, change):
            course.armed = True
        return None

    def _change(self, course: _Course) -> float | None:
        """How far the newest lies above the lowest, or below the highest (negative), of those within the time."""
        if not course.recent:
            return None
        newest, values = course.recent[-1][1], [value for _, value in course.recent]
        rise, fall = newest - min(values), newest - max(values)
        if self.trigger.falling_by is None:
            return rise
        if self.trigger.rising_by is None:
            return fall
        return rise if rise >= self.trigger.rising_by else fall

    def _met(self, value: float, change: float | None) -> bool:
        return self._inside(value, 0.0) and self._fast(change, 0.0)

    def _clear(self, value: float, change: float | None) -> bool:
        slack = self.trigger.hysteresis
        return not (self._inside(value, slack) and self._fast(change, slack))

    def _inside(self, value: float, slack: float) -> bool:
        above, below = self._bound(self.trigger.above), self._bound(self.trigger.below)
        if (above is None) is not (self.trigger.above is None) or (below is None) is not (self.trigger.below is None):
            return False
        return (above is None or value > above - slack) and (below is None or value < below + slack)

    def _fast(self, change: float | None, slack: float) -> bool:
        if self._within is None:
            return True
        one = self.trigger
        if change is None:
            return False
        rising = one.rising_by is not None and change >= one.rising_by - slack and change > 0
        return rising or (one.falling_by is not None and -change >= one.falling_by - slack and change < 0)

    def _bound(self, told: float | str | None) -> float | None:
        if not isinstance(told, str):
            return told
        seen = self._at.world.get(told)
        return _number(seen.state) if seen is not None else None

    def _tell(self, one: Reading, more: Mapping[str, Any], facts: Mapping[str, Any]) -> None:
        late = one.late or one.imported
        reading = {
            "value": _plain(one.value),
            "taken_at": one.taken_at.astimezone(self._at.zone),
            "received_at": one.received_at.astimezone(self._at.zone),
            "late": late,
        }
        said = number(one.value) if isinstance(one.value, float | int) else one.value
        self.fire(
            facts.get("context"),
            entity_id=one.entity_id,
            reading=reading,
            value=reading["value"],
            taken_at=reading["taken_at"],
            late=late,
            above=self.trigger.above,
            below=self.trigger.below,
            description=f"{'a late' if late else 'a'} reading of {one.entity_id}: {said}",
            **more,
        )


@dataclass(slots=True)
class _Source:
    alarm: Alarm
    heard: datetime | None = None
    longest: timedelta | None = None
    """That it may be silent."""
    waits: bool = False
    silent: bool = False


class MissingDataWatcher(Remembering):
    """An entity has had no reading for `for`, or for longer than it is usually silent; once in each silence.

    Late readings are a sign of life too, imported history is none. Trigger variables: `entity_id`, `last` (when it was
    last heard, or none), `silence`, `usual` (true: the length was learned) and `for`.
    """

    trigger: MissingDataTrigger

    def __init__(self, trigger: MissingDataTrigger, index: int, attaching: Attaching) -> None:
        super().__init__(trigger, index, attaching)
        self.signals = frozenset(f"reading {one}" for one in trigger.entity_id)
        self._sources = {one: _Source(Alarm(self)) for one in trigger.entity_id}
        self._begun = self.now

    def start(self) -> None:
        self._begun = self.now
        for entity_id in self._sources:
            self.soon(self._learn(entity_id, begins=True))
        if self.trigger.for_ is None:
            self.each_day(self._at.zone, self._learn_all)

    def _learn_all(self) -> None:
        for entity_id in self._sources:
            self.soon(self._learn(entity_id))

    async def _learn(self, entity_id: str, *, begins: bool = False) -> None:
        source, now = self._sources[entity_id], self.now
        given = self.span(self.trigger.for_) if self.trigger.for_ is not None else None
        heard = [one.received_at for one in await self._known(entity_id, given) if not one.imported]
        source.longest = given if given is not None else usual_silence(heard)
        source.heard = max([*heard, *([source.heard] if source.heard is not None else [])], default=None)
        if source.longest is None:
            if begins and self.trigger.for_ is None:
                self._at.failed(f"{entity_id} has too few readings to say how long it is usually silent; give `for`")
            return
        due = self._due_at(source, source.longest)
        if begins and due <= now:
            # What was silent when this began was told by whoever watched then.
            source.silent = not self.missed(due)
        if not source.silent:
            self._wait(entity_id, source)

    async def _known(self, entity_id: str, given: timedelta | None) -> Sequence[Reading]:
        """Readings to learn from; of a source that speaks every few seconds a day says enough."""
        until = self.now + timedelta(minutes=15)
        if given is None:
            day = await self.memory.readings(entity_id, self.now - timedelta(days=1), until)
            if len(day) >= 2_000:
                return day
        return await self.memory.readings(entity_id, self.now - max(WINDOW, given or WINDOW), until)

    def _due_at(self, source: _Source, longest: timedelta) -> datetime:
        return (source.heard or self._begun) + longest

    def signalled(self, kind: str, facts: Mapping[str, Any]) -> None:
        readings = [one for one in facts["readings"] if not one.imported]
        if not readings:
            return
        source = self._sources[str(facts["entity_id"])]
        source.heard, source.silent = max(one.received_at for one in readings), False
        if not source.waits and source.longest is not None:
            self._wait(str(facts["entity_id"]), source)

    def _wait(self, entity_id: str, source: _Source) -> None:
        """A reading moves nothing but `heard`: who waits looks again when the time has come."""
        if source.longest is None:
            return
        due = self._due_at(source, source.longest)
        if due <= self.now:
            source.waits, source.silent = False, True
            source.alarm.drop()
            self._tell(entity_id, source, source.longest)
            return
        source.waits = True
        source.alarm.set(due, lambda: self._wait(entity_id, source))

    def _tell(self, entity_id: str, source: _Source, longest: timedelta) -> None:
        silence = self.now - (source.heard or self._begun)
        self.fire(
            None,
            entity_id=entity_id,
            last=source.heard.astimezone(self._at.zone) if source.heard is not None else None,
            silence=silence,
            usual=self.trigger.for_ is None,
            description=f"nothing from {entity_id} for {length(silence)}",
            **{"for": longest},
        )


def _plain(value: Any) -> Any:
    """A whole number without a point, as states have it."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _number(value: Any) -> float | None:
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return found if found == found else None
