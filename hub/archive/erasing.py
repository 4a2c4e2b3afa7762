"""Erasure: asked for, hidden at once, and after a time of grace gone for good."""

from __future__ import annotations

import asyncio
import shutil
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hub.access import Access, Accounts, Trail
from hub.archive import scrub
from hub.archive.erasure import WHOLE, Erasure
from hub.archive.house import House
from hub.backup import forget
from hub.errors import BadReading, Conflict, NotFound
from hub.model import HOUSEHOLD, EntitiesChanged, Entity, Role
from hub.recorder.instants import to_us
from hub.states import States
from hub.supervisor import Supervisor

GRACE = timedelta(days=7)
LARGE = 64 << 20
"""Bytes of database from which writing it anew waits for the night."""
NIGHT = range(2, 5)
SETTING = "erasures"


class Erasures:
    def __init__(
        self,
        house: House,
        states: States,
        access: Access,
        accounts: Accounts,
        supervisor: Supervisor,
        data_dir: Path,
        trail: Trail,
    ) -> None:
        self._trail = trail
        self._house, self._states, self._access, self._accounts = house, states, access, accounts
        self._supervisor, self._data_dir = supervisor, data_dir
        self._waiting: dict[str, Erasure] = {}
        self._persons: frozenset[str] = frozenset()
        self.hidden: frozenset[str] = frozenset()
        """Ids of entities that only the owner sees."""
        self.hidden_sources: frozenset[str] = frozenset()
        """Sources of journal entries that only the owner sees."""
        self.house = house
        self.others: list[Callable[[Erasure], Awaitable[None]]] = []
        """Rooms that keep something of their own that is to go as well; called before the rows go."""

    async def load(self) -> None:
        kept = await self._house.recorder.get_setting(SETTING) or []
        known = [Erasure(**{**one, "words": tuple(one["words"])}) for one in kept]
        self._waiting = {one.id: one for one in known}
        self._hide()

    def withheld(self, person: str, entity: str) -> bool:
        """Whether it waits to be erased, so that it leaves the hub no more."""
        return bool(self._waiting) and (person in self._persons or entity in self.hidden)

    @property
    def waiting(self) -> tuple[Erasure, ...]:
        """The next one first."""
        return tuple(sorted(self._waiting.values(), key=lambda one: one.due_us))

    async def preview(
        self, person: str = "", source: str = "", start: datetime | None = None, end: datetime | None = None
    ) -> Erasure:
        """What would go; changes nothing. Raises NotFound, BadReading."""
        if bool(person) == bool(source):
            raise BadReading("say whose data, or of which source; one of them")
        if person and not self._house.people.known(person):
            raise NotFound(f"there is no person {person!r}; there are: {', '.join(self._house.people.all)}")
        if person == HOUSEHOLD and start is None and end is None:
            raise BadReading("what belongs to the household can be erased by source or for a period, not as a whole")
        span = (to_us(start) if start else WHOLE[0], to_us(end) if end else WHOLE[1])
        if span[0] >= span[1]:
            raise BadReading("the period ends before it begins")
        entities = self._of(person, source)
        recorder = self._house.recorder
        if source and not entities and not await recorder.count_records(None, source, *WHOLE):
            known = sorted({one.entry for one in self._house.entities.all.values()})
            raise NotFound(f"nothing came from {source!r}; there are: {', '.join(known) or 'no sources yet'}")
        counts: dict[str, int] = {}
        by_series = await recorder.count_series([one.series for one in entities], *span)
        for entity in entities:
            name = entity.metric or entity.id
            counts[name] = counts.get(name, 0) + by_series[entity.series]
        counts |= await recorder.count_records(person or None, source or None, *span)
        now = to_us(self._house.clock.now())
        due = now + GRACE // timedelta(microseconds=1)
        return Erasure("", person, source, *span, now, due, "", {key: n for key, n in sorted(counts.items()) if n})

    async def ask(self, wished: Erasure, by: str, *, now: bool = False) -> Erasure:
        """Hide it from now on, and erase it when its time has come (`now`: at once). Raises Conflict."""
        alone = self._owner_alone(wished)
        if alone:
            raise Conflict(alone)
        asked = to_us(self._house.clock.now())
        due = asked if now else asked + GRACE // timedelta(microseconds=1)
        kept = replace(wished, id=uuid.uuid4().hex[:8], by=by, asked_us=asked, due_us=due)
        self._waiting[kept.id] = kept
        await self._save()
        if now:
            await self._erase(kept)
        return kept

    async def cancel(self, erasure: str) -> Erasure:
        """Raises NotFound, Conflict when it has begun."""
        found = self._waiting.get(erasure)
        if found is None:
            raise NotFound(f"no erasure {erasure!r} is waiting; `homeostat erase list` shows them")
        if found.erased:
            raise Conflict("that is erased already; only files are still being written anew")
        del self._waiting[erasure]
        await self._save()
        return found

    async def run_due(self) -> list[Erasure]:
        """Erase what is due; returns what is gone for good."""
        now, done = self._house.clock.now(), []
        for one in self.waiting:
            ripe = one.due <= now and (not one.erased or self._quiet(one, now))
            if ripe and await self._erase(one, wait=True):
                done.append(one)
        return done

    def _quiet(self, one: Erasure, now: datetime) -> bool:
        size = self._house.recorder.health.size_bytes or 0
        at = now.astimezone(ZoneInfo(self._house.people.household.time_zone))
        return size < LARGE or at.hour in NIGHT or now - one.due > timedelta(hours=22)

    async def _erase(self, one: Erasure, *, wait: bool = False) -> bool:
        """False when files are still to be written anew. May be repeated after any failure."""
        recorder = self._house.recorder
        if not one.erased:
            # Kept before anything goes: names are not known any more when the program is ended in between.
            one = self._waiting[one.id] = replace(one, words=one.words or tuple(self._words(one)))
            await self._save()
            for other in self.others:
                await other(one)
            await self._rows(one)
            one = replace(one, erased=True)
            self._waiting[one.id] = one
            await self._save()
            if wait and not self._quiet(one, self._house.clock.now()):
                return False
        await scrub.logs(self._data_dir / "logs", one.words)
        # Before the database is written anew, so that these words go as well; what is left is done again when killed.
        self._waiting[one.id] = replace(one, words=())
        await self._save()
        away = await self._backups(one)
        await recorder.overwrite()
        await recorder.renew_copies()
        del self._waiting[one.id]
        await self._save()
        whose = one.person or HOUSEHOLD
        detail = f"{one.id}: {one.total} items erased"
        if away:
            detail += f"; {away} backup targets can't be reached now and get the new keyring with the next backup"
        await self._trail.note(one.by, "erasure.done", person=whose, detail=detail)
        return True

    async def _backups(self, one: Erasure) -> int:
        """Make encrypted backups unreadable for a person who is gone; how many targets can't be reached now."""
        if not one.person or one.person == HOUSEHOLD or not one.whole:
            return 0
        return len(await asyncio.to_thread(forget, self._data_dir, one.person))

    async def _rows(self, one: Erasure) -> None:
        recorder, entities = self._house.recorder, self._of(one.person, one.source)
        everybody = bool(one.person) and one.whole
        if one.source and one.whole:
            await self._source(one.source)
        lost: set[int] = set()
        if everybody:
            await self._sources(one.person)
            if one.person in self._house.people.all:
                await self._house.people.remove(one.person)
            await self._people(one.person)
            for entry in self._supervisor.entries.values():
                if entry.person == one.person:
                    await self._supervisor.reload(entry.id)  # declared in the file: it stops, for want of a person
            lost = await recorder.lost_series()
        if one.whole:
            devices = {one.device for one in entities if one.device} if everybody else set()
            devices |= {d.id for d in self._house.entities.devices.values() if everybody and d.person == one.person}
            await self._house.entities.drop(entities, devices, one.person)
            for entity in entities:
                self._states.forget(entity.id)
            # A forgotten series is erased only when it was lost before and still is: new ones are being made.
            await recorder.erase_series(sorted({e.series for e in entities} | (lost & await recorder.lost_series())))
        else:
            for entity in entities:
                await recorder.erase_span(entity.series, one.start_us, one.end_us)
                await self._house.refresh(entity)
        await recorder.erase_records(one.person or None, one.source or None, one.start_us, one.end_us)

    async def _sources(self, person: str) -> None:
        for entry in list(self._supervisor.entries.values()):
            if entry.person != person:
                continue
            await self._house.recorder.entry_forget(entry.id)
            if not entry.declared_in:
                await self._supervisor.remove(entry.id)
            shutil.rmtree(self._data_dir / "entries" / entry.id, ignore_errors=True)
        # Of entries that are no more nobody can say whose they were.
        for folder in (self._data_dir / "entries").glob("*"):
            if folder.name not in self._supervisor.entries:
                shutil.rmtree(folder, ignore_errors=True)

    async def _source(self, entry_id: str) -> None:
        """What an entry of a person keeps of its own; it begins anew. One with devices keeps who they are."""
        entry = self._supervisor.entries.get(entry_id)
        if entry is not None and entry.person:
            await self._house.recorder.entry_forget(entry.id)
            shutil.rmtree(self._data_dir / "entries" / entry.id, ignore_errors=True)
            await self._supervisor.reload(entry.id)

    async def _people(self, person: str) -> None:
        """Accounts, grants and tokens that are the person's, or about nobody else."""
        accounts = self._accounts
        for account in list(accounts.all):
            if account.person == person:
                if account.role is Role.OWNER:
                    await accounts.change(account.name, person=None)
                else:
                    await accounts.remove(account.name)
        for grant in list(accounts.grants):
            if grant.person == person:
                await accounts.withdraw(grant.id)
        for token in list(accounts.tokens):
            if token.persons is not None and person in token.persons:
                await accounts.revoke_token(token.id)

    def _owner_alone(self, wished: Erasure) -> str:
        for one in self._waiting.values():
            if (one.person, one.source, one.start_us, one.end_us) == (
                wished.person, wished.source, wished.start_us, wished.end_us,
            ):  # fmt: skip
                return "that waits to be erased already"
        return ""

    def _of(self, person: str, source: str) -> list[Entity]:
        every: Sequence[Entity] = list(self._house.entities.all.values())
        if person:
            return [one for one in every if one.person == person]
        return [one for one in every if source in (one.entry, one.source, one.id)]

    def _words(self, one: Erasure) -> list[str]:
        if not one.whole:
            return []
        words = [entity.id for entity in self._of(one.person, one.source)]
        if one.person in self._house.people.all:
            words += [one.person, self._house.people.get(one.person).name]
        return words

    async def _save(self) -> None:
        await self._house.recorder.set_setting(SETTING, [asdict(one) for one in self._waiting.values()])
        before = self._persons, self.hidden
        self._hide()
        moved, those = self._persons ^ before[0], self.hidden ^ before[1]
        if moved or those:
            # Retained topics go, and come back when it is taken back.
            changed = [one for one in self._house.entities.all.values() if one.person in moved or one.id in those]
            self._house.tell(EntitiesChanged(self._house.clock.now(), tuple(changed)))

    def _hide(self) -> None:
        self._persons = frozenset(one.person for one in self._waiting.values() if one.person)
        self._access.hide(self._persons)
        self.hidden_sources = frozenset(one.source for one in self._waiting.values() if one.source)
        self.hidden = frozenset(
            entity.id for one in self._waiting.values() if one.source for entity in self._of("", one.source)
        )
