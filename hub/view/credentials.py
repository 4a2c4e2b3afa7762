"""Sessions, tokens and the audit trail, as far as the actor may."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from hub.access import BrowserSession, Verdict
from hub.errors import Conflict, Forbidden, NotFound
from hub.model import HOUSEHOLD, ChainedLine, Token, Verb
from hub.view.base import Base


class CredentialsView(Base):
    # Sessions

    def sessions(self) -> list[BrowserSession]:
        """The browsers signed in to the actor's own account; everybody's for an owner's program."""
        everybody = self.actor.session is None and self.is_owner
        return self._rooms.accounts.sessions.of(None if everybody else self.actor.account)

    def is_this(self, session: BrowserSession) -> bool:
        return session.digest == self.actor.session

    async def end_session(self, session: str) -> None:
        """Raises NotFound."""
        self._not_by_narrow_token()
        found = next((one for one in self.sessions() if one.id == session), None)
        if found is None:
            raise NotFound(f"there is no session {session!r}; it may have ended")
        await self._rooms.accounts.end_sessions([found.digest])
        await self._note("session.end", detail=f"{found.account}, {browser_of(found.user_agent)}")

    async def end_other_sessions(self) -> int:
        """All of the actor's own but the one that asks; how many there were."""
        self._not_by_narrow_token()
        own = self._rooms.accounts.sessions.of(self.actor.account)
        ended = await self._rooms.accounts.end_sessions(one.digest for one in own if one.digest != self.actor.session)
        if ended:
            await self._note("session.end", detail=f"{ended} others of {self.actor.account}")
        return ended

    # Tokens

    def tokens(self) -> list[Token]:
        """The actor's own; everybody's for who may manage the household."""
        every = self.allowed(Verb.MANAGE, HOUSEHOLD)
        return [one for one in self._rooms.accounts.tokens if every or one.account == self.actor.account]

    async def create_token(
        self,
        label: str,
        *,
        persons: Iterable[str] | None = None,
        verbs: Iterable[Verb] = (Verb.VIEW,),
        subjects: Iterable[str] | None = None,
        days: float | None = None,
    ) -> tuple[Token, str]:
        """For the actor's own account; its text is returned this once. A token cannot make tokens."""
        if self.actor.token is not None:
            raise Forbidden("a token cannot make tokens; sign in on the page")
        self._fresh()
        named = list(persons) if persons is not None else None
        for person in named or ():
            self._known(person)
        token, text = await self._rooms.accounts.create_token(
            self.actor.account, label=label, persons=named, verbs=verbs, subjects=subjects, days=days
        )
        await self._note("token.add", detail=f"{token.id} of {token.account}")
        return token, text

    async def revoke_token(self, token_id: str) -> None:
        found = next((one for one in self.tokens() if one.id == token_id), None)
        if found is None:
            raise NotFound(f"there is no token {token_id!r}")
        await self._rooms.accounts.revoke_token(token_id)
        await self._note("token.remove", detail=f"{token_id} of {found.account}")

    def own_token(self) -> Token | None:
        """The token that asks, when a token asks."""
        return next((one for one in self._rooms.accounts.tokens if one.id == self.actor.token), None)

    # The trail

    async def audit_tail(self, limit: int = 100, *, before: int | None = None) -> list[ChainedLine]:
        """Newest first; `before` a line's number, those older than it."""
        self._own()
        return await self._rooms.trail.tail(limit, before=before)

    async def audit_lines(
        self,
        limit: int,
        *,
        account: str = "",
        action: str = "",
        actions: Sequence[str] = (),
        person: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        before: int | None = None,
    ) -> list[ChainedLine]:
        """The latest that an account did, about a person, of actions that begin so; "" for all. Newest first."""
        self._own()
        wanted = (*actions, action) if action else tuple(actions)
        return await self._rooms.trail.tail(
            limit, before=before, account=account, actions=wanted, person=person, since=since, until=until
        )

    async def look_at_audit(self) -> Verdict | None:
        """Whether the lines since the last look are whole; None when they are many: `verify_audit` takes a while."""
        self._own()
        return await self._rooms.trail.look()

    async def check_audit(self) -> None:
        """Begin to go through all lines, if nobody has; `audit_progress` tells how far it is."""
        self._own()
        if self._rooms.trail.begin():
            await self._note("audit.check")

    async def note_audit_export(self, kind: str) -> None:
        """Its lines are about to be taken along."""
        self._own()
        await self._note("audit.export", detail=kind)

    def audit_progress(self) -> int | None:
        """Lines that a look through all of them has done so far; None: none goes on."""
        self._own()
        return self._rooms.trail.progress

    async def verify_audit(self, *, accept: bool = False) -> Verdict:
        """`accept`: it is known why the trail was cut short; told no more, but written down."""
        self._own()
        if accept:
            self._fresh()
            await self._rooms.trail.accept(self.actor)
            self._rooms.problems.pop("audit", None)
        return await self._rooms.trail.verify()

    @property
    def is_owner(self) -> bool:
        """True for who may do everything: an owner, or an owner's unlimited token."""
        return self.scope(Verb.MANAGE).unlimited

    def _own(self) -> None:
        # Whoever may make accounts may become anybody: managing the household alone is not enough.
        if not self.is_owner:
            raise Forbidden("only an owner may see and change accounts; ask one, or use an owner's unlimited token")

    @property
    def _own_person(self) -> str:
        account = self.account
        return (account.person or "") if account is not None and self.actor.token is None else ""

    def _not_by_narrow_token(self) -> None:
        if self.actor.token is not None and not self.is_owner:
            raise Forbidden("this token may not end sessions; sign in on the page")

    def _known(self, person: str) -> None:
        if not self._rooms.people.known(person):
            people = [*self._rooms.people.all, HOUSEHOLD]
            near = difflib.get_close_matches(person.lower(), people, n=1)
            raise Conflict(f"there is no person {person!r}" + (f"; did you mean {near[0]!r}?" if near else ""))


def browser_of(user_agent: str) -> str:
    """`Firefox on Android`, as far as a browser says."""
    names = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
    systems = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
               ("Mac OS X", "Mac"), ("CrOS", "Chromebook"), ("Linux", "Linux"))  # fmt: skip
    name = next((told for mark, told in names if mark in user_agent), "")
    system = next((told for mark, told in systems if mark in user_agent), "")
    if name:
        return f"{name} on {system}" if system else name
    return re.sub(r"[^\w ./-]", "", user_agent.partition("/")[0])[:40] or "A browser"
