"""Archives of a person or everybody, made in the background and fetched when they are ready."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from aiohttp import hdrs, web
from pydantic import Field
from typing_extensions import TypedDict

from web.rest.endpoint import Call, Endpoint
from web.rest.fields import Body, Name

if TYPE_CHECKING:
    from hub.view import Job

ZIP = "application/zip"


class ExportShape(TypedDict):
    id: str
    person: str | None
    """Null: everybody's, and the household's own."""
    state: str
    """`waiting`, `working`, `ready` or `failed`."""
    share: float | None
    doing: str
    asked_at: datetime
    by: str
    bytes: int | None
    lines: dict[str, int]
    until: datetime | None
    """When it is removed by itself."""
    problem: str


class ExportList(TypedDict):
    exports: list[ExportShape]


class NewExport(Body):
    person: Annotated[
        Name | None, Field(description="A person, or `household` for what belongs to nobody; null: everything.")
    ] = None


def export_shape(one: Job) -> ExportShape:
    return {
        "id": one.id,
        "person": one.person,
        "state": one.state,
        "share": one.share,
        "doing": one.doing,
        "asked_at": one.asked,
        "by": one.by,
        "bytes": one.bytes,
        "lines": one.facts.get("lines", {}),
        "until": one.until,
        "problem": one.problem,
    }


async def list_exports(call: Call) -> ExportList:
    return {"exports": [export_shape(one) for one in call.view.exports()]}


async def create_export(call: Call) -> ExportShape:
    body: NewExport = call.body
    return export_shape(await call.view.ask_export(body.person))


async def get_export(call: Call) -> ExportShape:
    return export_shape(call.view.export(call.path["id"]))


async def fetch_export(call: Call) -> web.StreamResponse:
    job = call.view.export(call.path["id"])
    path = call.view.export_file(job.id)
    await call.view.export_fetched(job.id)
    return file_answer(path, f"homeostat-{job.person or 'everybody'}.zip")


async def remove_export(call: Call) -> ExportList:
    await call.view.remove_export(call.path["id"])
    return await list_exports(call)


def file_answer(path: Any, name: str) -> web.FileResponse:
    """Streamed from the disk; may be asked for in parts."""
    headers = {hdrs.CONTENT_TYPE: ZIP, hdrs.CONTENT_DISPOSITION: f'attachment; filename="{name}"'}
    return web.FileResponse(path, headers=headers)


_ID = "/hub/v1/exports/{id}"
ENDPOINTS = (
    Endpoint("GET", "/hub/v1/exports", "Archives that lie ready or are being made", "privacy", list_exports,
             ExportList),
    Endpoint(
        "POST", "/hub/v1/exports", "Make an archive of a person or everybody", "privacy", create_export, ExportShape,
        body=NewExport, status=201, description="For the owner, and for each person of their own. Kept for a day.",
    ),
    Endpoint("GET", _ID, "How far an archive is", "privacy", get_export, ExportShape),
    Endpoint("GET", f"{_ID}/archive", "Fetch an archive", "privacy", fetch_export, bytes, gives=ZIP, errors=(409,)),
    Endpoint("DELETE", _ID, "Remove an archive, or stop making it", "privacy", remove_export, ExportList),
)  # fmt: skip
