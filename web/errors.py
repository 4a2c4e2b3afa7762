"""Failures as answers: what happened, what it means for the data, what to do."""

from __future__ import annotations

import logging
import traceback
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

from aiohttp import hdrs, web

from hub.errors import (
    BadReading,
    ConfigInvalid,
    Conflict,
    Forbidden,
    HubError,
    NotAllowed,
    NotFound,
    NotReady,
    StorageCorrupt,
    StorageUnavailable,
)
from web import confirming, refusal
from web.answer import problem_page
from web.keys import VIEW
from web.rest.problem import Problem

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler

log = logging.getLogger(__name__)


class Fault(NamedTuple):
    """One row of the table that turns a failure into an answer."""

    status: int
    title: str
    meaning: str
    advice: str


FAULTS: tuple[tuple[type[HubError], Fault], ...] = (
    (NotFound, Fault(404, "We can't find that", "It may have been removed or renamed.", "Look for it from Today.")),
    (
        Forbidden,
        Fault(403, "That isn't yours to see", "Your data is unchanged.", "Ask the hub's owner to share it with you."),
    ),
    (Conflict, Fault(409, "That doesn't fit", "Nothing was changed.", "Go back, reload the page and try again.")),
    (BadReading, Fault(422, "That can't be right", "Nothing was kept.", "Go back and correct it.")),
    (ConfigInvalid, Fault(422, "That setting can't work", "Nothing was changed.", "Go back and correct it.")),
    (NotReady, Fault(503, "Not ready yet", "Your data is safe.", "Try again in a moment.")),
    (
        StorageUnavailable,
        Fault(
            503,
            "The database can't be written to",
            "Nothing new was kept; what you have recorded before is safe.",
            "Look at Settings, Database, for the cause. Sources send again by themselves.",
        ),
    ),
    (
        StorageCorrupt,
        Fault(500, "The database is damaged", "The damaged file is kept aside.", "Look at Settings, Database."),
    ),
)
HTTP = {
    400: Fault(400, "The request was not understood", "Nothing was changed.", "Go back and try again."),
    401: Fault(401, "Please sign in", "Your data is safe.", "Sign in and try again."),
    403: Fault(403, "Not allowed", "Nothing was changed.", "Go back, reload the page and try again."),
    404: Fault(404, "There is no such page", "Your data is safe.", "The address may be mistyped. Start from Today."),
    405: Fault(405, "That can't be done here", "Nothing was changed.", "Start from Today."),
    413: Fault(413, "That is too large", "Nothing was kept.", "Send it in smaller parts, or import it as a file."),
    421: Fault(421, "Unknown name", "Nothing was shown.", "Use the address that the hub printed when it started."),
    429: Fault(429, "Too many tries", "Your data is safe.", "Wait a little, then try again."),
}
BROKEN = Fault(
    500,
    "Something broke in the hub",
    "What was recorded before is safe. What you just sent may not have been kept.",
    "Try again. If it happens again, the log file tells what to report.",
)


@web.middleware
async def explain(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn what a handler raises into a page, a fragment, or JSON for programs."""
    try:
        response = await handler(request)
        if unproven(request):
            # Whoever caught it took it for an ordinary no.
            return await confirming.ask(request)
        return response
    except web.HTTPException as answer:
        if answer.status < 400:
            raise
        fault = HTTP.get(answer.status, HTTP[400] if answer.status < 500 else BROKEN)
        text = answer.text if answer.text and not answer.text.startswith(f"{answer.status}:") else ""
        response = tell(request, fault._replace(status=answer.status), text)
        for name in (hdrs.ALLOW, hdrs.RETRY_AFTER, hdrs.WWW_AUTHENTICATE):
            if name in answer.headers:
                response.headers[name] = answer.headers[name]
        return response
    except HubError as failure:
        if unproven(request):
            return await confirming.ask(request)
        if isinstance(failure, NotAllowed) and wants_page(request):
            told = refusal.page(request, failure)
            if told is not None:
                return told
        fault = next((row for kind, row in FAULTS if isinstance(failure, kind)), BROKEN)
        if fault is BROKEN:
            _note(request, failure)
        return tell(request, fault, str(failure))
    except (ConnectionResetError, TimeoutError):
        raise
    except Exception as failure:  # noqa: BLE001 # told as a page, logged without what was in the request
        _note(request, failure)
        return tell(request, BROKEN, "")


def unproven(request: web.Request) -> bool:
    """True when a page asked for what wants who sits there to show it first."""
    view = request.get(VIEW)
    return view is not None and view.stale and wants_page(request)


def tell(request: web.Request, fault: Fault, detail: str) -> web.Response:
    """The failure for a person or, where a program asks, as JSON."""
    if wants_page(request):
        return problem_page(request, fault.status, fault.title, detail, fault.meaning, fault.advice)
    code = HTTPStatus(fault.status).phrase.lower().replace(" ", "_")
    return Problem(fault.status, code, detail or f"{fault.title}.", hint=f"{fault.meaning} {fault.advice}").answer()


def wants_page(request: web.Request) -> bool:
    """True for browsers that navigate or swap fragments; false for programs."""
    if request.path.startswith(("/hub/", "/api/", "/charts/", "/healthz", "/readyz", "/metrics")):
        return False
    return "HX-Request" in request.headers or "text/html" in request.headers.get(hdrs.ACCEPT, "")


def _note(request: web.Request, failure: Exception) -> None:
    """Into the log: what and where; never what it says, which may quote a reading or a secret."""
    frames = "".join(traceback.format_tb(failure.__traceback__))
    log.error("%s %s failed: %s\n%s", request.method, _route(request), type(failure).__name__, frames)


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "(no route)"
