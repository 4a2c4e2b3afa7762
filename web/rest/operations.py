"""/healthz, /readyz and /metrics: for whoever keeps the hub running; nothing about anybody."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import orjson
from aiohttp import web

from hub.model import HOUSEHOLD, Verb
from web.keys import OPTIONS, VIEW, VIEWS
from web.rest.endpoint import as_json
from web.rest.live import BROADCASTER
from web.rest.problem import UNAUTHENTICATED, Problem

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry
    from prometheus_client.core import Metric

    from hub.view import HubFigures

SOUND = ("running", "disabled", "stopped")
"""States of entries that need nobody's attention."""


async def healthz(request: web.Request) -> web.Response:
    """200 as soon as requests are answered; the server begins only when history is loaded."""
    return as_json({"status": "ok", "version": request.app[VIEWS].version})


async def readyz(request: web.Request) -> web.Response:
    """503 while storage takes no readings; entries that struggle are counted and don't make the hub unready."""
    figures = request.app[VIEWS].figures()
    struggling = {state: n for state, n in figures.entries_by_state.items() if state not in SOUND and n}
    body: dict[str, Any] = {
        "status": "ready" if figures.storage.ok else "not ready",
        "storage": {"ok": figures.storage.ok, "message": "" if figures.storage.ok else figures.storage.message},
        "entries": {"running": figures.entries_by_state.get("running", 0), **struggling},
    }
    return web.Response(
        body=orjson.dumps(body), status=200 if figures.storage.ok else 503, content_type="application/json"
    )


async def metrics(request: web.Request) -> web.Response:
    """Prometheus text, for tokens that may see or manage the household, or for everyone when the owner says so."""
    if not request.app[OPTIONS].metrics_open:
        view = request.get(VIEW)
        if view is None:
            return UNAUTHENTICATED.answer()
        if not (view.allowed(Verb.MANAGE, HOUSEHOLD) or view.allowed(Verb.VIEW, HOUSEHOLD)):
            return Problem(
                403, "forbidden", "The hub's figures are for tokens that may view or manage the household."
            ).answer()
    from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

    text = generate_latest(request.app[REGISTRY].get(request.app))
    return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE_LATEST})


class Registry:
    """The app's own registry, made at the first scrape: its library is not needed before."""

    def __init__(self) -> None:
        self._made: CollectorRegistry | None = None

    def get(self, app: web.Application) -> CollectorRegistry:
        if self._made is None:
            from prometheus_client import CollectorRegistry, ProcessCollector

            self._made = CollectorRegistry()
            ProcessCollector(registry=self._made)
            self._made.register(_Figures(app))
        return self._made


class _Figures:
    def __init__(self, app: web.Application) -> None:
        self._app = app

    def collect(self) -> Iterable[Metric]:
        figures: HubFigures = self._app[VIEWS].figures()
        broadcaster = self._app[BROADCASTER]
        yield from _counts(figures)
        yield from _commits(figures)
        yield from _queues(figures)
        gauges = {
            "entities": ("Entities there are.", figures.entities),
            "states": ("Entities that have a state.", figures.states),
            "stream_clients": ("Open live streams.", broadcaster.listeners),
            "storage_ok": ("1 while the database takes readings.", int(figures.storage.ok)),
            "database_bytes": ("Size of the database.", figures.storage.size_bytes),
            "database_free_bytes": ("Free space where it lies.", figures.storage.free_bytes),
            "loop_longest_hold_seconds": ("The longest the event loop was held.", figures.longest_hold),
        }
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily

        for name, (text, value) in gauges.items():
            if value is not None:
                yield GaugeMetricFamily(f"homeostat_{name}", text, value=float(value))
        yield CounterMetricFamily(
            "homeostat_stream_lost", "Events that slow stream clients did not get.", value=broadcaster.lost
        )
        entries = GaugeMetricFamily("homeostat_entries", "Config entries by state.", labels=["state"])
        for state, count in figures.entries_by_state.items():
            entries.add_metric([state], count)
        yield entries
        yield InfoMetricFamily("homeostat", "The running version.", value={"version": figures.version})


def _counts(figures: HubFigures) -> Iterable[Metric]:
    from prometheus_client.core import CounterMetricFamily

    readings = CounterMetricFamily("homeostat_readings", "Readings handed in, by outcome.", labels=["outcome"])
    for outcome in ("accepted", "unchanged", "rejected"):
        readings.add_metric([outcome], getattr(figures.intake, outcome))
    yield readings
    yield CounterMetricFamily("homeostat_bus_events", "Events on the bus.", value=figures.bus_published)


def _commits(figures: HubFigures) -> Iterable[Metric]:
    from prometheus_client.core import HistogramMetricFamily

    intake = figures.intake
    seen, buckets = 0, []
    for bound, count in zip((*figures.commit_bounds, "+Inf"), intake.commit_buckets, strict=True):
        seen += count
        buckets.append((str(bound), float(seen)))
    yield HistogramMetricFamily(
        "homeostat_commit_seconds", "Until a batch was safe on disk.", buckets=buckets, sum_value=intake.commit_total
    )


def _queues(figures: HubFigures) -> Iterable[Metric]:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

    waiting: dict[str, int] = {}
    dropped: dict[str, int] = {}
    for name, length, lost in figures.queues:
        waiting[name] = waiting.get(name, 0) + length
        dropped[name] = dropped.get(name, 0) + lost
    depth = GaugeMetricFamily("homeostat_queue_events", "Unread events, by listener.", labels=["listener"])
    losses = CounterMetricFamily("homeostat_queue_dropped", "Events lost to slow listeners.", labels=["listener"])
    for name in waiting:
        depth.add_metric([name], waiting[name])
        losses.add_metric([name], dropped[name])
    yield depth
    yield losses


REGISTRY = web.AppKey("registry", Registry)
