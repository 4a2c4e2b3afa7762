"""API v3, as AAPS speaks it: single documents by `identifier`, searches, changes since a moment."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from aiohttp import hdrs, web

from hub.api import BadReading, Forbidden, Verb
from integrations.nightscout.found import Found
from integrations.nightscout.ids import v3_identifier
from integrations.nightscout.incoming import number, v3
from integrations.nightscout.kinds import Record
from integrations.nightscout.names import subject
from integrations.nightscout.surface import answers
from integrations.nightscout.surface.call import Call
from integrations.nightscout.surface.documents import Documents, shown
from integrations.nightscout.surface.search import limit_of, search
from integrations.nightscout.surface.shelves import V3_COLLECTIONS
from integrations.nightscout.times import from_ms, iso, offset_minutes, parse, to_ms

_EARLIEST_MS, _WIDEST = 946_684_800_000, 1_440
_FIXED = (
    "identifier",
    "date",
    "utcOffset",
    "eventType",
    "device",
    "app",
    "srvCreated",
    "subject",
    "srvModified",
    "modifiedBy",
    "isValid",
)
"""Fields that a client may not change."""
_LOCKS = ("isReadOnly", "readOnly", "readonly")


class Refused(Exception):
    """A request that API v3 answers with a status and a message."""

    def __init__(self, status: int, message: str | None = None) -> None:
        super().__init__(message)
        self.status, self.message = status, message


async def find(call: Call) -> web.StreamResponse:
    """GET a collection by conditions, sorted, in pages."""
    documents = _documents(call, "read")
    found = await search(documents, dict(call.request.query), call.store.now)
    fields = call.request.query.get("fields")
    return answers.json(call.request, {"status": 200, "result": [shown(one, fields) for one in found]})


async def history(call: Call) -> web.StreamResponse:
    """GET what changed since a moment; the ETag is where the next question begins."""
    documents = _documents(call, "read")
    said = call.words.get("since") or call.request.headers.get(hdrs.LAST_MODIFIED)
    after = parse(said) if said != "0" else parse(1)
    if after is None:
        raise Refused(400, "Bad or missing Last-Modified header/parameter")
    # Changes are told apart by the millisecond, so one is either wholly before the cursor or wholly after it.
    begin = from_ms(to_ms(after) + 1) - timedelta(microseconds=1)
    found = await documents.changes(begin, call.store.now, limit_of(call.request.query))
    headers: dict[str, str] = {}
    if found:
        newest = max(to_ms(one.modified) for one in found)
        headers = {hdrs.ETAG: f'W/"{newest}"', hdrs.LAST_MODIFIED: answers.http_date(newest)}
    fields = call.request.query.get("fields")
    return answers.json(call.request, {"status": 200, "result": [shown(one, fields) for one in found]}, headers=headers)


async def read(call: Call) -> web.StreamResponse:
    """GET one document."""
    found, removed = await _documents(call, "read").get(call.words["identifier"])
    if found is None or removed:
        raise Refused(404 if found is None else 410)
    told = shown(found, call.request.query.get("fields"))
    modified = to_ms(found.modified)
    headers = {**answers.common(call.request), hdrs.LAST_MODIFIED: answers.http_date(modified)}
    unchanged = answers.not_modified(call.request, None, found.modified, headers)
    return unchanged or answers.json(call.request, {"status": 200, "result": told}, headers=headers)


async def create(call: Call) -> web.StreamResponse:
    """POST one document; one that is there already is replaced and said to be a duplicate."""
    documents, sent = _documents(call, "create"), await _sent(call)
    _settle(sent)
    sent.setdefault("identifier", v3_identifier(sent))
    old, removed = await documents.get(str(sent["identifier"]))
    if old is None:
        old, removed = await documents.twin(sent)
    return await _save(call, documents, sent, old, removed, duplicate=True)


async def update(call: Call) -> web.StreamResponse:
    """PUT one document in place of another, or as a new one."""
    documents, sent = _documents(call, "update"), await _sent(call)
    _settle(sent)
    sent["identifier"] = call.words["identifier"]
    old, removed = await documents.get(call.words["identifier"])
    if removed:
        raise Refused(410)
    _check_unmodified(call, old)
    return await _save(call, documents, sent, old, removed, duplicate=False)


async def patch(call: Call) -> web.StreamResponse:
    """PATCH some fields of a document."""
    documents, sent = _documents(call, "update"), await _sent(call)
    old, removed = await documents.get(call.words["identifier"])
    if old is None or removed:
        raise Refused(404 if old is None else 410)
    _check_unmodified(call, old)
    before = shown(old)
    _check(sent, before, partial=True)
    now = call.store.now
    merged = {name: one for name, one in before.items() if name != "srvModified"} | sent
    await documents.save(v3(merged | {"modifiedBy": _who(call)}, documents.collection), over=old)
    return answers.json(call.request, {"status": 200}, headers={hdrs.LAST_MODIFIED: answers.http_date(to_ms(now))})


async def remove(call: Call) -> web.StreamResponse:
    """DELETE a document; it stays known as removed, unless `permanent`."""
    documents = _documents(call, "delete")
    old, removed = await documents.get(call.words["identifier"])
    permanent = call.request.query.get("permanent") == "true"
    if old is None:
        raise Refused(404)
    if any(old.record.get(name) is True for name in _LOCKS):
        raise Refused(422, "Trying to modify read-only document")
    if not removed or permanent:
        await documents.remove(old, permanent=permanent)
    return answers.json(call.request, {"status": 200})


async def last_modified(call: Call) -> web.StreamResponse:
    """When each collection last changed, milliseconds."""
    told: Record = {}
    for collection in V3_COLLECTIONS:
        if call.store.may_view(subject(collection)):
            newest = await Documents(collection, call.store).last_modified()
            if newest is not None:
                told[collection] = newest
    result = {"srvDate": to_ms(call.store.now), "collections": told}
    return answers.json(call.request, {"status": 200, "result": result})


async def status(call: Call) -> web.StreamResponse:
    """The version, and what this credential may do."""
    may: Record = {}
    for collection in V3_COLLECTIONS:
        letters = "r" if call.store.may_view(subject(collection)) else ""
        letters = f"c{letters}ud" if call.store.may_record(subject(collection)) else letters
        if letters:
            may[collection] = letters
    return answers.json(
        call.request, {"status": 200, "result": {**answers.version(call.request), "apiPermissions": may}}
    )


async def version(call: Call) -> web.StreamResponse:
    """The version alone."""
    return answers.json(call.request, {"status": 200, "result": answers.version(call.request)})


def _documents(call: Call, doing: str) -> Documents:
    """The collection named in the address. Raises Refused, Forbidden."""
    collection = call.words["collection"]
    if collection not in V3_COLLECTIONS:
        raise Refused(404, "Bad operation or collection")
    verb = Verb.VIEW if doing == "read" else Verb.RECORD
    may = call.store.may_view if verb is Verb.VIEW else call.store.may_record
    if not may(subject(collection)):
        raise Forbidden(f"Missing permission api:{collection}:{doing}")
    return Documents(collection, call.store)


async def _sent(call: Call) -> Record:
    try:
        sent: Any = await call.body()
    except BadReading:
        sent = None
    if not isinstance(sent, dict) or not sent:
        raise Refused(400, "Bad or missing request body")
    return sent


def _settle(sent: Record) -> None:
    """`date` in milliseconds, and what follows from it."""
    at = parse(sent.get("date")) or parse(sent.get("created_at"))
    if at is None:
        return
    if parse(sent.get("date")) is None or not isinstance(sent["date"], (int, float)):
        sent["date"] = to_ms(at)
    sent.setdefault("utcOffset", offset_minutes(at))
    sent["created_at"] = iso(at)


async def _save(
    call: Call, documents: Documents, sent: Record, old: Found | None, removed: bool, *, duplicate: bool
) -> web.StreamResponse:
    before = shown(old) if old is not None else {}
    _check(sent, {} if removed else before, duplicate=duplicate)
    now = to_ms(call.store.now)
    told: Record = {"status": 200 if old is not None else 201, "lastModified": now}
    sent["srvCreated"] = before.get("srvCreated", now)
    sent.pop("srvModified", None)
    sent["subject"] = _who(call)
    name = str(sent["identifier"])
    if old is not None and (duplicate or before["identifier"] != name):
        told |= {"identifier": name, "isDeduplication": True}
        if before["identifier"] != name:
            told["deduplicatedIdentifier"] = before["identifier"]
    elif old is None:
        told["identifier"] = name
    await documents.save(v3(sent, documents.collection), over=old)
    headers: dict[str, str] = {hdrs.LAST_MODIFIED: answers.http_date(now)}
    if "identifier" in told:
        headers[hdrs.LOCATION] = f"{call.request.path.rstrip('/')}/{name}"
    return answers.json(call.request, told, status=told["status"], headers=headers)


def _check(sent: Record, before: Record, *, partial: bool = False, duplicate: bool = False) -> None:
    """Raises Refused for what API v3 does not take; `before` is empty for a new document."""
    if any(before.get(name) is True for name in _LOCKS):
        raise Refused(422, "Trying to modify read-only document")
    if before:
        for name in _FIXED:
            may_change = (name == "identifier" and duplicate) or name not in sent
            if not may_change and not _equal(name, sent[name], before.get(name)):
                raise Refused(400, f"Field {name} cannot be modified by the client")
    identifier = sent.get("identifier")
    if not partial and (not isinstance(identifier, str) or not identifier.strip()):
        raise Refused(400, "Bad or missing identifier field")
    date, offset, app = _exactly(sent.get("date")), _exactly(sent.get("utcOffset")), sent.get("app")
    if ("date" in sent or not partial) and (date is None or date <= _EARLIEST_MS):
        raise Refused(400, "Bad or missing date field")
    if ("utcOffset" in sent or not partial) and (offset is None or abs(offset) > _WIDEST):
        raise Refused(400, "Bad or missing utcOffset field")
    if ("app" in sent or not partial) and not (isinstance(app, str) and app.strip()):
        raise Refused(400, "Bad or missing app field")


def _equal(name: str, one: Any, other: Any) -> bool:
    if name == "isValid":
        return (one is not False) == (other is not False)
    # What was uploaded by v1 has no such field, and nothing is changed by adding it.
    return other is None or one == other


def _exactly(value: Any) -> float | None:
    """A number that was sent as one, not as text."""
    return number(value) if isinstance(value, (int, float)) else None


def _check_unmodified(call: Call, old: Found | None) -> None:
    since = parse(call.request.headers.get(hdrs.IF_UNMODIFIED_SINCE))
    if old is not None and since is not None and old.modified.replace(microsecond=0) > since:
        raise Refused(412)


def _who(call: Call) -> str:
    token = call.view.own_token()
    return token.label if token is not None else str(call.view.actor.account)
