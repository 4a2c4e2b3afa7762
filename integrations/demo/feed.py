"""Hands the demo's days to the hub: the newest first, then backwards, then live as the clock goes."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hub.api import Context, JournalDraft, NotReady, Sample, StorageUnavailable
from integrations.demo.day import Part, generate_day, live
from integrations.demo.diary import Diary
from integrations.demo.house import DEVICES, ENTITIES
from integrations.demo.story import Persona, Story

_BATCH = 1500
"""Samples of one hand-over."""
_ENTRIES = 100
"""Journal entries of one hand-over."""
_GRAIN = 120.0
"""Seconds of the finer live readings that are made up for after a pause."""
_REMEMBER = 600.0
"""Seconds between notes of how far the feed is; what came after the last is told again, which changes nothing."""
_BREATH = 2.0
"""Seconds before history is told, so that every entry shows its newest days first; rooms come after people."""
_DAY = timedelta(days=1)
Item = tuple[float, Sample | JournalDraft]


async def listen(ctx: Context) -> None:
    """Run a demo entry until it is stopped; raises NotReady while the hub's storage takes nothing."""
    if ctx.config.persona is Persona.HOUSEHOLD:
        await ctx.describe(DEVICES, ENTITIES)
    feed = Feed(ctx, await ctx.load("told") or {})
    try:
        await feed.recent()
        await ctx.clock.sleep(_BREATH * (2 if ctx.config.persona is Persona.HOUSEHOLD else 1))
        await feed.history()
        while True:
            await feed.tick()
            await feed.next()
    except StorageUnavailable as error:
        raise NotReady(f"The hub keeps no readings at the moment: {error}") from error


class Feed:
    """How far a demo entry has told its story."""

    def __init__(self, ctx: Context, told: dict[str, Any]) -> None:
        self._ctx, self._config = ctx, ctx.config
        self._persona: Persona = self._config.persona
        zone = ZoneInfo((ctx.person and ctx.person.time_zone) or ctx.household.time_zone)
        now = ctx.clock.now()
        anchor = self._config.started or date.fromisoformat(told.get("anchor", now.astimezone(zone).date().isoformat()))
        self._story = Story(anchor, zone, self._config.seed)
        self._oldest = {Part[name]: date.fromisoformat(day) for name, day in told.get("from", {}).items()}
        self._until = datetime.fromisoformat(told["until"]).timestamp() if "until" in told else None
        self._noted = 0.0
        self._pending: deque[Item] = deque()
        self._planned: date | None = None

    async def recent(self) -> None:
        """What arrived since the last run; at first start all of today and yesterday."""
        now = self._ctx.clock.now().timestamp()
        today = self._local(now)
        if self._until is None:
            self._oldest = {Part.OUTLINE: today - _DAY, Part.CURVES: today - _DAY}
            days = [await self._day(today - _DAY), await self._day(today)]
            await self._hand_over(days, -math.inf, now, imported=True)
        else:
            start = max(self._local(self._until) - _DAY, today - timedelta(days=self._config.days))
            for number in range((today - start).days + 1):
                await self._hand_over([await self._day(start + number * _DAY)], self._until, now)
        self._until = now
        await self._note(now)

    async def history(self) -> None:
        """All earlier days, the latest first, while live readings go on: what summaries need, then the curves."""
        first = self._story.anchor - timedelta(days=self._config.days - 1)
        today = self._local(self._ctx.clock.now().timestamp())
        total = max(1, 2 * (today - first).days)
        for part in (Part.OUTLINE, Part.CURVES):
            while self._oldest[part] > first:
                days: list[Diary] = []
                while self._oldest[part] > first and sum(len(day.samples) for day in days) < _BATCH:
                    self._oldest[part] -= _DAY
                    days.append(await self._day(self._oldest[part], part))
                await self._hand_over(days, -math.inf, math.inf, imported=True)
                left = sum((oldest - first).days for oldest in self._oldest.values())
                await self._ctx.progress(1 - left / total, f"Making up {self._config.days} days of history")
                await self.tick()
            await self._note(self._ctx.clock.now().timestamp())
        await self._ctx.progress(None)

    async def tick(self) -> None:
        """Hand over what has become due, and the finer grain of the live minutes."""
        assert self._until is not None
        now = self._ctx.clock.now().timestamp()
        if now <= self._until:
            return
        await self._plan(self._local(now))
        due = Diary()
        while self._pending and self._pending[0][0] <= now:
            arrives, item = self._pending.popleft()
            if isinstance(item, Sample):
                due.samples.append((arrives, item))
            else:
                due.drafts.append((arrives, item))
        fine = live(
            self._story,
            self._persona,
            max(self._until, now - _GRAIN),
            now,
            self._config.live_every,
            self._config.glucose_every,
        )
        await self._hand_over([due, fine], -math.inf, now)
        self._until = now
        if now - self._noted >= _REMEMBER:
            await self._note(now)

    async def next(self) -> None:
        """Wait for the next whole multiple of the live interval."""
        every = self._config.live_every
        at = (self._ctx.clock.now().timestamp() // every + 1) * every
        await self._ctx.clock.sleep_until(datetime.fromtimestamp(at, UTC))

    async def _plan(self, today: date) -> None:
        """Have everything at hand that arrives today or later: yesterday's stragglers too."""
        if self._planned == today:
            return
        assert self._until is not None
        days = [await self._day(today - _DAY), await self._day(today)]
        # After a long sleep of the machine there may be more days between.
        behind = self._local(self._until) - _DAY
        while behind < today - _DAY:
            days.append(await self._day(behind))
            behind += _DAY
        items: list[Item] = []
        for day in days:
            items += day.samples
            items += day.drafts
        self._pending = deque(sorted((item for item in items if item[0] > self._until), key=lambda item: item[0]))
        self._planned = today

    async def _hand_over(self, days: list[Diary], after: float, until: float, *, imported: bool = False) -> None:
        """Give the hub what arrived in (after, until], no instant of a series twice in one batch.

        `imported`: nobody was there when it happened, so that none of it is late.
        """
        found: dict[tuple[object, ...], Sample] = {}
        drafts: dict[str, JournalDraft] = {}
        for day in days:
            for arrives, sample in day.samples:
                if after < arrives <= until:
                    found[(sample.metric, sample.entity, sample.source, sample.taken_at)] = sample
            for arrives, draft in day.drafts:
                begun = draft.kind == "sleep" and draft.end is None
                # Of what is over, nobody needs to hear that it began; and all of history is over.
                if after < arrives <= until and not (begun and (until == math.inf or draft.external_id in drafts)):
                    drafts[draft.external_id] = draft
        samples = list(found.values())
        for start in range(0, len(samples), _BATCH):
            batch = samples[start : start + _BATCH]
            await self._ctx.accept([replace(one, imported=True) for one in batch] if imported else batch)
            await self._ctx.clock.sleep(0)
        entries = list(drafts.values())
        for start in range(0, len(entries), _ENTRIES):
            await self._ctx.journal(entries[start : start + _ENTRIES])
            await self._ctx.clock.sleep(0)

    async def _note(self, now: float) -> None:
        assert self._until is not None
        until = datetime.fromtimestamp(self._until, UTC).isoformat()
        oldest = {part.name: day.isoformat() for part, day in self._oldest.items()}
        told = {"anchor": self._story.anchor.isoformat(), "from": oldest, "until": until}
        await self._ctx.save("told", told)
        self._noted = now

    async def _day(self, day: date, part: Part = Part.WHOLE) -> Diary:
        """A day takes up to 40 ms to make up; others have their turn before it."""
        await self._ctx.clock.sleep(0)
        return generate_day(self._story, self._persona, day, part)

    def _local(self, instant: float) -> date:
        return datetime.fromtimestamp(instant, self._story.zone).date()
