"""The audit trail: who did what, and whether the trail is whole."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from aiohttp import web

from web import answer
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import View

SHOWN = 100
KINDS = (
    ("", "Everything"),
    ("sign-", "Signing in and out"),
    ("grant", "Grants"),
    ("account", "Accounts"),
    ("invitation", "Invitations"),
    ("session", "Sessions"),
    ("token", "Tokens"),
    ("password", "Passwords"),
)
OUTCOMES = {"done": "good", "refused": "warn", "failed": "alarm"}


async def index(request: web.Request, view: View) -> web.Response:
    before = request.query.get("before", "")
    account, action = request.query.get("account", "")[:100], request.query.get("action", "")[:100]
    older = int(before) if before.isdecimal() and len(before) < 19 else None
    found = await view.audit_lines(SHOWN, account=account, action=action, before=older)
    zone = ZoneInfo(view.household().time_zone)
    lines = [
        (one.number, datetime.fromtimestamp(one.line.at_us / 1e6, UTC).astimezone(zone), one.line) for one in found
    ]
    return answer.page(
        request,
        "settings/audit.html",
        lines=lines,
        verdict=await view.verify_audit(),
        accounts=sorted(one.name for one in view.accounts()),
        kinds=KINDS,
        outcomes=OUTCOMES,
        account=account,
        action=action,
        older=found[-1].number if len(found) == SHOWN else None,
    )


async def accept(request: web.Request, view: View) -> web.Response:
    await view.verify_audit(accept=True)
    return answer.done(request, "/settings/audit", "Noted: you know why the trail was cut short.")


ROUTES = (PageRoute("GET", "/settings/audit", index), PageRoute("POST", "/settings/audit", accept))
