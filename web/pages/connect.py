"""Connecting a phone, or whatever else is pointed at the hub: the app, what to do in it, codes, and the first data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web
from yarl import URL

from hub.errors import NotFound
from hub.model import HOUSEHOLD, ConfigEntry, Verb
from web import answer, codes, whereabouts
from web.keys import CLOCK
from web.routing import PageRoute
from web.whereabouts import Whereabouts

if TYPE_CHECKING:
    from hub.api import ActionSpec
    from hub.view import View

WRONG = "An address looks like http://192.168.1.20:8480."


async def index(request: web.Request, view: View) -> web.Response:
    """What to do in the app chosen, with everything to scan or copy."""
    found = view.entry(request.match_info["entry"])
    spec = action(view, found)
    if spec is None:
        raise NotFound(f"{found.title} has nothing to connect")
    place, problem = await _place(request)
    told = await view.call(spec.name, {"entry": found.id, "base_url": place.base})
    apps = [one for one in told.get("apps", ()) if isinstance(one, Mapping)]
    if not apps:
        raise NotFound(f"{found.title} has nothing to connect")
    chosen = next((one for one in apps if one.get("app") == request.query.get("app")), apps[0])
    return answer.page(
        request,
        "integrations/connect.html",
        entry=found,
        place=place,
        problem=problem,
        asked_base=request.query.get("base_url", "").strip(),
        apps=apps,
        chosen=chosen,
        codes=codes.drawn(chosen),
        copied=_copied(chosen, told),
        whose=view.person(found.person) if found.person not in ("", HOUSEHOLD) else None,
        **_heard(request, view, found),
        status=422 if problem else 200,
    )


async def heard(request: web.Request, view: View) -> web.Response:
    """Whether something has arrived, asked for again while the page is open."""
    found = view.entry(request.match_info["entry"])
    return answer.fragment(request, "integrations/heard.html", entry=found, **_heard(request, view, found))


def action(view: View, entry: ConfigEntry) -> ActionSpec | None:
    """The integration's own `setup` action, where it has one that needs to know the hub's address."""
    if not view.allowed(Verb.MANAGE, HOUSEHOLD):
        return None
    spec = next((one for one in view.actions() if one.name == f"{entry.domain}.setup"), None)
    return spec if spec is not None and "base_url" in spec.parameters.model_fields else None


async def _place(request: web.Request) -> tuple[Whereabouts, str]:
    """The hub's address as typed, else as found, and what is wrong with what was typed."""
    found = await whereabouts.of(request)
    typed = request.query.get("base_url", "").strip().rstrip("/")
    if not typed:
        return found, ""
    try:
        given = URL(typed if "://" in typed else f"http://{typed}")
    except ValueError:
        return found, WRONG
    if given.scheme not in ("http", "https") or not given.host:
        return found, WRONG
    return Whereabouts(str(given).rstrip("/"), reachable=str(given.origin()) != found.base or found.reachable), ""


def _copied(app: Mapping[str, Any], told: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What has to be typed or pasted into the app: its own fields, else address and secret."""
    fields = app.get("fields")
    if isinstance(fields, Mapping):
        return [(str(name), str(text)) for name, text in fields.items()]
    return [(name.capitalize(), str(told[name])) for name in ("address", "header", "secret") if told.get(name)]


def _heard(request: web.Request, view: View, entry: ConfigEntry) -> dict[str, Any]:
    """What came from this entry so far."""
    brought = [(one, state) for one, state in view.states() if one.entry == entry.id]
    taken = [state.taken_at for _, state in brought if state is not None and state.taken_at is not None]
    newest: datetime | None = max(taken, default=None)
    refused = [text for _, level, text in view.entry_log(entry.id) if level in ("warning", "error")]
    return {
        "doing": view.entry_status(entry.id),
        "brought": len(brought),
        "names": sorted({one.name for one, _ in brought}),
        "newest": newest,
        "last_trouble": refused[-1] if refused else "",
        "now": request.app[CLOCK].now(),
    }


ROUTES = (
    PageRoute("GET", "/integrations/{entry}/connect", index),
    PageRoute("GET", "/integrations/{entry}/heard", heard),
)
