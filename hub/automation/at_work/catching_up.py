"""Runs that were due while the hub was down."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.automation.past import Past, backtest
from hub.automation.schema.automation import Automation
from hub.automation.schema.triggers import SunTrigger, TimeTrigger
from hub.automation.world import World

FARTHEST = timedelta(days=7)
"""What was due longer ago is not caught up."""


async def missed(automation: Automation, world: World, alive_us: int) -> Mapping[str, Any] | None:
    """The trigger of the latest run by time or sun that was due since; None: none was.

    The same engine goes over the time in between, with the house as it is now.
    """
    now = world.clock.now()
    alive = datetime.fromtimestamp(alive_us / 1e6, UTC)
    start = max(alive, now - FARTHEST)
    timed = [one for one in automation.triggers if isinstance(one, TimeTrigger | SunTrigger)]
    if not timed or start >= now:
        return None
    past = Past(start, world.time_zone, world.directory, world.all(), world.place)
    bare = automation.model_copy(update={"triggers": timed, "conditions": [], "actions": []})
    found = await backtest(bare, past, [], now)
    return found.runs[-1].trace.trigger if found.runs else None
