"""Archives of another hub: sent, judged before anything is touched, then brought in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from aiohttp import ClientPayloadError, hdrs
from pydantic import Field
from typing_extensions import TypedDict

from web.rest.endpoint import Call, Endpoint
from web.rest.exports import ZIP
from web.rest.fields import Body, Name, Query
from web.rest.problem import Problem

if TYPE_CHECKING:
    from hub.view import Job

BYTES = "application/octet-stream"
_TYPES = frozenset({ZIP, BYTES})


class ImportReport(TypedDict):
    persons: list[str]
    added: dict[str, int]
    there: int
    """Lines that were here already."""


class ImportShape(TypedDict):
    id: str
    name: str
    state: str
    """`checking`, `judged`, `conflict` (say `person_as`), `refused`, `waiting`, `working`, `done` or `failed`."""
    share: float | None
    doing: str
    asked_at: datetime
    by: str
    bytes: int | None
    until: datetime | None
    problem: str
    holds: dict[str, Any]
    """Of whom it is, from which hub, how many lines of what, how much of it is new here."""
    report: ImportReport | None


class ImportList(TypedDict):
    imports: list[ImportShape]


class ImportQuery(Query):
    name: Annotated[str, Field(max_length=200, pattern=r"^[^\u0000]*$", description="What the file is called.")] = ""


class Bring(Body):
    person_as: Annotated[Name | None, Field(description="What its one person is called here.")] = None


def import_shape(one: Job) -> ImportShape:
    return {
        "id": one.id,
        "name": one.name,
        "state": one.state,
        "share": one.share,
        "doing": one.doing,
        "asked_at": one.asked,
        "by": one.by,
        "bytes": one.bytes,
        "until": one.until,
        "problem": one.problem,
        "holds": {key: value for key, value in one.facts.items() if key != "report"},
        "report": one.facts.get("report"),
    }


async def list_imports(call: Call) -> ImportList:
    return {"imports": [import_shape(one) for one in call.view.imports()]}


async def send_archive(call: Call) -> ImportShape:
    call.view.may_send_archive()
    kind = call.request.content_type
    if hdrs.CONTENT_TYPE not in call.request.headers or kind not in _TYPES:
        raise Problem(415, "wrong_type", "An archive is sent as it is, not as a form.", where="header Content-Type",
                      hint=f"Send the file itself as {ZIP} or {BYTES}.")  # fmt: skip
    return import_shape(await call.view.send_archive(call.query.name, _chunks(call)))


async def get_import(call: Call) -> ImportShape:
    return import_shape(call.view.archive_sent(call.path["id"]))


async def bring_archive(call: Call) -> ImportShape:
    body: Bring = call.body
    return import_shape(await call.view.bring_archive(call.path["id"], body.person_as))


async def remove_import(call: Call) -> ImportList:
    await call.view.remove_import(call.path["id"])
    return await list_imports(call)


async def _chunks(call: Call) -> AsyncIterator[bytes]:
    try:
        async for chunk in call.request.content.iter_chunked(1 << 18):
            yield chunk
    except (ClientPayloadError, ConnectionError) as error:
        raise Problem(400, "broken_body", "The file was cut short on its way.", hint="Nothing was kept.") from error


_ID = "/hub/v1/imports/{id}"
ENDPOINTS = (
    Endpoint("GET", "/hub/v1/imports", "Archives that were sent here", "privacy", list_imports, ImportList),
    Endpoint(
        "POST", "/hub/v1/imports", "Send an archive of another hub", "privacy", send_archive, ImportShape,
        query=ImportQuery, status=201, sends=BYTES, errors=(409, 415),
        description="It is kept aside and read from end to end; nothing comes in before it is said so.",
    ),
    Endpoint("GET", _ID, "What an archive holds, and what became of it", "privacy", get_import, ImportShape),
    Endpoint("POST", f"{_ID}/bring", "Bring a judged archive in", "privacy", bring_archive, ImportShape, body=Bring),
    Endpoint("DELETE", _ID, "Remove an archive that was sent", "privacy", remove_import, ImportList,
             description="What has come in stays."),
)  # fmt: skip
