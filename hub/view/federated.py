"""Signing in, linking and confirming by an identity server: what a browser brought back becomes a session or a link."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from hub.access.openid import Flow, Proven, Purpose, Refused
from hub.errors import Conflict, Forbidden
from hub.model import Account, Actor
from hub.view.base import EPOCH, Rooms
from hub.view.credentials import browser_of

STRANGER = (
    "{label} knows you, but nothing here is linked with you there. If you have an account, sign in with your password "
    "and link it under Settings > Your account; if not, ask the owner to invite you"
)


@dataclass(frozen=True, slots=True)
class Finished:
    """`session`: the browser's new session id; "" where it keeps its own."""

    purpose: Purpose
    target: str
    session: str = ""


class Federated:
    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._told = EPOCH

    @property
    def label(self) -> str:
        """What the identity server is called; empty when there is none."""
        provider = self._rooms.openid.provider
        return provider.name if provider is not None else ""

    async def begin(
        self, purpose: Purpose, *, browser: str, redirect: str, target: str, actor: Actor | None = None
    ) -> str:
        """The address to send the browser to. Raises NotFound, NotReady, Refused; StepUpNeeded to link."""
        if purpose != "sign-in" and (actor is None or actor.session is None):
            raise Forbidden("sign in first")
        account = actor.account if actor is not None and purpose != "sign-in" else ""
        return await self._rooms.openid.begin(
            purpose, browser=browser, redirect=redirect, target=target, account=account
        )

    async def finish(
        self, answer: Mapping[str, str], browser: str, *, actor: Actor | None, user_agent: str, known_as: str
    ) -> Finished:
        """`browser`: the cookie of this flow; `known_as`: that by which the browser is known. Raises as `begin`."""
        try:
            proven = await self._rooms.openid.finish(answer, browser)
        except Refused as refused:
            await self._refused(refused.reason)
            raise
        flow = proven.flow
        if flow.purpose == "sign-in":
            account = await self._who(proven)
            session = await self._rooms.accounts.open_session(account, user_agent, known_as, proved=proven.anew)
            await self._rooms.trail.note(account, "sign-in", detail=f"{browser_of(user_agent)}, by {self.label}")
            return Finished(flow.purpose, flow.target, session)
        who = self._same(flow, actor)
        if flow.purpose == "link":
            await self._rooms.identities.link(who.account, proven.issuer, proven.subject, proven.name)
            await self._rooms.trail.note(who, "identity.link", detail=f"{who.account}, by {self.label}")
            return Finished(flow.purpose, flow.target)
        if self._rooms.identities.find(proven.issuer, proven.subject) != who.account:
            await self._refused("another", who.account)
            raise Refused("another", f"you signed in at {self.label} as somebody else than this account")
        session = await self._rooms.accounts.sessions.renew(who.session or "")
        await self._rooms.trail.note(who, "confirm", detail=f"by {self.label}")
        return Finished(flow.purpose, flow.target, session)

    async def _who(self, proven: Proven) -> str:
        """The account of an identity, made where the owner has listed it. Raises Refused."""
        rooms = self._rooms
        name = rooms.identities.find(proven.issuer, proven.subject)
        if name:
            if rooms.accounts.get(name).disabled:
                await rooms.trail.note(name, "sign-in", outcome="refused", detail=f"disabled, by {self.label}")
                raise Refused("disabled", "this account is disabled; the owner can enable it")
            return name
        provider = rooms.openid.provider
        admission = proven.admission(provider) if provider is not None else None
        if admission is None:
            await rooms.trail.note("nobody", "sign-in", outcome="refused", detail=f"a stranger, by {self.label}")
            raise Refused("stranger", STRANGER.format(label=self.label))
        if admission.person is not None and not rooms.people.known(admission.person):
            raise Refused("no-person", "the owner's settings name a person who is not here; tell the owner")
        account = Account(self._free(proven), proven.name or proven.email, admission.role, admission.person)
        # No password fits them: they sign in by the identity server, until the owner sets one.
        await rooms.accounts.add(account, secrets.token_urlsafe(48))
        await rooms.recorder.set_password(account.name, "")
        await rooms.identities.link(account.name, proven.issuer, proven.subject, proven.name)
        told = f"{account.name} as {account.role.value}, by {self.label}"
        await rooms.trail.note("system", "account.add", person=admission.person or "", detail=told)
        return account.name

    def _free(self, proven: Proven) -> str:
        """A name that nobody has: an account that is there is never taken over, whatever the server calls somebody."""
        taken = {one.name for one in self._rooms.accounts.all} | {
            one.account.name for one in self._rooms.invitations.open
        }
        base = (proven.name or proven.email or "somebody").lower()[:50]
        names: list[str] = [base, *([proven.email.lower()] if 0 < len(proven.email) <= 60 else ())]
        names += [f"{base}-{number}" for number in range(2, 100)]
        for name in names:
            if name not in taken:
                self._rooms.accounts.check_free(name)
                return name
        raise Conflict("every name for this account is taken; ask the owner to make one")

    def _same(self, flow: Flow, actor: Actor | None) -> Actor:
        """Raises Refused when the browser is signed in to another account than the one that began, or to none."""
        if actor is None or actor.session is None or actor.account != flow.account:
            raise Refused("signed-out", "you are not signed in any more as who began this; sign in and begin again")
        return actor

    async def _refused(self, reason: str, account: str = "nobody") -> None:
        now = self._rooms.clock.now()
        if self._told < now - timedelta(minutes=1):
            # Told once a minute: anybody can bring an answer, and must not fill the trail.
            self._told = now
            await self._rooms.trail.note(account, "sign-in", outcome="refused", detail=f"{reason}, by {self.label}")
