"""Where a demo day is written: samples and journal drafts, each with the instant it reaches the hub."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from hub.api import JournalDraft, Sample


def instant_of(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@dataclass(slots=True)
class Diary:
    """A person's day; every item is (arrival in seconds since the epoch, item)."""

    samples: list[tuple[float, Sample]] = field(default_factory=list)
    drafts: list[tuple[float, JournalDraft]] = field(default_factory=list)

    def measure(
        self, metric: str, at: float, value: float | str, source: str = "", arrives: float = 0.0, amount: bool = False
    ) -> None:
        """Note a sample taken `at`; it arrives at once unless `arrives` is later. `amount`: added, not a level."""
        sample = Sample(metric, value, datetime.fromtimestamp(at, UTC), None, "", source, amount)
        self.samples.append((arrives if arrives > at else at, sample))

    def sense(self, entity: str, at: float, value: float, amount: bool = False) -> None:
        """Note a sample of a described entity, which arrives at once."""
        self.samples.append((at, Sample("", value, datetime.fromtimestamp(at, UTC), None, entity, "", amount)))

    def write(
        self,
        kind: str,
        start: float,
        end: float | None = None,
        *,
        late: float = 0.0,
        note: str = "",
        data: Mapping[str, object],
    ) -> None:
        """Note a journal entry; it arrives `late` seconds after it ended."""
        draft = JournalDraft(
            kind=kind,
            start=instant_of(round(start)),
            end=None if end is None else instant_of(round(end)),
            data={name: value for name, value in data.items() if value is not None},
            note=note,
            external_id=f"{kind}-{round(start)}",
        )
        self.drafts.append(((start if end is None else end) + late, draft))


@dataclass(frozen=True, slots=True)
class Syncs:
    """The instants at which a device hands over what it has gathered."""

    instants: Sequence[float]

    def after(self, at: float) -> float:
        """When something of `at` arrives."""
        n = bisect_left(self.instants, at)
        return self.instants[n] if n < len(self.instants) else at


def grid(start: float, end: float, step: float, offset: float = 0.0) -> list[float]:
    """The instants of [start, end) that are whole multiples of `step` seconds since the epoch, plus `offset`."""
    first = -int(-(start - offset) // step)
    last = -int(-(end - offset) // step)
    return [n * step + offset for n in range(first, last)]
