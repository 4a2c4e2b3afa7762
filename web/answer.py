"""Answers: whole pages, fragments for htmx, JSON columns, and the way to another page."""

from __future__ import annotations

import base64
import zlib
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import orjson
from aiohttp import hdrs, web

from web import nav, security, sender, session
from web.keys import CLOCK, OPTIONS, RENDERER, SESSION, VIEW, VIEWS

if TYPE_CHECKING:
    from hub.view import View

THEMES = ("auto", "light", "dark", "night")
SAID = "homeostat_said"
"""Carries a toast over a redirect."""
PACK_FROM = 860
"""Bytes under which compressing a body costs more than it saves."""


def page(request: web.Request, template: str, *, status: int = 200, **context: Any) -> web.Response:
    """A whole page with navigation, theme and form token."""
    cookies: dict[str, str] = {}
    owner = session.token_owner(request, cookies)
    view: View | None = request.get(VIEW)
    given = {**common(request, view), "form_token": security.form_token(owner), **context}
    if view is not None:
        given["nav"] = nav.build(request.path, view)
        given["notices_waiting"] = view.notices_waiting()
    text = request.app[RENDERER].render(template, given)
    response = packed(request, text.encode(), "text/html", status=status)
    for name, value in cookies.items():
        session.set_cookie(request, response, name, value, days=1)
    if SAID in request.cookies:
        response.del_cookie(SAID, path="/")
    return response


def fragment(request: web.Request, template: str, *, status: int = 200, **context: Any) -> web.Response:
    """A piece of a page for htmx to swap in; forms in it get the page's token by its inherited header."""
    return packed(request, html(request, template, **context).encode(), "text/html", status=status)


def html(request: web.Request, template: str, **context: Any) -> str:
    """A template as text, for fragments and streams."""
    owner = session.token_owner(request, {})
    given = {**common(request, request.get(VIEW)), "form_token": security.form_token(owner), **context}
    return request.app[RENDERER].render(template, given)


def common(request: web.Request, view: View | None) -> dict[str, Any]:
    """What every template may use."""
    theme = request.cookies.get("homeostat_theme", "auto")
    options = request.app[OPTIONS]
    return {
        "view": view,
        "sees_house": view is not None and nav.sees_house(view),
        "may_log": view is not None and nav.may_log(view),
        "now": request.app[CLOCK].now(),
        "path": request.path,
        "here": request.path_qs,
        "theme": theme if theme in THEMES else "auto",
        "themes": THEMES,
        "demo": options.demo,
        "development": options.development,
        "plain_text": sender.readable_on_the_way(request),
        "https_address": security.https_address(request, options.tls_port) if options.tls_port else "",
        "partial": "HX-Request" in request.headers,
        "federated": request.app[VIEWS].federated.label,
        "household": view.household() if view is not None else None,
        "people": {person.slug: person for person in view.people()} if view is not None else {},
        "said": _said(request),
    }


def done(request: web.Request, path: str, text: str, *, undo: str = "") -> web.Response:
    """See `path`, where a toast says what was done and, with `undo`, offers to post there to take it back."""
    response = go(request, path)
    note = base64.urlsafe_b64encode(orjson.dumps({"text": text, "undo": undo})).decode()
    response.set_cookie(SAID, note, max_age=60, httponly=True, samesite="Strict", path="/")
    return response


def _said(request: web.Request) -> dict[str, str] | None:
    note = request.cookies.get(SAID)
    if not note:
        return None
    try:
        said = orjson.loads(base64.urlsafe_b64decode(note.encode()))
        text, undo = str(said["text"]), str(said["undo"])
    except (ValueError, KeyError, TypeError):
        return None
    return {"text": text, "undo": undo if undo.startswith("/") and not undo.startswith("//") else ""}


def columns(request: web.Request, body: Any) -> web.Response:
    """JSON for charts."""
    return packed(request, orjson.dumps(body), "application/json")


def packed(request: web.Request, body: bytes, content_type: str, *, status: int = 200) -> web.Response:
    """The body, compressed where the client takes it and it is worth it."""
    response = web.Response(body=body, status=status, content_type=content_type, charset="utf-8")
    response.headers[hdrs.VARY] = f"{hdrs.ACCEPT_ENCODING}, {hdrs.COOKIE}, HX-Request"
    if len(body) > PACK_FROM and "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, ""):
        packer = zlib.compressobj(5, zlib.DEFLATED, 31)
        response.body = packer.compress(body) + packer.flush()
        response.headers[hdrs.CONTENT_ENCODING] = "gzip"
    return response


def go(request: web.Request, path: str) -> web.Response:
    """See another page, for forms and for htmx alike; what no header can hold leads to Today."""
    path = path if path.isprintable() else "/"
    if "HX-Request" in request.headers:
        return web.Response(headers={"HX-Redirect": path})
    return web.Response(status=303, headers={hdrs.LOCATION: path})


def to_sign_in(request: web.Request) -> web.Response:
    """Ask who it is, and come back here after."""
    if request.method == hdrs.METH_GET and request.path != "/" and "HX-Request" not in request.headers:
        return go(request, f"/sign-in?next={quote(request.path_qs, safe='/')}")
    return go(request, "/sign-in")


def problem_page(request: web.Request, status: int, title: str, detail: str, meaning: str, advice: str) -> web.Response:
    """A failure in words, as a page or as a toast-sized fragment."""
    context = {"title": title, "detail": detail, "meaning": meaning, "advice": advice, "code": status}
    if "HX-Request" in request.headers:
        response = fragment(request, "errors/fragment.html", status=status, **context)
        # The page stays as it is; the toast tells what went wrong.
        response.headers.update({"HX-Retarget": "#toasts", "HX-Reswap": "beforeend"})
        return response
    return page(request, "errors/page.html", status=status, **context)


def signed_in(request: web.Request) -> bool:
    return VIEW in request or SESSION in request
