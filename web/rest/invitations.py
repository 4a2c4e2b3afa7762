"""Invitations, and rights that somebody asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from hub.model import Grant, Role, Verb
from hub.view import Invitation, View, Wish, until_of
from web.rest.endpoint import Call, Endpoint
from web.rest.fields import Body, Name
from web.rest.rights import GrantShape, NewRight, grant_shape

Until = Annotated[str, Field(max_length=40, description="`2h`, `3d`, `tonight`, or ISO 8601; empty: for ever.")]


class InvitedRight(TypedDict):
    person: str
    verbs: list[str]
    subjects: list[str] | None
    until: datetime | None


class InvitationShape(TypedDict):
    id: str
    account: str
    name: str
    role: str
    person: str | None
    grants: list[InvitedRight]
    by: str
    expires_at: datetime


class InvitationMade(InvitationShape):
    link: str
    """Shown this once; whoever opens it first chooses the password."""


class InvitationList(TypedDict):
    invitations: list[InvitationShape]


class RequestShape(TypedDict):
    id: str
    account: str
    verb: str
    person: str
    subject: str
    at: datetime


class RequestList(TypedDict):
    requests: list[RequestShape]


class NewInvitation(Body):
    name: Name
    role: Role
    person: Annotated[Name | None, Field(description="The person who they are.")] = None
    grants: Annotated[list[NewRight], Field(max_length=50)] = Field(default=[])
    until: Until = ""
    """The end of grants that name none."""


class NewRequest(Body):
    verb: Verb
    person: Name
    subject: Annotated[str, Field(max_length=200, description="A metric key or `journal:<kind>`; empty: all.")] = ""


class Answering(Body):
    until: Until = ""


def invitation_shape(one: Invitation) -> InvitationShape:
    return {
        "id": one.id,
        "account": one.account.name,
        "name": one.account.display_name,
        "role": one.account.role.value,
        "person": one.account.person,
        "grants": [
            {
                "person": each.person,
                "verbs": sorted(verb.value for verb in each.verbs),
                "subjects": sorted(each.subjects) if each.subjects is not None else None,
                "until": each.until,
            }
            for each in one.grants
        ],
        "by": one.by,
        "expires_at": one.expires,
    }


async def list_invitations(call: Call) -> InvitationList:
    return {"invitations": [invitation_shape(one) for one in call.view.invitations()]}


async def add_invitation(call: Call) -> InvitationMade:
    body: NewInvitation = call.body
    view = call.view
    grants = [drafted(view, one, body.until) for one in body.grants]
    made, secret = await view.invite(body.name, role=body.role, person=body.person, grants=grants)
    link = f"{call.request.scheme}://{call.request.host}/invite/{secret}"
    return {**invitation_shape(made), "link": link}


def drafted(view: View, one: NewRight, until: str = "") -> Grant:
    zone = view.time_zone(one.person) if one.person != "*" else view.household().time_zone
    draft = view.draft_grant(one.person, one.verbs, subjects=one.subjects)
    return replace(draft, until=until_of(one.until or until, view.clock.now(), zone))


async def withdraw_invitation(call: Call) -> InvitationList:
    await call.view.withdraw_invitation(call.path["id"])
    return await list_invitations(call)


def request_shape(one: Wish) -> RequestShape:
    return {
        "id": one.id, "account": one.account, "verb": one.verb.value, "person": one.person, "subject": one.subject,
        "at": one.at,
    }  # fmt: skip


async def list_requests(call: Call) -> RequestList:
    return {"requests": [request_shape(one) for one in call.view.wishes()]}


async def add_request(call: Call) -> RequestShape:
    body: NewRequest = call.body
    return request_shape(await call.view.ask(body.verb, body.person, body.subject))


async def give_request(call: Call) -> GrantShape:
    body: Answering = call.body
    return grant_shape(call.view, await call.view.grant_wish(call.path["id"], body.until))


async def dismiss_request(call: Call) -> RequestList:
    await call.view.dismiss_wish(call.path["id"])
    return await list_requests(call)


ENDPOINTS = (
    Endpoint("GET", "/hub/v1/invitations", "Invitations not yet accepted", "rights", list_invitations, InvitationList),
    Endpoint("POST", "/hub/v1/invitations", "Invite somebody", "rights", add_invitation, InvitationMade,
             body=NewInvitation, status=201),
    Endpoint("DELETE", "/hub/v1/invitations/{id}", "Withdraw an invitation", "rights", withdraw_invitation,
             InvitationList),
    Endpoint("GET", "/hub/v1/requests", "Rights that were asked for", "rights", list_requests, RequestList),
    Endpoint("POST", "/hub/v1/requests", "Ask for a right", "rights", add_request, RequestShape, body=NewRequest,
             status=201),
    Endpoint("POST", "/hub/v1/requests/{id}/give", "Give what was asked for", "rights", give_request, GrantShape,
             body=Answering),
    Endpoint("DELETE", "/hub/v1/requests/{id}", "Say no, or take a request back", "rights", dismiss_request,
             RequestList),
)  # fmt: skip
