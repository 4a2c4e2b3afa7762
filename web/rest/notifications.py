"""What one was told: listed, answered, confirmed, cleared; and telling others."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from web.rest.endpoint import Call, Endpoint
from web.rest.fields import Body, Query

if TYPE_CHECKING:
    from hub.model import Notice


class ButtonShape(TypedDict):
    action: str
    title: str
    uri: str
    reply: bool
    """It asks for a text."""


class WayShape(TypedDict):
    channel: str
    state: str
    why: str
    at: datetime | None


class NoticeShape(TypedDict):
    id: str
    at: datetime
    to: str
    about: str
    by: str
    title: str
    message: str
    tag: str
    group: str
    urgency: str
    buttons: list[ButtonShape]
    url: str
    state: str
    """`waiting`, `sent`, `delivered`, `seen`, `confirmed`, `answered`, `cleared` or `failed`."""
    why: str
    held_until: datetime | None
    action: str
    reply: str
    dealt_by: str
    ways: list[WayShape]


class NoticeList(TypedDict):
    waiting: int
    """How many nobody has looked at or dealt with."""
    notices: list[NoticeShape]


class SentShape(TypedDict):
    id: str
    to: str
    state: str
    why: str


class ToldShape(TypedDict):
    notices: list[SentShape]
    left_out: list[str]
    """Of `everyone`: who may not be told of this, or has no way."""


class DoneShape(TypedDict):
    done: bool
    """False: somebody was first."""


class Listed(Query):
    limit: Annotated[int, Field(ge=1, le=1_000)] = 100
    open: Annotated[bool, Field(description="Only those that nobody has dealt with.")] = False


class Sending(Body):
    message: Annotated[str, Field(min_length=1, max_length=10_000)]
    title: Annotated[str, Field(max_length=500)] = ""
    to: Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=50)] = Field(
        default_factory=list, description="Persons or accounts; empty: everyone whom you may notify."
    )
    data: Annotated[dict[str, Any], Field(description="As Home Assistant's apps take it.")] = Field(
        default_factory=dict
    )


class Answer(Body):
    action: Annotated[str, Field(min_length=1, max_length=200)]
    reply: Annotated[str, Field(max_length=4_000)] = ""


def notice_shape(one: Notice) -> NoticeShape:
    return {
        "id": one.id,
        "at": one.at,
        "to": one.to,
        "about": one.about,
        "by": one.by,
        "title": one.title,
        "message": one.message,
        "tag": one.tag,
        "group": one.group,
        "urgency": one.urgency.value,
        "buttons": [
            {"action": each.action, "title": each.title, "uri": each.uri, "reply": each.reply} for each in one.buttons
        ],
        "url": one.uri,
        "state": one.state.value,
        "why": one.why,
        "held_until": one.held,
        "action": one.action,
        "reply": one.reply,
        "dealt_by": one.dealt_by,
        "ways": [
            {"channel": name, "state": way.state.value, "why": way.why, "at": way.at} for name, way in one.ways.items()
        ],
    }


async def list_notifications(call: Call) -> NoticeList:
    query: Listed = call.query
    found = [one for one in call.view.notices(10_000) if one.open or not query.open][: query.limit]
    return {"waiting": call.view.notices_waiting(), "notices": [notice_shape(one) for one in found]}


async def send_notification(call: Call) -> ToldShape:
    body: Sending = call.body
    told = await call.view.send_notice(body.to, body.message, body.title, body.data)
    sent: list[SentShape] = [
        {"id": one.id, "to": one.to, "state": one.state.value, "why": one.why} for one in told.notices
    ]
    return {"notices": sent, "left_out": list(told.left_out)}


async def answer_notification(call: Call) -> DoneShape:
    body: Answer = call.body
    return {"done": await call.view.answer_notice(call.path["id"], body.action, body.reply)}


async def confirm_notification(call: Call) -> DoneShape:
    return {"done": await call.view.confirm_notice(call.path["id"])}


async def clear_notification(call: Call) -> DoneShape:
    return {"done": await call.view.clear_notice(call.path["id"])}


_ONE = "/hub/v1/notifications/{id}"
ENDPOINTS = (
    Endpoint("GET", "/hub/v1/notifications", "What you were told, newest first", "notifications", list_notifications,
             NoticeList, query=Listed),
    Endpoint("POST", "/hub/v1/notifications", "Tell somebody", "notifications", send_notification, ToldShape,
             body=Sending, errors=(409,)),
    Endpoint("POST", f"{_ONE}/answer", "Press a button", "notifications", answer_notification, DoneShape, body=Answer),
    Endpoint("POST", f"{_ONE}/confirm", "Take it up", "notifications", confirm_notification, DoneShape),
    Endpoint("DELETE", _ONE, "Clear it", "notifications", clear_notification, DoneShape),
)  # fmt: skip
