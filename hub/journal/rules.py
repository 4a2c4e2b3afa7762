"""What makes a draft an entry: its kind's model, and times that can be true."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import ValidationError

from hub.errors import BadReading
from hub.model import JournalDraft, JournalKind
from hub.registry import Vocabulary

AHEAD = timedelta(minutes=10)


def kind_of(vocabulary: Vocabulary, key: str) -> JournalKind:
    """Raises BadReading naming the kinds there are."""
    kind = vocabulary.journal_kinds.get(key)
    if kind is None:
        raise BadReading(f"unknown journal kind {key!r}; there are {', '.join(sorted(vocabulary.journal_kinds))}")
    return kind


def check(
    kind: JournalKind, draft: JournalDraft, now: datetime, latest: datetime | None = None
) -> tuple[datetime, datetime | None, dict[str, Any]]:
    """Start and end in UTC, at most `latest`, and the data in full. Raises BadReading with a reason for the sender."""
    start, end = _utc(draft.start, "start"), _utc(draft.end, "end") if draft.end is not None else None
    latest = now + AHEAD if latest is None else latest
    if start > latest:
        raise BadReading(f"start {start.isoformat()} lies in the future; check the date and the time zone")
    if end is not None:
        if end < start:
            raise BadReading(f"end {end.isoformat()} is before start {start.isoformat()}")
        if end > latest:
            raise BadReading(f"end {end.isoformat()} lies in the future; leave it out while it is still going on")
        if end - start > timedelta(hours=kind.max_hours):
            raise BadReading(f"{kind.name.lower()} lasts at most {kind.max_hours:g} hours; split it or correct a time")
    return start, end, data(kind, draft.data)


def data(kind: JournalKind, given: Mapping[str, Any]) -> dict[str, Any]:
    """The validated data, JSON-ready, without empty fields. Raises BadReading naming the field."""
    try:
        model = kind.model.model_validate(dict(given))
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in one['loc']) or 'data'}: {one['msg']}" for one in error.errors()[:5]
        )
        raise BadReading(f"{kind.key}: {problems}") from None
    return model.model_dump(mode="json", exclude_none=True)


def _utc(at: datetime, name: str) -> datetime:
    if at.tzinfo is None:
        raise BadReading(f"{name} {at.isoformat()} has no time zone; write an offset or Z")
    return at.astimezone(UTC)
