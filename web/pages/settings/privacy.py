"""Privacy: take everything of somebody along, erase it, and take an erasure back."""

from __future__ import annotations

import asyncio
import uuid
from datetime import datetime, time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from aiohttp import web

from hub.errors import BadReading, Conflict, NotFound
from hub.model import HOUSEHOLD, Verb
from web import answer
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import View

HERE = "/settings/privacy"
_CHUNK = 1 << 18


async def show(request: web.Request, view: View) -> web.Response:
    return _page(request, view)


async def export(request: web.Request, view: View) -> web.StreamResponse:
    """The archive as a download; nothing of it stays on the hub."""
    whose = str((await request.post()).get("person", ""))
    path = view.export_folder() / f"{uuid.uuid4().hex}.zip"
    try:
        await view.export_archive(path, whose or None)
        response = web.StreamResponse()
        response.content_type = "application/zip"
        response.content_length = path.stat().st_size
        response.headers["Content-Disposition"] = f'attachment; filename="homeostat-{whose or "everybody"}.zip"'
        response.headers["Cache-Control"] = "no-store"
        await response.prepare(request)
        with path.open("rb") as file:
            while chunk := await asyncio.to_thread(file.read, _CHUNK):
                await response.write(chunk)
        await response.write_eof()
        return response
    finally:
        path.unlink(missing_ok=True)


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


def _page(request: web.Request, view: View, *, status: int = 200, **context: Any) -> web.Response:
    manage = view.allowed(Verb.MANAGE, HOUSEHOLD)
    given = {"found": None, "problem": "", "given": {}, **context}
    return answer.page(
        request,
        "settings/privacy.html",
        status=status,
        may_manage=manage,
        waiting=[view.erasure_shown(one) for one in view.erasures()] if manage else [],
        takes=[one for one in view.people() if view.allowed(Verb.VIEW, one.slug)],
        sources=sorted({one.entry for one in view.entities()} | {one.source for one in view.entities()} - {""}),
        names={one.key: one.name for one in view.metrics()},
        **given,
    )


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
    PageRoute("POST", f"{HERE}/export", export),
    PageRoute("POST", f"{HERE}/preview", preview),
    PageRoute("POST", f"{HERE}/erase", erase),
    PageRoute("POST", f"{HERE}/cancel", cancel),
)
