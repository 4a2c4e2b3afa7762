"""API v3's search: conditions like `date$gte=...`, a sort, a limit and a skip."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hub.api import BadReading
from integrations.nightscout import query as queries
from integrations.nightscout.found import Found
from integrations.nightscout.incoming import number
from integrations.nightscout.papers import DATE_FIELDS
from integrations.nightscout.query import Query
from integrations.nightscout.surface.documents import Documents, shown
from integrations.nightscout.times import from_us

MOST = 1_000
_RESERVED = frozenset({"token", "sort", "sort$desc", "limit", "skip", "fields", "now"})
_CONDITION = re.compile(r"(.*)\$([a-zA-Z]+)")
_OPERATORS = frozenset({"eq", "ne", "gt", "gte", "lt", "lte", "in", "nin", "re"})
_BY_TIME = frozenset({"date", "created_at", "dateString", "mills", "timestamp", "startDate"})
_SORTABLE = 20_000
"""Documents that are gathered at most to be sorted by something else than time."""


def limit_of(asked: Mapping[str, str]) -> int:
    """Raises BadReading out of 1 to 1,000."""
    said = asked.get("limit")
    if not said:
        return MOST
    wanted = number(said)
    if wanted is None or not 0 < wanted <= MOST:
        raise BadReading("Parameter limit out of tolerance")
    return int(wanted)


async def search(documents: Documents, asked: Mapping[str, str], now: datetime) -> list[Found]:
    """What fits, sorted, without removed documents. Raises BadReading, BadQuery."""
    limit, skip = limit_of(asked), number(asked.get("skip") or 0)
    if skip is None or skip < 0:
        raise BadReading("Parameter skip out of tolerance")
    if asked.get("sort") and asked.get("sort$desc"):
        raise BadReading("Parameters sort and sort_desc cannot be combined")
    field = asked.get("sort$desc") or asked.get("sort") or "date"
    descending = "sort$desc" in asked
    find = _conditions(asked)
    query = queries.build(find, date_field="date", now=now, implicit=False, also=(DATE_FIELDS[documents.collection],))
    wanted = int(skip) + limit
    if field in _BY_TIME:
        pages = documents.pages(_plain(query)) if descending else _oldest_first(documents, _plain(query), now)
    else:
        pages = documents.pages(_plain(query))
    found: list[Found] = []
    async for page in pages:
        found += [one for one in page if one.record.get("isValid") is not False and query.matches(shown(one))]
        if len(found) >= (wanted if field in _BY_TIME else _SORTABLE):
            break
    if field not in _BY_TIME:
        found.sort(key=lambda one: _rank(shown(one).get(field)), reverse=descending)
    return found[int(skip) : wanted]


async def _oldest_first(documents: Documents, query: Query, now: datetime) -> AsyncIterator[Sequence[Found]]:
    """Stretches of time from the beginning; empty ones make the next one longer."""
    start, end = query.start or from_us(0), query.end or now + timedelta(days=2)
    stretch = timedelta(days=1)
    while start < end:
        until = min(end, start + stretch)
        gathered = [one async for page in documents.pages(replace(query, start=start, end=until)) for one in page]
        if gathered:
            yield sorted(gathered, key=lambda one: one.at)
        stretch = timedelta(days=1) if gathered else stretch * 2
        start = until


def _plain(query: Query) -> Query:
    # Conditions are asked of the document as v3 shows it, not of the record beneath.
    return Query(lambda _: True, query.start, query.end)


def _conditions(asked: Mapping[str, str]) -> dict[str, Any]:
    find: dict[str, Any] = {}
    for name, text in asked.items():
        if name in _RESERVED:
            continue
        found = _CONDITION.fullmatch(name)
        field, operator = (found[1], found[2]) if found is not None else (name, "eq")
        if operator not in _OPERATORS:
            raise BadReading(f"Unsupported filter operator {operator}")
        value: Any = text[1:-1] if len(text) > 1 and text[0] == text[-1] == "'" else text
        if operator in ("in", "nin"):
            value = value.split("|")
        find.setdefault(field, {})["$regex" if operator == "re" else f"${operator}"] = value
    return find


def _rank(value: Any) -> tuple[int, float, str]:
    as_number = number(value)
    if as_number is not None and not isinstance(value, str):
        return (1, as_number, "")
    return (0, 0.0, "") if value is None else (2, 0.0, str(value))
