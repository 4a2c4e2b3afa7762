"""The page that connects an app: for whom, which app, and then what to type where, with a secret of its own."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jinja2
from aiohttp import web

from hub.api import Conflict, Forbidden, Frame, Page, Route, Verb
from integrations.nightscout.surface.apps import APPS, BY_KEY, Given
from integrations.nightscout.surface.server import current

PATH = "/nightscout/connect"
TITLE = "Connect an app by Nightscout"
LONGEST_ADDRESS = 200


def routes() -> list[Route]:
    return [Route("GET", PATH, ask), Route("POST", PATH, connect)]


async def ask(request: web.Request, view: Any) -> Page:
    """Choose the person, the app and the address."""
    return _choices(view, dict(request.query))


async def connect(request: web.Request, view: Any) -> Page:
    """Make the app's own token and tell what to type; its text is on this answer and nowhere else ever."""
    typed = {name: str(value).strip() for name, value in (await request.post()).items()}
    app, person = BY_KEY.get(typed.get("app", "")), typed.get("person", "")
    base = _address(typed.get("address", ""))
    if app is None or person not in {one.slug for one in _people(view)}:
        return _choices(view, typed, problem="Choose whose app it is, and which app.")
    if not base:
        return _choices(view, typed, problem="An address looks like https://hub.example.org.")
    name = view.person(person).name
    verbs = (Verb.VIEW, Verb.RECORD) if app.writes else (Verb.VIEW,)
    try:
        token, text = await view.create_token(f"{app.name}, {name}", persons=[person], verbs=verbs)
    except (Forbidden, Conflict) as error:
        return _choices(view, typed, problem=str(error))
    given = Given(base, text)
    return Page(
        f"Connect {app.name}",
        lambda frame: _render(
            "connected.html",
            frame,
            app=app,
            given=given,
            name=name,
            person=person,
            label=token.label,
            code=_drawn(app.code(given)) if app.code is not None else "",
            hashed=hashlib.sha1(text.encode()).hexdigest(),
            here=urlsplit(base).hostname in ("localhost", "127.0.0.1", "::1"),
        ),
    )


def _choices(view: Any, chosen: dict[str, str], problem: str = "") -> Page:
    measured = {one.person for one in view.entities() if one.metric == "blood_glucose"}
    # Whoever has glucose already stands first.
    people = sorted(_people(view), key=lambda one: one.slug not in measured)
    return Page(
        TITLE,
        lambda frame: _render(
            "connect.html",
            frame,
            people=people,
            apps=APPS,
            chosen={"address": frame.base, **{name: one for name, one in chosen.items() if one}},
            problem=problem,
            running=current() is not None,
        ),
        status=422 if problem else 200,
    )


def _people(view: Any) -> list[Any]:
    """Those whose data the caller may give an app."""
    return [one for one in view.people() if view.allowed(Verb.RECORD, one.slug) or view.allowed(Verb.VIEW, one.slug)]


def _address(typed: str) -> str:
    """The address without path and slash; empty when it is none."""
    text = typed if "://" in typed else f"http://{typed}"
    try:
        parts = urlsplit(text)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return ""
    if not typed or len(typed) > LONGEST_ADDRESS or not sound or parts.username or not parts.netloc.isprintable():
        return ""
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def _drawn(text: str) -> str:
    import segno  # only where a code is shown

    code = segno.make(text, error="l", micro=False)
    made: str = code.svg_inline(scale=4, border=2, svgclass="qr", lineclass=None, omitsize=True)
    return made


def _render(template: str, frame: Frame, **given: Any) -> str:
    return _environment().get_template(template).render(frame=frame, path=PATH, **given)


@cache
def _environment() -> jinja2.Environment:
    folder = Path(__file__).parent / "pages"
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
