"""Following an existing Nightscout: what is new first, then the days before, and what was removed there."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary, WeakValueDictionary

from hub.api import Conflict, Context
from integrations.nightscout import brought
from integrations.nightscout.client import Remote
from integrations.nightscout.config import FollowerConfig
from integrations.nightscout.history import KEY, Walk, import_history
from integrations.nightscout.papers import DATE_FIELDS
from integrations.nightscout.times import from_ms, to_ms

OVERLAP = timedelta(hours=2)
"""Looked at again each time, for what is uploaded late."""
SWEEP, SWEEP_EVERY = timedelta(hours=48), timedelta(hours=1)
"""Compared whole now and then, for what was removed."""
FIRST = timedelta(hours=24)
SLICE = 40.0
"""Seconds of one poll that may go into history."""
MANY = 10_000

_remotes: WeakKeyDictionary[Context, Remote] = WeakKeyDictionary()
_running: WeakValueDictionary[str, Context] = WeakValueDictionary()
"""By entry; one that was stopped falls out by itself."""


def running(person: str) -> Context | None:
    """The context of a follower of this person, for comparing."""
    return next((ctx for ctx in list(_running.values()) if ctx.entry.person == person), None)


def remote(ctx: Context) -> Remote:
    """The site of a follower; its tickets and validators last as long as the entry runs."""
    found = _remotes.get(ctx)
    if found is None:
        found = _remotes[ctx] = Remote(ctx)
    return found


async def poll(ctx: Context) -> None:
    """One look; everything is kept before the cursor moves on."""
    _running[ctx.entry.id] = ctx
    config: FollowerConfig = ctx.config
    if not config.url:
        return
    site = remote(ctx)
    if config.shadow:
        await site.get("/api/v1/entries.json", {"count": 1})
        return
    state: dict[str, Any] = await ctx.load("follow") or {}
    for collection in brought.FOLLOWED:
        await _news(ctx, site, collection, state)
    await _now_and_then(ctx, site, state)
    # The days before come after the news, so that the page is alive at once.
    goal = ctx.clock.now() - timedelta(days=config.history_days)
    if not state.get("backfilled"):
        state.setdefault("goal", to_ms(goal))
        walk = Walk(ctx, site, "backfill", from_ms(state["goal"]))
        state["backfilled"] = await walk.go_on(seconds=SLICE)
        await ctx.save("follow", state)
    elif await _wanted(ctx) and await Walk(ctx, site, KEY).go_on(seconds=SLICE):
        await ctx.save(KEY, None)
        ctx.log.info("the whole history has been brought over")


async def start_import(ctx: Context, *, again: bool = False, wait: bool = False) -> dict[str, Any]:
    """Bring the whole history with the polls that follow, or at once (`wait`): then returns how much came."""
    config: FollowerConfig = ctx.config
    if not config.url:
        raise Conflict("this entry has no address to import from; enter one, or import a file")
    if wait:
        return {"finished": True, **await import_history(ctx, again=again)}
    known = {} if again else await ctx.load(KEY) or {}
    await ctx.save(KEY, {**known, "wanted": True})
    await ctx.progress(0.0, "The import begins with the next look")
    return {"started": True}


async def _wanted(ctx: Context) -> bool:
    return bool((await ctx.load(KEY) or {}).get("wanted"))


async def _news(ctx: Context, site: Remote, collection: str, state: dict[str, Any]) -> None:
    now = ctx.clock.now()
    known = state.get(collection)
    since = _steady(min(from_ms(known), now) - OVERLAP if known is not None else now - FIRST)
    field = DATE_FIELDS[collection]
    question = {f"find[{field}][$gte]": brought.bound(collection, since), "count": MANY}
    records = await site.news(collection, f"/api/v1/{collection}.json", question)
    if records is None:
        await _removals(ctx, collection, collection, None, since, now)
        return
    if not isinstance(records, list):
        return
    await brought.keep(ctx, collection, records, imported=known is None)
    if collection != "devicestatus" and len(records) < MANY:
        await _removals(ctx, collection, collection, records, since, now)
    site.keep(collection)
    latest = brought.newest(collection, records, now)
    if latest is not None and to_ms(latest) != known:
        state[collection] = to_ms(latest)
        await ctx.save("follow", state)


async def _now_and_then(ctx: Context, site: Remote, state: dict[str, Any]) -> None:
    """Profiles, and what was removed or uploaded late in the last two days."""
    now = ctx.clock.now()
    last = state.get("swept")
    if last is not None and now - from_ms(last) < SWEEP_EVERY and from_ms(last) <= now:
        return
    profiles = await site.get("/api/v1/profile.json", {"count": 100})
    if isinstance(profiles, list):
        await brought.keep(ctx, "profile", profiles)
    start = now - SWEEP
    for collection in ("entries", "treatments"):
        field = DATE_FIELDS[collection]
        question = {f"find[{field}][$gte]": brought.bound(collection, start), "count": MANY}
        records = await site.get(f"/api/v1/{collection}.json", question)
        if isinstance(records, list) and len(records) < MANY:
            await brought.keep(ctx, collection, records, imported=last is None)
            await _removals(ctx, collection, f"{collection} swept", records, start, now)
    state["swept"] = to_ms(now)
    await ctx.save("follow", state)


async def _removals(
    ctx: Context, collection: str, key: str, records: list[Any] | None, start: datetime, end: datetime
) -> None:
    """Follow removals that two looks in a row show; `records` None: the second saw what the first saw."""
    suspects: list[str] = await ctx.load(f"missing {key}") or []
    if records is None and not suspects:
        return
    told = [one for one in records if isinstance(one, dict)] if records is not None else None
    if told is None:
        sure = [found for name in suspects if (found := await brought.document(ctx, collection, name)) is not None]
        doubtful: list[str] = []
    else:
        gone = await brought.missing(ctx, collection, told, start, end)
        sure = [one for one in gone if one.id in suspects]
        doubtful = [one.id for one in gone if one.id not in suspects]
    if sure:
        await brought.remove(ctx, collection, sure)
        ctx.log.info("%d %s were removed over there", len(sure), collection)
    if doubtful != suspects:
        await ctx.save(f"missing {key}", doubtful)


def _steady(since: datetime) -> datetime:
    """The same question for some minutes, so that the site can answer that nothing changed."""
    return since.replace(minute=since.minute - since.minute % 10, second=0, microsecond=0)
