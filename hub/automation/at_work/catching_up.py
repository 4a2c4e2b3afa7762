"""Runs that were due while the hub was down."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hub.automation.past import Past, backtest
from hub.automation.schema.automation import Automation
from hub.automation.schema.triggers import SunTrigger, TimeTrigger
from hub.automation.watch.times import LATE
from hub.automation.world import World

FARTHEST = timedelta(days=7)
"""What was due longer ago is not caught up."""


async def missed(
    automation: Automation, world: World, alive_us: int, last: datetime | None = None
) -> Mapping[str, Any] | None:
    """The trigger of the latest run by time or sun that was due since then and since `last`; None: none was.

    What was due a moment ago is only late; else the trigger has `missed`.

    The same engine goes over the time in between, with the house as it is now.
    """
    now = world.clock.now()
    alive = datetime.fromtimestamp(alive_us / 1e6, UTC)
    start = max(alive, now - FARTHEST, last or alive)
    timed = [one for one in automation.triggers if isinstance(one, TimeTrigger | SunTrigger)]
    if not timed or start >= now:
        return None
    past = Past(start, world.time_zone, world.directory, world.all(), world.place)
    bare = automation.model_copy(update={"triggers": timed, "conditions": [], "actions": []})
    found = await backtest(bare, past, [], now)
    if not found.runs:
        return None
    trace = found.runs[-1].trace
    late = {"missed": True, "now": trace.at.astimezone(ZoneInfo(world.time_zone))} if now - trace.at > LATE else {}
    return {**trace.trigger, **late}
