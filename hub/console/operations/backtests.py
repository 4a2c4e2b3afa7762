"""Automations tried on the past."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hub.console.operations.by_line import by_line
from hub.console.operations.site import Progress, Site
from hub.errors import BadReading, Conflict
from hub.view import BacktestWish

EVERY = 0.2
_LONGEST = timedelta(days=36_600)


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
    view = site.view
    zone, now = ZoneInfo(view.household().time_zone), view.clock.now()
    first, last = _instant(start, zone, now, end=False), _instant(end, zone, now, end=True)
    wish = BacktestWish(automation, text, None, inputs or {}, what_if or {}, first, last, as_received)
    with by_line():
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
    told = view.told_backtest(view.backtest(job.id).result)
    return {"name": job.name, "automation": job.key or None, "hidden": job.hidden, **told}


def _instant(text: str | None, zone: ZoneInfo, now: datetime, *, end: bool) -> datetime | None:
    """`30d` is so long ago; a day begins, or as an `end` is over, by the household's clock. Raises BadReading."""
    if not text:
        return None
    if text[-1] in "dh" and text[:-1].isdigit():
        return now - min(timedelta(**{"days" if text[-1] == "d" else "hours": int(text[:-1][:6])}), _LONGEST)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise BadReading(f"{text[:40]!r} is no time; write 2026-11-01, 2026-11-01T08:00+01:00 or 30d") from None
    if len(text) <= len("2026-11-01"):
        at = datetime.combine(at.date() + timedelta(days=end), time(0))
    return at if at.tzinfo is not None else at.replace(tzinfo=zone)
