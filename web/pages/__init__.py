"""One module for each page; each lists its addresses in `ROUTES`, and being here is all it takes to be served."""

from __future__ import annotations

import importlib
import pkgutil

from aiohttp import web

from web import routing


def add_routes(app: web.Application) -> None:
    """Add what every module of this package (and of its folders) lists."""
    for found in pkgutil.walk_packages(__path__, f"{__name__}."):
        routing.add(app, getattr(importlib.import_module(found.name), "ROUTES", ()))
