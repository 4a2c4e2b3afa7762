"""What was agreed to, kept with who and when; a no holds from the moment it is said."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from hub.bus import Bus
from hub.clock import Clock
from hub.consent.declared import OPTIONS, Outgoing
from hub.errors import NotFound
from hub.model import HOUSEHOLD, ConfigEntry, EntitiesChanged, EntryStatus
from hub.recorder.instants import from_us, to_us
from hub.registry import Entities, People
from hub.supervisor import Supervisor
from hub.supervisor.outgoing import typed

SETTING = "consents"
IN, OUT = "in", "out"
WHOLE = ""
"""In place of a person: all that the entry sends."""
CONFIGURED = "configured"
GIVEN = "given"
WITHDRAWN = "What leaves this house, under Settings > Privacy, is where it can be agreed to again."


@dataclass(frozen=True, slots=True)
class Consent:
    entry: str
    direction: str
    """`in`: from the source to here; `out`: from here to its hosts."""
    person: str
    """A slug, `household`, or empty: all of it."""
    by: str
    at_us: int
    how: str
    """`given` on the page or by the interface; `configured`: it came with setting the entry up."""
    hosts: tuple[str, ...] = ()
    what: str = ""
    ended_us: int | None = None
    ended_by: str = ""

    @property
    def agreed(self) -> bool:
        return self.ended_us is None

    @property
    def at(self) -> datetime:
        return from_us(self.at_us)

    @property
    def ended(self) -> datetime | None:
        return from_us(self.ended_us) if self.ended_us is not None else None

    @property
    def key(self) -> tuple[str, str, str]:
        return self.direction, self.entry, self.person


class Leaving(NamedTuple):
    """One entry that sends something out."""

    entry: ConfigEntry
    status: EntryStatus
    hosts: tuple[str, ...]
    """Empty: whoever signs in at the hub's own broker."""
    what: tuple[str, ...]
    of: frozenset[str]
    whole: Consent
    persons: tuple[Consent, ...]


class Coming(NamedTuple):
    """One source, and whose data it brings."""

    entry: ConfigEntry
    status: EntryStatus
    persons: tuple[Consent, ...]


class Settings(Protocol):
    async def get_setting(self, key: str) -> Any: ...
    async def set_setting(self, key: str, value: Any) -> None: ...


class Sharing:
    def __init__(
        self,
        store: Settings,
        supervisor: Supervisor,
        entities: Entities,
        people: People,
        bus: Bus,
        clock: Clock,
        outgoing: Mapping[str, tuple[Outgoing, ...]],
    ) -> None:
        self._store, self._supervisor, self._entities, self._people = store, supervisor, entities, people
        self._bus, self._clock, self._outgoing = bus, clock, outgoing
        self._kept: dict[tuple[str, str, str], Consent] = {}
        self._no: frozenset[tuple[str, str, str]] = frozenset()
        self._changing = asyncio.Lock()

    async def load(self) -> None:
        known = [
            Consent(**{**one, "hosts": tuple(one["hosts"])}) for one in await self._store.get_setting(SETTING) or []
        ]
        self._kept = {one.key: one for one in known}
        self._learn()

    def withheld(self, entry: str, person: str) -> bool:
        """Whether a person's data must not reach an entry that sends it out."""
        return bool(self._no) and (OUT, entry, person or HOUSEHOLD) in self._no

    def refused_in(self, entry: str, person: str) -> bool:
        """Whether what the entry brings of a person is not taken in."""
        return bool(self._no) and (IN, entry, person or HOUSEHOLD) in self._no

    def objection(self, entry: ConfigEntry) -> str:
        """Why the entry may not run, in words; empty when it may."""
        for key in ((OUT, entry.id, WHOLE), (IN, entry.id, entry.person), (OUT, entry.id, entry.person)):
            if key in self._no and (key[2] or key[0] == OUT):
                found = self._kept[key]
                day = found.ended.date().isoformat() if found.ended else ""
                return f"{found.ended_by} withdrew the consent to it on {day}."
        return ""

    async def sync(self, by: str = "", entry_id: str = "") -> None:
        """Keep a consent for whatever was set up and has none; `by` is who set `entry_id` up just now."""
        async with self._changing:
            before = dict(self._kept)
            for entry in self._supervisor.entries.values():
                hosts, what = self._hosts(entry), "; ".join(one.what for one in self._of(entry))
                for direction, person in self._wanted(entry):
                    known = self._kept.get((direction, entry.id, person))
                    told = (hosts, what) if direction == OUT else ((), "")
                    if known is not None and (known.hosts, known.what) == told:
                        continue
                    if known is not None and not known.agreed:
                        continue
                    who = by if by and entry.id == entry_id else (entry.declared_in or "the owner")
                    made = Consent(entry.id, direction, person, who, self._now(), CONFIGURED, *told)
                    self._kept[made.key] = made
            # A no outlives its entry, which may only be missing for a while.
            there = self._supervisor.entries
            gone = [key for key, one in self._kept.items() if key[1] not in there and one.agreed]
            for key in gone:
                del self._kept[key]
            if self._kept != before:
                await self._save()

    async def set_up(self, entry_id: str, by: str) -> None:
        """An entry was just made or changed by who may: that is a yes to what it needs."""
        stale = [key for key, one in self._kept.items() if key[1] == entry_id and not one.agreed]
        for key in stale:
            del self._kept[key]
        self._learn()
        await self.sync(by, entry_id)
        if stale:
            await self._supervisor.reload(entry_id)

    async def agree(self, entry_id: str, direction: str, person: str, by: str) -> Consent:
        """Raises NotFound for what nobody is asked about."""
        return await self._say(entry_id, direction, person, by, agreed=True)

    async def withdraw(self, entry_id: str, direction: str, person: str, by: str) -> Consent:
        """From now on nothing of it goes; an entry that has nothing left to do stops. Raises NotFound."""
        return await self._say(entry_id, direction, person, by, agreed=False)

    async def forget(self, person: str) -> None:
        """Somebody is erased."""
        async with self._changing:
            self._kept = {key: one for key, one in self._kept.items() if key[2] != person}
            await self._save()

    def leaving(self) -> list[Leaving]:
        """Every entry that sends something out; call `sync` before."""
        found = []
        for entry in self._supervisor.entries.values():
            sent = self._of(entry)
            whole = self._kept.get((OUT, entry.id, WHOLE))
            if sent and whole is not None:
                persons = self._consents(entry, OUT)
                of, what = frozenset(one.of for one in sent), tuple(one.what for one in sent)
                status = self._supervisor.status(entry.id)
                found.append(Leaving(entry, status, self._hosts(entry), what, of, whole, persons))
        return found

    def coming(self) -> list[Coming]:
        """Every source that brings somebody's data."""
        return [
            Coming(entry, self._supervisor.status(entry.id), persons)
            for entry in self._supervisor.entries.values()
            if (persons := self._consents(entry, IN))
        ]

    def get(self, entry_id: str, direction: str, person: str) -> Consent:
        """Raises NotFound."""
        found = self._kept.get((direction, entry_id, person))
        if found is None:
            whose = f" of {person}" if person else ""
            raise NotFound(f"{entry_id!r} {'sends' if direction == OUT else 'brings'} nothing{whose}")
        return found

    async def _say(self, entry_id: str, direction: str, person: str, by: str, *, agreed: bool) -> Consent:
        await self.sync()
        async with self._changing:
            known = self.get(entry_id, direction, person)
            if known.agreed == agreed:
                return known
            now = self._now()
            if agreed:
                made = replace(known, by=by, at_us=now, how=GIVEN, ended_us=None, ended_by="")
            else:
                made = replace(known, ended_us=now, ended_by=by)
            self._kept[made.key] = made
            self._learn()  # before it is kept: a no holds from the moment it is said
            try:
                await self._save()
            except BaseException:
                self._kept[made.key] = known
                self._learn()
                raise
        await self._apply(entry_id, direction, person)
        return made

    async def _apply(self, entry_id: str, direction: str, person: str) -> None:
        entry = self._supervisor.get(entry_id)
        if person == WHOLE or person == entry.person:
            await self._supervisor.reload(entry_id)
        elif direction == OUT:
            # Each entry is told anew what it may see of these.
            theirs = tuple(one for one in self._entities.all.values() if (one.person or HOUSEHOLD) == person)
            self._bus.publish(EntitiesChanged(self._clock.now(), theirs))

    def _wanted(self, entry: ConfigEntry) -> list[tuple[str, str]]:
        sent = self._of(entry)
        wanted = [(OUT, WHOLE)] if sent else []
        if any(one.of == "person" for one in sent):
            everybody = [*self._people.all, HOUSEHOLD] if entry.person in ("", HOUSEHOLD) else [entry.person]
            wanted += [(OUT, one) for one in everybody]
        bringing = {one.person for one in self._entities.all.values() if one.entry == entry.id and one.person}
        bringing |= {entry.person} if entry.person else set()
        return [*wanted, *((IN, one) for one in sorted(bringing))]

    def _consents(self, entry: ConfigEntry, direction: str) -> tuple[Consent, ...]:
        wanted = [one for one in self._wanted(entry) if one[0] == direction and one[1] != WHOLE]
        return tuple(self._kept[key] for one in wanted if (key := (direction, entry.id, one[1])) in self._kept)

    def _of(self, entry: ConfigEntry) -> Sequence[Outgoing]:
        item = self._supervisor.catalogue.items.get(entry.domain)
        if item is not None and item.declared is not None:
            hosts, about = item.declared.needs.hosts, "; ".join(item.declared.words)
            return [Outgoing(one, f"what it decides ({about})", "person") for one in hosts]
        return self._outgoing.get(entry.domain, ())

    def _hosts(self, entry: ConfigEntry) -> tuple[str, ...]:
        found: list[str] = []
        for one in self._of(entry):
            found += [_named(*place) for place in sorted(typed(entry.options))] if one.host == OPTIONS else [one.host]
        return tuple(dict.fromkeys(found))

    def _learn(self) -> None:
        self._no = frozenset(one.key for one in self._kept.values() if not one.agreed)

    async def _save(self) -> None:
        await self._store.set_setting(SETTING, [asdict(one) for one in self._kept.values()])
        self._learn()

    def _now(self) -> int:
        return to_us(self._clock.now())


def _named(host: str, port: int) -> str:
    return f"{host}:{port}" if port else host
