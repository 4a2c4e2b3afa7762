"""What is to be erased, and what of that was counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hub.recorder.erasing import FOREVER
from hub.recorder.instants import from_us

WHOLE = (-(FOREVER // 2), FOREVER // 2)


@dataclass(frozen=True, slots=True)
class Erasure:
    """What is to go; instants in microseconds since 1970."""

    id: str
    person: str
    """A slug or `household`; empty: a source."""
    source: str
    """A config entry, or what readings name as their source."""
    start_us: int
    end_us: int
    asked_us: int
    due_us: int
    by: str
    counts: Mapping[str, int] = field(default_factory=dict)
    """Metric key (or entity id), `journal:<kind>`, `document:<collection>` -> how many."""
    erased: bool = False
    """The rows are gone; only the files are still to be written anew."""
    words: tuple[str, ...] = ()
    """What log lines must not say afterwards; kept only until that is done."""

    @property
    def whole(self) -> bool:
        return (self.start_us, self.end_us) == WHOLE

    @property
    def due(self) -> datetime:
        return from_us(self.due_us)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    def shown(self) -> dict[str, Any]:
        """For people and programs; instants as datetimes."""
        return {
            "id": self.id, "person": self.person or None, "source": self.source or None,
            "start": None if self.start_us == WHOLE[0] else from_us(self.start_us),
            "end": None if self.end_us == WHOLE[1] else from_us(self.end_us),
            "asked_at": from_us(self.asked_us), "due_at": self.due, "by": self.by,
            "counts": dict(self.counts), "total": self.total, "erased": self.erased,
        }  # fmt: skip
