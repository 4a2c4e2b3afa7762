"""The triggers `prediction` and `statistic`: a person's usual times, and their usual range."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from hub.automation.schema.own_triggers import PredictionTrigger, StatisticTrigger
from hub.automation.spoken import length, number
from hub.automation.watch.base import Attaching
from hub.automation.watch.own import Alarm, Remembering
from hub.insight import Baseline, Habit, Predicted, Present

_SAME = timedelta(minutes=90)
"""How far a predicted time may move and still be that of the same occurrence."""
_EVERY = timedelta(minutes=5)
"""How often a period's value is looked at while readings come."""
_LATEST = timedelta(hours=12)
"""After its end a period is taken to be complete, though nothing has come since."""


class PredictionWatcher(Remembering):
    """Some time before or after a usual time; the habit is learned anew each day, and when its journal changes.

    Once for each occurrence, however its predicted time moves meanwhile; what was due before this began is left out.
    Trigger variables: `person`, `kind`, `offset` and `habit` (`at`, the predicted instant; `time`, `spread`,
    `samples`, `share`, `label`, and `days`: weekday, weekend or all).
    """

    trigger: PredictionTrigger

    def __init__(self, trigger: PredictionTrigger, index: int, attaching: Attaching) -> None:
        super().__init__(trigger, index, attaching)
        self.signals = frozenset({"journal"})
        self._alarm = Alarm(self)
        self._offset = self.moved(trigger.offset)
        self._over: deque[datetime] = deque(maxlen=20)
        self._awaited: Predicted | None = None
        self._asked = 0

    def start(self) -> None:
        self.soon(self._plan(begins=True))
        zone = ZoneInfo(self.memory.time_zone(self.trigger.person))
        self.each_day(zone, lambda: self.soon(self._plan()))

    def signalled(self, kind: str, facts: Mapping[str, Any]) -> None:
        new = facts["new"]
        if (new.kind, new.person) == (self.trigger.entry, self.trigger.person):
            self.soon(self._plan())

    async def _plan(self, *, begins: bool = False) -> None:
        self._asked += 1
        asked = self._asked
        habit = await self.memory.habit(self.trigger.person, self.trigger.entry)
        if asked != self._asked:
            return
        now = self.now
        around = self._fitting(habit, now - self._offset - timedelta(days=1), now - self._offset + timedelta(days=9))
        if begins:
            self._over.extend(one.at for one in around if one.at + self._offset <= now)
            self._doubt(habit)
        awaited = self._awaited
        if awaited is not None and not self._is_over(awaited, around):
            moved = min(around, key=lambda one: abs(one.at - awaited.at), default=None)
            if moved is not None and abs(moved.at - awaited.at) < _SAME and moved.at + self._offset <= now:
                # It was waited for, and has moved to before now.
                self._fire(moved)
        self._wait(around)

    def _fitting(self, habit: Habit, since: datetime, until: datetime) -> list[Predicted]:
        one = self.trigger
        return [
            found
            for found in habit.between(since, until)
            if found.usual.samples >= one.min_samples and one.label in (None, found.usual.label)
        ]

    def _doubt(self, habit: Habit) -> None:
        """Say why nothing will come of it."""
        one, usual = self.trigger, [each for times in habit.times.values() for each in times]
        what = f"{one.entry!r} of {one.person!r}"
        if not usual:
            self._at.failed(f"no usual time of {what} is known yet; it fires once there are enough entries")
        elif one.label is not None and one.label not in (labels := {each.label for each in usual if each.label}):
            known = ", ".join(sorted(labels)) or "none"
            self._at.failed(f"no usual time of {what} is called {one.label!r}; there are: {known}")

    def _is_over(self, one: Predicted, around: list[Predicted]) -> bool:
        """Whether it is an occurrence that was fired for: the nearest now to what it was then."""
        for fired in self._over:
            nearest = min(around, key=lambda each: abs(each.at - fired), default=one)
            if abs(one.at - fired) < _SAME and (nearest is one or nearest.at == one.at):
                return True
        return False

    def _wait(self, around: list[Predicted]) -> None:
        now = self.now
        coming = [one for one in around if one.at + self._offset > now and not self._is_over(one, around)]
        self._awaited = first = min(coming, key=lambda one: one.at, default=None)
        if first is None:
            self._alarm.drop()
            return

        def due() -> None:
            self._fire(first)
            self._wait(around)

        self._alarm.set(first.at + self._offset, due)

    def _fire(self, one: Predicted) -> None:
        self._over.append(one.at)
        self._awaited = None
        zone = ZoneInfo(self.memory.time_zone(self.trigger.person))
        usual, what = one.usual, one.usual.label or self.trigger.entry.replace("_", " ")
        habit = {
            "at": one.at.astimezone(zone),
            "time": usual.at,
            "spread": usual.spread,
            "samples": usual.samples,
            "share": usual.share,
            "label": usual.label,
            "days": one.days,
        }
        near = (
            f"{length(self._offset)} {'before' if self._offset < timedelta(0) else 'after'}" if self._offset else "at"
        )
        self.fire(
            person=self.trigger.person,
            kind=self.trigger.entry,
            offset=self._offset,
            habit=habit,
            description=f"{near} the usual {what} at {usual.at:%H:%M}, give or take {length(usual.spread)}",
        )


class StatisticWatcher(Remembering):
    """The day's or week's value leaves the usual range; at most once in each period.

    It is said as soon as it is certain: a count that lies above stays there, a mean is told once most of a period's
    usual readings are in. The rest is judged when the period is over: once its sources have spoken of the next one, or
    at noon after it. What was outside when this began is left out. Trigger variables: `person`, `metric`, `period`,
    `start` (of the period), `value`, `direction` (above, below), `median`, `spread`, `low`, `high`, `samples`.
    """

    trigger: StatisticTrigger

    def __init__(self, trigger: StatisticTrigger, index: int, attaching: Attaching) -> None:
        super().__init__(trigger, index, attaching)
        self.signals = frozenset({"reading"})
        self._sources: frozenset[str] = frozenset()
        self._over: deque[datetime] = deque(maxlen=4)
        """Beginnings of periods that were told, or were over before this began."""
        self._alarm = Alarm(self)
        self._waits = False
        self._looked = self.now - _EVERY

    @property
    def due(self) -> datetime | None:
        """Readings decide."""
        return None

    def start(self) -> None:
        self._find_sources()
        self._waits = True
        self.soon(self._look(begins=True))
        self.each_day(ZoneInfo(self.memory.time_zone(self.trigger.person)), self._new_day)

    def _new_day(self) -> None:
        self._find_sources()
        self.later(self.now + _LATEST, self._look_soon)

    def _find_sources(self) -> None:
        found = frozenset(self.memory.sources(self.trigger.person, self.trigger.metric))
        # Until there is a source, the first reading of any is worth a look.
        signals = frozenset(f"reading {one}" for one in found) or frozenset({"reading"})
        self._sources = found
        if signals != self.signals:
            self.signals = signals
            self._at.again(self)

    def signalled(self, kind: str, facts: Mapping[str, Any]) -> None:
        if not self._sources and self._looked + _EVERY <= self.now:
            self._looked = self.now
            self._find_sources()
        if facts["entity_id"] in self._sources:
            self._look_soon()

    def _look_soon(self) -> None:
        if self._waits:
            return
        self._waits = True
        due = self._looked + _EVERY
        if due <= self.now:
            self.soon(self._look())
        else:
            self._alarm.set(due, lambda: self.soon(self._look()))

    async def _look(self, *, begins: bool = False) -> None:
        one = self.trigger
        self._looked = self.now
        try:
            usual = await self.memory.baseline(one.person, one.metric, one.period)
        finally:
            self._waits = False
        if usual is None:
            return
        before = usual.previous
        if before is not None and before.present is not None:
            complete = usual.present is not None or self.now >= before.present.end + _LATEST
            if complete:
                self._judge(before, before.present, final=True, silent=begins)
        if usual.present is not None:
            self._judge(usual, usual.present, final=False, silent=begins)

    def _judge(self, usual: Baseline, present: Present, *, final: bool, silent: bool) -> None:
        if present.start in self._over:
            return
        side = usual.outside(present.value, self.trigger.direction, self.trigger.deviations)
        if side is not None and (final or usual.decided(side)):
            self._over.append(present.start)
            if not silent or self.missed(min(present.end, self.now)):
                self._tell(usual, present, side)
        elif final:
            self._over.append(present.start)

    def _tell(self, usual: Baseline, present: Present, side: Literal["above", "below"]) -> None:
        low, high = usual.range(self.trigger.deviations)
        zone = ZoneInfo(self.memory.time_zone(self.trigger.person))
        what, edge = self.trigger.metric.replace("_", " "), high if side == "above" else low
        self.fire(
            person=self.trigger.person,
            metric=self.trigger.metric,
            period=self.trigger.period,
            start=present.start.astimezone(zone),
            value=present.value,
            direction=side,
            median=usual.median,
            spread=usual.spread,
            low=low,
            high=high,
            samples=usual.samples,
            description=f"the {self.trigger.period}'s {what} is {number(present.value)}, {side} {number(edge)}",
        )
