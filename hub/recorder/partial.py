"""Statistics of one stretch of one series, as pure functions of its readings."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import fsum
from typing import NamedTuple

from hub.model import Flag, Kind
from hub.recorder.schema import TEXT

Point = tuple[int, float, int]
"""taken, value (or word), flags."""
Stretch = tuple[int, int]
"""Start and end in microseconds; the end is not part of it."""
SLOT = 300_000_000
STATEFUL = frozenset({Kind.ENUM, Kind.TEXT})


class Rule(NamedTuple):
    """How readings of a series become statistics."""

    kind: Kind = Kind.GAUGE
    hold: int = 3_600_000_000
    """Microseconds that a value lasts when no other follows."""


@dataclass(slots=True)
class Partial:
    """What a stretch adds to any longer one."""

    count: int = 0
    low: float | None = None
    high: float | None = None
    total: float | None = None
    """Sum of the values."""
    rise: float | None = None
    """Counters: how much was counted."""
    integral: float | None = None
    """Value times microseconds that it was held within the stretch."""
    held: int = 0
    last: Point | None = None
    states: dict[str, int] = field(default_factory=dict)
    """Microseconds in each state, for enums; a key is the number of a word, or `=` and a number."""
    slots: int = 0
    """Of an hour: bit n is set when there are readings in its n-th five minutes."""
    final: bool = False
    """The readings are gone (retention): it can't be made again."""

    def hold(self, value: float, flags: int, length: int, kind: Kind) -> None:
        """Add that a value lasted `length` microseconds of the stretch."""
        if length <= 0 or kind is Kind.TEXT:
            return
        if kind is Kind.ENUM:
            state = str(int(value)) if flags & TEXT else f"={value:g}"
            self.states[state] = self.states.get(state, 0) + length
        else:
            self.integral = (self.integral or 0.0) + value * length
        self.held += length


def fold(
    points: Sequence[Point], before: Point | None, stretches: Iterable[Stretch], rule: Rule, now: int
) -> dict[int, Partial]:
    """Start of each stretch -> its statistics.

    `stretches` follow one another without gap, `points` are all readings within them in order, `before` is the last
    reading before them. A value is held until the next one, at most `rule.hold` and not beyond `now`.
    """
    taken = [point[0] for point in points]
    made: dict[int, Partial] = {}
    first = 0
    for start, end in stretches:
        following = bisect_left(taken, end, first)
        made[start] = _stretch(points[first:following], before, start, min(end, max(now, start)), rule)
        if following > first:
            before = points[following - 1]
            first = following
    return made


def _stretch(points: Sequence[Point], before: Point | None, start: int, until: int, rule: Rule) -> Partial:
    made = Partial(count=len(points))
    if before is not None:
        lasts = min(before[0] + rule.hold, points[0][0] if points else until, until)
        made.hold(before[1], before[2], lasts - start, rule.kind)
    if not points:
        return made
    made.last = points[-1]
    for slot in {point[0] // SLOT for point in points}:
        made.slots |= 1 << slot % 12
    if rule.kind in STATEFUL:
        for point, following in zip(points, [*(later[0] for later in points[1:]), until], strict=True):
            made.hold(point[1], point[2], min(following, point[0] + rule.hold, until) - point[0], rule.kind)
        return made
    values = [point[1] for point in points]
    made.low, made.high, made.total = min(values), max(values), fsum(values)
    areas, hold = [made.integral or 0.0], rule.hold
    for (taken, value, _), (following, _, _) in pairwise(points):
        length = following - taken
        if length > hold:
            length = hold
        if following > until:
            length = max(0, min(length, until - taken))
        areas.append(value * length)
        made.held += length
    taken, value, _ = points[-1]
    length = max(0, min(hold, until - taken))
    areas.append(value * length)
    made.held += length
    made.integral = fsum(areas)
    if rule.kind is Kind.COUNTER:
        made.rise = fsum(_rises(points, before))
    return made


def _rises(points: Iterable[Point], before: Point | None) -> list[float]:
    """What each reading of a counter adds: nothing for the first, the rise, or the new value after a reset.

    A running total right after an amount adds nothing: what it has counted may be in the amounts already.
    """
    rises = []
    for point in points:
        if point[2] & Flag.INCREMENT:
            rises.append(point[1])
        elif before is None or before[2] & Flag.INCREMENT:
            rises.append(0.0)
        elif point[1] >= before[1]:
            rises.append(point[1] - before[1])
        else:
            rises.append(point[1])
        before = point
    return rises


def compose(
    parts: Iterable[tuple[int, int, Partial]],
    before: Point | None,
    stretches: Sequence[Stretch],
    rule: Rule,
    now: int,
) -> dict[int, Partial]:
    """Start of each stretch -> its statistics, from those of shorter ones (start, end, partial) with readings.

    Each part lies within one stretch, or is counted where it starts. Between parts the last value is held on.
    """
    made = {start: Partial() for start, _ in stretches}
    starts = [start for start, _ in stretches]
    sums = {start: _Sums() for start in starts}
    reached = stretches[0][0] if stretches else 0
    for start, end, part in parts:
        _carry(made, stretches, starts, before, reached, start, rule, now)
        place = bisect_left(starts, start + 1) - 1
        if place >= 0 and start < stretches[place][1]:
            sums[starts[place]].add(part)
            _join(made[starts[place]], part)
        before, reached = part.last or before, max(reached, end)
    if stretches:
        _carry(made, stretches, starts, before, reached, stretches[-1][1], rule, now)
    for start, partial in made.items():
        sums[start].give(partial)
    return made


class _Sums:
    """Parts of floating sums, added once and exactly."""

    def __init__(self) -> None:
        self.total: list[float] = []
        self.rise: list[float] = []
        self.integral: list[float] = []

    def add(self, part: Partial) -> None:
        for name in ("total", "rise", "integral"):
            value = getattr(part, name)
            if value is not None:
                getattr(self, name).append(value)

    def give(self, partial: Partial) -> None:
        partial.total = fsum(self.total) if self.total else None
        partial.rise = fsum(self.rise) if self.rise else None
        if self.integral:
            partial.integral = fsum([*self.integral, partial.integral or 0.0])


def _join(whole: Partial, part: Partial) -> None:
    whole.count += part.count
    if part.low is not None and part.high is not None:
        whole.low = part.low if whole.low is None else min(whole.low, part.low)
        whole.high = part.high if whole.high is None else max(whole.high, part.high)
    whole.held += part.held
    for state, length in part.states.items():
        whole.states[state] = whole.states.get(state, 0) + length
    whole.last = part.last or whole.last
    whole.final = whole.final or part.final


def _carry(
    made: dict[int, Partial],
    stretches: Sequence[Stretch],
    starts: Sequence[int],
    before: Point | None,
    since: int,
    until: int,
    rule: Rule,
    now: int,
) -> None:
    """Hold the last value on over a gap without readings."""
    if before is None:
        return
    until = min(until, before[0] + rule.hold, now)
    place = max(0, bisect_left(starts, since + 1) - 1)
    while place < len(stretches) and stretches[place][0] < until:
        start, end = stretches[place]
        made[start].hold(before[1], before[2], min(until, end) - max(since, start), rule.kind)
        place += 1
