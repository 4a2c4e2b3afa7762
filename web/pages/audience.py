"""Who sees a person, or one metric of theirs: told to them and to the owner, with a way to withdraw it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from hub.model import HOUSEHOLD
from web import answer, rights
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import View


async def show(request: web.Request, view: View) -> web.Response:
    slug = request.match_info["person"]
    person = view.person(slug) if slug != HOUSEHOLD else None
    key = request.query.get("metric", "")
    metric = view.metric(key) if key else None
    # Asked for once more: it is the view that refuses.
    view.who_sees(slug, metric.key if metric else None)
    account = view.account
    return answer.page(
        request,
        "person/who-sees.html",
        slug=slug,
        person=person,
        metric=metric,
        mine=account is not None and account.person == slug,
        seen=rights.audience(view, slug, view.clock.now(), metric.key if metric else None),
    )


ROUTES = (PageRoute("GET", "/people/{person}/who-sees", show),)
