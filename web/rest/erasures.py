"""Erasing: counted first, hidden at once, gone after a week."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from web.rest.endpoint import Call, Endpoint
from web.rest.fields import Body, Instant, Name


class ErasureShape(TypedDict):
    id: str
    person: str | None
    source: str | None
    start: datetime | None
    end: datetime | None
    asked_at: datetime
    due_at: datetime
    by: str
    counts: dict[str, int]
    """Metric key, `journal:<kind>` or `document:<collection>` -> how many."""
    total: int
    erased: bool


class ErasureList(TypedDict):
    erasures: list[ErasureShape]


class Wished(Body):
    person: Annotated[Name | None, Field(description="Whose data; this or `source`.")] = None
    source: Annotated[Name | None, Field(description="A config entry, or what readings name as their source.")] = None
    start: Annotated[Instant | None, Field(description="Only what was taken from then on.")] = None
    end: Annotated[Instant | None, Field(description="Only what was taken before then.")] = None


def erasure_shape(call: Call, one: Any) -> ErasureShape:
    shown: Any = call.view.erasure_shown(one)
    shape: ErasureShape = shown
    return shape


async def list_erasures(call: Call) -> ErasureList:
    return {"erasures": [erasure_shape(call, one) for one in call.view.erasures()]}


async def preview_erasure(call: Call) -> ErasureShape:
    return erasure_shape(call, await _wished(call))


async def ask_erasure(call: Call) -> ErasureShape:
    return erasure_shape(call, await call.view.erase(await _wished(call)))


async def get_erasure(call: Call) -> ErasureShape:
    return erasure_shape(call, call.view.erasure(call.path["id"]))


async def cancel_erasure(call: Call) -> ErasureList:
    await call.view.cancel_erasure(call.path["id"])
    return await list_erasures(call)


async def _wished(call: Call) -> Any:
    body: Wished = call.body
    return await call.view.preview_erasure(
        person=body.person or "", source=body.source or "", start=body.start, end=body.end
    )


_ID = "/hub/v1/erasures/{id}"
ENDPOINTS = (
    Endpoint("GET", "/hub/v1/erasures", "What waits to be erased", "privacy", list_erasures, ErasureList),
    Endpoint("POST", "/hub/v1/previews/erasure", "What an erasure would take", "privacy", preview_erasure,
             ErasureShape, body=Wished, description="Changes nothing."),
    Endpoint(
        "POST", "/hub/v1/erasures", "Erase a person, a source or a period in a week", "privacy", ask_erasure,
        ErasureShape, body=Wished, status=201,
        description="Hidden from all but the owner at once. `homeostat erase --now` does without the week.",
    ),
    Endpoint("GET", _ID, "One erasure that waits", "privacy", get_erasure, ErasureShape),
    Endpoint("DELETE", _ID, "Keep it after all", "privacy", cancel_erasure, ErasureList, errors=(409,)),
)  # fmt: skip
