"""The part of Mongo's query language that Nightscout's clients send in `find[...]`, asked of plain dicts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from integrations.nightscout.times import from_ms, iso, parse

Document = Mapping[str, Any]
IMPLICIT_DAYS = 4
"""How far back a question reaches that names no date."""
TIME_FIELDS = frozenset({"date", "dateString", "sysTime", "created_at", "timestamp", "startDate", "srvModified"})
_SLASHED = re.compile(r"/(.*)/([a-z]*)", re.DOTALL)
_BEGINS = re.compile(r"\^(\d{4})(?:-(\d{2}))?(?![\d{*?+])")
_NESTED_QUANTIFIER = re.compile(r"\([^()]*[*+{][^()]*\)[*+{]")
_LONGEST_PATTERN, _LONGEST_SUBJECT = 2_000, 400
_EARLIEST_MS = 946_684_800_000
_MISSING = object()


class BadQuery(ValueError):
    """A question that cannot be answered; says which part."""


@dataclass(frozen=True, slots=True)
class Query:
    """`matches` decides; `start` (inclusive) and `end` (exclusive) narrow what has to be looked at."""

    matches: Callable[[Document], bool]
    start: datetime | None
    end: datetime | None
    id: str | None = None
    """When one record is asked for by its `_id`."""


def build(
    find: Mapping[str, Any] | None, *, date_field: str, now: datetime, implicit: bool = True, also: tuple[str, ...] = ()
) -> Query:
    """A query of `find`; without a date (or an `_id`) it reaches back four days, if `implicit`. Raises BadQuery.

    Conditions on `date_field`, or those `also` named, narrow what is looked at.
    """
    find = dict(find or {})
    wanted = find.get("_id")
    if wanted is not None:
        test = _all(find)
        return Query(test, None, None, wanted if isinstance(wanted, str) else None)
    start, end = _range(find, (date_field, *also))
    dated = find.get(date_field) is not None or find.get("dateString") is not None
    if implicit and not dated:
        start = now - timedelta(days=IMPLICIT_DAYS)
    return Query(_all(find), start, end)


def _range(find: Mapping[str, Any], date_fields: tuple[str, ...]) -> tuple[datetime | None, datetime | None]:
    """What the conditions on the moment itself leave; a margin for second-precision texts is on either side."""
    start: datetime | None = None
    end: datetime | None = None
    for field in dict.fromkeys((*date_fields, "dateString", "sysTime")):
        condition = find.get(field)
        if condition is None:
            continue
        operators = condition if isinstance(condition, Mapping) else {"$eq": condition}
        for operator, value in operators.items():
            if operator == "$regex":
                begin, finish = _span(str(value))
                start, end = begin or start, finish or end
                continue
            at = _moment(value)
            if at is None:
                if field in date_fields and operator in ("$gt", "$gte", "$lt", "$lte"):
                    raise BadQuery(f"find[{field}][{operator}]: {value!r} is no date; use ISO 8601 or milliseconds")
                continue
            if operator in ("$gt", "$gte", "$eq"):
                start = max(start or at, at)
            if operator in ("$lt", "$lte", "$eq"):
                end = min(end or at, at)
    margin = timedelta(seconds=2)
    return (start - margin if start is not None else None, end + margin if end is not None else None)


def _moment(value: Any) -> datetime | None:
    """A bound; numbers before 2000 are milliseconds, too, as in `find[date][$gte]=0`."""
    early = _number(value)
    if early is not None and early < _EARLIEST_MS and len(str(value)) != 4:
        return from_ms(max(0.0, early))
    return parse(value)


def _span(pattern: str) -> tuple[datetime | None, datetime | None]:
    """The year or month that an expression for dates begins with, if it does."""
    found = _BEGINS.match(pattern)
    if found is None:
        return None, None
    begin = parse(f"{found[1]}-{found[2] or '01'}-01")
    return begin, begin + timedelta(days=32 if found[2] else 367) if begin is not None else None


def _all(find: Mapping[str, Any]) -> Callable[[Document], bool]:
    tests = [_condition(field, condition) for field, condition in find.items()]
    return lambda document: all(test(document) for test in tests)


def _condition(field: str, condition: Any) -> Callable[[Document], bool]:
    if field in ("$and", "$or", "$nor"):
        branches = [_all(one) for one in _listed(condition) if isinstance(one, Mapping)]
        if field == "$and":
            return lambda document: all(branch(document) for branch in branches)
        if field == "$or":
            return lambda document: any(branch(document) for branch in branches)
        return lambda document: not any(branch(document) for branch in branches)
    if field.startswith("$"):
        raise BadQuery(f"find[{field}] is not understood; use $and, $or or $nor here")
    if field == "_id" and isinstance(condition, str):
        # A UUID in `_id` was moved to `identifier`, and is still asked for under its old name.
        return lambda document: condition in (document.get("_id"), document.get("identifier"))
    operators = condition if isinstance(condition, Mapping) else {"$eq": condition}
    options = str(operators.get("$options", ""))
    tests = [
        _operator(field, operator, value, options) for operator, value in operators.items() if operator != "$options"
    ]
    return lambda document: all(test(_value(document, field)) for test in tests)


def _operator(field: str, operator: str, value: Any, options: str) -> Callable[[Any], bool]:
    timely = field in TIME_FIELDS
    if operator in ("$eq", "$ne"):
        same = _same(value, timely)
        return same if operator == "$eq" else lambda found: not same(found)
    if operator in ("$in", "$nin"):
        choices = [_same(one, timely) for one in _listed(value)]
        if operator == "$in":
            return lambda found: any(same(found) for same in choices)
        return lambda found: not any(same(found) for same in choices)
    if operator == "$exists":
        wished = str(value).lower() not in ("false", "0", "")
        return lambda found: (found is not _MISSING) is wished
    if operator == "$regex":
        pattern = pattern_of(str(value), options)
        return lambda found: isinstance(found, str) and pattern.search(found[:_LONGEST_SUBJECT]) is not None
    if operator in _COMPARE:
        return _ordered(_COMPARE[operator], value, timely)
    raise BadQuery(f"find[{field}][{operator}]: this operator is not understood")


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "$gt": lambda one, other: one > other,
    "$gte": lambda one, other: one >= other,
    "$lt": lambda one, other: one < other,
    "$lte": lambda one, other: one <= other,
}


def _ordered(compare: Callable[[Any, Any], bool], value: Any, timely: bool) -> Callable[[Any], bool]:
    wished_at = _moment(value) if timely else None
    wished_number = _number(value)

    def test(found: Any) -> bool:
        if found is _MISSING or found is None:
            return False
        if wished_at is not None and (at := parse(found)) is not None:
            return compare(at, wished_at)
        number = _number(found)
        if number is not None and wished_number is not None:
            return compare(number, wished_number)
        return isinstance(found, str) and isinstance(value, str) and compare(found, value)

    return test


def _same(value: Any, timely: bool) -> Callable[[Any], bool]:
    slashed = _SLASHED.fullmatch(value) if isinstance(value, str) else None
    if slashed is not None:
        pattern = pattern_of(slashed[1], slashed[2])
        return lambda found: isinstance(found, str) and pattern.search(found[:_LONGEST_SUBJECT]) is not None
    if isinstance(value, re.Pattern):
        return lambda found: isinstance(found, str) and value.search(found) is not None
    at = parse(value) if timely else None
    number = _number(value)

    def test(found: Any) -> bool:
        if found is _MISSING:
            return value is None
        if isinstance(found, bool):
            return str(found).lower() == str(value).lower()
        if isinstance(found, list):
            return any(test(one) for one in found)
        if at is not None and (found_at := parse(found)) is not None:
            return found_at == at
        if isinstance(found, (int, float)):
            return number is not None and found == number
        return isinstance(found, str) and found == value

    return test


def pattern_of(text: str, options: str = "") -> re.Pattern[str]:
    """A compiled expression. Raises BadQuery for a wrong one, and for those that could take for ever."""
    if len(text) > _LONGEST_PATTERN or _NESTED_QUANTIFIER.search(text):
        raise BadQuery("this regular expression is too long or repeats a repetition")
    flags = (re.IGNORECASE if "i" in options else 0) | (re.MULTILINE if "m" in options else 0)
    try:
        return re.compile(text, flags)
    except (re.error, OverflowError, RecursionError) as error:
        raise BadQuery(f"{text!r} is no regular expression: {error}") from None


def _value(document: Document, path: str) -> Any:
    found: Any = document
    for part in path.split("."):
        if not isinstance(found, Mapping) or part not in found:
            return _MISSING
        found = found[part]
    return found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def shown(find: Mapping[str, Any] | None, *, date_field: str, now: datetime) -> dict[str, Any]:
    """The question as `echo` tells it, with its implicit date."""
    asked = dict(find or {})
    if "_id" not in asked and date_field not in asked and "dateString" not in asked:
        since = now - timedelta(days=IMPLICIT_DAYS)
        asked[date_field] = {"$gte": int(since.timestamp() * 1000) if date_field == "date" else iso(since)}
    return asked
