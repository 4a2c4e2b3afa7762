"""Readings in, and their corrections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from hub.model import Verb
from web.rest import incoming
from web.rest.endpoint import Call, Endpoint
from web.rest.fields import EARLIEST, LATEST, Body, Instant, Key, Name, Query, QueryInstant, Text, from_us
from web.rest.problem import Problem
from web.rest.shapes import (
    Changed,
    ReadingRevisions,
    ReceiptShape,
)

if TYPE_CHECKING:
    from hub.view import View


class ReadingsBody(Body):
    readings: list[Any]


class CorrectionBody(Body):
    entity_id: Name
    taken_at: Instant
    value: float | Text
    unit: Name | None = None
    reason: Text = ""


class RemovalQuery(Query):
    entity_id: Key
    taken_at: Annotated[list[QueryInstant], Field(min_length=1, max_length=50, description="May be repeated.")]
    reason: Key = "removed"


class RestoreBody(Body):
    entity_id: Name
    taken_at: Annotated[list[Instant], Field(min_length=1, max_length=10_000)]


class RevisionsQuery(Query):
    entity_id: Key
    start: QueryInstant = EARLIEST
    end: QueryInstant = LATEST


async def record_readings(call: Call) -> ReceiptShape:
    if not may_record(call.view):
        raise Problem(
            403,
            "forbidden",
            "This token may not record anything.",
            hint="Make one with `homeostat token create --verbs record`.",
        )
    batch = await incoming.read(call.body, only_person(call.view))
    receipt = await call.view.record(batch.items)
    rejected = batch.rejected
    rejected += [{"index": batch.places[one.index], "reason": one.reason} for one in receipt.rejected]
    rejected.sort(key=lambda one: one["index"])
    return {"accepted": receipt.accepted, "unchanged": receipt.unchanged, "rejected": rejected}


def may_record(view: View) -> bool:
    """True when there is anything at all that the actor may record."""
    scope = view.scope(Verb.RECORD)
    if not scope.rules:
        return False
    return scope.only_persons is None or any(scope.touches(person) for person in scope.only_persons)


def only_person(view: View) -> str | None:
    """The one person a token is scoped to; None for a token of several or of all."""
    persons = view.scope(Verb.RECORD).only_persons
    return next(iter(persons)) if persons is not None and len(persons) == 1 else None


async def correct_reading(call: Call) -> Changed:
    body: CorrectionBody = call.body
    await call.view.correct_reading(body.entity_id, body.taken_at, body.value, reason=body.reason, unit=body.unit)
    return {"changed": 1}


async def remove_readings(call: Call) -> Changed:
    query: RemovalQuery = call.query
    return {"changed": await call.view.remove_readings(query.entity_id, query.taken_at, reason=query.reason)}


async def restore_readings(call: Call) -> Changed:
    body: RestoreBody = call.body
    return {"changed": await call.view.restore_readings(body.entity_id, body.taken_at)}


async def list_reading_revisions(call: Call) -> ReadingRevisions:
    query: RevisionsQuery = call.query
    found = await call.view.revisions(query.entity_id, query.start, query.end)
    return {
        "revisions": [
            {
                "taken_at": from_us(one.taken_us),
                "at": from_us(one.at_us),
                "by": one.by,
                "reason": one.reason,
                "old": one.old,
                "new": one.new,
            }
            for one in found
        ]
    }


ENDPOINTS = (
    Endpoint(
        "POST",
        "/hub/v1/readings",
        "Record readings",
        "readings",
        record_readings,
        ReceiptShape,
        body=ReadingsBody,
        body_schema=lambda view, definitions: incoming.BODY_SCHEMA,
        parse=incoming.listed,
        description="Answered after the commit that survives a power cut. Sending the same again changes nothing.",
    ),
    Endpoint(
        "PATCH",
        "/hub/v1/readings",
        "Correct a reading",
        "readings",
        correct_reading,
        Changed,
        body=CorrectionBody,
        description="The old value stays in the revision trail.",
    ),
    Endpoint(
        "DELETE",
        "/hub/v1/readings",
        "Remove readings",
        "readings",
        remove_readings,
        Changed,
        query=RemovalQuery,
        lists=frozenset({"taken_at"}),
        description="They are marked as removed; /hub/v1/readings/restore takes them back.",
    ),
    Endpoint(
        "POST",
        "/hub/v1/readings/restore",
        "Take a removal back",
        "readings",
        restore_readings,
        Changed,
        body=RestoreBody,
    ),
    Endpoint(
        "GET",
        "/hub/v1/readings/revisions",
        "What was corrected and removed",
        "readings",
        list_reading_revisions,
        ReadingRevisions,
        query=RevisionsQuery,
    ),
)
