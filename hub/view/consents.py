"""What those whom rights are about say to them."""

from __future__ import annotations

from hub.access.consents import Consent
from hub.errors import Forbidden, NotFound
from hub.model import AccessChanged, Grant
from hub.view.rights import RightsView, told


class ConsentsView(RightsView):
    def consents(self, grant: Grant) -> list[Consent]:
        """Who agreed to a right the actor may know of, and who is still asked."""
        known = any(one.id == grant.id for one in self.grants())
        return self._rooms.consents.of(grant) if known or self.may_ask_who_sees(grant.person) else []

    def asked_of_me(self) -> list[Grant]:
        """Rights about the actor's own person that wait for their word."""
        return self._rooms.consents.asked(self._own_person) if self._own_person else []

    async def agree(self, grant_id: str) -> Grant:
        """Say yes to a right about oneself. Raises NotFound for one that is about others."""
        person = self._own_person
        if not person:
            raise Forbidden("only the person whom a right is about can agree to it, signed in on the page")
        found = next((one for one in self.grants() if one.id == grant_id), None)
        if found is None or not any(one.person == person for one in self._rooms.consents.of(found)):
            raise NotFound(f"there is no right {grant_id!r} about you; it may have been withdrawn")
        await self._rooms.consents.agree(found, person, self.actor.account)
        await self._note("consent.agree", person=person, detail=f"{found.account} {told(found)}")
        self._tell_changed()
        return found

    @property
    def consent_waits(self) -> bool:
        """Whether a right gives nothing before everyone it is about has agreed."""
        return self._rooms.consents.waits

    async def set_consent_waits(self, waits: bool) -> None:
        """Holds for rights given before, too, where nobody has agreed yet."""
        self._own()
        self._fresh()
        await self._rooms.consents.wait(waits)
        await self._note("consent.wait", detail="yes" if waits else "no")
        self._tell_changed()

    def held(self, grant: Grant) -> bool:
        """True for a right that gives nothing yet."""
        return self.consent_waits and any(not one.agreed for one in self._rooms.consents.of(grant))

    def _tell_changed(self) -> None:
        self._rooms.bus.publish(AccessChanged(self.clock.now()))
