"""Instants as readings are checked and stored with: microseconds since 1970."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hub.errors import BadReading

AHEAD = timedelta(minutes=10)
"""How far a source's clock may run ahead of ours before its readings are refused."""
LATE_AFTER_US = 900_000_000
"""A reading received longer than this after it was taken is late, also when it is the newest."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def microseconds(at: datetime) -> int:
    """Microseconds since 1970; raises BadReading for a naive instant."""
    if at.tzinfo is None:
        raise BadReading(f"{at.isoformat()} has no time zone; write an offset or Z")
    return (at - EPOCH) // _MICROSECOND


def instant(us: int) -> datetime:
    return EPOCH + timedelta(microseconds=us)


def late(taken_us: int, received_us: int, newest_us: int | None) -> bool:
    return received_us - taken_us > LATE_AFTER_US or (newest_us is not None and taken_us < newest_us)


def check_ahead(taken_at: datetime, now: datetime, latest: datetime) -> None:
    """Raises BadReading for what lies after `latest`, further ahead than clocks differ."""
    if microseconds(taken_at) > microseconds(latest):
        raise BadReading(
            f"taken_at {taken_at.isoformat()} lies in the future (it is {now.isoformat(timespec='seconds')} here); "
            "check the source's clock and time zone"
        )
