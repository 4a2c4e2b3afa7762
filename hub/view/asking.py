"""Why something is refused, and asking an owner for it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hub.access import until_of
from hub.access.asking import Wish
from hub.errors import Conflict, Forbidden, NotAllowed, NotFound
from hub.model import HOUSEHOLD, Grant, Role, Verb
from hub.view.rights import JOURNAL, RightsView

HOME = (Role.OWNER, Role.ADULT, Role.FAMILY)
"""Roles of those who live here, and know who else does."""


@dataclass(frozen=True, slots=True)
class Why:
    """A right that is missing, and who can give it; never whether there is anything to see."""

    verb: Verb
    person: str
    subject: str
    givers: tuple[str, ...]
    """Names of those who can; empty for who does not live here: an owner."""
    asked: bool
    """The actor has asked for it already."""


class AskingView(RightsView):
    def why(self, refusal: Forbidden) -> Why | None:
        """None where there is nothing to ask for: of people the actor does not know of, and for programs."""
        if not isinstance(refusal, NotAllowed) or not self._may_ask(refusal.verb, refusal.person):
            return None
        if refusal.subject and not self._in_words(refusal.subject):
            return None
        account = self.account
        owners = self._rooms.accounts.owners()
        at_home = account is not None and account.role in HOME
        wishes = [one for one in self._rooms.asking.open if one.account == self.actor.account]
        wished = (refusal.verb, refusal.person, refusal.subject)
        return Why(
            Verb(refusal.verb),
            refusal.person,
            refusal.subject,
            tuple(one.display_name for one in owners) if at_home else (),
            any((one.verb.value, one.person, one.subject) == wished for one in wishes),
        )

    async def ask(self, verb: Verb, person: str, subject: str = "") -> Wish:
        """Leave a request for the owner. Raises NotFound, Forbidden, Conflict, TooManyTries."""
        if not self._may_ask(verb.value, person):
            raise NotFound(f"there is no person {person!r}")
        if subject and not self._in_words(subject):
            raise NotFound(f"there is no metric {subject!r}")
        if self.allowed(verb, person, subject or None):
            raise Conflict("you may do that already")
        wish = await self._rooms.asking.ask(self.actor.account, verb, person, subject)
        await self._note("request.add", person=person, detail=f"{verb.value} {subject}".strip())
        return wish

    def wishes(self) -> list[Wish]:
        """Everybody's for an owner, one's own otherwise."""
        return [one for one in self._rooms.asking.open if self.is_owner or one.account == self.actor.account]

    async def grant_wish(self, wish_id: str, until: str = "") -> Grant:
        """Give what was asked for, `until` as people say it. Raises NotFound, Conflict."""
        self._own()
        self._fresh()
        wish = self._rooms.asking.get(wish_id)
        zone = self.time_zone(wish.person)
        ends = until_of(until, self.clock.now(), zone)
        draft = self.draft_grant(
            wish.person, [wish.verb], subjects=[wish.subject] if wish.subject else None, until=ends
        )
        given = await self.give(replace(draft, account=wish.account))
        await self._rooms.asking.answered(wish_id)
        return given

    async def dismiss_wish(self, wish_id: str) -> None:
        """Say no, or take one's own back."""
        wish = next((one for one in self.wishes() if one.id == wish_id), None)
        if wish is None:
            raise NotFound(f"there is no request {wish_id!r}; it may have been answered")
        await self._rooms.asking.answered(wish_id)
        await self._note("request.remove", person=wish.person, detail=wish.account)

    def _in_words(self, subject: str) -> bool:
        """A metric or kind of entry that any hub has; whether an entity is here would be told otherwise."""
        words = self._rooms.vocabulary
        return subject in words.metrics or subject.removeprefix(JOURNAL) in words.journal_kinds

    def _may_ask(self, verb: str, person: str) -> bool:
        """Of those the actor knows of already, or of the household; nobody asks to manage."""
        if self.actor.session is None or self.actor.kind != "account" or verb == Verb.MANAGE:
            return False
        known = person == HOUSEHOLD or (person in self._rooms.people.all and self.scope().touches(person))
        return known and (person != HOUSEHOLD or bool(self.people()) or self.scope().touches(HOUSEHOLD))
