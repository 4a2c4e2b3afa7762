"""What leaves this house and what comes in, and the yes and no to it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from hub.consent import Coming, Consent, Leaving
from hub.errors import Forbidden
from hub.model import HOUSEHOLD, Token, Verb
from hub.view.base import Base


class Service(NamedTuple):
    """What the hub itself reaches out to, where it was told so on a page of its own."""

    name: str
    where: str
    what: str
    page: str
    """Where it is taken away."""
    last: datetime | None = None


class Flows(NamedTuple):
    leaving: list[Leaving]
    coming: list[Coming]
    readers: list[Token]
    """Programs that may read by a token."""
    services: list[Service]


class ConsentView(Base):
    async def flows(self) -> Flows:
        """All that leaves and comes in, for the owner; for others what is about themselves."""
        sharing, tokens = self._rooms.sharing, self._rooms.accounts.tokens
        await sharing.sync()
        if self.allowed(Verb.MANAGE, HOUSEHOLD):
            readers = [one for one in tokens if Verb.VIEW in one.verbs]
            return Flows(sharing.leaving(), sharing.coming(), readers, self._services())
        me = self._me()
        leaving = [
            one._replace(persons=mine)
            for one in sharing.leaving()
            if (mine := tuple(which for which in one.persons if which.person == me))
        ]
        coming = [
            one._replace(persons=mine)
            for one in sharing.coming()
            if (mine := tuple(which for which in one.persons if which.person == me))
        ]
        return Flows(leaving, coming, [one for one in tokens if one.account == self.actor.account], [])

    async def consent(self, entry: str, direction: str, person: str, *, agreed: bool) -> Consent:
        """Say yes or no: who manages the household for everything, each person for herself. Raises NotFound, Forbidden.

        `direction`: `in` or `out`; `person` empty: all that the entry sends.
        """
        if not self.allowed(Verb.MANAGE, HOUSEHOLD) and (not person or person != self._me()):
            raise Forbidden("you can say yes and no for your own data; ask the owner for the rest")
        if self.actor.token is not None and not self.allowed(Verb.MANAGE, HOUSEHOLD):
            raise Forbidden("a token may not say yes or no for you; sign in on the page")
        if agreed:
            self._fresh()
        say = self._rooms.sharing.agree if agreed else self._rooms.sharing.withdraw
        found = await say(entry, direction, person, self._author)
        await self._note(f"consent.{'give' if agreed else 'withdraw'}", person=person, detail=f"{direction} {entry}")
        return found

    def _services(self) -> list[Service]:
        """Backup targets beyond this machine, and the server that people sign in with; for the owner."""
        if not self.scope(Verb.MANAGE).unlimited:
            return []
        found = [
            Service(
                spec.name, spec.where, "encrypted backups of everything", "/settings/backups",
                datetime.fromisoformat(doing.success_at) if doing.success_at else None,
            )
            for spec, doing in self._rooms.backups.targets()
            if spec.kind != "folder"
        ]  # fmt: skip
        provider = self._rooms.openid.provider
        if provider is not None:
            what = "that somebody signs in, and by which browser"
            found.append(Service(provider.name, provider.issuer, what, "/settings/openid"))
        return found

    def _me(self) -> str:
        """The person the account is, where the actor may see all of her."""
        account = self.account
        person = account.person if account is not None else None
        return person if person and self.allowed(Verb.VIEW, person) else ""
