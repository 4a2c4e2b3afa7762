"""Tell a device something, from its entity's page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from aiohttp import web

from hub.errors import BadReading
from web import answer, words
from web.controls import ASKING, controls_of
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import View


async def send(request: web.Request, view: View) -> web.Response:
    """`command`, and its value where it asks for one. The effect comes back as a reading."""
    entity, state = view.state(request.match_info["entity"])
    typed = await request.post()
    command, value = str(typed.get("command", "")), str(typed.get("value", "")).strip()
    control = next((one for one in controls_of(entity, state) if one.command == command), None)
    if control is None:
        raise BadReading(f"{entity.name} cannot be told to {words.spaced(command)[:40]}")
    parameters: dict[str, Any] = {}
    if command in ASKING:
        parameters[control.parameter] = _number(value) if control.kind in ("number", "slider") else value
    await view.call("entity.command", {"entity_id": entity.id, "command": command, "parameters": parameters})
    return answer.done(request, f"/entities/{quote(entity.id)}", f"Told {entity.name}: {control.name.lower()}.")


def _number(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise BadReading(f"{text[:40]!r} is not a number") from None


ROUTES = (PageRoute("POST", "/entities/{entity}/command", send),)
