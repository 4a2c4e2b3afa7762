"""The rarer questions of API v1: what a query means, times of day over many days, and how many there are."""

from __future__ import annotations

import re
from dataclasses import replace

from aiohttp import web

from hub.api import NotFound
from integrations.nightscout import query as queries
from integrations.nightscout.papers import DATE_FIELDS
from integrations.nightscout.surface import answers, v1
from integrations.nightscout.surface.call import Call
from integrations.nightscout.surface.shelves import COLLECTIONS, shelf

_BRACES = re.compile(r"\{([^{}]*)\}")
_RANGE = re.compile(r"(\d{1,6})\.\.(\d{1,6})")
_MOST = 2_000


async def count(call: Call) -> web.StreamResponse:
    """`count/{collection}/where`."""
    collection = _collection(call)
    asked = queries.build(call.find, date_field=DATE_FIELDS[collection], now=call.store.now)
    total = 0
    async for page in shelf(collection, call.store).pages(asked, size=1_000):
        total += len(page.found)
    return answers.json(call.request, [{"_id": None, "count": total}] if total else [])


async def echo(call: Call) -> web.StreamResponse:
    """`echo/{collection}/{model}/{spec}`: the query as it was understood."""
    collection = _collection(call)
    find = dict(call.find)
    if call.words.get("type"):
        find["type"] = call.words["type"]
    shown = queries.shown(find, date_field=DATE_FIELDS[collection], now=call.store.now)
    told = {"query": shown, "input": call.query, "params": dict(call.words), "storage": collection}
    return answers.json(call.request, told)


async def times(call: Call) -> web.StreamResponse:
    """`times/{prefix}/{regex}` and `slice/{collection}/{field}/{type}/{prefix}/{regex}`."""
    collection = _collection(call)
    field = call.words.get("field") or "dateString"
    pattern = pattern_of(call.words.get("prefix") or "", call.words.get("regex") or "")
    query = {**call.query, "find": {**call.find, field: {**_conditions(call, field), "$regex": pattern}}}
    words = {"collection": collection, "type": call.words.get("type") or ""}
    return await v1.read(replace(call, query=query, words=words))


async def times_echo(call: Call) -> web.StreamResponse:
    """`times/echo/{prefix}/{regex}`: the expression that would be asked."""
    pattern = pattern_of(call.words.get("prefix") or "", call.words.get("regex") or "")
    told = {"req": {"params": dict(call.words), "query": call.query}, "pattern": [pattern]}
    return answers.json(call.request, told)


def pattern_of(prefix: str, rest: str) -> str:
    """One expression for `2026-0{1..3}` and `T{13..18}:.*`; braces are alternatives, as in a shell."""
    text = (f"^{_expanded(prefix)}" if prefix else "") + (f".*{_expanded(rest)}" if rest else "")
    queries.pattern_of(text)
    return text


def _expanded(text: str) -> str:
    def alternatives(found: re.Match[str]) -> str:
        between = _RANGE.fullmatch(found[1])
        if between is None:
            return "(?:" + "|".join(found[1].split(",")) + ")"
        first, last = int(between[1]), int(between[2])
        if abs(last - first) > _MOST:
            raise queries.BadQuery(f"{{{found[1]}}} is too wide a range")
        width = len(between[1]) if between[1].startswith("0") else 0
        step = 1 if last >= first else -1
        return "(?:" + "|".join(f"{one:0{width}d}" for one in range(first, last + step, step)) + ")"

    return _BRACES.sub(alternatives, text)


def _collection(call: Call) -> str:
    name = call.words.get("collection") or "entries"
    if name not in COLLECTIONS:
        raise NotFound(f"there is no collection {name!r}; there are {', '.join(COLLECTIONS)}")
    return name


def _conditions(call: Call, field: str) -> dict[str, object]:
    known = call.find.get(field)
    return dict(known) if isinstance(known, dict) else {}
