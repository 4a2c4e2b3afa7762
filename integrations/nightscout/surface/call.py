"""One request: whose data, which words of its address, and what it carries."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import orjson
from aiohttp import ClientPayloadError, hdrs, web

from hub.api import BadReading, Forbidden, Verb
from integrations.nightscout.brackets import Nested, nest
from integrations.nightscout.incoming import CREDENTIAL_FIELDS
from integrations.nightscout.kinds import Record
from integrations.nightscout.surface.server import Server
from integrations.nightscout.view_store import ViewStore

MAX_BODY = 50 << 20
_BIG = 1 << 20
_EXTENSION = re.compile(r"\.(json|csv|tsv|txt|html|svg|png|js)$", re.IGNORECASE)
_WHOLE = re.compile(r"\s*[+-]?\d{1,9}")
_ACCEPTED = {"text/csv": "csv", "text/tab-separated-values": "tsv", "text/plain": "txt"}


@dataclass(slots=True)
class Call:
    request: web.Request
    view: Any
    server: Server
    path: str
    """What follows `/api/v1/` (or v2, v3), without extension and slashes around."""
    extension: str
    query: Nested
    words: Mapping[str, str] = field(default_factory=dict)
    """Named parts of the path."""
    _store: ViewStore | None = None

    @property
    def store(self) -> ViewStore:
        """The data of the person whom prefix or credential choose. Raises NotFound, Forbidden."""
        if self._store is None:
            self._store = ViewStore(self.view, person_of(self.view, self.request))
        return self._store

    @property
    def find(self) -> dict[str, Any]:
        found = self.query.get("find")
        return dict(found) if isinstance(found, Mapping) else {}

    def count(self, default: int) -> int | None:
        """How many records are wanted; None: all."""
        said = self.query.get("count")
        # As JavaScript reads it: 2.5 is 2, and what begins with no number is the default.
        found = _WHOLE.match(str(said)) if said is not None else None
        return (abs(int(found[0])) if found is not None else default) or None

    async def body(self) -> Any:
        """The JSON or form that was sent. Raises BadReading when it cannot be read."""
        raw = await received(self.request)
        if not raw.strip():
            return []
        if self.request.content_type == "application/x-www-form-urlencoded":
            return nest(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True))
        try:
            # orjson holds the interpreter, but a thread at least lets others run before and after.
            return await asyncio.to_thread(orjson.loads, raw) if len(raw) > _BIG else orjson.loads(raw)
        except orjson.JSONDecodeError as error:
            raise BadReading(f"the body is no JSON: {error}") from None

    async def records(self) -> list[Record]:
        """The body's records without credentials. Raises BadReading for what is no object."""
        sent = await self.body()
        found = sent if isinstance(sent, list) else [sent]
        for index, one in enumerate(found):
            if not isinstance(one, dict):
                raise BadReading(f"record {index} is {type(one).__name__}, not an object")
            for name in CREDENTIAL_FIELDS:
                if index == 0 and name in one:
                    del one[name]
        return [one for one in found if one]


class Unreadable(BadReading):
    """The body ended early or did not unpack; nothing more can be read from this connection."""


async def received(request: web.Request) -> bytes:
    """The body, unpacked. Raises Unreadable when it is not what its headers say."""
    try:
        return await request.read()
    except (ClientPayloadError, web.RequestPayloadError) as error:
        # What is left of it can't be read: the server must not wait for it.
        request.content.feed_eof()
        raise Unreadable("the body could not be unpacked; check Content-Encoding and Content-Length") from error


def make(request: web.Request, view: Any, server: Server, path: str) -> Call:
    """Read the address."""
    path = path.strip("/")
    extension = ""
    found = _EXTENSION.search(path)
    if found is not None:
        path, extension = path[: found.start()].rstrip("/"), found[1].lower()
    elif (accepted := request.headers.get(hdrs.ACCEPT, "").split(",")[0].split(";")[0].strip()) in _ACCEPTED:
        extension = _ACCEPTED[accepted]
    return Call(request, view, server, path, extension, nest(request.query.items()))


def person_of(view: Any, request: web.Request) -> str:
    """The prefix names a person; otherwise it is the first whom the credential reaches and who has glucose."""
    named = request.match_info.get("person", "")
    if named:
        slug: str = view.person(named).slug
        return slug
    verb = Verb.VIEW if request.method in (hdrs.METH_GET, hdrs.METH_HEAD) else Verb.RECORD
    reached: list[str] = [one.slug for one in view.people()]
    token = view.own_token()
    if not reached and token is not None:
        reached = sorted(token.persons or ())
    if not reached:
        raise Forbidden("this credential reaches nobody's data; give its account a grant, or use another token")
    measured = {one.person for one in view.entities() if one.metric == "blood_glucose"}
    able = [one for one in reached if view.allowed(verb, one) or view.allowed(verb, one, "blood_glucose")] or reached
    return next((one for one in able if one in measured), able[0])
