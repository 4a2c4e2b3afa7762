"""Browser sessions and the audit trail."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from hub.model import ChainedLine
from hub.view import BrowserSession, browser_of
from web.rest.endpoint import Call, Endpoint
from web.rest.fields import Query

MOST_LINES = 1_000


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


class AuditQuery(Query):
    limit: Annotated[int, Field(ge=1, le=MOST_LINES)] = 100
    before: Annotated[int | None, Field(ge=1, le=2**62, description="Only lines older than this one.")] = None
    account: Annotated[str, Field(max_length=100)] = ""
    action: Annotated[str, Field(max_length=100, description="Only actions that begin so.")] = ""


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


ENDPOINTS = (
    Endpoint("GET", "/hub/v1/sessions", "Signed-in browsers", "rights", list_sessions, SessionList),
    Endpoint("DELETE", "/hub/v1/sessions", "Sign all other browsers out", "rights", end_other_sessions, SessionList),
    Endpoint("DELETE", "/hub/v1/sessions/{id}", "Sign one browser out", "rights", end_session, SessionList),
    Endpoint("GET", "/hub/v1/audit", "The audit trail, newest first", "rights", read_audit, AuditLines,
             query=AuditQuery),
    Endpoint("GET", "/hub/v1/audit/verify", "Whether the trail is whole", "rights", verify_audit, VerdictShape),
)  # fmt: skip
