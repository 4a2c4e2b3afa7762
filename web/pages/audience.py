"""Who sees a person, or a metric, a kind of entry or an entity of theirs: told to them and to the owner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from hub.errors import NotFound
from hub.model import HOUSEHOLD
from web import answer, rights
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import View


async def show(request: web.Request, view: View) -> web.Response:
    slug = request.match_info["person"]
    person = view.person(slug) if slug != HOUSEHOLD else None
    subject, name, back = _subject(request, view, slug)
    # Asked for once more: it is the view that refuses.
    view.who_sees(slug, subject)
    account = view.account
    return answer.page(
        request,
        "person/who-sees.html",
        slug=slug,
        person=person,
        what=name,
        home=back,
        mine=account is not None and account.person == slug,
        seen=rights.audience(view, slug, view.clock.now(), subject),
    )


def _subject(request: web.Request, view: View, slug: str) -> tuple[str | None, str, str]:
    """What rights call it, what people call it, and its page. Raises NotFound."""
    if key := request.query.get("metric", ""):
        return key, view.metric(key).name, f"/people/{slug}/{key}"
    if key := request.query.get("kind", ""):
        kind = next((one for one in view.journal_kinds() if one.key == key), None)
        if kind is None:
            raise NotFound(f"there is no kind of entry called {key!r}")
        return f"journal:{key}", kind.name, f"/journal?person={slug}&kind={key}"
    if key := request.query.get("entity", ""):
        entity = view.entity(key)
        return entity.metric or entity.id, entity.name, f"/entities/{entity.id}"
    return None, "", f"/people/{slug}"


ROUTES = (PageRoute("GET", "/people/{person}/who-sees", show),)
