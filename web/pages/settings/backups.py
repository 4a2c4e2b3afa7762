"""Backups: what is proven, what there is, where it goes, and the recovery key."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from aiohttp import web

from hub.errors import Conflict, NotFound
from web import answer
from web.routing import PageRoute

if TYPE_CHECKING:
    from pathlib import Path

    from hub.view import View

HERE = "/settings/backups"
KINDS = ("folder", "webdav", "s3")
_CHUNK = 1 << 18


async def show(request: web.Request, view: View) -> web.Response:
    return page(request, view)


async def work(request: web.Request, view: View) -> web.Response:
    """How far the job is, asked again and again by the page that shows it."""
    job = view.backup_job(request.match_info["job"])
    if job.state != "running" and job.kind != "restore" and "HX-Request" in request.headers:
        return answer.go(request, _after(request, job.id, job.result))
    return answer.fragment(request, "settings/backup-job.html", job=job, after=HERE)


def _after(request: web.Request, job: str, result: Mapping[str, Any]) -> str:
    return f"{HERE}/restore/{result['candidate']}" if "candidate" in result else f"{HERE}?job={job}"


async def make(request: web.Request, view: View) -> web.Response:
    return await _started(request, view, view.make_backup())


async def verify(request: web.Request, view: View) -> web.Response:
    return await _started(request, view, view.verify_backup((await form_of(request)).get("backup", "")))


async def _started(request: web.Request, view: View, starting: Any) -> web.Response:
    try:
        job = await starting
    except (Conflict, NotFound) as error:
        return page(request, view, problem=str(error), status=409)
    return answer.go(request, f"{HERE}?job={job.id}")


async def key(request: web.Request, view: View) -> web.Response:
    """The recovery key: shown in this answer, and never again."""
    renew = (await form_of(request)).get("renew") == "yes"
    try:
        secret, sheet = await view.make_recovery_key(renew=renew)
    except Conflict as error:
        return page(request, view, problem=str(error), status=409)
    return answer.page(request, "settings/backup-key.html", secret=secret, sheet=sheet)


async def download(request: web.Request, view: View) -> web.StreamResponse:
    path = await view.backup_file((await form_of(request)).get("backup", ""))
    return await _sent(request, path)


async def keyring(request: web.Request, view: View) -> web.StreamResponse:
    return await _sent(request, await view.keyring_file())


async def _sent(request: web.Request, path: Path) -> web.StreamResponse:
    response = web.StreamResponse()
    response.content_type = "application/octet-stream"
    response.content_length = path.stat().st_size
    response.headers["Content-Disposition"] = f'attachment; filename="{path.name}"'
    await response.prepare(request)
    with path.open("rb") as file:
        while chunk := await asyncio.to_thread(file.read, _CHUNK):
            await response.write(chunk)
    await response.write_eof()
    return response


async def add_page(request: web.Request, view: View) -> web.Response:
    return _add(request, view, request.query.get("kind", ""))


async def add(request: web.Request, view: View) -> web.Response:
    """Try it; it is kept when it works."""
    form = await form_of(request)
    given: dict[str, Any] = {key: value for key, value in form.items() if value}
    given |= {"path_style": form.get("style") != "host", "verify": form.get("verify") == "on"}
    try:
        job = await view.try_target(given)
    except Conflict as error:
        return _add(request, view, form.get("kind", ""), given=form, problem=str(error), status=422)
    return answer.go(request, f"{HERE}?job={job.id}")


def _add(request: web.Request, view: View, kind: str, *, status: int = 200, **context: Any) -> web.Response:
    view.backups()
    given = {"given": {}, "problem": "", **context}
    kind = kind if kind in KINDS else ""
    return answer.page(request, "settings/backup-target.html", kind=kind, status=status, **given)


async def test(request: web.Request, view: View) -> web.Response:
    return await _started(request, view, view.test_target((await form_of(request)).get("target", "")))


async def remove(request: web.Request, view: View) -> web.Response:
    await view.remove_target((await form_of(request)).get("target", ""))
    return answer.done(request, HERE, "No further backups go there. What lies there stays.")


async def schedule(request: web.Request, view: View) -> web.Response:
    form = await form_of(request)
    hour = form.get("hour", "")
    fits = hour.isascii() and hour.isdigit() and int(hour) < 24
    await view.schedule_backups(on=form.get("on") == "on", hour=int(hour) if fits else None)
    return answer.done(request, HERE, "Saved.")


def page(request: web.Request, view: View, *, problem: str = "", status: int = 200) -> web.Response:
    state = view.backups()
    job = None
    wanted = request.query.get("job", "")
    if wanted:
        try:
            job = view.backup_job(wanted)
        except NotFound:
            job = None
    job = state.running or job
    names = {spec.id: spec.name for spec, _ in state.targets}
    newest = at(state.backups[0]["made_at"]) if state.backups else None
    return answer.page(
        request,
        "settings/backups.html",
        status=status,
        state=state,
        job=job,
        names=names,
        newest=newest,
        at=at,
        zone=ZoneInfo(view.household().time_zone),
        after=HERE,
        problem=problem,
    )


def at(text: str) -> datetime | None:
    """An instant of the notes; None for never."""
    return datetime.fromisoformat(text) if text else None


async def form_of(request: web.Request) -> dict[str, str]:
    return {key: str(value).strip() for key, value in (await request.post()).items()}


ROUTES = (
    PageRoute("GET", HERE, show),
    PageRoute("GET", f"{HERE}/jobs/{{job}}", work),
    PageRoute("POST", HERE, make),
    PageRoute("POST", f"{HERE}/verify", verify),
    PageRoute("POST", f"{HERE}/key", key),
    PageRoute("POST", f"{HERE}/download", download),
    PageRoute("POST", f"{HERE}/keyring", keyring),
    PageRoute("GET", f"{HERE}/targets/add", add_page),
    PageRoute("POST", f"{HERE}/targets/add", add),
    PageRoute("POST", f"{HERE}/targets/test", test),
    PageRoute("POST", f"{HERE}/targets/remove", remove),
    PageRoute("POST", f"{HERE}/schedule", schedule),
)
