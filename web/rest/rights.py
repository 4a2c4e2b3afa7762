"""Accounts, grants, browser sessions, the audit trail, and who sees whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from hub.model import Account, ChainedLine, Grant, Role, Verb
from hub.view import BrowserSession, Reach, browser_of, until_of
from web.rest.endpoint import Call, Endpoint
from web.rest.fields import Body, Name, Query

MOST_LINES = 1_000
Subjects = Annotated[list[Name] | None, Field(description="Metric keys and `journal:<kind>`; left out: all.")]


class AccountShape(TypedDict):
    account: str
    name: str
    role: str
    person: str | None
    disabled: bool


class AccountList(TypedDict):
    accounts: list[AccountShape]


class GrantShape(TypedDict):
    id: str
    account: str
    person: str
    verbs: list[str]
    subjects: list[str] | None
    until: datetime | None
    by: str
    given_at: datetime | None


class GrantList(TypedDict):
    grants: list[GrantShape]


class SessionShape(TypedDict):
    id: str
    account: str
    browser: str
    since: datetime
    seen: datetime
    expires_at: datetime
    this: bool


class SessionList(TypedDict):
    sessions: list[SessionShape]


class AuditShape(TypedDict):
    line: int
    at: datetime
    account: str
    action: str
    person: str
    outcome: str
    detail: str


class AuditLines(TypedDict):
    lines: list[AuditShape]


class VerdictShape(TypedDict):
    sound: bool
    lines: int
    line: int | None
    message: str


class ReachShape(TypedDict):
    account: str
    name: str
    role: str
    verbs: list[str]
    subjects: list[str] | None
    until: datetime | None
    grant: str | None
    """Null: it comes with the role."""


class Audience(TypedDict):
    person: str
    accounts: list[ReachShape]


class NewAccount(Body):
    name: Name
    password: Annotated[str, Field(max_length=1_000)]
    role: Role
    person: Name | None = None


class AccountChange(Body):
    role: Role | None = None
    person: Annotated[Name | None, Field(description="Null: nobody of the household.")] = None
    disabled: bool | None = None


class NewGrant(Body):
    account: Name
    person: Annotated[Name, Field(description="A person, `household`, or `*` for everybody.")]
    verbs: Annotated[list[Verb], Field(min_length=1)] = Field(default=[Verb.VIEW])
    subjects: Subjects = None
    until: Annotated[str, Field(max_length=40, description="`2h`, `3d`, `tonight`, or ISO 8601; empty: for ever.")] = ""


class AuditQuery(Query):
    limit: Annotated[int, Field(ge=1, le=MOST_LINES)] = 100
    before: Annotated[int | None, Field(ge=1, le=2**62, description="Only lines older than this one.")] = None
    account: Annotated[str, Field(max_length=100)] = ""
    action: Annotated[str, Field(max_length=100, description="Only actions that begin so.")] = ""


def account_shape(one: Account) -> AccountShape:
    return {
        "account": one.name,
        "name": one.display_name,
        "role": one.role.value,
        "person": one.person,
        "disabled": one.disabled,
    }


async def list_accounts(call: Call) -> AccountList:
    return {"accounts": [account_shape(one) for one in call.view.accounts()]}


async def add_account(call: Call) -> AccountShape:
    body: NewAccount = call.body
    return account_shape(await call.view.add_account(body.name, body.password, role=body.role, person=body.person))


async def change_account(call: Call) -> AccountShape:
    body: AccountChange = call.body
    given: dict[str, Any] = body.model_dump(exclude_unset=True)
    fields = {key: value for key, value in given.items() if value is not None or key == "person"}
    return account_shape(await call.view.change_account(call.path["account"], **fields))


async def remove_account(call: Call) -> AccountList:
    await call.view.remove_account(call.path["account"])
    return await list_accounts(call)


def grant_shape(one: Grant) -> GrantShape:
    return {
        "id": one.id,
        "account": one.account,
        "person": one.person,
        "verbs": sorted(verb.value for verb in one.verbs),
        "subjects": sorted(one.subjects) if one.subjects is not None else None,
        "until": one.until,
        "by": one.by,
        "given_at": one.given_at,
    }


async def list_grants(call: Call) -> GrantList:
    return {"grants": [grant_shape(one) for one in call.view.grants()]}


async def add_grant(call: Call) -> GrantShape:
    body: NewGrant = call.body
    view = call.view
    account = view.find_account(body.account).name
    draft = view.draft_grant(body.person, body.verbs, subjects=body.subjects)
    zone = view.time_zone(body.person) if body.person != "*" else view.household().time_zone
    until = until_of(body.until, view.clock.now(), zone)
    return grant_shape(await view.give(replace(draft, account=account, until=until)))


async def withdraw_grant(call: Call) -> GrantList:
    await call.view.withdraw(call.path["id"])
    return await list_grants(call)


def session_shape(call: Call, one: BrowserSession) -> SessionShape:
    return {
        "id": one.id,
        "account": one.account,
        "browser": browser_of(one.user_agent),
        "since": one.since,
        "seen": one.seen,
        "expires_at": one.expires,
        "this": call.view.is_this(one),
    }


async def list_sessions(call: Call) -> SessionList:
    return {"sessions": [session_shape(call, one) for one in call.view.sessions()]}


async def end_session(call: Call) -> SessionList:
    await call.view.end_session(call.path["id"])
    return await list_sessions(call)


async def end_other_sessions(call: Call) -> SessionList:
    await call.view.end_other_sessions()
    return await list_sessions(call)


def line_shape(one: ChainedLine) -> AuditShape:
    line = one.line
    return {
        "line": one.number,
        "at": datetime.fromtimestamp(line.at_us / 1e6, UTC),
        "account": line.account,
        "action": line.action,
        "person": line.person,
        "outcome": line.outcome,
        "detail": line.detail,
    }


async def read_audit(call: Call) -> AuditLines:
    query: AuditQuery = call.query
    lines = await call.view.audit_lines(query.limit, account=query.account, action=query.action, before=query.before)
    return {"lines": [line_shape(one) for one in lines]}


async def verify_audit(call: Call) -> VerdictShape:
    found = await call.view.verify_audit()
    return {"sound": found.sound, "lines": found.lines, "line": found.line, "message": found.message}


def reach_shape(account: Account, one: Reach) -> ReachShape:
    return {
        "account": account.name,
        "name": account.display_name,
        "role": account.role.value,
        "verbs": sorted(verb.value for verb in one.verbs),
        "subjects": sorted(one.subjects) if one.subjects is not None else None,
        "until": one.grant.until if one.grant is not None else None,
        "grant": one.grant.id if one.grant is not None else None,
    }


async def who_sees(call: Call) -> Audience:
    slug = call.path["person"]
    call.view.require_whose(slug)
    found = call.view.who_sees(slug)
    return {"person": slug, "accounts": [reach_shape(account, one) for account, reaches in found for one in reaches]}


ENDPOINTS = (
    Endpoint("GET", "/hub/v1/accounts", "Accounts", "rights", list_accounts, AccountList),
    Endpoint(
        "POST", "/hub/v1/accounts", "Add an account", "rights", add_account, AccountShape, body=NewAccount, status=201
    ),
    Endpoint(
        "PATCH", "/hub/v1/accounts/{account}", "Change or disable an account", "rights", change_account, AccountShape,
        body=AccountChange,
    ),
    Endpoint(
        "DELETE", "/hub/v1/accounts/{account}", "Remove an account", "rights", remove_account, AccountList,
        errors=(409,),
    ),
    Endpoint("GET", "/hub/v1/grants", "Grants that hold", "rights", list_grants, GrantList),
    Endpoint("POST", "/hub/v1/grants", "Give a right", "rights", add_grant, GrantShape, body=NewGrant, status=201),
    Endpoint("DELETE", "/hub/v1/grants/{id}", "Withdraw a grant", "rights", withdraw_grant, GrantList),
    Endpoint("GET", "/hub/v1/people/{person}/audience", "Who sees a person", "rights", who_sees, Audience),
    Endpoint("GET", "/hub/v1/sessions", "Signed-in browsers", "rights", list_sessions, SessionList),
    Endpoint("DELETE", "/hub/v1/sessions", "Sign all other browsers out", "rights", end_other_sessions, SessionList),
    Endpoint("DELETE", "/hub/v1/sessions/{id}", "Sign one browser out", "rights", end_session, SessionList),
    Endpoint("GET", "/hub/v1/audit", "The audit trail, newest first", "rights", read_audit, AuditLines,
             query=AuditQuery),
    Endpoint("GET", "/hub/v1/audit/verify", "Whether the trail is whole", "rights", verify_audit, VerdictShape),
)  # fmt: skip
