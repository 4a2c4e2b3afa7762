"""What leaves this house and what comes in, who agreed to it, and the no that ends it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from web.rest.endpoint import Call, Endpoint
from web.rest.fields import Body, Key

if TYPE_CHECKING:
    from hub.view import Consent


class ConsentShape(TypedDict):
    entry: str
    direction: str
    person: str
    """Empty: all that the entry sends."""
    agreed: bool
    by: str
    at: datetime
    how: str
    """`given`, or `configured`: it came with setting the entry up."""
    ended_at: datetime | None
    ended_by: str


class LeavingShape(TypedDict):
    entry: str
    title: str
    integration: str
    state: str
    hosts: list[str]
    """Empty: whoever signs in at the hub's own broker."""
    what: list[str]
    last_at: datetime | None
    consent: ConsentShape
    persons: list[ConsentShape]


class ComingShape(TypedDict):
    entry: str
    title: str
    integration: str
    state: str
    last_at: datetime | None
    persons: list[ConsentShape]


class ReaderShape(TypedDict):
    token: str
    label: str
    account: str
    persons: list[str] | None
    """Null: all that the account may see."""
    last_at: datetime | None


class ServiceShape(TypedDict):
    name: str
    where: str
    what: str
    last_at: datetime | None


class FlowsShape(TypedDict):
    leaving: list[LeavingShape]
    coming: list[ComingShape]
    readers: list[ReaderShape]
    services: list[ServiceShape]
    """The hub's own: backup targets beyond this machine, the server that people sign in with."""


class Say(Body):
    entry: Key
    direction: Literal["in", "out"]
    person: Annotated[str, Field(max_length=100, pattern=r"^[^\u0000]*$")] = ""
    agreed: bool


def consent_shape(one: Consent) -> ConsentShape:
    return {
        "entry": one.entry,
        "direction": one.direction,
        "person": one.person,
        "agreed": one.agreed,
        "by": one.by,
        "at": one.at,
        "how": one.how,
        "ended_at": one.ended,
        "ended_by": one.ended_by,
    }


async def list_consents(call: Call) -> FlowsShape:
    flows = await call.view.flows()
    return {
        "leaving": [
            {
                "entry": one.entry.id, "title": one.entry.title, "integration": one.entry.domain,
                "state": one.status.state.value, "hosts": list(one.hosts), "what": list(one.what),
                "last_at": one.status.last_success, "consent": consent_shape(one.whole),
                "persons": [consent_shape(each) for each in one.persons],
            }
            for one in flows.leaving
        ],
        "coming": [
            {
                "entry": one.entry.id, "title": one.entry.title, "integration": one.entry.domain,
                "state": one.status.state.value, "last_at": one.status.last_success,
                "persons": [consent_shape(each) for each in one.persons],
            }
            for one in flows.coming
        ],
        "readers": [
            {
                "token": one.id, "label": one.label, "account": one.account,
                "persons": sorted(one.persons) if one.persons is not None else None, "last_at": one.last_used_at,
            }
            for one in flows.readers
        ],
        "services": [
            {"name": one.name, "where": one.where, "what": one.what, "last_at": one.last} for one in flows.services
        ],
    }  # fmt: skip


async def say_consent(call: Call) -> ConsentShape:
    body: Say = call.body
    return consent_shape(await call.view.consent(body.entry, body.direction, body.person, agreed=body.agreed))


ENDPOINTS = (
    Endpoint("GET", "/hub/v1/consents", "What leaves this house, and what comes in", "privacy", list_consents,
             FlowsShape),
    Endpoint("POST", "/hub/v1/consents", "Agree to it, or withdraw", "privacy", say_consent, ConsentShape, body=Say,
             description="A no holds at once. Each person may say it for their own data, the owner for everything."),
)  # fmt: skip
