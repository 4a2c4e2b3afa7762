"""Failures of the REST interface: what, where, and how to mend it, always in one shape."""

from __future__ import annotations

import difflib
import logging
import traceback
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, NotRequired

import orjson
from aiohttp import hdrs, web
from pydantic import ValidationError
from typing_extensions import TypedDict

from hub.errors import (
    AuthFailed,
    BadReading,
    ConfigInvalid,
    Conflict,
    Forbidden,
    HubError,
    NotFound,
    NotReady,
    PartlyKept,
    StepUpNeeded,
    StorageUnavailable,
)
from hub.view import AutomationInvalid, Flaw, TemplateFailed, dotted

log = logging.getLogger(__name__)


class Missing(TypedDict):
    """The right that a refusal is about, for who may ask for it: `POST /hub/v1/requests` with the same three."""

    verb: str
    person: str
    subject: str
    givers: list[str]
    """Names, for who lives here; else empty: an owner."""
    asked: bool


class FlawShape(TypedDict):
    where: str
    message: str
    hint: str
    line: int | None


class ProblemBody(TypedDict):
    code: str
    message: str
    where: str
    hint: str
    why: NotRequired[Missing]
    flaws: NotRequired[list[FlawShape]]
    """All that is wrong with an automation, script, scene or blueprint."""


class ProblemAnswer(TypedDict):
    """Every answer of 400 and more."""

    error: ProblemBody


class Problem(Exception):
    """A refusal on its way out; `where` names the parameter or field, `hint` how to mend it."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        where: str = "",
        hint: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.where, self.hint = status, code, message, where, hint
        self.headers = dict(headers or {})
        self.why: Missing | None = None
        self.flaws: list[FlawShape] = []

    def answer(self) -> web.Response:
        body: ProblemAnswer = {
            "error": {"code": self.code, "message": self.message, "where": self.where, "hint": self.hint}
        }
        if self.why is not None:
            body["error"]["why"] = self.why
        if self.flaws:
            body["error"]["flaws"] = self.flaws
        return web.Response(
            status=self.status, body=orjson.dumps(body), content_type="application/json", headers=self.headers
        )


TO_STATUS: tuple[tuple[type[HubError], int, str, str], ...] = (
    (NotFound, 404, "not_found", ""),
    (Forbidden, 403, "forbidden", "Ask the owner for a grant, or use a token that reaches further."),
    # 422 is for what the schema refuses; this one is well formed and still cannot be true.
    (BadReading, 409, "cannot_be_kept", "Nothing was changed. Correct it and send it again."),
    (ConfigInvalid, 409, "cannot_work", "Nothing was changed. Correct the options and send them again."),
    (AutomationInvalid, 409, "cannot_work", "Nothing was changed. Correct it and send it again."),
    (TemplateFailed, 409, "template_failed", "Correct the template."),
    (Conflict, 409, "conflict", "Nothing was changed. Read it again, then decide."),
    (AuthFailed, 409, "source_refuses", "Only the owner can mend the source's credentials."),
    (NotReady, 503, "not_ready", "Try again in a moment."),
    (StorageUnavailable, 503, "storage_unavailable", "Nothing was kept. Send the same again later; it never doubles."),
)
UNAUTHENTICATED = Problem(
    401,
    "unauthenticated",
    "This needs a bearer token or a signed-in browser.",
    where="header Authorization",
    hint="Make a token with `homeostat token create` and send it as `Authorization: Bearer <token>`.",
    headers={hdrs.WWW_AUTHENTICATE: 'Bearer realm="homeostat"'},
)
BARRED = Problem(
    403,
    "second_factor_required",
    "This household wants a second factor of its owners, and this account has none.",
    hint="Add a passkey or an app under Settings > Your account.",
)
HINTS = {
    404: "GET /hub/v1/openapi.json lists every address.",
    405: "The header Allow names the methods that work here.",
    421: "Use the address that the hub printed when it started, or add the name to `hosts` under `web` in hub.yaml.",
}


def from_error(error: HubError) -> Problem:
    """The answer to a failure of the hub itself."""
    if isinstance(error, StepUpNeeded):
        return Problem(403, "step_up_needed", f"{error}.", hint=error.remedy)
    for kind, status, code, hint in TO_STATUS:
        if isinstance(error, kind):
            headers = {"Retry-After": "5"} if status == 503 else {}
            if isinstance(error, PartlyKept):
                hint = f"{error.kept:,} of these readings were kept. Send all again later; it never doubles."
            found = Problem(status, code, str(error), hint=hint, headers=headers)
            found.flaws = [flaw_shape(one) for one in error.flaws] if isinstance(error, AutomationInvalid) else []
            return found
    return Problem(500, "failed", str(error), hint="The hub's log has the details.")


def flaw_shape(one: Flaw) -> FlawShape:
    return {"where": dotted(one.path), "message": one.message, "hint": one.hint, "line": one.line}


def from_status(status: int, text: str = "", headers: Mapping[str, str] | None = None) -> Problem:
    """The answer to what aiohttp or a middleware raised."""
    kept = {name: headers[name] for name in ("Allow", "Retry-After") if name in headers} if headers else {}
    phrase = HTTPStatus(status).phrase
    message = text if text and not text.startswith(f"{status}:") else f"{phrase}."
    return Problem(status, phrase.lower().replace(" ", "_"), message, hint=HINTS.get(status, ""), headers=kept)


def from_validation(error: ValidationError, place: str, known: Iterable[str] = (), *, status: int = 422) -> Problem:
    """Name the first thing wrong, where it stands, and the name that was probably meant."""
    problems = error.errors(include_url=False, include_input=False)
    first = problems[0]
    path = ".".join(str(part) for part in first["loc"])
    where = f"{place} {path}".strip()
    kind, hint = first["type"], ""
    if kind == "extra_forbidden":
        name = str(first["loc"][-1])
        message = f"{name[:80]!r} is not known here."
        hint = meant(name, known)
    elif kind == "missing":
        message = f"{path!r} is missing."
    else:
        message = _sentence(first)
    if len(problems) > 1:
        hint = f"{hint} {len(problems) - 1} more of this kind follow it.".strip()
    return Problem(status, "invalid", message, where=where, hint=hint)


def meant(name: str, known: Iterable[str]) -> str:
    """`Did you mean ...?`, or what there is; empty when nothing is known."""
    choices = list(known)
    near = difflib.get_close_matches(name, choices, n=1, cutoff=0.6)
    if near:
        return f"Did you mean {near[0]!r}?"
    return f"There are: {', '.join(choices)}." if choices else ""


def _sentence(problem: Any) -> str:
    text = str(problem["msg"]).removeprefix("Value error, ")
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?")) else ".")


def broken(request: web.Request, error: Exception) -> Problem:
    """The answer to a fault of ours; the log says where it stood and never what was in the request."""
    resource = request.match_info.route.resource
    place = resource.canonical if resource is not None else "(no route)"
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("%s %s failed: %s\n%s", request.method, place, type(error).__name__, frames)
    return Problem(
        500,
        "broken",
        "Something broke in the hub; what was acknowledged before is safe.",
        hint="The hub's log tells what to report.",
    )
