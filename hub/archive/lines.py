"""Rows of the database as lines of an archive, and back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from hub.model import Entity, Flag
from hub.recorder.whole import STATISTIC

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FLAGS = {flag.name.lower(): flag for flag in Flag if flag.name}
_NAMES: dict[int, list[str]] = {}
CSV_HEADER = ("entity", "metric", "taken_at", "received_at", "value", "unit", "flags", "source")
Row = Sequence[Any]


def packed(rows: Iterable[Any]) -> bytes:
    """JSON lines."""
    return b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z) for row in rows)


def when(us: int) -> str:
    """ISO 8601 in UTC, to the microsecond."""
    return f"{(EPOCH + timedelta(microseconds=us)).isoformat().removesuffix('+00:00')}Z"


def us(text: Any) -> int:
    """Microseconds since 1970 of what `when` wrote. Raises ValueError, TypeError."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return (at - EPOCH) // _MICROSECOND


def names(flags: int) -> list[str]:
    """The names of the flags that are set."""
    if flags not in _NAMES:
        _NAMES[flags] = [name for name, flag in _FLAGS.items() if flags & flag]
    return _NAMES[flags]


def bits(flags: Any) -> int:
    """Of `names`. Raises KeyError for an unknown flag."""
    return sum({int(_FLAGS[name]) for name in flags})


def reading(entity: Entity, row: Row) -> dict[str, Any]:
    """Of (value, delay, flags, taken)."""
    value, delay, flags, taken = row
    return {
        "entity": entity.id, "metric": entity.metric, "taken_at": when(taken), "received_at": when(taken + delay),
        "value": value, "unit": entity.unit, "flags": names(flags), "source": entity.source,
    }  # fmt: skip


def table(entity: Entity, rows: Iterable[Row]) -> bytes:
    """Readings as lines of CSV."""
    text = io.StringIO()
    write = csv.writer(text, lineterminator="\n").writerow
    for value, delay, flags, taken in rows:
        shown = _plain(value) if isinstance(value, str) else repr(value)
        told = (when(taken), when(taken + delay), shown, entity.unit, " ".join(names(flags)), entity.source)
        write((entity.id, entity.metric, *told))
    return text.getvalue().encode()


def tombstone(entity: Entity, row: Row) -> dict[str, Any]:
    *kept, at, actor, reason, taken = row
    removed = {"removed_at": when(at), "by": actor, "reason": reason}
    return {**reading(entity, (*kept, taken)), **removed}


def revision(entity: Entity, row: Row) -> dict[str, Any]:
    at, old, new, actor, reason, taken, _ = row
    return {
        "entity": entity.id, "taken_at": when(taken), "at": when(at), "old": old and orjson.Fragment(old),
        "new": new and orjson.Fragment(new), "by": actor, "reason": reason,
    }  # fmt: skip


def statistic(entity: Entity, key: str, row: Row) -> dict[str, Any]:
    """Of a final hour (since 1970, UTC) or local day (of the Gregorian calendar, 1 is the first of year 1)."""
    return {"entity": entity.id, key: row[-1], **dict(zip(STATISTIC, row, strict=False))}


def raw_reading(line: dict[str, Any]) -> tuple[int, int, float | None, str | None, int, int]:
    """(taken, received, number, text, flags, delay) of a line. Raises KeyError, ValueError, TypeError."""
    taken, received, value = us(line["taken_at"]), us(line["received_at"]), line["value"]
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError("value is neither a number nor a text")
    number = None if isinstance(value, str) else float(value)
    return taken, received, number, value if isinstance(value, str) else None, bits(line["flags"]), received - taken


def raw_tombstone(line: dict[str, Any]) -> list[Any]:
    taken, _, number, text, flags, delay = raw_reading(line)
    value = text if text is not None else number
    return [value, delay, flags, us(line["removed_at"]), str(line["by"]), str(line["reason"]), taken]


def raw_revision(line: dict[str, Any]) -> list[Any]:
    def value(one: Any) -> str | None:
        if isinstance(one, bool) or not isinstance(one, int | float | str | None):
            raise TypeError("a revision's value is neither a number nor a text")
        return None if one is None else orjson.dumps(float(one) if isinstance(one, int) else one).decode()

    old, new = value(line["old"]), value(line["new"])
    return [us(line["at"]), old, new, str(line["by"]), str(line["reason"]), us(line["taken_at"])]


def raw_statistic(line: dict[str, Any], key: str) -> list[Any]:
    row = [line[name] for name in STATISTIC]
    states, number = line["states"], line[key]
    if not isinstance(states, dict) or not all(one[:1] in ("=", "#") and type(n) is int for one, n in states.items()):
        raise TypeError("states are not lengths")
    if type(number) is not int or any(isinstance(one, bool | list) for one in row):
        raise TypeError("not a statistic")
    for name in ("count", "gap", "since_last", "flags", "slots"):
        if type(line[name]) is not int:
            raise TypeError(f"{name} is not a whole number")
    return [*(float(one) if name in _DOUBLES and isinstance(one, int) else one
              for name, one in zip(STATISTIC, row, strict=True)), number]  # fmt: skip


_DOUBLES = ("low", "high", "total", "rise", "integral", "last")


def _plain(text: str) -> str:
    """A text that a spreadsheet would run as a formula, kept from that; the JSON lines have it as it is."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
