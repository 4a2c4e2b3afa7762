"""How long everything is kept: what a rule would take, shown before it is made, and taken back for a week."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from hub.errors import BadReading, NotFound
from web import answer
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import View

HERE = "/settings/retention"


async def show(request: web.Request, view: View) -> web.Response:
    return await _page(request, view)


async def preview(request: web.Request, view: View) -> web.Response:
    """What would go by the rule that is wished."""
    form = await _form(request)
    try:
        key, days = form.get("key", "*"), _days(form.get("days", ""))
        going = await view.preview_retention({key: days})
    except (BadReading, NotFound) as error:
        return await _page(request, view, problem=str(error), given=form, status=422)
    mine = [one for one in going if key in ("*", one.key)]
    return await _page(request, view, wished=(key, days), would=mine, given=form)


async def save(request: web.Request, view: View) -> web.Response:
    form = await _form(request)
    key = form.get("key", "*")
    try:
        if form.get("drop"):
            rule = await view.set_retention(key, None, own=False)
        else:
            rule = await view.set_retention(key, _days(form.get("days", "")))
    except (BadReading, NotFound) as error:
        return await _page(request, view, problem=str(error), given=form, status=422)
    when = "from a week on; until then you can undo it" if rule.next_us is not None else "from now on"
    return answer.done(request, HERE, f"It holds {when}.")


async def undo(request: web.Request, view: View) -> web.Response:
    await view.undo_retention((await _form(request)).get("key", ""))
    return answer.done(request, HERE, "It stays as it was.")


async def _page(request: web.Request, view: View, *, status: int = 200, **context: Any) -> web.Response:
    measured = {one.metric for one in view.entities() if one.metric}
    metrics = {one.key: one.name for one in sorted(view.metrics(), key=lambda one: one.name) if one.key in measured}
    kinds = {f"journal:{one.key}": one.name for one in sorted(view.journal_kinds(), key=lambda one: one.name)}
    given = {"problem": "", "given": {}, "wished": None, "would": [], **context}
    return answer.page(
        request,
        "settings/retention.html",
        status=status,
        rules=await view.retention(),
        going=await view.preview_retention(),
        metrics=metrics,
        kinds=kinds,
        names={one.key: one.name for one in view.metrics()},
        **given,
    )


async def _form(request: web.Request) -> dict[str, str]:
    return {key: str(value).strip() for key, value in (await request.post()).items()}


def _days(text: str) -> int | None:
    if not text:
        return None
    if not text.isdigit() or not 1 <= int(text) <= 36_500:
        raise BadReading(f"{text[:20]!r} is not a number of days; leave it empty to keep it for ever.")
    return int(text)


ROUTES = (
    PageRoute("GET", HERE, show),
    PageRoute("POST", f"{HERE}/preview", preview),
    PageRoute("POST", HERE, save),
    PageRoute("POST", f"{HERE}/undo", undo),
)
