"""Typed names of what hangs on the application and on a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from hub.api import Clock
from web.assets import Assets
from web.options import WebOptions
from web.render import Renderer
from web.today.memory import Memory
from web.tries import Tries

if TYPE_CHECKING:
    from hub.view import View, Views

VIEWS: web.AppKey[Views] = web.AppKey("views")
"""Signs accounts in, and makes the view of whoever shows a credential."""
CLOCK: web.AppKey[Clock] = web.AppKey("clock")
ASSETS = web.AppKey("assets", Assets)
RENDERER = web.AppKey("renderer", Renderer)
OPTIONS = web.AppKey("options", WebOptions)
TRIES = web.AppKey("tries", Tries)
MEMORY = web.AppKey("memory", Memory)

VIEW: web.RequestKey[View] = web.RequestKey("view")
"""What the caller may see and do; absent when nobody is signed in."""
SESSION: web.RequestKey[str] = web.RequestKey("session")
"""The session id of a signed-in browser; absent for bearer tokens."""
