"""How long things are kept, and what would go."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import Field
from typing_extensions import TypedDict

from web.rest.endpoint import Call, Endpoint
from web.rest.fields import Body, Name, from_us

if TYPE_CHECKING:
    from hub.view import Going, Rule

Days = Annotated[int | None, Field(ge=1, le=36_500, description="Null: for ever.")]


class RuleShape(TypedDict):
    key: str
    """A metric, `*` (all without a rule of their own), `journal:<kind>`, or `logs`."""
    days: int | None
    own: bool
    next_days: int | None
    next_at: datetime | None
    """When `next_days` begins to hold; null: nothing is to change."""
    by: str


class RuleList(TypedDict):
    rules: list[RuleShape]


class GoingShape(TypedDict):
    key: str
    days: int
    count: int
    oldest: datetime | None
    before: datetime
    bytes: int
    """About."""
    hours: int
    """Whose statistics stay."""


class Preview(TypedDict):
    going: list[GoingShape]


class Changes(Body):
    changes: Annotated[dict[Name, Days], Field(description="Key -> days; null: for ever.", max_length=500)] = Field(
        default_factory=dict
    )


class KeepFor(Body):
    days: Days


def rule_shape(one: Rule) -> RuleShape:
    return {
        "key": one.key,
        "days": one.days,
        "own": one.own,
        "next_days": one.next_days,
        "next_at": one.next_at,
        "by": one.by,
    }


def going_shape(one: Going) -> GoingShape:
    return {
        "key": one.key,
        "days": one.days,
        "count": one.count,
        "oldest": one.oldest,
        "before": from_us(one.before_us),
        "bytes": one.bytes,
        "hours": one.hours,
    }


async def list_retention(call: Call) -> RuleList:
    return {"rules": [rule_shape(one) for one in await call.view.retention()]}


async def preview_retention(call: Call) -> Preview:
    body: Changes = call.body
    return {"going": [going_shape(one) for one in await call.view.preview_retention(body.changes)]}


async def set_retention(call: Call) -> RuleShape:
    body: KeepFor = call.body
    return rule_shape(await call.view.set_retention(call.path["key"], body.days))


async def drop_retention(call: Call) -> RuleShape:
    return rule_shape(await call.view.set_retention(call.path["key"], None, own=False))


async def undo_retention(call: Call) -> RuleShape:
    return rule_shape(await call.view.undo_retention(call.path["key"]))


_KEY = "/hub/v1/retention/{key}"
ENDPOINTS = (
    Endpoint("GET", "/hub/v1/retention", "How long things are kept", "privacy", list_retention, RuleList),
    Endpoint("POST", "/hub/v1/previews/retention", "What would go", "privacy", preview_retention, Preview,
             body=Changes, description="By the rules with these changes; changes nothing."),
    Endpoint("PUT", _KEY, "Keep something for so many days", "privacy", set_retention, RuleShape, body=KeepFor,
             description="More is kept at once; less from a week on, and can be undone until then."),
    Endpoint("DELETE", _KEY, "Keep it as all others", "privacy", drop_retention, RuleShape),
    Endpoint("POST", f"{_KEY}/undo", "Take a change back", "privacy", undo_retention, RuleShape),
)  # fmt: skip
