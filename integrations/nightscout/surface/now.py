"""What there is right now: the newest sensor values and device statuses, each asked for once."""

from __future__ import annotations

from datetime import datetime, timedelta

from integrations.nightscout.found import Found
from integrations.nightscout.incoming import number
from integrations.nightscout.kinds import MGDL_PER_MMOL, Record
from integrations.nightscout.query import Query
from integrations.nightscout.shelf import BackedShelf
from integrations.nightscout.surface.call import Call
from integrations.nightscout.surface.shelves import shelf
from integrations.nightscout.times import to_ms
from integrations.nightscout.trend import complete

_LOOPED = timedelta(hours=6)
_AHEAD = timedelta(minutes=5)
"""How far a loop's clock may be before ours."""
_BUCKETS, _BUCKET_MS = 4, 300_000
_LEAST_MGDL = 39
"""Smaller numbers are a sensor's error codes."""


def sensor_value(found: Found, units: str = "mg/dl") -> Record:
    """An entry as Nightscout's pages get it: `mgdl` and `mills`."""
    record = found.record
    value = number(record.get("sgv"))
    kept = ("_id", "device", "direction", "filtered", "unfiltered", "noise", "rssi", "type")
    made = {name: record[name] for name in kept if name in record}
    made |= {"mgdl": record.get("sgv"), "mills": to_ms(found.at)}
    if value is not None:
        made["scaled"] = scaled(value, units)
    return made


def scaled(mgdl: float, units: str) -> float | str:
    """As it is shown: whole mg/dL, or mmol/L as text with one decimal."""
    return f"{mgdl / MGDL_PER_MMOL:.1f}" if units == "mmol" else round(mgdl)


class Now:
    """What the properties are made of, each asked for once."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.at: datetime = call.store.now
        self.units = call.server.config.units
        self._sensor: list[Found] | None = None
        self._statuses: list[Found] | None = None

    async def sensor(self) -> list[Found]:
        """Sensor values of the newest twenty minutes there are, newest first."""
        if self._sensor is None:
            found: list[Found] = []
            recent = Query(lambda _: True, self.at - timedelta(days=2), self.at + _AHEAD)
            async for page in BackedShelf("entries", self.call.store).pages(recent, type_="sgv", size=30):
                found += page.found
                if len(found) >= 30:
                    break
            complete(found, None)
            self._sensor = found
        return self._sensor

    async def statuses(self) -> list[Found]:
        """Device statuses of six hours, newest first."""
        if self._statuses is None:
            recent = Query(lambda _: True, self.at - _LOOPED, self.at + _AHEAD)
            pages = shelf("devicestatus", self.call.store).pages(recent, size=200)
            self._statuses = [one async for page in pages for one in page.found]
        return self._statuses

    async def buckets(self) -> list[Record]:
        """Four stretches of five minutes, the last around the newest value."""
        found = await self.sensor()
        if not found:
            return []
        last = to_ms(found[0].at)
        return [
            _bucket(found, index, last - _BUCKET_MS // 2 - index * _BUCKET_MS, self.units) for index in range(_BUCKETS)
        ]


def _bucket(found: list[Found], index: int, begin: int, units: str) -> Record:
    inside = [one for one in found if begin <= to_ms(one.at) <= begin + _BUCKET_MS]
    values = [sensor_value(one, units) for one in reversed(inside)]
    good = [one for one in values if (number(one["mgdl"]) or 0.0) > _LEAST_MGDL]
    made: Record = {}
    if good:
        made = {
            "mean": sum(float(one["mgdl"]) for one in good) / len(good),
            "last": good[-1]["mgdl"],
            "mills": good[-1]["mills"],
        }
    made |= {"index": index, "fromMills": begin, "toMills": begin + _BUCKET_MS, "sgvs": values}
    return made if values else {**made, "isEmpty": True}
