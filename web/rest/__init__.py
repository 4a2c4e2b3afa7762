"""The REST interface under /hub/v1, its live streams, and the addresses for operations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from aiohttp import web

from web.keys import CLOCK, VIEWS
from web.rest import hush, openapi, operations
from web.rest.body import Bodies
from web.rest.endpoint import BODIES, Endpoint, add, as_json, run
from web.rest.live import BROADCASTER, Broadcaster, stream_events, stream_socket
from web.rest.live.sse import LiveQuery
from web.rest.problem import from_status
from web.rest.states import RENDERED, Rendered
from web.rest.table import ENDPOINTS

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler

PREFIX = "/hub/"
STREAMS = (
    Endpoint(
        "GET", "/hub/v1/live", "Server-sent events", "live", stream_events, Any, query=LiveQuery,
        lists=frozenset({"person", "entity_id", "events"}),
    ),
    Endpoint("GET", "/hub/v1/ws", "The same over a WebSocket", "live", stream_socket, Any),
)  # fmt: skip


def add_routes(app: web.Application) -> None:
    """Everything here, onto an application that has views and a clock."""
    hush.install()
    app[BODIES], app[RENDERED], app[operations.REGISTRY] = Bodies(), Rendered(), operations.Registry()
    app[BROADCASTER] = Broadcaster(app[VIEWS], app[CLOCK])
    app.on_shutdown.append(app[BROADCASTER].close)
    app.middlewares.append(answer_in_json)
    for endpoint in ENDPOINTS:
        add(app, endpoint)
    for stream in STREAMS:
        # No HEAD: there is no end to wait for.
        app.router.add_get(stream.path, _stream(stream), allow_head=False)
    app.router.add_get("/hub/v1/openapi.json", _document())
    app.router.add_get("/healthz", operations.healthz)
    app.router.add_get("/readyz", operations.readyz)
    app.router.add_get("/metrics", operations.metrics)


@web.middleware
async def answer_in_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Unknown addresses and methods under /hub/ are refused in the shape of every other refusal there."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400 or not request.path.startswith(PREFIX):
            raise
        problem = from_status(error.status, error.text or "", error.headers)
        if error.status == 404 and request.path.endswith("/"):
            problem.hint = "Leave out the slash at the end."
        return problem.answer()


def _stream(endpoint: Endpoint) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        return await run(endpoint, request)

    return handle


def _document() -> Handler:
    """For everybody: it tells of the interface and of nobody."""
    made: list[bytes] = []

    async def describe(request: web.Request) -> web.Response:
        if not made:
            views = request.app[VIEWS]
            made.append(orjson.dumps(openapi.document(ENDPOINTS, views.nobody(), views.version)))
        return as_json(made[0])

    return describe
