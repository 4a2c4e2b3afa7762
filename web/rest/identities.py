"""Who is linked with whom at an identity server, and the server's settings."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from hub.errors import NotFound
from hub.model import Role
from hub.view import Identity
from web.rest.endpoint import Call, Endpoint
from web.rest.fields import Body, Name, Query

Text = Annotated[str, Field(max_length=500)]


class IdentityShape(TypedDict):
    account: str
    issuer: str
    subject: str
    name: str
    linked_at: datetime | None


class IdentityList(TypedDict):
    identities: list[IdentityShape]


class AdmissionShape(TypedDict):
    email: str
    group: str
    role: str
    person: str | None


class ServerShape(TypedDict):
    issuer: str
    client_id: str
    label: str
    scopes: list[str]
    origins: list[str]
    groups_claim: str
    admit: list[AdmissionShape]
    has_secret: bool
    declared: bool
    """It stands in hub.yaml, and is changed there only."""


class ServerSet(TypedDict):
    said: str
    """What the server answered when it was asked."""


class NewIdentity(Body):
    account: Name
    issuer: Text
    subject: Annotated[str, Field(min_length=1, max_length=255)]


class IdentityQuery(Query):
    account: Annotated[str, Field(max_length=100, description="Another account's, for an owner; `*`: everybody's.")] = (
        ""
    )


class WhichIdentity(IdentityQuery):
    issuer: Text
    subject: Annotated[str, Field(max_length=255)]


class NewAdmission(Body):
    email: Annotated[str, Field(max_length=254)] = ""
    group: Annotated[str, Field(max_length=200)] = ""
    role: Role
    person: Name | None = None


class NewServer(Body):
    issuer: Text
    client_id: Text
    client_secret: Annotated[str, Field(max_length=500, description="Left out: as it was.")] = ""
    label: Annotated[str, Field(max_length=40)] = ""
    scopes: Annotated[list[Text], Field(max_length=50)] = Field(default=["openid", "profile", "email"])
    origins: Annotated[list[Text], Field(max_length=20)] = Field(default=[])
    groups_claim: Annotated[str, Field(min_length=1, max_length=100)] = "groups"
    admit: Annotated[list[NewAdmission], Field(max_length=100)] = Field(default=[])


def identity_shape(one: Identity) -> IdentityShape:
    return {
        "account": one.account, "issuer": one.issuer, "subject": one.subject, "name": one.shown,
        "linked_at": one.linked_at,
    }  # fmt: skip


async def list_identities(call: Call) -> IdentityList:
    query: IdentityQuery = call.query
    return {"identities": [identity_shape(one) for one in call.view.identities(query.account or None)]}


async def link_identity(call: Call) -> IdentityShape:
    body: NewIdentity = call.body
    return identity_shape(await call.view.link_identity(body.account, body.issuer, body.subject))


async def unlink_identity(call: Call) -> IdentityList:
    query: WhichIdentity = call.query
    await call.view.unlink_identity(query.issuer, query.subject, account=query.account or None)
    return await list_identities(call)


async def show_identity_server(call: Call) -> ServerShape:
    found: Any = call.view.openid_settings()
    if found is None:
        raise NotFound("no identity server is set up")
    return found  # type: ignore[no-any-return] # made of the same fields


async def set_identity_server(call: Call) -> ServerSet:
    body: NewServer = call.body
    given = body.model_dump(mode="json")
    if not given["client_secret"]:
        del given["client_secret"]
    return {"said": await call.view.set_openid(given)}


async def remove_identity_server(call: Call) -> ServerSet:
    await call.view.remove_openid()
    return {"said": "Nobody signs in by another server any more."}


ENDPOINTS = (
    Endpoint("GET", "/hub/v1/identities", "Identities linked with accounts", "rights", list_identities, IdentityList,
             query=IdentityQuery),
    Endpoint("POST", "/hub/v1/identities", "Link an identity with an account", "rights", link_identity, IdentityShape,
             body=NewIdentity, status=201),
    Endpoint("DELETE", "/hub/v1/identities", "Unlink an identity", "rights", unlink_identity, IdentityList,
             query=WhichIdentity, errors=(409,)),
    Endpoint("GET", "/hub/v1/openid", "The identity server", "rights", show_identity_server, ServerShape),
    Endpoint("PUT", "/hub/v1/openid", "Set the identity server up", "rights", set_identity_server, ServerSet,
             body=NewServer),
    Endpoint("DELETE", "/hub/v1/openid", "Sign in by it no more", "rights", remove_identity_server, ServerSet,
             errors=(409,)),
)  # fmt: skip
