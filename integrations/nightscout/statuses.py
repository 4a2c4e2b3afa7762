"""Device statuses: kept whole, and the insulin and carbohydrates they tell of as readings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hub.api import Document, Sample
from integrations.nightscout.found import at_of
from integrations.nightscout.incoming import number
from integrations.nightscout.kinds import Record
from integrations.nightscout.papers import PaperWriter
from integrations.nightscout.store import SOURCE, Writer

_FIGURES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "insulin_on_board": (
        ("loop", "iob", "iob"),
        ("openaps", "iob", "iob"),
        ("pump", "iob", "bolusiob"),
        ("pump", "iob", "iob"),
    ),
    "carbohydrates_on_board": (
        ("loop", "cob", "cob"),
        ("openaps", "suggested", "COB"),
        ("openaps", "enacted", "COB"),
    ),
    "insulin_reservoir": (("pump", "reservoir"),),
}
"""Metric -> where the different loops tell it; the first that is there counts."""
_UNITS = {"insulin_on_board": "[IU]", "carbohydrates_on_board": "g", "insulin_reservoir": "[IU]"}


class StatusWriter(PaperWriter):
    def __init__(self, store: Writer) -> None:
        super().__init__("devicestatus", store)

    async def _before_put(self, changed: Sequence[Document], olds: Mapping[str, Document]) -> None:
        samples = [
            Sample(metric=metric, value=value, taken_at=at_of(one), unit=_UNITS[metric], source=SOURCE)
            for one in changed
            for metric, value in figures(one.body).items()
        ]
        if samples:
            await self._out.record(samples)


def figures(record: Record) -> dict[str, float]:
    """Metric -> value, of those that a status tells."""
    found: dict[str, float] = {}
    for metric, paths in _FIGURES.items():
        for path in paths:
            value = number(deep(record, *path))
            if value is not None:
                found[metric] = value
                break
    return found


def battery(record: Record) -> float | None:
    """The uploader's charge in per cent."""
    value = number(deep(record, "uploader", "battery"))
    return value if value is not None else number(record.get("uploaderBattery"))


def deep(record: Any, *path: str) -> Any:
    """What lies at a path; of lists the first."""
    for name in path:
        if isinstance(record, list):
            record = record[0] if record else None
        record = record.get(name) if isinstance(record, dict) else None
    return record
