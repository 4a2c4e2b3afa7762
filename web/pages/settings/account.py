"""The account that is signed in, and the others of the house."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from hub.errors import Conflict, Forbidden
from hub.model import HOUSEHOLD, Role, Verb
from web import answer
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import View

ROLES: tuple[tuple[Role, str], ...] = (
    (Role.ADULT, "Adult: own data and the household's"),
    (Role.FAMILY, "Family: their own data, and a look at the household's"),
    (Role.OWNER, "Owner: everything"),
)


async def show(request: web.Request, view: View) -> web.Response:
    return _page(request, view)


async def password(request: web.Request, view: View) -> web.Response:
    form = {key: str(value) for key, value in (await request.post()).items()}
    try:
        await view.change_password(form.get("old", ""), form.get("new", ""))
    except (Conflict, Forbidden) as error:
        word = "The old password is not right." if isinstance(error, Forbidden) else f"{error}."
        return _page(request, view, problem=word, status=422)
    return answer.done(request, "/settings/account", "Your password is changed.")


async def add(request: web.Request, view: View) -> web.Response:
    form = {key: str(value).strip() for key, value in (await request.post()).items()}
    try:
        role = Role(form.get("role", Role.ADULT))
        made = await view.add_account(
            form.get("name", ""), form.get("password", ""), role=role, person=form.get("person") or None
        )
    except (Conflict, ValueError) as error:
        return _page(request, view, other=str(error), status=422)
    return answer.done(request, "/settings/account", f"{made.display_name} can sign in now.")


def _page(request: web.Request, view: View, *, problem: str = "", other: str = "", status: int = 200) -> web.Response:
    manage = view.allowed(Verb.MANAGE, HOUSEHOLD)
    return answer.page(
        request,
        "settings/account.html",
        status=status,
        problem=problem,
        other=other,
        accounts=view.accounts() if manage else [],
        roles=ROLES,
        may_manage=manage,
    )


ROUTES = (
    PageRoute("GET", "/settings/account", show),
    PageRoute("POST", "/settings/account/password", password),
    PageRoute("POST", "/settings/account/add", add),
)
