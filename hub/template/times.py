"""Times, by the hub's clock and the household's time zone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hub.clock import Clock
from hub.template.values import MISSING, fallback

_DURATIONS = (
    re.compile(
        r"(?:(?P<days>[+-]?\d+) (?:days?,? )?)?(?P<sign>[+-]?)(?:(?P<hours>\d+):(?=\d+:\d+))?(?:(?P<minutes>\d+):)?"
        r"(?P<seconds>\d+(?:[.,]\d+)?)"
    ),
    re.compile(
        r"(?P<sign>[+-]?)P(?=.)(?:(?P<days>\d+(?:[.,]\d+)?)D)?"
        r"(?:T(?=.)(?:(?P<hours>\d+(?:[.,]\d+)?)H)?(?:(?P<minutes>\d+(?:[.,]\d+)?)M)?(?:(?P<seconds>\d+(?:[.,]\d+)?)S)?)?"
    ),
    re.compile(r"(?P<days>[+-]?\d+) days?"),
)
"""`[D days, ][H:]M:S` and seconds; ISO 8601; days alone."""
_LONGEST_PATTERN = 200
_PARTS = (("year", 31_536_000), ("month", 2_592_000), ("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


class Times:
    """The functions and filters about time."""

    def __init__(self, clock: Clock, zone: ZoneInfo) -> None:
        self._clock, self._zone = clock, zone

    def now(self) -> datetime:
        return self._clock.now().astimezone(self._zone)

    def utcnow(self) -> datetime:
        return self._clock.now()

    def as_datetime(self, value: Any, default: Any = MISSING) -> Any:
        """From seconds since 1970, ISO 8601 text, a date or an instant; without zone it is the household's."""
        if isinstance(value, datetime):
            return value
        if isinstance(value, date):
            return datetime.combine(value, time(), self._zone)
        try:
            return datetime.fromtimestamp(float(value), UTC)
        except (ValueError, TypeError, OverflowError, OSError):
            pass
        try:
            return datetime.fromisoformat(str(value).strip())
        except ValueError:
            # A text without a default gives none, as Home Assistant has it.
            if default is MISSING and isinstance(value, str):
                return None
            return fallback("as_datetime", value, default)

    def as_timestamp(self, value: Any, default: Any = MISSING) -> Any:
        instant = self.as_datetime(value, None)
        if instant is None:
            return fallback("as_timestamp", value, default)
        return self._aware(instant).timestamp()

    def as_local(self, value: Any) -> datetime:
        instant = self.as_datetime(value)
        if instant is None:
            raise ValueError(f"as_local got {str(value)[:60]!r}, which is no instant")
        return self._aware(instant).astimezone(self._zone)

    def as_timedelta(self, value: Any) -> timedelta | None:
        """From seconds, `[D days, ][[H:]M:]S` or ISO 8601; None for anything else."""
        text = str(value).strip()
        found = next((match for one in _DURATIONS if (match := one.fullmatch(text))), None)
        if found is None:
            return None
        told = found.groupdict()
        sign = -1 if told.pop("sign", "") == "-" else 1
        parts = {name: float(part.replace(",", ".")) for name, part in told.items() if part}
        if text.startswith(("P", "+", "-")):
            return sign * timedelta(**parts)
        return timedelta(days=parts.pop("days", 0.0)) + sign * timedelta(**parts)

    def today_at(self, text: str = "") -> datetime:
        return datetime.combine(self.now().date(), time.fromisoformat(text.zfill(5) if text else "00:00"), self._zone)

    def timestamp_custom(
        self, value: Any, pattern: str = "%Y-%m-%d %H:%M:%S", local: bool = True, default: Any = MISSING
    ) -> Any:
        try:
            instant = datetime.fromtimestamp(float(value), self._zone if local else UTC)
            return instant.strftime(pattern)
        except (ValueError, TypeError, OverflowError):
            return fallback("timestamp_custom", value, default)

    def timestamp_local(self, value: Any, default: Any = MISSING) -> Any:
        return self._iso("timestamp_local", value, self._zone, default)

    def timestamp_utc(self, value: Any, default: Any = MISSING) -> Any:
        return self._iso("timestamp_utc", value, UTC, default)

    def strptime(self, text: Any, pattern: str, default: Any = MISSING) -> Any:
        if len(pattern) > _LONGEST_PATTERN:
            raise ValueError(f"a pattern of {len(pattern):,} characters is too long for strptime")
        try:
            return datetime.strptime(text, pattern)  # noqa: DTZ007 # the pattern says whether there is a zone
        except (ValueError, TypeError, re.error):
            return fallback("strptime", text, default)

    def relative_time(self, value: Any) -> Any:
        """`3 hours`, of a past instant; anything else comes back as it is."""
        if not isinstance(value, datetime) or (span := self.utcnow() - self._aware(value)) < timedelta():
            return value
        return _in_words(span, 1)

    def time_since(self, value: Any, precision: int = 1) -> Any:
        if not isinstance(value, datetime) or (span := self.utcnow() - self._aware(value)) < timedelta():
            return value
        return _in_words(span, precision)

    def time_until(self, value: Any, precision: int = 1) -> Any:
        if not isinstance(value, datetime) or (span := self._aware(value) - self.utcnow()) < timedelta():
            return value
        return _in_words(span, precision)

    def _aware(self, instant: datetime) -> datetime:
        return instant if instant.tzinfo is not None else instant.replace(tzinfo=self._zone)

    def _iso(self, name: str, value: Any, zone: Any, default: Any) -> Any:
        try:
            return datetime.fromtimestamp(float(value), zone).isoformat()
        except (ValueError, TypeError, OverflowError):
            return fallback(name, value, default)

    def shared(self) -> dict[str, Callable[..., Any]]:
        """Both filters and functions."""
        names = (
            "as_datetime", "as_local", "as_timedelta", "as_timestamp", "relative_time", "time_since", "time_until",
            "today_at",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names} | {"timedelta_string": timedelta_string}

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {name: getattr(self, name) for name in ("timestamp_custom", "timestamp_local", "timestamp_utc")}

    def globals(self) -> dict[str, Any]:
        return {"now": self.now, "utcnow": self.utcnow, "strptime": self.strptime, "timedelta": timedelta}


def timedelta_string(value: Any, precision: int = 1) -> Any:
    """`3 hours`, of the span's length; anything else comes back as it is."""
    return _in_words(abs(value), precision) if isinstance(value, timedelta) else value


def _in_words(span: timedelta, precision: int) -> str:
    """The largest units first, at most `precision` of them (0: all); the last one rounded."""
    left = round(span.total_seconds())
    parts: list[str] = []
    for index, (name, seconds) in enumerate(_PARTS):
        last = precision and len(parts) == precision - 1
        if left < seconds and not (index == len(_PARTS) - 1 and not parts):
            continue
        count = round(left / seconds) if last else left // seconds
        left -= count * seconds
        parts.append(f"{count} {name}{'' if count == 1 else 's'}")
        if last:
            break
    return " ".join(parts)
