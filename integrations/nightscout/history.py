"""Walking a site's history back to its first record, page by page; a kill costs no more than the page at hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hub.api import Context, NotReady
from integrations.nightscout import brought
from integrations.nightscout.client import Remote
from integrations.nightscout.incoming import number
from integrations.nightscout.papers import DATE_FIELDS
from integrations.nightscout.times import from_ms, from_us, to_ms

BEGINNING = from_us(0)
PAGE = 1_000
KEY = "import"
"""Under which the import keeps where it stands."""
PATIENCE = 8
"""Failures in a row that are waited out."""


class Walk:
    """One walk through all followed collections, back to `goal`; where it stands is kept under `key`."""

    def __init__(self, ctx: Context, remote: Remote, key: str, goal: datetime = BEGINNING) -> None:
        self._ctx, self._remote, self._key, self._goal = ctx, remote, key, goal

    async def go_on(self, *, seconds: float | None = None) -> bool:
        """Bring pages until all is there (True) or `seconds` have passed (False). Raises NotReady, AuthFailed."""
        state: dict[str, Any] = await self._ctx.load(self._key) or {}
        began = self._ctx.clock.monotonic()
        if "total" not in state:
            state["total"] = await self._count()
        for collection in brought.FOLLOWED:
            own = state.setdefault(collection, {"before": None, "done": 0, "finished": False})
            while not own["finished"]:
                await self._page(collection, own)
                await self._ctx.save(self._key, state)
                await self._tell(state, collection, own)
                if seconds is not None and self._ctx.clock.monotonic() - began > seconds:
                    return False
        if not state.get("profile"):
            await brought.keep(self._ctx, "profile", await self._remote.get("/api/v1/profile.json", {"count": 1_000}))
            state["profile"] = True
            await self._ctx.save(self._key, state)
        await self._ctx.progress(None, "")
        return True

    async def _page(self, collection: str, own: dict[str, Any]) -> None:
        field = DATE_FIELDS[collection]
        before = from_ms(own["before"]) if own["before"] is not None else self._ctx.clock.now() + timedelta(days=1)
        records = await self._remote.get(
            f"/api/v1/{collection}.json",
            {
                f"find[{field}][$lte]": brought.bound(collection, before),
                f"find[{field}][$gte]": brought.bound(collection, self._goal),
                "count": own.get("size", PAGE),
            },
        )
        records = records if isinstance(records, list) else []
        await brought.keep(self._ctx, collection, records, imported=True)
        earliest = brought.oldest(collection, records)
        wanted = own.get("size", PAGE)
        if earliest is None or len(records) < wanted:
            own["finished"] = True
        elif own["before"] is not None and to_ms(earliest) >= own["before"]:
            # A whole page of one instant: ask for a larger one rather than step over what did not fit.
            own["size"] = wanted * 4
        else:
            own["size"] = PAGE
        own["done"] += len(records)
        if earliest is not None:
            own["before"] = to_ms(earliest)

    async def _count(self) -> int:
        """How many entries there are, if the site can tell."""
        try:
            told = await self._remote.get(
                "/api/v1/count/entries/where", {"find[date][$gte]": to_ms(self._goal), "count": 1}
            )
        except Exception as error:  # noqa: BLE001  # only for the progress bar
            self._ctx.log.info("the site cannot count its entries (%s)", type(error).__name__)
            return 0
        first = told[0] if isinstance(told, list) and told else None
        return int(number(first.get("count")) or 0) if isinstance(first, dict) else 0

    async def _tell(self, state: dict[str, Any], collection: str, own: dict[str, Any]) -> None:
        total, done = state["total"], state.get("entries", {}).get("done", 0)
        share = min(0.95, done / total) if total else 0.0
        if state.get("entries", {}).get("finished"):
            share = 0.95
        back = from_ms(own["before"]).date().isoformat() if own["before"] is not None else "the start"
        await self._ctx.progress(share, f"{own['done']:,} {collection}, back to {back}")


async def import_history(ctx: Context, *, again: bool = False) -> dict[str, int]:
    """Bring all that the configured site has, however long it takes; returns how many records of each collection came.

    Broken off, it goes on behind the last kept page when called again. Raises NotReady when the site stays away,
    AuthFailed, ConfigInvalid.
    """
    if again:
        await ctx.save(KEY, None)
    walk = Walk(ctx, Remote(ctx), KEY)
    failures = 0
    while True:
        before = await ctx.load(KEY)
        try:
            await walk.go_on()
            break
        except NotReady as error:
            failures = failures + 1 if before == await ctx.load(KEY) else 1
            if failures > PATIENCE:
                raise
            await ctx.progress(None, f"{error}; going on soon")
            await ctx.clock.sleep(error.retry_after or min(300.0, 5.0 * 2**failures))
    state: dict[str, Any] = await ctx.load(KEY) or {}
    await ctx.save(KEY, None)
    return {collection: int(state.get(collection, {}).get("done", 0)) for collection in brought.FOLLOWED}
