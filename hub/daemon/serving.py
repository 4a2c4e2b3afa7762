"""The page's address: the web application on its port."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterable
from typing import Any

from hub.clock import Clock
from hub.daemon.settings import Settings
from hub.errors import ConfigInvalid
from hub.plugin import Route
from hub.view import Views


async def serve(settings: Settings, views: Views, routes: Iterable[Route], clock: Clock) -> Any:
    """A running aiohttp `AppRunner`; `cleanup()` ends it. Raises ConfigInvalid when the port can't be opened."""
    web = importlib.import_module("aiohttp.web")
    app_module = importlib.import_module("web.app")
    options_module = importlib.import_module("web.options")
    app = app_module.build_app(
        views,
        routes,
        clock=clock,
        options=options_module.WebOptions(
            hosts=frozenset(settings.allowed_hosts),
            trusted_proxies=frozenset(settings.trusted_proxies),
            development=settings.development,
            demo=settings.demo,
            metrics_open=settings.metrics_open,
        ),
    )
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
    except OSError as error:
        await runner.cleanup()
        reason = (os.strerror(error.errno) if error.errno else str(error)).lower()
        hint = "Stop the other program, or choose another with --port, or `port` under `web` in hub.yaml."
        where = f"port {settings.port} on {settings.host}"
        raise ConfigInvalid(f"{where} can't be opened: {reason}.", hint=hint) from None
    return runner
