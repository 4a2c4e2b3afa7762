"""Rows of several sources, newest first, in windows that are complete for all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

Fetch = Callable[[datetime, datetime, int], Awaitable[Sequence[Any]]]
"""start (inclusive), end (exclusive), limit -> rows, newest first."""
At = Callable[[Any], datetime]


async def windows(
    sources: Sequence[tuple[Fetch, At]], start: datetime, end: datetime, size: int
) -> AsyncIterator[list[list[Any]]]:
    """Lists of rows in the order of the sources, window after window, going back until `start`."""
    before = end
    while before > start:
        batches = [list(await fetch(start, before, size)) for fetch, _ in sources]
        horizon = start
        for (_, at), batch in zip(sources, batches, strict=True):
            # A full page may go on below its oldest row, so nothing below that is complete.
            if len(batch) >= size:
                horizon = max(horizon, at(batch[-1]))
        if horizon > start and not any(
            at(row) > horizon for (_, at), batch in zip(sources, batches, strict=True) for row in batch
        ):
            # More rows share one instant than fit a page: take a larger one.
            size *= 2
            continue
        keep_at = horizon > start
        yield [
            [row for row in batch if (at(row) > horizon if keep_at else at(row) >= horizon)]
            for (_, at), batch in zip(sources, batches, strict=True)
        ]
        if not keep_at:
            return
        before = _after(horizon)
    return


def _after(at: datetime) -> datetime:
    return at + (datetime.resolution)
