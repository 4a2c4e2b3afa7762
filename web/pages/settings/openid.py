"""Signing in by another server: which one, and whom of those it knows the owner lets in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from hub.errors import Conflict, Forbidden, NotReady, StepUpNeeded
from web import answer, rights
from web.pages.openid import BACK
from web.routing import PageRoute

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.view import View

PLACE = "/settings/openid"
PLAIN = ("issuer", "client_id", "label", "scopes", "origins", "groups_claim")


async def show(request: web.Request, view: View) -> web.Response:
    return _page(request, view, _filled(view.openid_settings()))


async def save(request: web.Request, view: View) -> web.Response:
    view.openid_settings()  # for the owner only: what follows says "Saved" also of a server that is not there yet
    form = {key: str(value).strip() for key, value in (await request.post()).items()}
    given: dict[str, Any] = {key: form[key] for key in PLAIN if form.get(key)}
    try:
        given["admit"] = _admissions(form.get("admit", ""))
        if form.get("client_secret"):
            given["client_secret"] = form["client_secret"]
        said = await view.set_openid(given)
    except StepUpNeeded:
        raise
    except Conflict as error:
        return _page(request, view, form, problem=str(error), status=422)
    except (NotReady, Forbidden) as error:
        # It is kept: the server may come up later.
        return answer.done(request, PLACE, f"Saved, but not yet working: {error}.")
    return answer.done(request, PLACE, f"Saved. {said}")


async def check(request: web.Request, view: View) -> web.Response:
    view.openid_settings()
    try:
        return answer.done(request, PLACE, await view.check_openid())
    except StepUpNeeded:
        raise
    except (NotReady, Forbidden) as error:
        return answer.done(request, PLACE, f"Not working: {error}.")


async def remove(request: web.Request, view: View) -> web.Response:
    await view.remove_openid()
    return answer.done(request, PLACE, "Removed. Everyone signs in with what they have here.")


def _admissions(text: str) -> list[dict[str, Any]]:
    """Lines such as `ben@example.org adult ben` and `group:family family`. Raises Conflict."""
    found = []
    for line in text.splitlines():
        words = line.replace("=", " ").replace(",", " ").split()
        if not words:
            continue
        who, role, *person = words if len(words) > 1 else (words[0], "")
        if role not in [one.value for one, _, _ in rights.ROLES] or len(person) > 1:
            raise Conflict(f"{line.strip()[:80]!r} is not an address or group:NAME with a role, and perhaps a person")
        key, value = ("group", who.removeprefix("group:")) if who.startswith("group:") else ("email", who)
        found.append({key: value, "role": role, **({"person": person[0]} if person else {})})
    return found


def _filled(settings: Mapping[str, Any] | None) -> dict[str, str]:
    if settings is None:
        return {"scopes": "openid profile email", "groups_claim": "groups"}
    filled = {key: settings[key] if isinstance(settings[key], str) else " ".join(settings[key]) for key in PLAIN}
    lines = [
        " ".join(filter(None, (one["email"] or f"group:{one['group']}", one["role"], one["person"])))
        for one in settings["admit"]
    ]
    return {**filled, "admit": "\n".join(lines)}


def _page(
    request: web.Request, view: View, typed: Mapping[str, str], *, problem: str = "", status: int = 200
) -> web.Response:
    settings = view.openid_settings()
    return answer.page(
        request,
        "settings/openid.html",
        status=status,
        settings=settings,
        typed=typed,
        problem=problem or view.openid_problem(),
        back=f"{request.scheme}://{request.host}{BACK}",
        identities=view.identities("*"),
        roles=rights.ROLES,
    )


ROUTES = (
    PageRoute("GET", PLACE, show),
    PageRoute("POST", PLACE, save),
    PageRoute("POST", f"{PLACE}/check", check),
    PageRoute("POST", f"{PLACE}/remove", remove),
)
