"""How this hub and another Nightscout differ, record by record, while apps upload to both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from integrations.nightscout import brought
from integrations.nightscout.client import Remote
from integrations.nightscout.incoming import number
from integrations.nightscout.kinds import Record
from integrations.nightscout.papers import DATE_FIELDS
from integrations.nightscout.query import Query
from integrations.nightscout.store import Store
from integrations.nightscout.surface.shelves import shelf
from integrations.nightscout.times import iso, parse, to_us

COMPARED = ("entries", "treatments", "devicestatus", "profile")
MANY = 50_000
_OURS = frozenset(
    {"_id", "srvModified", "srvCreated", "subject", "sysTime", "dateString", "utcOffset", "delta", "mills"}
)
"""Fields that each server makes by itself."""
_SHOWN = ("eventType", "type", "sgv", "mbg", "carbs", "insulin", "absolute", "duration", "notes", "device", "enteredBy")
_TIMES = frozenset({"date", "created_at", "timestamp", "timeStamp", "startDate"})
_NEAR = timedelta(seconds=1)


@dataclass(slots=True)
class Comparison:
    """One collection: counts, and the differing records, newest first."""

    collection: str
    same: int = 0
    missing_here: list[Record] = field(default_factory=list)
    missing_there: list[Record] = field(default_factory=list)
    different: list[Record] = field(default_factory=list)
    """`at`, `what`, and `fields`: name -> [here, there]."""

    @property
    def clean(self) -> bool:
        return not (self.missing_here or self.missing_there or self.different)


async def compare(store: Store, remote: Remote, start: datetime, end: datetime) -> list[Comparison]:
    """Both sides of start <= time < end. Raises NotReady, AuthFailed."""
    return [
        compared(collection, await _here(store, collection, start, end), await _there(remote, collection, start, end))
        for collection in COMPARED
    ]


def compared(collection: str, here: Sequence[Record], there: Sequence[Record]) -> Comparison:
    """Pairs records by their names, else by type and moment, and tells what is left over or differs."""
    result = Comparison(collection)
    unpaired = dict(enumerate(here))
    by_name: dict[str, int] = {}
    by_moment: dict[tuple[str, int], list[int]] = {}
    for index, record in unpaired.items():
        for name in _names(record):
            by_name.setdefault(name, index)
        for key in _moments(collection, record):
            by_moment.setdefault(key, []).append(index)
    for record in there:
        partner = _partner(record, collection, unpaired, by_name, by_moment)
        if partner is None:
            result.missing_here.append(summary(collection, record))
            continue
        fields = _differing(unpaired.pop(partner), record)
        if fields:
            result.different.append({**summary(collection, record), "fields": fields})
        else:
            result.same += 1
    result.missing_there = [summary(collection, record) for record in unpaired.values()]
    return result


def summary(collection: str, record: Mapping[str, Any]) -> Record:
    """A record in the few words that a page shows."""
    at = brought.moment(collection, record)
    what = {name: record[name] for name in _SHOWN if record.get(name) not in (None, "")}
    return {"at": iso(at) if at is not None else "", "id": str(record.get("_id", "")), "what": what}


async def _here(store: Store, collection: str, start: datetime, end: datetime) -> list[Record]:
    query = Query(lambda _: True, start, end)
    return [one.record async for page in shelf(collection, store).pages(query, size=1_000) for one in page.found]


async def _there(remote: Remote, collection: str, start: datetime, end: datetime) -> list[Record]:
    asked: dict[str, Any] = {"count": MANY}
    path = f"/api/v1/{collection}.json"
    if collection != "profile":
        field_name = DATE_FIELDS[collection]
        asked |= {
            f"find[{field_name}][$gte]": brought.bound(collection, start),
            f"find[{field_name}][$lt]": brought.bound(collection, end),
        }
    found = await remote.get(path, asked)
    records = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return [one for one in records if _within(brought.moment(collection, one), start, end)]


def _within(at: datetime | None, start: datetime, end: datetime) -> bool:
    return at is not None and start <= at < end


def _partner(
    record: Record,
    collection: str,
    unpaired: Mapping[int, Record],
    by_name: Mapping[str, int],
    by_moment: Mapping[tuple[str, int], Sequence[int]],
) -> int | None:
    for name in _names(record):
        if by_name.get(name) in unpaired:
            return by_name[name]
    near = [index for key in _moments(collection, record) for index in by_moment.get(key, ()) if index in unpaired]
    # Of several at one moment the one that differs least.
    return min(near, key=lambda index: len(_differing(unpaired[index], record)), default=None)


def _names(record: Mapping[str, Any]) -> list[str]:
    return [str(record[name]) for name in ("_id", "identifier", "syncIdentifier", "id", "uuid") if record.get(name)]


def _moments(collection: str, record: Mapping[str, Any]) -> Iterable[tuple[str, int]]:
    """Type and second; a moment on the edge belongs to both seconds."""
    at = brought.moment(collection, record)
    if at is None:
        return []
    kind = str(record.get("type") if collection == "entries" else record.get("eventType") or record.get("device") or "")
    second = to_us(at) // 1_000_000
    return [(kind, second), (kind, to_us(at + _NEAR / 2) // 1_000_000)]


def _differing(here: Mapping[str, Any], there: Mapping[str, Any]) -> dict[str, list[Any]]:
    names = {name for name in (*here, *there) if name not in _OURS and not name.startswith("$")}
    return {
        name: [here.get(name), there.get(name)]
        for name in sorted(names)
        if not _equal(name, here.get(name), there.get(name))
        and not (name in ("identifier", "isValid") and name not in there)
    }


def _equal(name: str, here: Any, there: Any) -> bool:
    if here == there or (here in (None, "") and there in (None, "")):
        return True
    if name in _TIMES:
        first, second = parse(here), parse(there)
        return first is not None and second is not None and abs(first - second) < _NEAR
    one, other = number(here), number(there)
    return one is not None and other is not None and abs(one - other) < 1e-6
