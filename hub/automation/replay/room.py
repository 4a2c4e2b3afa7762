"""Backtests that somebody waits for: one at a time for each account, with progress, kept for an hour."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hub.access import Access, Scope
from hub.automation.at_work import House
from hub.automation.at_work.directory import directory_of
from hub.automation.at_work.house import facts_of, seen_of
from hub.automation.replay.order import Order, Variant
from hub.automation.replay.process import work
from hub.automation.replay.remembering import needs_of_all
from hub.automation.world import Context, Seen
from hub.clock import Clock
from hub.errors import BadReading, HubError, NotFound
from hub.model import HOUSEHOLD, Actor, Entity, Verb
from hub.notify.prefs import Quiet
from hub.registry import Entities, People, Vocabulary
from hub.states import States

_log = logging.getLogger("hub.automation")
HOME = "home"
"""The recorder's one household."""
KEPT = timedelta(hours=1)
MOST = 40
"""Of all accounts together."""
LONGEST = timedelta(days=366)
DAYS = 30
"""How far back one goes when nothing else is said."""


@dataclass(slots=True)
class BacktestJob:
    id: str
    by: str
    """Account, or `system`."""
    name: str
    key: str
    """Of the automation, where one that is kept is tried."""
    start: datetime
    end: datetime
    asked_at: datetime
    state: str = "running"
    """`running`, `done`, `failed` or `cancelled`."""
    share: float | None = None
    words: str = ""
    ended_at: datetime | None = None
    error: str = ""
    result: dict[str, Any] = field(default_factory=dict)
    superseded: str = ""
    """The id of the backtest for which it was cancelled."""
    scope: Scope | None = None
    """What who asked may see: what it found is told to nobody who may see anything else."""
    notes: tuple[str, ...] = ()
    """What is to be said beside what it found."""
    hidden: int = 0
    """Entities that only one of both may see: who asks, or the automation's account."""
    ended: asyncio.Event = field(default_factory=asyncio.Event, repr=False)


class Backtests:
    """Owns the jobs and their processes; `stop` ends them."""

    def __init__(
        self,
        url: str,
        clock: Clock,
        house: House,
        entities: Entities,
        states: States,
        people: People,
        access: Access,
        vocabulary: Vocabulary,
        quiet: Callable[[str], Quiet] = lambda person: Quiet(),
    ) -> None:
        self._url, self._clock, self._house = url, clock, house
        self._entities, self._states, self._people = entities, states, people
        self._access, self._vocabulary, self._quiet = access, vocabulary, quiet
        self._jobs: dict[str, BacktestJob] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    @property
    def all(self) -> list[BacktestJob]:
        """The newest first; those whose hour is over are gone."""
        before = self._clock.now() - KEPT
        for one in list(self._jobs.values()):
            if one.ended_at is not None and one.ended_at < before:
                del self._jobs[one.id]
        return list(reversed(self._jobs.values()))

    def get(self, job: str) -> BacktestJob:
        """Raises NotFound."""
        found = next((one for one in self.all if one.id == job), None)
        if found is None:
            raise NotFound(f"there is no backtest {job!r} any more; they are kept for an hour")
        return found

    def start(
        self,
        variants: Sequence[Variant],
        actors: Sequence[Actor],
        *,
        by: str,
        name: str,
        key: str = "",
        start: datetime | None = None,
        end: datetime | None = None,
        as_received: bool = False,
    ) -> BacktestJob:
        """Only what all of `actors` may see; a backtest of the same account that goes on is cancelled.

        Raises BadReading for a stretch of time that can't be.
        """
        first, last = self._span(start, end)
        order, hidden = self.order(variants, actors, first, last, as_received)
        job = BacktestJob(secrets.token_hex(6), by, name, key, first, last, self._clock.now(), hidden=hidden)
        for one in [one for one in self.all if one.by == by and one.state == "running"]:
            one.superseded = job.id
            self.cancel(one.id)
        self._jobs[job.id] = job
        for old in [one.id for one in self._jobs.values() if one.state != "running"][:-MOST]:
            del self._jobs[old]
        task = self._tasks[job.id] = asyncio.create_task(self._run(job, order), name=f"backtest:{job.id}")
        task.add_done_callback(lambda _: self._tasks.pop(job.id, None))
        return job

    def cancel(self, job: str) -> BacktestJob:
        """Stop it, or forget its result. Raises NotFound."""
        found = self.get(job)
        task = self._tasks.get(job)
        if task is not None and found.state == "running":
            self._end(found, "cancelled")
            task.cancel()
        else:
            del self._jobs[job]
        return found

    async def clear(self) -> None:
        """Forget all: something that may be in them is erased."""
        await self.stop()
        self._jobs.clear()

    async def stop(self) -> None:
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, job: BacktestJob, order: Order) -> None:
        def progress(share: float | None, words: str) -> None:
            job.share, job.words = share, words

        try:
            job.result = await work(order, progress)
            job.result["notes"] = [*job.notes, *job.result.get("notes", ())]
            self._end(job, "done")
        except HubError as error:
            self._end(job, "failed", str(error))
        except asyncio.CancelledError:
            self._end(job, "cancelled")
            raise
        except Exception as error:  # noqa: BLE001 # whoever waits is told
            _log.exception("a backtest failed")
            self._end(job, "failed", f"it failed ({type(error).__name__}); the hub's log says more")

    def _end(self, job: BacktestJob, state: str, error: str = "") -> None:
        if job.state == "running":
            job.state, job.error, job.ended_at = state, error, self._clock.now()
            job.share = 1.0 if state == "done" else job.share
            job.ended.set()

    def _span(self, start: datetime | None, end: datetime | None) -> tuple[datetime, datetime]:
        now = self._clock.now()
        last = min(end or now, now)
        first = start or last - timedelta(days=DAYS)
        if first >= last:
            raise BadReading("the time that is looked at must begin in the past, and before it ends")
        if last - first > LONGEST:
            raise BadReading(f"at most {LONGEST.days} days are looked at in one go; choose a shorter time")
        return first, last

    def order(
        self, variants: Sequence[Variant], actors: Sequence[Actor], start: datetime, end: datetime, as_received: bool
    ) -> tuple[Order, int]:
        """What the process is given, and how many entities only some of `actors` may see."""

        def sees(person: str, subject: str | None) -> bool:
            return all(self._access.allowed(one, Verb.VIEW, person, subject) for one in actors)

        def some(person: str, subject: str | None) -> bool:
            return any(self._access.allowed(one, Verb.VIEW, person, subject) for one in actors)

        enabled = [one for one in self._entities.all.values() if one.enabled]
        entities = [one for one in enabled if sees(one.person, one.metric or one.id)]
        hidden = sum(1 for one in enabled if some(one.person, one.metric or one.id)) - len(entities)
        known = {one.id for one in entities}
        virtual = [
            one
            for one in self._house.all()
            if one.entity_id not in self._entities.all and sees(*self._house.whose(one.entity_id))
        ]
        home = self._people.household
        place = (home.latitude, home.longitude) if home.latitude is not None and home.longitude is not None else None
        kinds = list(self._vocabulary.journal_kinds)
        people = [*self._people.all, HOUSEHOLD]
        order = Order(
            self._url,
            HOME,
            home.time_zone,
            place,
            start,
            end,
            variants,
            entities,
            {one.id: self._facts(one) for one in entities},
            [*virtual, *(self._now(one, start) for one in entities if not one.record)],
            directory_of(self._entities, known.__contains__),
            list(self._people.all.values()),
            {slug: self._quiet(slug) for slug in people},
            list(self._vocabulary.metrics.values()),
            self._sources(variants, known),
            {slug: [kind for kind in kinds if sees(slug, f"journal:{kind}")] for slug in people},
            as_received,
        )
        return order, hidden

    def _sources(self, variants: Sequence[Variant], known: Collection[str]) -> dict[str, dict[str, list[str]]]:
        found: dict[str, dict[str, list[str]]] = {}
        for person, metric in needs_of_all([one.body for one in variants]).metrics:
            ids = [one.id for one in self._entities.sources(person, metric) if one.id in known]
            found.setdefault(person, {})[metric] = ids
        return found

    def _facts(self, entity: Entity) -> Mapping[str, Any]:
        person, state = self._people.all.get(entity.person), self._states.get(entity.id)
        facts = facts_of(entity, person.name if person is not None else "")
        return {**facts, **state.attributes} if state is not None else facts

    def _now(self, entity: Entity, at: datetime) -> Seen:
        return seen_of(entity, self._states.get(entity.id), self._facts(entity), None, at, Context())
