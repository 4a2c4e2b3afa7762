"""An automation tried on the past: the page of one that is kept, and the panel that editors include."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from aiohttp import web

from hub.errors import BadReading, Conflict, HubError
from hub.view import AutomationInvalid, BacktestWish
from web import answer
from web.backtests import SPANS, Asked, asked_of, shown, wish_of
from web.display import Display
from web.keys import CLOCK
from web.pages.automations.absent import plainly
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import BacktestJob, View

JOBS = "/automations/backtests"


async def page(request: web.Request, view: View) -> web.Response:
    """`/automations/{key}/backtest`: begins by itself, over the last 30 days."""
    one = view.automation(request.match_info["key"])
    asked = asked_of({**request.query, "automation": one.key})
    return answer.page(
        request, "backtests/page.html", automation=one, asked=asked, spans=SPANS,
        knobs=view.knobs(BacktestWish(automation=one.key)), job=None, result=None, flaws=(), problem="", absent=[],
    )  # fmt: skip


async def start(request: web.Request, view: View) -> web.StreamResponse:
    """The panel: `automation` or `body` (YAML), `days` or `from` and `to`, `what` and `values`."""
    form = await request.post()
    flaws: Any = ()
    problem = ""
    job = None
    asked = Asked(str(form.get("automation", "")), str(form.get("body", "")))
    try:
        asked = asked_of({name: form.get(name) for name in form})
        job = await view.start_backtest(wish_of(asked, _zone(view), request.app[CLOCK].now()))
    except AutomationInvalid as error:
        flaws = error.flaws
    except (BadReading, Conflict) as error:
        problem = str(error)
    if "HX-Request" not in request.headers and job is not None:
        return answer.go(request, f"{JOBS}/{job.id}")
    return await _answer(request, view, job, asked, flaws=flaws, problem=problem)


async def look(request: web.Request, view: View) -> web.Response:
    """How far it is, or what it found."""
    try:
        job = view.backtest(request.match_info["job"])
        while job.superseded:
            job = view.backtest(job.superseded)
    except HubError as error:
        return await _answer(request, view, None, Asked(), problem=str(error))
    return await _answer(request, view, job, Asked(job.key))


async def cancel(request: web.Request, view: View) -> web.StreamResponse:
    job = view.cancel_backtest(request.match_info["job"])
    if "HX-Request" in request.headers:
        return await _answer(request, view, job, Asked(job.key))
    return answer.go(request, f"/automations/{quote(job.key)}/backtest" if job.key else "/automations")


async def _answer(
    request: web.Request,
    view: View,
    job: BacktestJob | None,
    asked: Asked,
    *,
    flaws: Any = (),
    problem: str = "",
) -> web.Response:
    result = await shown(view, job) if job is not None and job.state == "done" else None
    gone = plainly(job.notes) if job is not None else []
    given = {"job": job, "asked": asked, "result": result, "flaws": flaws, "problem": problem, "absent": gone}
    if "HX-Request" in request.headers:
        return answer.fragment(request, "backtests/job.html", **given)
    return answer.page(request, "backtests/alone.html", **given)


def _zone(view: View) -> Any:
    return Display(view, "household").zone


ROUTES = (
    PageRoute("POST", "/automations/backtest", start),
    PageRoute("GET", f"{JOBS}/{{job}}", look),
    PageRoute("POST", f"{JOBS}/{{job}}/cancel", cancel),
    PageRoute("GET", "/automations/{key}/backtest", page),
)
