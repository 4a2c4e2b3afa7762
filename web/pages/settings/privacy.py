"""Privacy: take everything of somebody along, bring it in, erase it, and take an erasure back."""

from __future__ import annotations

import asyncio
from datetime import datetime, time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from aiohttp import web

from hub.errors import BadReading, Conflict, NotFound
from hub.model import HOUSEHOLD, Verb
from web import answer
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import Job, View

HERE = "/settings/privacy"
_CHUNK = 1 << 18
PATIENCE = 1.5
"""Seconds to wait for a small archive, so that one click is enough."""


async def show(request: web.Request, view: View) -> web.Response:
    return _page(request, view)


async def export(request: web.Request, view: View) -> web.StreamResponse:
    """A small archive comes at once; a large one is made while the page goes on."""
    whose = (await _form(request)).get("person", "")
    try:
        job = await view.ask_export(whose or None)
    except Conflict as error:
        return _page(request, view, problem=str(error), status=422)
    for _ in range(int(PATIENCE / 0.05)):
        if not (job := view.export(job.id)).busy:
            break
        await view.clock.sleep(0.05)
    if job.state == "ready":
        return await _at_once(request, view, job)
    return answer.done(request, HERE, "The file is being put together. You can go on meanwhile.")


async def fetch(request: web.Request, view: View) -> web.StreamResponse:
    return await _sent(request, view, view.export(request.match_info["id"]))


async def drop_export(request: web.Request, view: View) -> web.Response:
    await view.remove_export((await _form(request)).get("export", ""))
    return answer.done(request, HERE, "The file is removed.")


async def drop_import(request: web.Request, view: View) -> web.Response:
    await view.remove_import((await _form(request)).get("import", ""))
    return answer.done(request, HERE, "The file is removed. What has come in stays.")


async def bring(request: web.Request, view: View) -> web.Response:
    form = await _form(request)
    try:
        await view.bring_archive(form.get("import", ""), form.get("person_as") or None)
    except Conflict as error:
        return _page(request, view, problem=str(error), status=422)
    return answer.done(request, HERE, "It is coming in. You can go on meanwhile.")


async def files(request: web.Request, view: View) -> web.Response:
    """How far files are, asked for again and again while work goes on."""
    return answer.fragment(request, "settings/privacy_files.html", **_files(view))


async def preview(request: web.Request, view: View) -> web.Response:
    """What would go, to be confirmed."""
    form = await _form(request)
    try:
        found = await view.preview_erasure(**_wished(form, view))
    except (BadReading, NotFound) as error:
        return _page(request, view, problem=str(error), given=form, status=422)
    return _page(request, view, found=view.erasure_shown(found), given=form)


async def erase(request: web.Request, view: View) -> web.Response:
    form = await _form(request)
    try:
        await view.erase(await view.preview_erasure(**_wished(form, view)))
    except (BadReading, NotFound, Conflict) as error:
        return _page(request, view, problem=str(error), given=form, status=422)
    return answer.done(request, HERE, "It is hidden from everybody but you, and erased in seven days.")


async def cancel(request: web.Request, view: View) -> web.Response:
    await view.cancel_erasure((await _form(request)).get("erasure", ""))
    return answer.done(request, HERE, "It stays, and everybody sees it as before.")


async def _at_once(request: web.Request, view: View, job: Job) -> web.StreamResponse:
    """Nothing of it stays on the hub."""
    path = view.export_file(job.id)
    await view.export_fetched(job.id)
    response = web.StreamResponse(headers=_headers(job))
    response.content_length = path.stat().st_size
    try:
        await response.prepare(request)
        with path.open("rb") as file:
            while chunk := await asyncio.to_thread(file.read, _CHUNK):
                await response.write(chunk)
        await response.write_eof()
        return response
    finally:
        await view.remove_export(job.id)


async def _sent(request: web.Request, view: View, job: Job) -> web.StreamResponse:
    path = view.export_file(job.id)
    await view.export_fetched(job.id)
    return web.FileResponse(path, headers=_headers(job))


def _headers(job: Job) -> dict[str, str]:
    name = f'attachment; filename="homeostat-{job.person or "everybody"}.zip"'
    return {"Content-Type": "application/zip", "Content-Disposition": name, "Cache-Control": "no-store"}


def _page(request: web.Request, view: View, *, status: int = 200, **context: Any) -> web.Response:
    manage = view.allowed(Verb.MANAGE, HOUSEHOLD)
    given = {"found": None, "problem": "", "given": {}, **context}
    takes = view.takes()
    return answer.page(
        request,
        "settings/privacy.html",
        status=status,
        waiting=[view.erasure_shown(one) for one in view.erasures()] if manage else [],
        takes=[one for one in view.people() if one.slug in takes],
        sources=sorted({one.entry for one in view.entities()} | {one.source for one in view.entities()} - {""}),
        names={one.key: one.name for one in view.metrics()},
        **_files(view),
        **given,
    )


def _files(view: View) -> dict[str, Any]:
    manage = view.allowed(Verb.MANAGE, HOUSEHOLD)
    exports, imports = view.exports(), view.imports() if manage else []
    busy = any(one.busy for one in (*exports, *imports))
    return {"may_manage": manage, "exports": exports, "imports": imports, "busy": busy}


async def _form(request: web.Request) -> dict[str, str]:
    return {key: str(value).strip() for key, value in (await request.post()).items()}


def _wished(form: dict[str, str], view: View) -> dict[str, Any]:
    """Raises BadReading for a date that is none."""
    kind, _, name = form.get("what", "").partition(":")
    if kind not in ("person", "source") or not name:
        raise BadReading("Choose what is to be erased.")
    zone = ZoneInfo(view.household().time_zone)

    def instant(key: str) -> datetime | None:
        text = form.get(key, "")
        try:
            return datetime.combine(datetime.fromisoformat(text).date(), time(), zone) if text else None
        except ValueError:
            raise BadReading(f"{text!r} is not a date; write it as 2026-11-20.") from None

    return {kind: name, "start": instant("start"), "end": instant("end")}


ROUTES = (
    PageRoute("GET", HERE, show),
    PageRoute("GET", f"{HERE}/files", files),
    PageRoute("POST", f"{HERE}/export", export),
    PageRoute("GET", f"{HERE}/exports/{{id}}", fetch),
    PageRoute("POST", f"{HERE}/exports/remove", drop_export),
    PageRoute("POST", f"{HERE}/imports/bring", bring),
    PageRoute("POST", f"{HERE}/imports/remove", drop_import),
    PageRoute("POST", f"{HERE}/preview", preview),
    PageRoute("POST", f"{HERE}/erase", erase),
    PageRoute("POST", f"{HERE}/cancel", cancel),
)
