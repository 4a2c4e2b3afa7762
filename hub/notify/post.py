"""The work behind it: delivers what waits, tries again, lets go what was held, and goes on to the next in line."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.clock import Clock
from hub.errors import AuthFailed, BadReading, HubError, NotReady
from hub.model import Notice, NoticeState, NoticeWay
from hub.notify.channels import APP, Channels
from hub.notify.shelf import Shelf, overall

_log = logging.getLogger("hub.notify")
LIMIT = 40.0
"""Seconds for one delivery."""
FIRST, LONGEST = 5.0, 900.0
"""Seconds until a second try, and at most between two."""
PAUSE = 30.0
"""Seconds after a round that failed."""
GIVE_UP = timedelta(hours=24)
TIDY = timedelta(hours=6)
_RANK = (NoticeState.WAITING, NoticeState.SENT, NoticeState.DELIVERED, NoticeState.SEEN)


class Post:
    """One task that sleeps until something is due; `run` goes on until cancelled."""

    def __init__(
        self,
        clock: Clock,
        shelf: Shelf,
        channels: Channels,
        *,
        released: Callable[[datetime], Awaitable[None]],
        escalate: Callable[[Notice], Awaitable[None]],
        changed: Callable[[Notice, Notice | None], Awaitable[None]],
    ) -> None:
        """`released`: what was held until now; `changed`: (new, old) notice to keep and to tell of."""
        self._clock, self._shelf, self._channels = clock, shelf, channels
        self._released, self._escalate, self._changed = released, escalate, changed
        self._news = asyncio.Event()
        self._going: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._paused: dict[str, datetime] = {}
        """Channels that asked for patience."""
        self._locks: dict[str, asyncio.Lock] = {}
        self._tidy: datetime | None = None
        self._asleep = False
        self.due: datetime | None = None
        """Until when it sleeps."""

    @property
    def rests(self) -> bool:
        """Nothing is new, nothing under way, and nothing due."""
        waiting = self._asleep and not self._news.is_set() and not self._going
        return waiting and (self.due is None or self.due > self._clock.now())

    def wake(self) -> None:
        """There is something new to do."""
        self._news.set()

    async def run(self) -> None:
        while True:
            self._news.clear()
            try:
                self.due = await self.round()
            except HubError as error:
                _log.warning("notices wait: %s", error)
                self.due = self._clock.now() + timedelta(seconds=PAUSE)
            except Exception:  # noqa: BLE001  # what nobody thought of keeps no alarm from going out
                _log.exception("notices wait: a round failed")
                self.due = self._clock.now() + timedelta(seconds=PAUSE)
            self._asleep = True
            await self._until(self.due)
            self._asleep = False

    async def stop(self) -> None:
        """What is on its way and not there yet is tried again after the next start."""
        for task in list(self._going.values()):
            task.cancel()
        await asyncio.gather(*self._going.values(), return_exceptions=True)

    async def round(self) -> datetime | None:
        """Begin all that is due; returns when there is more."""
        now = self._clock.now()
        for one in list(self._shelf.all.values()):
            if one.open and _due(one) < now - GIVE_UP:
                # The hub was off, or went back to a backup: what was urgent then is not told as if it were now.
                await self._too_late(one, "it was more than a day old when the hub came to it")
        await self._released(now)
        if self._tidy is None or now >= self._tidy:
            await self._shelf.tidy(now)
            self._tidy = now + TIDY
        due: list[datetime] = [self._tidy]
        for one in list(self._shelf.all.values()):
            if not one.open:
                continue
            due += await self._one(one, now)
        return min(due)

    async def _one(self, notice: Notice, now: datetime) -> list[datetime]:
        due: list[datetime] = []
        if notice.until is not None and notice.until <= now:
            await self._too_late(notice)
            return due
        if (line := notice.escalation) is not None and line.next is not None:
            if line.next <= now:
                await self._escalate(notice)
                notice = self._shelf.get(notice.id) or notice
                line = notice.escalation
            if line is not None and line.next is not None:
                due.append(line.next)
        if notice.held is not None:
            return [*due, notice.held]
        for channel, way in notice.ways.items():
            if way.state is not NoticeState.WAITING or (notice.id, channel) in self._going:
                continue
            when = max(way.next or now, self._paused.get(channel, now))
            if when <= now:
                self._begin((notice.id, channel), self._deliver(notice.id, channel))
            else:
                due.append(when)
        if notice.until is not None:
            due.append(notice.until)
        return due

    def _begin(self, key: tuple[str, str], work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name=f"notify:{key[1]}")
        self._going[key] = task

        def done(ended: asyncio.Task[None]) -> None:
            self._going.pop(key, None)
            if not ended.cancelled() and (error := ended.exception()) is not None:
                _log.error("a notice on %s: %s", key[1], type(error).__name__, exc_info=error)
            self.wake()

        task.add_done_callback(done)

    async def _deliver(self, notice_id: str, channel: str) -> None:
        async with self._locks.setdefault(channel, asyncio.Lock()):
            notice, now = self._shelf.get(notice_id), self._clock.now()
            if notice is None or not notice.open or self._paused.get(channel, now) > now:
                return
            way, version = notice.ways[channel], notice.version
            try:
                done = await self._clock.wait_for(self._channels.send(channel, notice, way.handle), LIMIT)
            except (NotReady, TimeoutError, OSError) as error:
                new = self._again(notice, channel, way, error)
            except AuthFailed as error:
                new = self._failed(way, f"{error}; the owner has to enter the credentials anew")
            except BadReading as error:
                new = self._failed(way, str(error))
            except Exception as error:  # noqa: BLE001  # a channel may raise anything
                _log.exception("the channel %s failed", channel)
                new = self._failed(way, f"{type(error).__name__}; the log has the details")
            else:
                new = NoticeWay(done.state, done.why, self._clock.now(), way.tries + 1, None, done.handle)
            await self._keep(notice_id, channel, new, version)

    async def _keep(self, notice_id: str, channel: str, way: NoticeWay, version: int) -> None:
        old = self._shelf.get(notice_id)
        if old is None:
            return
        known = old.ways.get(channel, way)
        if old.version != version:
            # Another text took this one's place while it was under way: it goes out as well, over this one.
            way = replace(way, state=NoticeState.WAITING, next=None)
        elif known.state in _RANK and way.state in _RANK and _RANK.index(known.state) > _RANK.index(way.state):
            # It came back as seen before its sending was confirmed.
            way = replace(way, state=known.state)
        new = replace(old, ways={**old.ways, channel: way}, changed=self._clock.now())
        if new.open:
            state = overall(new)
            why = next((f"{name}: {one.why}" for name, one in new.ways.items() if one.why), "")
            new = replace(new, state=state, why=why if state is NoticeState.FAILED else "")
        await self._changed(new, old)

    def _again(self, notice: Notice, channel: str, way: NoticeWay, error: Exception) -> NoticeWay:
        now = self._clock.now()
        asked = getattr(error, "retry_after", None)
        wait = float(asked) if asked else min(LONGEST, FIRST * 3**way.tries)
        why = str(error) or f"no answer within {LIMIT:.0f} s"
        if now - notice.at > GIVE_UP:
            return self._failed(way, f"{why}; given up after a day")
        if asked:
            self._paused[channel] = now + timedelta(seconds=wait)
        return replace(way, why=why, tries=way.tries + 1, next=now + timedelta(seconds=wait), at=now)

    def _failed(self, way: NoticeWay, why: str) -> NoticeWay:
        return replace(way, state=NoticeState.FAILED, why=why, at=self._clock.now(), tries=way.tries + 1, next=None)

    async def _too_late(self, notice: Notice, why: str = "it was not worth telling any more") -> None:
        """Nobody needs it any more; those who have it keep it."""
        ways = {
            name: self._failed(one, why) if one.state is NoticeState.WAITING else one
            for name, one in notice.ways.items()
        }
        timed = notice.until is not None and notice.data.get("timeout") is not None
        over = timed or notice.until is None
        state = NoticeState.CLEARED if timed else overall(replace(notice, ways=ways, held=None))
        line = replace(notice.escalation, next=None) if over and notice.escalation is not None else notice.escalation
        new = replace(
            notice, ways=ways, until=None, held=None, state=state, changed=self._clock.now(), escalation=line,
            why=why if state is NoticeState.FAILED else "",
        )  # fmt: skip
        await self._changed(new, notice)
        if timed:
            await self.take_back(new)

    async def take_back(self, notice: Notice) -> None:
        """Where a channel can, remove what it showed; not being able to is no failure."""
        for channel, way in notice.ways.items():
            if channel != APP and way.state not in (NoticeState.WAITING, NoticeState.FAILED):
                key = (f"clear:{notice.id}", channel)
                if key not in self._going:
                    self._begin(key, self._clear(channel, notice, way))

    async def _clear(self, channel: str, notice: Notice, way: NoticeWay) -> None:
        with suppress(HubError, OSError, TimeoutError):
            await self._clock.wait_for(self._channels.clear(channel, notice, way.handle), LIMIT)

    async def _until(self, due: datetime | None) -> None:
        news = asyncio.ensure_future(self._news.wait())
        sleep = asyncio.ensure_future(self._clock.sleep_until(due)) if due is not None else None
        try:
            await asyncio.wait({one for one in (news, sleep) if one is not None}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            news.cancel()
            if sleep is not None:
                sleep.cancel()


def _due(notice: Notice) -> datetime:
    """When the first of what is left to do with a notice should have been done; far away: nothing is."""
    line = notice.escalation
    due = [line.next] if line is not None and line.next is not None else []
    if notice.held is not None:
        due.append(notice.held)
    else:
        due += [one.next or notice.at for one in notice.ways.values() if one.state is NoticeState.WAITING]
    return min(due, default=datetime.max.replace(tzinfo=UTC))
