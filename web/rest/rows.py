"""Long pages of history as JSON text, written straight from what is stored: 100,000 rows are one answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

import orjson

from hub.model import Flag
from hub.view import LATE_US

if TYPE_CHECKING:
    from hub.view import Rows

Scale = Callable[[float], float]
PART = 2_000
"""Rows written before other tasks have their turn."""
_DAY = 86_400_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


async def written(page: Rows, unit: str, scale: Scale | None) -> AsyncIterator[bytes]:
    """The answer in pieces; `scale` turns stored numbers into `unit`."""
    endings: dict[tuple[int, int, bool], str] = {}
    opening, received_us, received = '{"readings":[', -1, ""
    for begin in range(0, len(page.stored), PART):
        if begin:
            await asyncio.sleep(0)
        parts = []
        for series, taken_us, now_us, value, flags in page.stored[begin : begin + PART]:
            if now_us != received_us:
                received_us, received = now_us, instant_text(now_us)
            late = now_us - taken_us > LATE_US
            key = (series, flags, late)
            ending = endings.get(key)
            if ending is None:
                ending = endings[key] = _ending(page.entities[series], unit, flags, late)
            if isinstance(value, str):
                shown = orjson.dumps(value).decode()
            else:
                shown = repr(value if scale is None else scale(value))
            parts.append(f'{{"taken_at":"{instant_text(taken_us)}","received_at":"{received}","value":{shown}{ending}')
        yield (opening + ",".join(parts)).encode()
        opening = ","
    closing = "" if page.stored else opening
    yield f'{closing}],"cursor":{orjson.dumps(page.cursor).decode()}}}'.encode()


def _ending(entity_id: str, unit: str, flags: int, late: bool) -> str:
    """All of a row after its value; the same for most rows of a page."""
    imported = bool(flags & Flag.IMPORTED)
    rest = {"unit": unit, "entity_id": entity_id, "late": late, "imported": imported, "flags": flag_names(flags)}
    return "," + orjson.dumps(rest).decode()[1:]


@lru_cache(maxsize=256)
def flag_names(flags: int) -> list[str]:
    """E.g. `["implausible"]`."""
    return [str(one.name).lower() for one in Flag(flags)]


def instant_text(us: int) -> str:
    """RFC 3339 in UTC, microseconds only where there are any."""
    days, rest = divmod(us, _DAY)
    seconds, fraction = divmod(rest, 1_000_000)
    minutes = seconds // 60
    if fraction:
        return f"{_day(days)}{_minute(minutes)}{seconds - minutes * 60:02d}.{fraction:06d}Z"
    return f"{_day(days)}{_minute(minutes)}{seconds - minutes * 60:02d}Z"


@lru_cache(maxsize=4_096)
def _day(days: int) -> str:
    return (_EPOCH + timedelta(days=days)).strftime("%Y-%m-%dT").rjust(11, "0")


@lru_cache(maxsize=1_440)
def _minute(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}:"
