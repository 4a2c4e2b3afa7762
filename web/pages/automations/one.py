"""One automation: what it does in words, what set it off and what came of it; and the few things done to it at once."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aiohttp import web

from hub.errors import NotFound
from hub.view import as_yaml, names_of, tell
from web import answer, words
from web.display import Display
from web.keys import CLOCK
from web.pages.automations.listing import Look, account_name
from web.pages.automations.telling import OUTCOMES, cause_of, facts_of, id_of, lasting, path_of, row_of
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import Flaw, Kept, Trace, View

ROWS = 60


async def show(request: web.Request, view: View) -> web.Response:
    one = view.automation(request.match_info["key"])
    look = Look(view)
    told = tell(one.automation, look.names) if one.automation is not None else None
    file = f"automations/{one.source.partition(':')[2]}.yaml" if not one.editable else ""
    return answer.page(
        request,
        "automations/one.html",
        one=one,
        item=look.item(one),
        file=file,
        flaws=[_flaw(flaw, file) for flaw in one.flaws],
        told=told,
        text=as_yaml(one.body),
        versions=len(await view.automation_versions(one.key)) if one.editable else 1,
        changed_by=account_name(view, one.changed_by),
        **await _timeline(request, view, one),
    )


def _flaw(flaw: Flaw, file: str) -> tuple[str, str]:
    """What is wrong; then where, and how to mend it."""
    where = str(flaw).partition(f": {flaw.message}")[0]
    where = where.removesuffix("the whole").removesuffix(", ")
    place = ", ".join(one for one in (file, where) if one)
    place = f"In {place}." if file else f"At {place}." if place else ""
    return f"It can’t run: {flaw.message}", f"{place} {flaw.hint}".strip()


async def timeline(request: web.Request, view: View) -> web.Response:
    one = view.automation(request.match_info["key"])
    return answer.fragment(request, "automations/timeline.html", one=one, **await _timeline(request, view, one))


async def _timeline(request: web.Request, view: View, one: Kept) -> dict[str, Any]:
    """Runs, and triggers that led to none, by day; the newest first."""
    names, zone, now = names_of(view), Display(view).zone, request.app[CLOCK].now()
    told = tell(one.automation, names) if one.automation is not None else None
    asked = request.query.get("show", "")
    rows = [row_of(trace, told) for trace in await view.automation_traces(one.key, ROWS)]
    shown = [row for row in rows if not asked or row.ran is (asked == "runs")]
    days: list[tuple[str, list[Any]]] = []
    for row in shown:
        day = words.day(row.at, zone, now)
        if not days or days[-1][0] != day:
            days.append((day, []))
        days[-1][1].append(row)
    return {"days": days, "zone": zone, "asked_show": asked, "ran": sum(row.ran for row in rows), "seen": len(rows)}


async def run_page(request: web.Request, view: View) -> web.Response:
    """The path of one run, or why a trigger led to none; `?part=1`: only that, to be looked at again."""
    one = view.automation(request.match_info["key"])
    trace = await _trace(request, view, one)
    names = names_of(view)
    told = tell(one.automation, names) if one.automation is not None else None
    conditions, actions = path_of(trace, told) if told is not None else ([], [])
    reached = {step.path for step in trace.steps}
    known = {line.line.path for line in (*conditions, *actions)}
    given: dict[str, Any] = {
        "one": one,
        "trace": trace,
        "row": (row := row_of(trace, told)),
        "took": lasting(row.took) if row.took is not None else "",
        "cause": cause_of(trace, told),
        "outcome": OUTCOMES[trace.outcome.value],
        "conditions": conditions,
        "actions": actions,
        "facts": facts_of(trace, names),
        "other": bool({path.split("/")[0] + "/" + path.split("/")[1] for path in reached if "/" in path} - known),
        "zone": Display(view).zone,
    }
    if request.query.get("part"):
        return answer.fragment(request, "automations/path.html", **given)
    return answer.page(request, "automations/run.html", **given)


async def _trace(request: web.Request, view: View, one: Kept) -> Trace:
    wanted = request.match_info["run"]
    for trace in await view.automation_traces(one.key, 200):
        if wanted in (id_of(trace), trace.run):
            return trace
    raise NotFound(f"there is no run {wanted!r} of {one.name} any more; the newest ones are kept")


# What is done at once


async def enable(request: web.Request, view: View) -> web.Response:
    form = await request.post()
    on = form.get("on") == "1"
    one = await view.enable_automation(request.match_info["key"], on)
    said = f"{one.name} is {'on' if on else 'off'}."
    return answer.done(request, _back(form, one.key), said, undo=f"/automations/{one.key}/{'off' if on else 'on'}")


async def turn_on(request: web.Request, view: View) -> web.Response:
    one = await view.enable_automation(request.match_info["key"], True)
    return answer.done(request, f"/automations/{one.key}", f"{one.name} is on.")


async def turn_off(request: web.Request, view: View) -> web.Response:
    one = await view.enable_automation(request.match_info["key"], False)
    return answer.done(request, f"/automations/{one.key}", f"{one.name} is off.")


async def run_now(request: web.Request, view: View) -> web.Response:
    form = await request.post()
    key, conditions = request.match_info["key"], form.get("conditions") == "1"
    await view.run_automation(key, conditions=conditions)
    return answer.done(
        request, f"/automations/{key}", "It runs now." if not conditions else "It runs if its conditions are met."
    )


async def duplicate(request: web.Request, view: View) -> web.Response:
    """A copy, switched off, that opens in the editor."""
    one = view.automation(request.match_info["key"])
    body = {key: value for key, value in one.body.items() if key != "id"}
    made = await view.add_automation({**body, "alias": f"{one.name} (copy)"}, enabled=False)
    where = "inputs" if one.blueprint else "edit"
    return answer.done(
        request, f"/automations/{made.key}/{where}", "Here is the copy; it is switched off.",
        undo=f"/automations/{made.key}/remove",
    )  # fmt: skip


async def remove(request: web.Request, view: View) -> web.Response:
    one = await view.remove_automation(request.match_info["key"])
    return answer.done(
        request,
        "/automations",
        f"{one.name} was removed.",
        undo=f"/automations/{one.key}/versions/{one.version - 1}/restore",
    )


# Versions


async def versions(request: web.Request, view: View) -> web.Response:
    """Each with what it changed."""
    found = await view.automation_versions(request.match_info["key"])
    rows = []
    for index, one in enumerate(found):
        before = as_yaml(found[index - 1].body) if index else ""
        rows.append(
            {
                "one": one,
                "by": account_name(view, one.changed_by),
                "diff": diff_of(before, as_yaml(one.body)) if index else [],
                "now": index == len(found) - 1,
                "said": one.note or _change_of(found[index - 1] if index else None, one),
            }
        )
    return answer.page(request, "automations/versions.html", one=found[-1], rows=rows[::-1], zone=Display(view).zone)


def _change_of(before: Kept | None, now: Kept) -> str:
    if before is None:
        return "made"
    if now.removed:
        return "removed"
    if before.removed:
        return "brought back"
    if before.body == now.body:
        return "switched on" if now.enabled else "switched off"
    return "changed"


def diff_of(before: str, after: str) -> list[tuple[str, str]]:
    """Lines with `+`, `-`, ` ` or `…` before them."""
    found: list[tuple[str, str]] = []
    for line in difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2):
        if line.startswith(("---", "+++")):
            continue
        if line.startswith("@@"):
            if found:
                found.append(("…", ""))
            continue
        found.append((line[0], line[1:]))
    return found


async def restore(request: web.Request, view: View) -> web.Response:
    key = request.match_info["key"]
    try:
        version = int(request.match_info["version"])
    except ValueError:
        raise NotFound("a version is a number") from None
    try:
        before = view.automation(key).version
    except NotFound:
        before = 0
    one = await view.restore_automation(key, version)
    said = f"{one.name} is back." if not before else f"{one.name} is as it was in version {version}."
    undo = f"/automations/{key}/versions/{before}/restore" if before else ""
    return answer.done(request, f"/automations/{key}", said, undo=undo)


def _back(form: Mapping[str, Any], key: str) -> str:
    wish = str(form.get("back", ""))
    return (
        wish if wish == "/automations" or wish.startswith(("/automations?", "/automations/")) else f"/automations/{key}"
    )


ROUTES = (
    PageRoute("GET", "/automations/{key}", show),
    PageRoute("GET", "/automations/{key}/timeline", timeline),
    PageRoute("GET", "/automations/{key}/runs/{run}", run_page),
    PageRoute("POST", "/automations/{key}/enable", enable),
    PageRoute("POST", "/automations/{key}/on", turn_on),
    PageRoute("POST", "/automations/{key}/off", turn_off),
    PageRoute("POST", "/automations/{key}/run", run_now),
    PageRoute("POST", "/automations/{key}/duplicate", duplicate),
    PageRoute("POST", "/automations/{key}/remove", remove),
    PageRoute("GET", "/automations/{key}/versions", versions),
    PageRoute("POST", "/automations/{key}/versions/{version}/restore", restore),
)
