"""API tokens: make one for an app, see when it was last used, revoke it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from hub.errors import HubError
from hub.model import HOUSEHOLD, Verb
from web import answer
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import View

USES: tuple[tuple[str, str, tuple[Verb, ...]], ...] = (
    ("record", "An app that sends readings and reads them back", (Verb.VIEW, Verb.RECORD)),
    ("view", "A display or script that only reads", (Verb.VIEW,)),
    ("act", "A program that also switches devices", (Verb.VIEW, Verb.RECORD, Verb.ACT)),
    ("manage", "A program that manages the hub", tuple(Verb)),
)
LIVES: tuple[tuple[str, str], ...] = (("90", "90 days"), ("365", "A year"), ("", "Until I revoke it"))


async def index(request: web.Request, view: View) -> web.Response:
    return _page(request, view)


async def create(request: web.Request, view: View) -> web.Response:
    """Make a token; its text is on this answer and nowhere else ever."""
    form = {key: str(value).strip() for key, value in (await request.post()).items()}
    verbs = next((verbs for key, _, verbs in USES if key == form.get("use")), (Verb.VIEW,))
    days = float(form["days"]) if form.get("days") in ("90", "365") else None if form.get("days") == "" else 90
    try:
        token, text = await view.create_token(
            form.get("label", "") or "Token",
            persons=[form["person"]] if form.get("person") else None,
            verbs=verbs,
            days=days,
        )
    except HubError as error:
        return _page(request, view, problem=str(error), status=422)
    return _page(request, view, made=(token.label, text))


async def revoke(request: web.Request, view: View) -> web.Response:
    token_id = str((await request.post()).get("token", ""))
    await view.revoke_token(token_id)
    return answer.done(request, "/settings/tokens", "The token is revoked; nothing can use it any more.")


def _page(
    request: web.Request, view: View, *, made: tuple[str, str] | None = None, problem: str = "", status: int = 200
) -> web.Response:
    qr = ""
    if made is not None:
        import segno  # only where a code is shown

        qr = segno.make(made[1], error="m").svg_inline(scale=4, border=2, svgclass="qr", lineclass=None, omitsize=False)
    return answer.page(
        request,
        "settings/tokens.html",
        status=status,
        tokens=sorted(view.tokens(), key=lambda one: one.created_at, reverse=True),
        uses=USES,
        lives=LIVES,
        made=made,
        qr=qr,
        problem=problem,
        base=f"{request.scheme}://{request.host}",
        whole=HOUSEHOLD,
    )


ROUTES = (
    PageRoute("GET", "/settings/tokens", index),
    PageRoute("POST", "/settings/tokens", create),
    PageRoute("POST", "/settings/tokens/revoke", revoke),
)
