"""Automations tried on the past."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hub.console.operations.site import Progress, Site
from hub.errors import Conflict
from hub.view import BacktestWish

EVERY = 0.2


async def run(
    site: Site,
    progress: Progress,
    *,
    automation: str = "",
    text: str = "",
    inputs: dict[str, Any] | None = None,
    what_if: dict[str, list[Any]] | None = None,
    start: str | None = None,
    end: str | None = None,
    as_received: bool = False,
) -> dict[str, Any]:
    """The whole result; given up, the work stops. Raises AutomationInvalid, NotFound, Conflict, BadReading."""
    first = datetime.fromisoformat(start) if start else None
    last = datetime.fromisoformat(end) if end else None
    view = site.view
    wish = BacktestWish(automation, text, None, inputs or {}, what_if or {}, first, last, as_received)
    job = await view.start_backtest(wish)
    try:
        while not job.ended.is_set():
            progress(job.share, job.words)
            await view.clock.sleep(EVERY)
    finally:
        if not job.ended.is_set():
            view.cancel_backtest(job.id)
    if job.state != "done":
        raise Conflict(job.error or "the backtest was cancelled")
    result = dict(view.backtest(job.id).result)
    for variant in result["variants"]:
        for one in variant["runs"]:
            one["words"] = view.in_words(one["actions"])
    return {"name": job.name, "automation": job.key or None, "hidden": job.hidden, **result}
