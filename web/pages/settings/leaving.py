"""What leaves this house, what comes in, and the no to each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from hub.model import HOUSEHOLD, Verb
from web import answer
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import View

HERE = "/settings/leaving"


async def show(request: web.Request, view: View) -> web.Response:
    flows = await view.flows()
    return answer.page(
        request,
        "settings/leaving.html",
        leaving=flows.leaving,
        coming=flows.coming,
        readers=flows.readers,
        services=flows.services,
        may_manage=view.allowed(Verb.MANAGE, HOUSEHOLD),
    )


async def say(request: web.Request, view: View) -> web.Response:
    form = {key: str(value) for key, value in (await request.post()).items()}
    agreed = form.get("agreed") == "yes"
    direction = "in" if form.get("direction") == "in" else "out"
    await view.consent(form.get("entry", ""), direction, form.get("person", ""), agreed=agreed)
    return answer.done(request, HERE, "It goes on." if agreed else "It has stopped.")


ROUTES = (PageRoute("GET", HERE, show), PageRoute("POST", HERE, say))
