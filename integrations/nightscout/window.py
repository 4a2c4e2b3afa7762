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
        # A full page may go on at its oldest instant and below, so only what is newer is complete.
        open_ends = [
            at(batch[-1]) for (_, at), batch in zip(sources, batches, strict=True) if batch and len(batch) >= size
        ]
        if not open_ends:
            yield batches
            return
        horizon = max(open_ends)
        whole = [[row for row in batch if at(row) > horizon] for (_, at), batch in zip(sources, batches, strict=True)]
        if not any(whole):
            # More rows share one instant than fit a page: take a larger one.
            size *= 2
            continue
        yield whole
        before = horizon + datetime.resolution
