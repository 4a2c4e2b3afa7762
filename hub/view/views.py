"""Where views come from: a credential, a sign-in, or the first set-up."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hub.access import Invitation
from hub.errors import Conflict, Forbidden, NotFound
from hub.model import SYSTEM, Account, Actor, Credential, Notice, NoticeState, Role
from hub.registry.births import check_birth
from hub.view.base import Rooms
from hub.view.federated import Federated
from hub.view.figures import HubFigures, figures_of
from hub.view.signing import Signing
from hub.view.view import View

NOBODY = Actor(account="", kind="nobody")


@dataclass(frozen=True, slots=True)
class SetupRequest:
    """What onboarding asks for."""

    owner: str
    password: str
    household: str
    time_zone: str
    owner_is_person: bool = True
    people: Sequence[Mapping[str, Any]] = ()
    """Further people: `name`, and `birth_date`, `sex` where known."""
    latitude: float | None = None
    longitude: float | None = None
    units: Mapping[str, str] = field(default_factory=dict)
    language: str = "en"


class Views(Signing):
    def __init__(self, rooms: Rooms) -> None:
        super().__init__(rooms)
        self._federated = Federated(rooms)
        self._code = ""

    @property
    def version(self) -> str:
        return self._rooms.version

    def told_by_token(self, token: str) -> Notice | None:
        """The notice that a token answers, without signing in; None for one that was made up."""
        room = self._rooms.notify
        found = room.shelf.get(room.channels.opened(token))
        return found if found is not None and room.recipients.may_hear(found.to, found.about, found.subject) else None

    async def answer_by_token(self, token: str, action: str, reply: str, state: NoticeState) -> bool:
        """Deal with that notice as its recipient; False where there is nothing to deal with (any more)."""
        notice = self.told_by_token(token)
        if notice is None:
            return False
        pushed = next((name for name, way in notice.ways.items() if name != "app" and way.handle is not None), "app")
        return await self._rooms.notify.answers.settle(notice, action, reply, notice.to, state, pushed)

    @property
    def setup_code(self) -> str:
        """Printed on the console once; proves that who sets up can see it. Empty when the hub is set up."""
        if not self.needs_setup():
            return ""
        if not self._code:
            self._code = "-".join(f"{secrets.randbelow(1000):03d}" for _ in range(3))
        return self._code

    @property
    def federated(self) -> Federated:
        """Signing in by an identity server."""
        return self._federated

    def needs_setup(self) -> bool:
        return not self._rooms.accounts.owners()

    async def setup(self, request: SetupRequest, *, code: str | None) -> Account:
        """Make household, people and owner. `code` None: the console itself asks. Raises Forbidden, Conflict."""
        if not self.needs_setup():
            raise Conflict("this hub is set up already; sign in instead")
        if code is not None and not hmac.compare_digest(code.strip(), self.setup_code):
            raise Forbidden("that is not the set-up code; it stands in the console where the hub was started")
        name = request.owner.strip()
        if not name or not request.household.strip():
            raise Conflict("the household and its owner need a name")
        rooms = self._rooms
        # Here already: what comes before the account is kept, too.
        await rooms.accounts.check_password(request.password, name, request.household)
        for fields in request.people:
            check_birth(fields.get("birth_date"), rooms.clock.now())
        household = replace(
            rooms.people.household,
            name=request.household.strip(),
            time_zone=request.time_zone,
            latitude=request.latitude,
            longitude=request.longitude,
            units=dict(request.units),
            language=request.language,
        )
        await rooms.people.save_household(household)
        # A person of the same name is the same: added before, or by a set-up that was broken off.
        known = {one.name.casefold(): one for one in rooms.people.all.values()}
        person = (known.get(name.casefold()) or await rooms.people.add(name)) if request.owner_is_person else None
        if person is not None:
            known[name.casefold()] = person
        for fields in request.people:
            wished = str(fields["name"]).strip().casefold()
            if wished not in known:
                known[wished] = await rooms.people.add(**fields)
        account = Account(name.lower(), name, Role.OWNER, person.slug if person is not None else None)
        # The account comes last: a set-up that fails before can simply be tried again.
        await rooms.accounts.add(account, request.password)
        await rooms.entities.reregister()
        await rooms.trail.note(account.name, "setup")
        self._code = ""
        return account

    def invitation(self, secret: str) -> Invitation:
        """What a link invites to. Raises NotFound when it is used up."""
        return self._rooms.invitations.find(secret)

    async def accept(self, secret: str, password: str) -> Account:
        """Make the account that a link invites to. Raises NotFound, Conflict."""
        invitation = self._rooms.invitations.find(secret)
        account = await self._rooms.invitations.accept(secret, password)
        for one in self._rooms.accounts.grants:
            if one.account == account.name:
                await self._rooms.consents.given(one, child=one.person in self._rooms.people.all)
        await self._rooms.trail.note(account.name, "invitation.accept", detail=f"invited by {invitation.by}")
        return account

    async def authenticate(self, credential: Credential) -> View | None:
        """The view of who shows this credential; None when nobody does (any more)."""
        actor = await self._rooms.accounts.authenticate(credential)
        return View(self._rooms, actor) if actor is not None else None

    def system(self) -> View:
        """The hub's own view, for the console and the demo."""
        return View(self._rooms, SYSTEM)

    def of_account(self, name: str) -> View:
        """The console in somebody's name, with no more than their rights. Raises NotFound."""
        if name not in {one.name for one in self._rooms.accounts.all}:
            raise NotFound(f"there is no account {name!r}")
        return View(self._rooms, Actor(name))

    def nobody(self) -> View:
        """For public routes: may see nothing."""
        return View(self._rooms, NOBODY)

    def foreign_headers(self, peer: str) -> None:
        """A request of `peer` carried a proxy's headers, and it is none that is trusted."""
        self._rooms.network.foreign_headers(peer)

    def figures(self) -> HubFigures:
        """Numbers for /metrics and /readyz; no values, no names of people."""
        return figures_of(self._rooms)
