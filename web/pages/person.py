"""A person (or the house): what matters now, and everything that is measured, by family."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from hub.model import HOUSEHOLD, Verb
from web import answer, rights
from web.keys import CLOCK, MEMORY
from web.routing import PageRoute
from web.today.build import card
from web.today.families import groups

if TYPE_CHECKING:
    from hub.view import View


async def show(request: web.Request, view: View) -> web.Response:
    slug, now = request.match_info["person"], request.app[CLOCK].now()
    person = view.person(slug) if slug != HOUSEHOLD else None
    found, families = await groups(view, slug, now, request.app[MEMORY])
    return answer.page(
        request,
        "person/page.html",
        slug=slug,
        person=person,
        card=await card(view, slug, now, request.app[MEMORY]),
        groups=families,
        zone=found.zone,
        may_record=view.allowed(Verb.RECORD, slug),
        seen_by=rights.names_of(rights.audience(view, slug, now)),
        may_manage=view.allowed(Verb.MANAGE, HOUSEHOLD),
    )


ROUTES = (PageRoute("GET", "/people/{person}", show),)
