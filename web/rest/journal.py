"""Journal entries: list, add, change, remove, undo, and the kinds there are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import orjson
from pydantic import Field, ValidationError

from hub.model import JournalDraft, JournalEntry, JournalKind
from web.rest.endpoint import Call, Endpoint
from web.rest.fields import Body, Instant, Key, Limit, Name, Query, QueryInstant, Switch, Text
from web.rest.problem import Problem, from_validation, meant
from web.rest.shapes import JournalKinds, JournalPage, JournalRevisions, JournalShape

if TYPE_CHECKING:
    from hub.view import View


class JournalQuery(Query):
    person: Annotated[
        list[Key] | None, Field(max_length=10, description="Whose; may be repeated. Left out: everyone's.")
    ] = None
    kind: Annotated[
        list[Key] | None, Field(max_length=10, description="A key of /hub/v1/journal_kinds; may be repeated.")
    ] = None
    start: QueryInstant | None = None
    end: QueryInstant | None = None
    limit: Limit = 100
    cursor: Key | None = None
    deleted: Annotated[Switch, Field(description="Also what was removed.")] = False


class DraftBody(Body):
    person: Name
    kind: Name
    start: Instant
    end: Instant | None = None
    data: dict[str, Any] = Field(default_factory=dict)
    note: Text = ""


class ChangeBody(Body):
    """What is left out stays as it is; `end: null` takes the end away."""

    start: Instant | None = None
    end: Instant | None = None
    data: dict[str, Any] | None = None
    note: Text | None = None
    revision: Annotated[
        int | None, Field(ge=1, le=1_000_000_000, description="Refuse when somebody has changed it since.")
    ] = None


def entry_shape(entry: JournalEntry) -> JournalShape:
    return {
        "id": entry.id,
        "kind": entry.kind,
        "person": entry.person,
        "author": entry.author,
        "start": entry.start,
        "end": entry.end,
        "data": dict(entry.data),
        "note": entry.note,
        "source": entry.source,
        "revision": entry.revision,
        "deleted": entry.deleted,
        "created_at": entry.created_at,
        "updated_at": entry.updated_at,
    }


async def list_journal(call: Call) -> JournalPage:
    query: JournalQuery = call.query
    for person in query.person or ():
        call.view.require_whose(person)
    found, cursor = await call.view.journal(
        query.person,
        query.kind,
        query.start,
        query.end,
        limit=query.limit,
        cursor=query.cursor,
        deleted=query.deleted,
    )
    return {"entries": [entry_shape(one) for one in found], "cursor": cursor}


async def add_journal(call: Call) -> JournalShape:
    body: DraftBody = call.body
    kind = _kind(call.view, body.kind)
    _check_data(kind, body.data)
    draft = JournalDraft(kind.key, body.start, body.end, body.data, body.note)
    return entry_shape(await call.view.add_journal(body.person, draft))


async def get_journal(call: Call) -> JournalShape:
    return entry_shape(await call.view.journal_entry(call.path["id"]))


async def change_journal(call: Call) -> JournalShape:
    body: ChangeBody = call.body
    old = await call.view.journal_entry(call.path["id"])
    given = body.model_fields_set
    if body.data is not None:
        _check_data(_kind(call.view, old.kind), body.data, status=409)
    draft = JournalDraft(
        old.kind,
        body.start or old.start,
        body.end if "end" in given else old.end,
        old.data if body.data is None else body.data,
        old.note if body.note is None else body.note,
        old.source,
        old.external_id,
    )
    return entry_shape(await call.view.change_journal(old.id, draft, expected_revision=body.revision))


async def remove_journal(call: Call) -> JournalShape:
    return entry_shape(await call.view.remove_journal(call.path["id"]))


async def undo_journal(call: Call) -> JournalShape:
    return entry_shape(await call.view.undo_journal(call.path["id"]))


async def list_journal_revisions(call: Call) -> JournalRevisions:
    return {"revisions": [entry_shape(one) for one in await call.view.journal_revisions(call.path["id"])]}


async def list_journal_kinds(call: Call) -> JournalKinds:
    return {
        "kinds": [
            {
                "key": kind.key,
                "name": kind.name,
                "family": kind.family.value,
                "lasts": kind.lasts,
                "max_hours": kind.max_hours,
                "schema": kind.model.model_json_schema(),
            }
            for kind in call.view.journal_kinds()
        ]
    }


def _kind(view: View, key: str) -> JournalKind:
    kinds = {kind.key: kind for kind in view.journal_kinds()}
    if key not in kinds:
        raise Problem(
            422, "invalid", f"{key[:80]!r} is not a kind of journal entry.", where="body kind", hint=meant(key, kinds)
        )
    return kinds[key]


def _check_data(kind: JournalKind, data: Mapping[str, Any], *, status: int = 422) -> None:
    """Raises Problem naming the field of `data`; strict, as the schema that we publish is."""
    try:
        kept = kind.model.model_validate_json(orjson.dumps(data)).model_dump(mode="json")
    except ValidationError as error:
        # What a kind checks beyond its schema (a stage that ends before it starts) is well formed and cannot be true.
        beyond = all(one["type"] in ("value_error", "assertion_error") for one in error.errors())
        raise from_validation(error, "body data", kind.model.model_fields, status=409 if beyond else status) from None
    bent = _bent(data, kept)
    if bent:
        raise Problem(status, "invalid", f"{bent!r} is of another type than the kind wants.", where=f"body data {bent}")


def _bent(given: Any, kept: Any, path: str = "") -> str:
    """Where the model had to bend what was given into another JSON type; empty when nowhere.

    Pydantic's own strict mode cannot say it: models with validators of their own then refuse text for instants.
    """
    if isinstance(given, Mapping) and isinstance(kept, Mapping):
        pairs = [(f"{path}.{name}".strip("."), given[name], kept[name]) for name in given if name in kept]
    elif isinstance(given, list) and isinstance(kept, list):
        pairs = [(f"{path}.{index}", *both) for index, both in enumerate(zip(given, kept, strict=False))]
    else:
        return path if given is not None and kept is not None and _type(given) != _type(kept) else ""
    return next((found for found in (_bent(old, new, where) for where, old, new in pairs) if found), "")


def _type(value: Any) -> type:
    return float if type(value) is int else type(value)


def draft_schema(view: View, definitions: dict[str, Any]) -> Mapping[str, Any]:
    """One shape for each kind, so that a client can check an entry before it sends it."""
    choices = []
    shape = DraftBody.model_json_schema()
    for kind in view.journal_kinds():
        data = kind.model.model_json_schema(ref_template=f"#/components/schemas/{kind.key}_{{model}}")
        definitions.update({f"{kind.key}_{name}": shape for name, shape in data.pop("$defs", {}).items()})
        properties = {**shape["properties"], "kind": {"const": kind.key}, "data": data}
        required = [name for name in shape["required"] if name != "data"]
        if data.get("required"):
            required.append("data")
        choices.append(
            {
                "title": kind.name,
                "type": "object",
                "additionalProperties": False,
                "required": required,
                "properties": properties,
            }
        )
    return {"oneOf": choices} if choices else shape


ENDPOINTS = (
    Endpoint(
        "GET",
        "/hub/v1/journal",
        "Entries, newest first",
        "journal",
        list_journal,
        JournalPage,
        query=JournalQuery,
        errors=(409,),
        lists=frozenset({"person", "kind"}),
    ),
    Endpoint(
        "POST",
        "/hub/v1/journal",
        "Add an entry",
        "journal",
        add_journal,
        JournalShape,
        body=DraftBody,
        body_schema=draft_schema,
        status=201,
    ),
    Endpoint("GET", "/hub/v1/journal/{id}", "One entry", "journal", get_journal, JournalShape),
    Endpoint(
        "PATCH",
        "/hub/v1/journal/{id}",
        "Change an entry",
        "journal",
        change_journal,
        JournalShape,
        body=ChangeBody,
        description="The revision before it is kept; undo goes back to it.",
    ),
    Endpoint(
        "DELETE",
        "/hub/v1/journal/{id}",
        "Remove an entry",
        "journal",
        remove_journal,
        JournalShape,
        errors=(409,),
        description="It is answered as it is now, marked as deleted; undo brings it back.",
    ),
    Endpoint(
        "GET",
        "/hub/v1/journal/{id}/revisions",
        "What it was before, oldest first",
        "journal",
        list_journal_revisions,
        JournalRevisions,
    ),
    Endpoint(
        "POST",
        "/hub/v1/journal/{id}/undo",
        "Go back one revision",
        "journal",
        undo_journal,
        JournalShape,
        errors=(409,),
    ),
    Endpoint("GET", "/hub/v1/journal_kinds", "Kinds of entries", "journal", list_journal_kinds, JournalKinds),
)
