"""Rights that end by themselves are told of at their instant, so that who holds a stream open feels it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from hub.clock import Clock

LONGEST = timedelta(days=1)


async def tell_endings(
    endings: Callable[[], Iterable[datetime | None]], clock: Clock, news: asyncio.Event, tell: Callable[[], None]
) -> None:
    """Goes on for ever; `news` says that `endings` are others now."""
    while True:
        news.clear()
        now = clock.now()
        ahead = min((at for at in endings() if at is not None and at > now), default=now + LONGEST)
        until = asyncio.ensure_future(clock.sleep_until(min(ahead, now + LONGEST)))
        changed = asyncio.ensure_future(news.wait())
        try:
            await asyncio.wait({until, changed}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            until.cancel()
            changed.cancel()
        if clock.now() >= ahead:
            tell()
