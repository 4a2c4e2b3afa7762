"""What the readers of the formats hand on; plain facts, not yet given to the hub."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from typing import Any, NamedTuple

from hub.api import Document, JournalDraft, Sample


class Measured(NamedTuple):
    """A sample; `what` says where in the body it came from, for the answer to the sender."""

    sample: Sample
    what: str


class Happened(NamedTuple):
    draft: JournalDraft
    what: str


class Whole(NamedTuple):
    """A record that has no place among readings and journal entries and is kept as it came."""

    collection: str
    document: Document


class Refused(NamedTuple):
    what: str
    reason: str


class Stretch(NamedTuple):
    """A stage of sleep, in the words of the metric `sleep_stage`."""

    stage: str
    start: datetime
    end: datetime


class Slept(NamedTuple):
    """A night or nap, or a part of one."""

    source: str
    start: datetime
    end: datetime
    stretches: tuple[Stretch, ...]
    totals: dict[str, float]
    """Minutes by metric key, where the source counted them itself."""
    in_bed_from: datetime | None
    in_bed_until: datetime | None
    complete: bool
    """True when the source says what a session is; False for loose stretches that are put together."""
    key: str
    """The source's own identity of the session; empty when it has none."""
    extra: dict[str, Any]
    what: str


Found = Measured | Happened | Whole | Refused | Slept
Finds = Iterator[Found]


class Reader(NamedTuple):
    """What every reader needs to know of the hub."""

    zone: tzinfo
    counters: frozenset[str]
    """Keys of the metrics whose amounts over an interval are added up."""
    metrics: frozenset[str]

    def measured(
        self,
        metric: str,
        value: Any,
        at: datetime,
        what: str,
        *,
        unit: str | None = None,
        source: str = "",
        attributes: dict[str, Any] | None = None,
    ) -> Measured:
        sample = Sample(
            metric, value, at, unit, source=source, increment=metric in self.counters, attributes=attributes or None
        )
        return Measured(sample, what)

    def exercised(self, start: datetime, end: datetime, what: str, source: str) -> Finds:
        """A workout's minutes, hour by hour: in each one source speaks, so that a watch's own never add to them."""
        while start < end:
            until = min(end, start.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1))
            minutes = (until - start).total_seconds() / 60
            yield self.measured("exercise_duration", round(minutes, 2), start, what, source=source)
            start = until


def number(value: Any) -> float | None:
    """The value when it is a number that means something."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value == value:
        return float(value)
    return None


def share(value: float) -> float:
    """Per cent; shares up to 1 are taken for parts of one, as nobody has 1 % of oxygen or fat."""
    return value * 100 if 0 < value <= 1 else value
