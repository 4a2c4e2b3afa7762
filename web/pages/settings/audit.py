"""The audit trail: who did what, and whether the trail is whole."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import orjson
from aiohttp import web

from hub.errors import BadReading
from web import answer
from web.pages.settings.deeds import KINDS, sentence
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.model import ChainedLine
    from hub.view import View

HERE = "/settings/audit"
SHOWN = 100
AT_ONCE = 2_000
"""Lines of an export that are read together."""
OUTCOMES = {"done": "good", "refused": "warn", "failed": "alarm"}
FIELDS = ("line", "at", "account", "action", "person", "outcome", "detail")


class Filter(NamedTuple):
    """What the form says; "" for all."""

    account: str = ""
    action: str = ""
    person: str = ""
    since: str = ""
    until: str = ""

    def wanted(self, zone: ZoneInfo) -> dict[str, Any]:
        """For `View.audit_lines`. Raises BadReading for a day that is none."""
        kind = KINDS.get(self.action)
        return {
            "account": self.account,
            "actions": kind[1] if kind is not None else (self.action,) if self.action else (),
            "person": self.person,
            "since": _midnight(self.since, zone),
            "until": _midnight(self.until, zone, after=1),
        }

    @property
    def query(self) -> str:
        return urlencode({name: value for name, value in self._asdict().items() if value})


class Line(NamedTuple):
    number: int
    at: datetime
    said: str
    detail: str
    action: str
    outcome: str


async def index(request: web.Request, view: View) -> web.Response:
    return await _page(request, view)


async def _page(request: web.Request, view: View) -> web.Response:
    before, asked = request.query.get("before", ""), _asked(request)
    older = int(before) if before.isdecimal() and len(before) < 19 else None
    zone = ZoneInfo(view.household().time_zone)
    problem, found = "", list["ChainedLine"]()
    accounts = {one.name: one.display_name or one.name for one in view.accounts()}
    people = {one.slug: one.name for one in view.people()}
    try:
        found = await view.audit_lines(SHOWN, before=older, **asked.wanted(zone))
    except BadReading as error:
        problem = str(error)
    lines = [
        Line(
            one.number,
            datetime.fromtimestamp(one.line.at_us / 1e6, UTC).astimezone(zone),
            sentence(one.line, accounts, people),
            one.line.detail,
            one.line.action,
            one.line.outcome,
        )
        for one in found
    ]
    return answer.page(
        request,
        "settings/audit.html",
        status=422 if problem else 200,
        lines=lines,
        problem=problem,
        verdict=await view.look_at_audit(),
        progress=view.audit_progress(),
        accounts=sorted(accounts.items()),
        kinds=[(key, name) for key, (name, _) in KINDS.items()],
        outcomes=OUTCOMES,
        asked=asked,
        older=found[-1].number if len(found) == SHOWN else None,
        newer=older is not None,
        zone=zone,
    )


async def accept(request: web.Request, view: View) -> web.Response:
    await view.verify_audit(accept=True)
    return answer.done(request, HERE, "Noted: you know why the trail was cut short.")


async def check(request: web.Request, view: View) -> web.Response:
    """Go through all lines; the page shows how far it is."""
    await view.check_audit()
    return answer.go(request, HERE)


async def state(request: web.Request, view: View) -> web.Response:
    """How far the look through all lines is, as a piece of the page that asks again."""
    progress = view.audit_progress()
    verdict = await view.look_at_audit() if progress is None else None
    zone = ZoneInfo(view.household().time_zone)
    return answer.fragment(request, "settings/audit_state.html", progress=progress, verdict=verdict, zone=zone)


async def export(request: web.Request, view: View) -> web.StreamResponse:
    """All lines that fit, newest first, as CSV or JSON; it leaves a line itself."""
    kind = "json" if request.query.get("format") == "json" else "csv"
    wanted = _asked(request).wanted(ZoneInfo(view.household().time_zone))
    await view.note_audit_export(kind)
    response = web.StreamResponse(headers={"Content-Disposition": f'attachment; filename="audit.{kind}"'})
    response.content_type = "application/json" if kind == "json" else "text/csv"
    response.charset = "utf-8"
    await response.prepare(request)
    await response.write(b"[" if kind == "json" else (",".join(FIELDS) + "\r\n").encode())
    before, first = None, True
    while True:
        found = await view.audit_lines(AT_ONCE, before=before, **wanted)
        rows = [_row(one) for one in found]
        if kind == "json":
            body = b",\n".join(orjson.dumps(dict(zip(FIELDS, row, strict=True))) for row in rows)
            await response.write(body if first or not rows else b",\n" + body)
        else:
            await response.write(_csv(rows))
        if len(found) < AT_ONCE:
            break
        before, first = found[-1].number, False
    await response.write(b"]\n" if kind == "json" else b"")
    await response.write_eof()
    return response


def _row(one: ChainedLine) -> tuple[Any, ...]:
    at = datetime.fromtimestamp(one.line.at_us / 1e6, UTC).isoformat()
    line = one.line
    return (one.number, at, line.account, line.action, line.person, line.outcome, line.detail)


def _csv(rows: list[tuple[Any, ...]]) -> bytes:
    text = io.StringIO()
    # A cell that begins so would be reckoned as a formula by who opens the file in a spreadsheet.
    csv.writer(text).writerows([f"'{one}" if str(one)[:1] in tuple("=+-@\t\r") else one for one in row] for row in rows)
    return text.getvalue().encode()


def _asked(request: web.Request) -> Filter:
    return Filter(*(request.query.get(name, "")[:100] for name in Filter._fields))


def _midnight(day: str, zone: ZoneInfo, *, after: int = 0) -> datetime | None:
    if not day:
        return None
    try:
        return datetime.combine(date.fromisoformat(day) + timedelta(days=after), time(), zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadReading(f"{day[:20]!r} is not a day; write it as 2026-12-24") from None


ROUTES = (
    PageRoute("GET", HERE, index),
    PageRoute("POST", HERE, accept),
    PageRoute("POST", f"{HERE}/check", check),
    PageRoute("GET", f"{HERE}/state", state),
    PageRoute("GET", f"{HERE}/export", export),
)
