"""API v1 (and v2 where it is the same): collections that are read, written and removed by query."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from aiohttp import web

from hub.api import BadReading, Forbidden
from integrations.nightscout import query as queries
from integrations.nightscout.found import Found, Page
from integrations.nightscout.ids import is_object_id
from integrations.nightscout.incoming import number
from integrations.nightscout.kinds import Record
from integrations.nightscout.names import subject
from integrations.nightscout.papers import DATE_FIELDS
from integrations.nightscout.query import Query
from integrations.nightscout.shelf import BackedShelf
from integrations.nightscout.surface import answers
from integrations.nightscout.surface.call import Call
from integrations.nightscout.surface.shelves import Shelf, shelf
from integrations.nightscout.trend import NEAR_MINUTES, complete

EVER = Query(lambda _: True, None, None)
_COUNTS = {"entries": 10, "devicestatus": 10, "profile": 10, "activity": 0, "food": 0}
_STRICT_IDS = frozenset({"devicestatus", "profile", "food", "activity"})
_UNDATED = frozenset({"food", "profile"})
"""Collections whose list is not cut to the last four days."""


def collection_of(call: Call) -> str:
    """`profiles` is `profile`."""
    return (
        call.words["collection"].removesuffix("s")
        if call.words["collection"] == "profiles"
        else (call.words["collection"])
    )


async def read(call: Call) -> web.StreamResponse:
    """GET a collection: newest first, by query."""
    collection = collection_of(call)
    _may_view(call, collection)
    asked = _query(call, collection)
    if collection == "treatments":
        limit = call.count(1_000 if call.find else 100)
    else:
        limit = call.count(_COUNTS[collection])
    # With further conditions many records may be passed over before enough are found.
    size = limit if set(call.find) <= {DATE_FIELDS[collection], "dateString", "type"} else None
    pages = _pages(shelf(collection, call.store), asked, _type(call), size)
    return await answers.records(call.request, pages, limit, call.extension, call.store.now)


async def read_one(call: Call) -> web.StreamResponse:
    """GET `entries/{type or id}`, `treatments/{id}`, `profile/current`, `food/quickpicks` ..."""
    collection, name = collection_of(call), call.words["name"]
    _may_view(call, collection)
    shelves = shelf(collection, call.store)
    if collection == "profile" and name == "current":
        async for page in shelves.pages(EVER):
            if page.found:
                return answers.json(call.request, page.found[0].record)
        return answers.json(call.request, None)
    if collection == "food" and name in ("regular", "quickpicks"):
        return await _foods(call, shelves, name)
    if collection == "entries" and name == "current":
        pages = _pages(shelves, EVER, "sgv", 1)
        return await answers.records(call.request, pages, 1, call.extension, call.store.now)
    if collection == "entries" and not is_object_id(name):
        return await read(replace(call, words={**call.words, "type": name}))
    found = await shelves.get(name)
    if found is None:
        if collection == "entries":
            return answers.listed(call.request, [], None, call.extension, call.store.now)
        return answers.json(call.request, answers.status(404, "Not found", f"No such id: '{name}'"), status=404)
    return answers.listed(call.request, [found.record], found.modified, call.extension, call.store.now)


async def write(call: Call) -> web.StreamResponse:
    """POST: one record or many; always answered by as many, with their `_id`s."""
    collection = collection_of(call)
    _may_record(call, collection)
    sent = await call.records()
    _check_ids(collection, sent)
    if call.words.get("name") == "preview":
        return answers.json(call.request, sent)
    kept = await shelf(collection, call.store).put(sent)
    if collection == "devicestatus":
        await forget_old(call)
    return answers.json(call.request, kept)


async def replace_one(call: Call) -> web.StreamResponse:
    """PUT: what was one record is answered as one."""
    collection = collection_of(call)
    _may_record(call, collection)
    sent = await call.records()
    _check_ids(collection, sent)
    kept = await shelf(collection, call.store).put(sent)
    single = len(kept) == 1 and collection != "food"
    return answers.json(call.request, kept[0] if single else kept)


async def remove(call: Call) -> web.StreamResponse:
    """DELETE by query; `*` in the path means whatever the query says."""
    collection = collection_of(call)
    _may_record(call, collection)
    name = call.words.get("name", "")
    shelves = shelf(collection, call.store)
    gone: list[Found] = []
    if name and name != "*" and (collection != "entries" or is_object_id(name)):
        if collection in _STRICT_IDS and not is_object_id(name):
            raise BadReading(f"Invalid _id format: {name[:60]!r} is not 24 hexadecimal digits")
        found = await shelves.get(name)
        gone = [found] if found is not None else []
    else:
        typed = replace(call, words={**call.words, "type": "" if name == "*" else name})
        async for page in shelves.pages(_query(typed, collection), type_=_type(typed)):
            gone += page.found
    if gone:
        await shelves.remove(gone)
    if collection in ("profile", "food", "activity"):
        return answers.json(call.request, {})
    return answers.json(call.request, {"acknowledged": True, "deletedCount": len(gone), "n": len(gone), "ok": 1})


async def forget_old(call: Call) -> None:
    """Device statuses past the time that the owner chose go, a few at a time."""
    days = call.server.config.keep_devicestatus_days
    if not days:
        return
    store = call.store
    end = store.now - timedelta(days=days)
    old = await store.find("devicestatus", end - timedelta(days=3_650), end, 200, descending=False)
    if old:
        await store.purge("devicestatus", [one.id for one in old])


async def _foods(call: Call, shelves: Shelf, name: str) -> web.StreamResponse:
    wanted = "food" if name == "regular" else "quickpick"
    found = [one.record async for page in shelves.pages(EVER) for one in page.found]
    chosen = [one for one in found if one.get("type") == wanted and str(one.get("hidden", "false")) == "false"]
    chosen.sort(key=lambda one: number(one.get("position")) or 0.0)
    return answers.json(call.request, chosen)


def _query(call: Call, collection: str) -> Query:
    asked = queries.build(call.find, date_field=DATE_FIELDS[collection], now=call.store.now)
    if collection in _UNDATED and call.words["collection"] != "profiles" and not call.find:
        return replace(asked, start=None)
    return asked


def _type(call: Call) -> str:
    found = call.words.get("type")
    if found:
        return found
    wanted = call.find.get("type")
    return wanted if isinstance(wanted, str) and collection_of(call) == "entries" else ""


async def _pages(shelves: Shelf, asked: Query, type_: str, wanted: int | None) -> AsyncIterator[Page]:
    """Pages of about as many as are wanted; sensor values with their change since the one before."""
    size = min(max(wanted or 1_000, 10), 1_000)
    async for page in shelves.pages(asked, type_=type_, size=size):
        if isinstance(shelves, BackedShelf) and shelves.collection == "entries" and page.found:
            complete(page.found, await _older(shelves, page.found[-1]))
        yield page


async def _older(shelves: BackedShelf, last: Found) -> Record | None:
    """The sensor value before the last one of a page."""
    near = Query(lambda _: True, last.at - timedelta(minutes=NEAR_MINUTES), last.at)
    async for page in shelves.pages(near, type_="sgv", size=10):
        if page.found:
            return page.found[0].record
    return None


def _check_ids(collection: str, sent: list[Record]) -> None:
    for one in sent:
        given: Any = one.get("_id")
        if collection in _STRICT_IDS and given not in (None, "") and not is_object_id(given):
            raise BadReading(f"Invalid _id format: {str(given)[:60]!r} is not 24 hexadecimal digits; leave it out")


def _may_view(call: Call, collection: str) -> None:
    if not call.store.may_view(subject(collection)):
        raise Forbidden(f"this credential may not read {collection} of {call.store.person}")


def _may_record(call: Call, collection: str) -> None:
    if not call.store.may_record(subject(collection)):
        raise Forbidden(f"this credential may not write {collection} of {call.store.person}")
