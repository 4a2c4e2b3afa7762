"""The rooms a view looks into, and the questions all its parts ask."""

from __future__ import annotations

import difflib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hub.access import READ, Access, Accounts, Invitations, Reads, Scope, Trail
from hub.access.asking import Asking
from hub.access.consents import Consents
from hub.access.openid import Identities, OpenId
from hub.actions import Actions
from hub.archive import Erasures, Exports, Imports, Retention
from hub.automation.at_work import Automations
from hub.automation.replay.room import Backtests
from hub.automation.services.room import Deeds
from hub.automation.shelf import Shelf
from hub.backup.room import Backups
from hub.bus import Bus
from hub.clock import Clock
from hub.consent import Sharing
from hub.errors import Forbidden, NotFound, StepUpNeeded
from hub.intake import Intake
from hub.journal import Journal
from hub.model import (
    HOUSEHOLD,
    AccessChanged,
    Account,
    Actor,
    DeviceFound,
    EntitiesChanged,
    Entity,
    Event,
    Happened,
    Household,
    JournalChanged,
    JournalKind,
    Lagged,
    Metric,
    NoticesChanged,
    PeopleChanged,
    Person,
    ReadingsRecorded,
    ReadingsRejected,
    ReadingsRemoved,
    Role,
    StateChanged,
    Verb,
)
from hub.notify import Notify
from hub.recorder import Recorder
from hub.registry import Counting, Entities, People, Vocabulary
from hub.states import States
from hub.supervisor import Supervisor
from hub.vault import Vault
from hub.view.network_room import NetworkRoom
from hub.view.recent import Recent

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(slots=True)
class Rooms:
    """Every room a view may look into; made once by the daemon."""

    clock: Clock
    bus: Bus
    states: States
    recorder: Recorder
    access: Access
    accounts: Accounts
    invitations: Invitations
    consents: Consents
    asking: Asking
    openid: OpenId
    identities: Identities
    trail: Trail
    reads: Reads
    people: People
    entities: Entities
    vocabulary: Vocabulary
    counting: Counting
    intake: Intake
    journal: Journal
    actions: Actions
    automations: Automations
    shelf: Shelf
    deeds: Deeds
    backtests: Backtests
    supervisor: Supervisor
    erasures: Erasures
    exports: Exports
    imports: Imports
    retention: Retention
    sharing: Sharing
    vault: Vault
    network: NetworkRoom
    backups: Backups
    notify: Notify
    data_dir: Path
    version: str
    problems: dict[str, tuple[datetime, str, str]]
    """Key -> since, message, remedy."""
    recent: Recent = field(default_factory=Recent)


class Base:
    """An actor before the rooms; everything a view gives passes `_may` or `_require`."""

    def __init__(self, rooms: Rooms, actor: Actor) -> None:
        self._rooms = rooms
        self.actor = actor
        self.stale = False
        """True once something was asked for that wants who sits there to show it first; whoever caught that."""

    @property
    def clock(self) -> Clock:
        return self._rooms.clock

    @property
    def manages(self) -> bool:
        """True for who may change the household and its settings."""
        return self.allowed(Verb.MANAGE, HOUSEHOLD)

    @property
    def account(self) -> Account | None:
        """Who is signed in; None for the hub itself."""
        return next((one for one in self._rooms.accounts.all if one.name == self.actor.account), None)

    def allowed(self, verb: Verb, person: str, subject: str | None = None) -> bool:
        return self._rooms.access.allowed(self.actor, verb, person, subject)

    def require(self, verb: Verb, person: str = HOUSEHOLD, subject: str | None = None) -> None:
        """For a form that only who may send it is shown. Raises Forbidden."""
        self._require(verb, person, subject)

    def scope(self, verb: Verb = Verb.VIEW) -> Scope:
        return self._rooms.access.scope(self.actor, verb)

    def rights(self) -> tuple[Scope, ...]:
        """All that the actor may at this moment; equal as long as nothing has changed."""
        return tuple(self.scope(verb) for verb in Verb)

    def live(self) -> bool:
        """False once the session or token was revoked or ran out."""
        return self._rooms.accounts.session_live(self.actor)

    def household(self) -> Household:
        return self._rooms.people.household

    def people(self) -> list[Person]:
        """Those of whom the actor may see at least something; when they were born, where all of them."""
        scope = self.scope()
        return [_as_seen(one, scope) for one in self._rooms.people.all.values() if scope.touches(one.slug)]

    def person(self, slug: str) -> Person:
        """Raises NotFound also for a person the actor may see nothing of."""
        scope = self.scope()
        if not scope.touches(slug):
            raise NotFound(f"there is no person {slug!r}")
        return _as_seen(self._rooms.people.get(slug), scope)

    def require_whose(self, person: str) -> None:
        """Raises NotFound for who is not there or hidden; Forbidden, whoever it is, past the people of the token."""
        scope = self.scope()
        if scope.only_persons is not None and person not in scope.only_persons:
            raise Forbidden(f"this token is not for {person!r}")
        if not self._rooms.people.known(person) or not scope.touches(person):
            near = difflib.get_close_matches(
                person.lower(), [one for one in self._rooms.people.all if scope.touches(one)], n=1
            )
            raise NotFound(f"there is no person {person!r}" + (f"; did you mean {near[0]!r}?" if near else ""))

    def time_zone(self, person: str) -> str:
        return self._rooms.people.time_zone(person)

    def metrics(self) -> list[Metric]:
        return list(self._rooms.vocabulary.metrics.values())

    def metric(self, key: str) -> Metric:
        """Raises NotFound with the key that was probably meant."""
        found = self._rooms.vocabulary.metrics.get(key)
        if found is None:
            raise NotFound(self._rooms.vocabulary.unknown_metric(key))
        return found

    def journal_kinds(self) -> list[JournalKind]:
        return list(self._rooms.vocabulary.journal_kinds.values())

    async def subscribe(self, *kinds: type[Event], limit: int = 1_000, name: str = "stream") -> AsyncIterator[Event]:
        """News the actor may see, the rule asked for every event; ends when the session or token does."""
        # A change of rights wakes every stream, so that one that is quiet ends as soon as one that is not.
        wanted = (*kinds, AccessChanged) if kinds else ()
        with self._rooms.bus.subscribe(*wanted, limit=limit, name=name) as subscription:
            async for event in subscription:
                if not self.live():
                    return
                if isinstance(event, (*(kinds or (Event,)), Lagged)) and self.may_see(event):
                    yield event

    def recent(self, *kinds: type[Event]) -> list[Event]:
        """The newest events of these kinds that the actor may see, oldest first."""
        found = [one for one in self._rooms.recent if isinstance(one, kinds or Event) and self.may_see(one)]
        for event in found:
            self.told(event)
        return found

    def may_see(self, event: Event) -> bool:
        """The one rule, for an event."""
        match event:
            case StateChanged() | ReadingsRecorded() | ReadingsRemoved():
                return self._may_entity(event.entity)
            case JournalChanged():
                return self.allowed(Verb.VIEW, event.new.person, f"journal:{event.new.kind}")
            case EntitiesChanged():
                return any(self._may_entity(one) for one in (*event.entities, *event.gone))
            case DeviceFound():
                return self.allowed(Verb.VIEW, event.device.person)
            case ReadingsRejected() | Happened():
                return self.allowed(Verb.VIEW, event.person)
            case NoticesChanged():
                return bool(self.actor.account) and event.to == self._rooms.notify.recipients.of_account(self._author)
            case _:
                told_to_all = isinstance(event, Lagged | PeopleChanged | AccessChanged)
                return told_to_all or self.allowed(Verb.MANAGE, "household")

    def _may_entity(self, entity: Entity, verb: Verb = Verb.VIEW) -> bool:
        return self._sees(entity) and self._rooms.access.allowed(self.actor, verb, entity.person, subject_of(entity))

    def _sees(self, entity: Entity) -> bool:
        """False for what waits to be erased, unless the owner or the hub itself asks."""
        return entity.id not in self._rooms.erasures.hidden or self._owner()

    def _owner(self) -> bool:
        account = self.account
        return self.actor.kind == "system" or (account is not None and account.role is Role.OWNER)

    def _sources(self, person: str, metric: str) -> list[Entity]:
        return [one for one in self._rooms.entities.sources(person, metric) if self._sees(one)]

    def _require(self, verb: Verb, person: str = "household", subject: str | None = None) -> None:
        self._rooms.access.require(self.actor, verb, person, subject)

    def _manage(self) -> None:
        self._require(Verb.MANAGE)

    def _fresh(self) -> None:
        """Raises StepUpNeeded where a browser's last proof of who sits there is over ten minutes old.

        Programs and the hub itself pass: their credential is shown with every request.
        """
        if not self._rooms.accounts.fresh(self.actor):
            self.stale = True
            raise StepUpNeeded

    async def _note(self, action: str, *, person: str = "", outcome: str = "done", detail: str = "") -> None:
        """A line of the trail: who did what to whom, without values."""
        await self._rooms.trail.note(self.actor, action, person=person, outcome=outcome, detail=detail)

    def _saw(self, person: str, *kinds: str, action: str = READ) -> None:
        """The actor looked at (or with RECORD wrote) these metrics and kinds of a person."""
        self._rooms.reads.saw(self.actor, person, kinds, action)

    def told(self, event: Event) -> None:
        """An event goes out to the actor, which is a look like any other."""
        match event:
            case StateChanged() | ReadingsRecorded() | ReadingsRemoved():
                self._saw(event.entity.person, subject_of(event.entity))
            case JournalChanged():
                self._saw(event.new.person, f"journal:{event.new.kind}")
            case _:
                pass

    @property
    def _author(self) -> str:
        return self.actor.account or self.actor.kind


def _as_seen(person: Person, scope: Scope) -> Person:
    # Whoever may see only some metrics has no business with the rest of the person.
    return person if scope.covers(person.slug) else replace(person, birth_date=None, sex=None)


def subject_of(entity: Entity) -> str:
    """What grants and tokens name: the metric key, or the entity id of what has no metric."""
    return entity.metric or entity.id


def microseconds(at: datetime) -> int:
    return (at - EPOCH) // _MICROSECOND


def instant(us: int) -> datetime:
    return EPOCH + timedelta(microseconds=us)
