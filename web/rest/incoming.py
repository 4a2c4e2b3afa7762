"""Readings as they are sent: each is read by itself, so that one bad reading never keeps the others out."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from hub.view import IncomingReading
from web.rest.fields import EARLIEST, LATEST, from_us, instant
from web.rest.problem import Problem, meant
from web.rest.shapes import Rejected

MOST = 10_000
"""Readings of one call."""
FIELDS = ("person", "metric", "value", "unit", "taken_at", "source", "increment", "imported")
_LARGEST = 10**300
"""Beyond it a whole number is none that the database could keep."""
_MILLISECONDS = 100_000_000_000
"""Unix times from here on are in milliseconds: as seconds they would lie beyond the year 5000."""
_FIRST, _LAST = EARLIEST.timestamp(), LATEST.timestamp()
_AT_ONCE = 1_000
"""Items read before other tasks have their turn."""
ITEM_SCHEMA: Mapping[str, Any] = {
    "description": (
        "One reading. An item that cannot be kept is listed under `rejected` with the reason, and the others are kept. "
        "Fields: `person` (a slug or `household`; may be left out with a token for exactly one person), `metric` (a "
        "key of /hub/v1/metrics), `value` (number or text), `unit` (UCUM or a common spelling of it; left out: the "
        "metric's own), "
        "`taken_at` (RFC 3339 with an offset, or Unix time; at most 10 minutes ahead), "
        "`source` (which of several devices spoke), "
        "`increment` (true: an amount over an interval that starts at `taken_at`), "
        "`imported` (true: history that is brought in after the event, and so not late)."
    ),
    "examples": [
        {"person": "anna", "metric": "heart_rate", "value": 62, "unit": "/min", "taken_at": "2026-05-01T07:30:00Z"}
    ],
}
BODY_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "required": ["readings"],
    "additionalProperties": False,
    "properties": {"readings": {"type": "array", "maxItems": MOST, "items": ITEM_SCHEMA}},
}


class Batch(NamedTuple):
    items: list[IncomingReading]
    places: list[int]
    """The index that each item had in what was sent."""
    rejected: list[Rejected]


def listed(decoded: Any) -> list[Any]:
    """The list under `readings`. Raises Problem 422 when the body is not such an object."""
    if not isinstance(decoded, dict):
        raise Problem(422, "invalid", 'The body is not an object; send {"readings": [...]}.', where="body")
    for name in decoded:
        if name != "readings":
            raise Problem(
                422, "invalid", f"{name[:80]!r} is not known here.", where="body", hint=meant(name, ["readings"])
            )
    found = decoded.get("readings")
    if not isinstance(found, list):
        text = "'readings' is missing." if "readings" not in decoded else "'readings' is not a list."
        raise Problem(422, "invalid", text, where="body readings", hint='Send {"readings": [...]}.')
    if len(found) > MOST:
        raise Problem(
            422,
            "too_many",
            f"{len(found):,} readings in one call; at most {MOST:,} are taken.",
            where="body readings",
            hint="Nothing was kept. Send it in parts; repeating a part never doubles it.",
        )
    return found


async def read(given: list[Any], only_person: str | None) -> Batch:
    """What can be handed in, and what is refused already; `only_person` stands in where no person is named."""
    batch = Batch([], [], [])
    for index, item in enumerate(given):
        if index % _AT_ONCE == _AT_ONCE - 1:
            await asyncio.sleep(0)
        try:
            made = _reading(item, only_person)
        except ValueError as error:
            batch.rejected.append({"index": index, "reason": str(error)})
        else:
            batch.items.append(made)
            batch.places.append(index)
    return batch


def _reading(item: Any, only_person: str | None) -> IncomingReading:
    """Raises ValueError with the reason."""
    if type(item) is not dict:
        raise ValueError("a reading is an object with person, metric, value and taken_at")
    get = item.get
    person, metric, value, taken, unit = get("person"), get("metric"), get("value"), get("taken_at"), get("unit")
    source, increment, imported = get("source"), get("increment"), get("imported")
    for name in item:
        if name not in FIELDS:
            raise ValueError(f"{name[:80]!r} is not a field of a reading; {meant(name, FIELDS)}".rstrip("; "))
    if person is None:
        if only_person is None:
            raise ValueError("person is missing; name one by its slug, or `household`")
        person = only_person
    if type(person) is not str or type(metric) is not str:
        name = "metric" if type(person) is str else "person"
        raise ValueError(f"{name} is missing" if get(name) is None else f"{name} is not text")
    if unit is not None and type(unit) is not str:
        raise ValueError("unit is not text; leave it out for the metric's own unit")
    if source is not None and (type(source) is not str or len(source) > 100 or "\0" in source):
        raise ValueError("source is not a short text")
    if increment is not None and type(increment) is not bool:
        raise ValueError("increment is not true or false")
    if imported is not None and type(imported) is not bool:
        raise ValueError("imported is not true or false")
    return IncomingReading(
        person, metric, _value(item, value), _taken(taken), unit, source or "", increment or False, imported or False
    )


def _value(item: Mapping[str, Any], value: Any) -> float | int | str | bool:
    kind = type(value)
    if kind is float:
        if not math.isfinite(value):
            raise ValueError(f"value is {value}, which is not a measurement; leave the reading out instead")
        return float(value)
    if kind is int:
        if abs(value) > _LARGEST:
            raise ValueError("value is larger than any measurement; leave the reading out instead")
        return int(value)
    if kind is bool:
        return bool(value)
    if kind is str:
        if "\0" in value:
            raise ValueError("value has a NUL character in it")
        return str(value)
    if value is None:
        raise ValueError("value is null" if "value" in item else "value is missing")
    raise ValueError("value is neither a number nor text")


def _taken(given: Any) -> datetime:
    if type(given) is str:
        # The common form first; `instant` reads the rest and says what is wrong.
        try:
            read = datetime.fromisoformat(given)
        except ValueError:
            read = None
        if read is None or read.tzinfo is None or len(given) < 20:
            read = _slowly(given)
        if EARLIEST <= read <= LATEST:
            return read
        raise ValueError(f"taken_at {given[:40]!r} is before {EARLIEST.year} or after {LATEST.year}")
    if type(given) is int or type(given) is float:
        return _unix(given)
    raise ValueError("taken_at is missing; say when it was measured" if given is None else "taken_at is not an instant")


def _unix(given: float) -> datetime:
    seconds = given / 1_000 if _MILLISECONDS <= abs(given) < _LARGEST else given
    if not _FIRST <= seconds <= _LAST:
        raise ValueError(
            f"taken_at {str(given)[:40]} is no Unix time between {EARLIEST.year} and {LATEST.year}, neither in seconds "
            "nor in milliseconds"
        )
    return from_us(round(seconds * 1_000_000))


def _slowly(given: str) -> datetime:
    try:
        return instant(given)
    except ValueError as error:
        raise ValueError(f"taken_at {error}") from None
