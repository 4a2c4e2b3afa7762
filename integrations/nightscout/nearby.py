"""Documents at or near given moments, looked up in runs that lie close together."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from hub.api import Document
from integrations.nightscout.found import at_of
from integrations.nightscout.store import Writer
from integrations.nightscout.window import windows

SECOND = timedelta(seconds=1)
_GAP, _LONGEST = timedelta(hours=1), 500


async def nearby(store: Writer, collection: str, moments: Iterable[datetime]) -> list[Document]:
    """Everything within a second of any of the moments, and what lies between those that are close."""
    found: dict[str, Document] = {}
    run: list[datetime] = []
    for at in [*sorted(set(moments)), None]:
        if run and (at is None or at - run[-1] > _GAP or len(run) >= _LONGEST):
            async for (batch,) in windows(
                [(lambda low, high, limit: store.find(collection, low, high, limit), at_of)],
                run[0] - SECOND,
                run[-1] + SECOND,
                _LONGEST,
            ):
                found |= {one.id: one for one in batch}
            run = []
        if at is not None:
            run.append(at)
    return list(found.values())
