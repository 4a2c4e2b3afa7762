"""A new hub that begins with the backup of an earlier one: who shows the set-up code brings it, and sees it first."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

from aiohttp import web

from hub.errors import BadReading, Conflict, Forbidden, NotFound
from web import answer, session
from web.keys import TRIES, VIEWS
from web.pages.settings.restore import received
from web.pages.welcome import WRONG_CODE, code_of
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import BackupCandidate, View

HERE = "/welcome/backup"


def _system(request: web.Request) -> View | None:
    """The hub's own view, as long as nobody owns this hub."""
    views = request.app[VIEWS]
    return views.system() if views.needs_setup() else None


async def show(request: web.Request) -> web.Response:
    return _form(request) if _system(request) is not None else answer.go(request, "/")


async def upload(request: web.Request) -> web.Response:
    """The code stands before the files: nobody fills the disk without it."""
    view = _system(request)
    if view is None:
        return answer.go(request, "/")
    await session.require_token(request)
    tries, address = request.app[TRIES], f"setup:{request.remote}"
    if wait := tries.wait(address):
        return _form(request, f"Too many wrong tries. Wait {wait:.0f} seconds.", status=429)

    def check(fields: dict[str, str]) -> None:
        if not hmac.compare_digest(code_of(fields.get("code", "")), request.app[VIEWS].setup_code):
            tries.failed(address)
            raise Forbidden(WRONG_CODE)

    candidate = view.bring_backup()
    try:
        await received(request, candidate, check)
    except BaseException as error:
        view.drop_backup(candidate.id)
        if isinstance(error, (BadReading, Forbidden)):
            return _form(request, str(error), status=403)
        raise
    return answer.go(request, f"{HERE}/{candidate.id}")


async def preview(request: web.Request) -> web.Response:
    view = _system(request)
    if view is None:
        return answer.go(request, "/")
    return await _preview(request, view, view.chosen_backup(request.match_info["candidate"]))


async def give(request: web.Request) -> web.Response:
    view = _system(request)
    if view is None:
        return answer.go(request, "/")
    await session.require_token(request)
    candidate = view.chosen_backup(request.match_info["candidate"])
    candidate.key = str((await request.post()).get("key", "")).strip()
    return await _preview(request, view, candidate)


async def restore(request: web.Request) -> web.Response:
    view = _system(request)
    if view is None:
        return answer.go(request, "/")
    await session.require_token(request)
    candidate = view.chosen_backup(request.match_info["candidate"])
    form = {key: str(value) for key, value in (await request.post()).items()}
    try:
        job = await view.restore_backup(
            candidate, confirm=form.get("confirm", ""), settings=form.get("settings") == "on"
        )
    except Conflict as error:
        return await _preview(request, view, candidate, wrong=str(error), status=409)
    return answer.go(request, f"{HERE}/{candidate.id}/jobs/{job.id}")


async def work(request: web.Request) -> web.Response:
    """How far it is; a page, and the piece of it that asks again."""
    view = _system(request)
    if view is None:
        return answer.go(request, "/")
    job = view.backup_job(request.match_info["job"])
    given: dict[str, Any] = {"job": job, "after": "/", "asks": request.path}
    if "HX-Request" in request.headers:
        return answer.fragment(request, "settings/backup-job.html", **given)
    return answer.page(request, "welcome/backup-job.html", **given)


async def _preview(
    request: web.Request, view: View, candidate: BackupCandidate, *, status: int = 200, **context: Any
) -> web.Response:
    found, problem = None, ""
    try:
        found = await view.preview_backup(candidate)
    except (Conflict, NotFound, FileNotFoundError) as error:
        problem, status = str(error), 422
    given = {"wrong": "", **context}
    return answer.page(
        request,
        "settings/restore-preview.html",
        status=status,
        layout="bare.html",
        base=f"{HERE}/{candidate.id}",
        back=HERE,
        found=found,
        problem=problem,
        candidate=candidate,
        **given,
    )


def _form(request: web.Request, problem: str = "", *, status: int = 200) -> web.Response:
    return answer.page(request, "welcome/backup.html", status=status, problem=problem, action=HERE, asks_code=True)


ROUTES = (
    PageRoute("GET", HERE, show, open=True),
    PageRoute("POST", HERE, upload, open=True),
    PageRoute("GET", f"{HERE}/{{candidate}}", preview, open=True),
    PageRoute("POST", f"{HERE}/{{candidate}}/key", give, open=True),
    PageRoute("POST", f"{HERE}/{{candidate}}", restore, open=True),
    PageRoute("GET", f"{HERE}/{{candidate}}/jobs/{{job}}", work, open=True),
)
