"""How much of the hub one address, one token or one account may take at a time."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from typing import TYPE_CHECKING

from aiohttp import hdrs, web

from hub.model import Limits, address_group
from web.keys import SESSION, VIEW

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler

    from web.gate import Gate

BURST = 10.0
"""Seconds' worth of requests that may come at once."""
REMEMBERED = 10_000
STREAMS = frozenset({"/hub/v1/live", "/hub/v1/ws", "/live/today", "/live/values"})
"""Routes whose answers have no end."""


class Rates:
    """Requests by key; each key's allowance fills up again by `rate` a second."""

    def __init__(self, rate: float) -> None:
        self._rate, self._most = rate, rate * BURST
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, key: str, now: float) -> float:
        """0 when the request may be answered, and it is counted; else the seconds until one may."""
        left, at = self._left.pop(key, (self._most, now))
        left = min(self._most, left + (now - at) * self._rate)
        allowed = left >= 1
        self._left[key] = (left - 1 if allowed else left, now)
        if len(self._left) > REMEMBERED:
            self._left.popitem(last=False)
        return 0.0 if allowed else (1 - left) / self._rate


class Counts:
    """What is open and what was refused, for the whole application."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.strangers, self.known = Rates(limits.stranger_requests_per_second), Rates(limits.requests_per_second)
        self.streams: Counter[str] = Counter()
        self.gate: Gate | None = None
        """In front of the server, where it is one of ours."""


COUNTS = web.AppKey("counts", Counts)


@web.middleware
async def keep_time(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Tell the gate when a request's headers are here and when it is answered."""
    gate = request.app[COUNTS].gate
    connection = gate.of(request.protocol) if gate is not None else None
    if connection is None:
        return await handler(request)
    connection.begins(request)
    try:
        return await handler(request)
    finally:
        connection.known = connection.known or VIEW in request
        connection.ends()


@web.middleware
async def limit(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer 429 with Retry-After to who asks too much; goes after who asks is known."""
    counts = request.app[COUNTS]
    now = asyncio.get_running_loop().time()  # of the machine: a simulated year is no flood
    view = request.get(VIEW)
    if view is None:
        wait = counts.strangers.wait(address_group(request.remote or ""), now)
    else:
        connection = counts.gate.of(request.protocol) if counts.gate is not None else None
        if connection is not None:
            connection.known = True
        wait = counts.known.wait(request.get(SESSION) or view.actor.token or view.actor.account, now)
    if wait:
        raise web.HTTPTooManyRequests(
            text="These are more requests than one of you needs; what was kept is safe.",
            headers={hdrs.RETRY_AFTER: f"{max(1, round(wait + 0.5))}"},
        )
    resource = request.match_info.route.resource
    if view is None or resource is None or resource.canonical not in STREAMS:
        return await handler(request)
    return await _streamed(request, handler, counts, view.actor.account)


async def _streamed(request: web.Request, handler: Handler, counts: Counts, account: str) -> web.StreamResponse:
    if counts.streams[account] >= counts.limits.streams_per_account:
        raise web.HTTPTooManyRequests(
            text=f"{counts.limits.streams_per_account} live streams of this account are open; close one first.",
            headers={hdrs.RETRY_AFTER: "5"},
        )
    counts.streams[account] += 1
    try:
        return await handler(request)
    finally:
        counts.streams[account] -= 1
        if not counts.streams[account]:
            del counts.streams[account]
