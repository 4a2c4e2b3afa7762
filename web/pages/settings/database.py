"""Storage: how it is doing, and how long readings are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from hub.errors import BadReading
from web import answer
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import View


async def show(request: web.Request, view: View) -> web.Response:
    return await _page(request, view)


async def save(request: web.Request, view: View) -> web.Response:
    """Change how long one metric's (or all others') readings are kept."""
    form = {key: str(value).strip() for key, value in (await request.post()).items()}
    kept = await view.retention()
    before = dict(kept)
    try:
        metric = form.get("metric", "*") or "*"
        if metric != "*":
            view.metric(metric)
        if form.get("drop"):
            kept.pop(metric, None)
        else:
            kept[metric] = _days(form.get("days", ""))
        await view.save_retention(kept)
    except BadReading as error:
        return await _page(request, view, problem=str(error), status=422)
    changed = "kept as all others again" if form.get("drop") else "changed"
    name = "Retention" if metric == "*" else view.metric(metric).name
    return answer.done(request, "/settings/database", f"{name} is {changed}." if kept != before else "Nothing changed.")


async def _page(request: web.Request, view: View, *, problem: str = "", status: int = 200) -> web.Response:
    measured = {one.metric for one in view.entities() if one.metric}
    return answer.page(
        request,
        "settings/database.html",
        status=status,
        health=view.storage_health(),
        retention=await view.retention(),
        metrics={one.key: one.name for one in sorted(view.metrics(), key=lambda m: m.name) if one.key in measured},
        problem=problem,
    )


def _days(text: str) -> int | None:
    if not text:
        return None
    if not text.isdigit() or int(text) < 1:
        raise BadReading(f"{text!r} is not a number of days; leave it empty to keep readings for ever.")
    return int(text)


ROUTES = (PageRoute("GET", "/settings/database", show), PageRoute("POST", "/settings/database", save))
