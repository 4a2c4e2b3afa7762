"""Signing in and out, and what is written down of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from hub.access import PasskeyRefused, Place
from hub.errors import Forbidden, SecondFactorNeeded, TooManyTries
from hub.view.base import EPOCH, Rooms
from hub.view.credentials import browser_of

WRONG_PASSWORD = "wrong password, or disabled"


class SecondStep(NamedTuple):
    """What is asked for after the password."""

    account: str
    app: bool
    """Whether an app shows codes."""
    passkey: bool
    """Whether a passkey was made for the place where the page is open."""
    elsewhere: bool
    """Whether there are passkeys, but of other places."""
    recovery: int
    """Codes on paper that are left."""


class Signing:
    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._held_told: dict[str, datetime] = {}
        self._strangers_told = EPOCH

    async def sign_in(self, account: str, password: str, user_agent: str = "", browser: str = "") -> str:
        """A new session's id for the cookie; `browser` is what its own cookie carries, if it has one.

        Raises TooManyTries, SecondFactorNeeded, Forbidden.
        """
        name, rooms = account.strip().lower(), self._rooms
        there = any(one.name == name for one in rooms.accounts.all)
        try:
            session = await rooms.accounts.sign_in(name, password, user_agent, browser)
        except SecondFactorNeeded:
            raise
        except TooManyTries as error:
            if there:
                await self._held(name, error)
            raise
        except Forbidden:
            if there:
                await self._refused(name, WRONG_PASSWORD)
            elif self._strangers_told < rooms.clock.now() - timedelta(minutes=1):
                self._strangers_told = rooms.clock.now()
                await self._refused("nobody", "no such account")
            raise
        await rooms.trail.note(name, "sign-in", detail=browser_of(user_agent))
        return session

    def second_step(self, ticket: str, place: Place) -> SecondStep | None:
        """What SecondFactorNeeded's ticket still wants; None when it has run out."""
        proofs = self._rooms.accounts.proofs
        found = proofs.tickets.find(ticket)
        if found is None:
            return None
        held = proofs.factors.of(found.account)
        here = not place.hindrance and any(one.host == place.host for one in held.passkeys)
        app = held.app is not None
        return SecondStep(found.account, app, here, bool(held.passkeys) and not here, len(held.recovery))

    def ask_second_passkey(self, ticket: str, place: Place) -> dict[str, Any]:
        """What the browser is to sign after the password. Raises Conflict, Forbidden."""
        proofs = self._rooms.accounts.proofs
        found = proofs.tickets.find(ticket)
        if found is None:
            raise Forbidden("this took too long; sign in from the beginning")
        return proofs.passkeys.ask(place, f"second {ticket}", found.account)

    async def sign_in_further(
        self, ticket: str, *, code: str = "", place: Place | None = None, passkey: Mapping[str, Any] | None = None
    ) -> str:
        """A new session's id after SecondFactorNeeded, by a code or a passkey.

        Raises NotFound when the ticket has run out, TooManyTries, Forbidden, VaultError.
        """
        found = self._rooms.accounts.proofs.tickets.find(ticket)
        name = found.account if found is not None else ""
        try:
            session = await self._rooms.accounts.sign_in_further(ticket, code=code, place=place, passkey=passkey)
        except TooManyTries as error:
            await self._held(name, error)
            raise
        except PasskeyRefused as error:
            await self._refused(error.account or name, error.reason)
            raise
        except Forbidden:
            await self._refused(name, "right password, wrong code")
            raise
        if found is not None:
            how = "password and passkey" if passkey is not None else "password and code"
            await self._rooms.trail.note(name, "sign-in", detail=f"{browser_of(found.user_agent)}, {how}")
        return session

    def ask_passkey(self, place: Place) -> dict[str, Any]:
        """What a browser is to sign with a passkey of whoever sits there. Raises Conflict where none works."""
        return self._rooms.accounts.proofs.passkeys.ask(place, "sign-in")

    async def sign_in_with_passkey(
        self, place: Place, passkey: Mapping[str, Any], user_agent: str = "", browser: str = ""
    ) -> str:
        """A new session's id; nobody's wrong guesses are in its way. Raises Forbidden."""
        rooms = self._rooms
        try:
            name, session = await rooms.accounts.sign_in_with_passkey(place, passkey, user_agent, browser)
        except PasskeyRefused as error:
            if error.account:
                await self._refused(error.account, error.reason)
            raise
        await rooms.trail.note(name, "sign-in", detail=f"{browser_of(user_agent)}, passkey")
        return session

    def knows(self, browser: str, account: str) -> bool:
        """True when a browser with this cookie has signed in to the account before."""
        return bool(self._rooms.accounts.proofs.browsers.known(browser, account.strip().lower()))

    async def sign_out(self, session: str) -> None:
        account = await self._rooms.accounts.sign_out(session)
        if account:
            await self._rooms.trail.note(account, "sign-out")

    async def _held(self, name: str, error: TooManyTries) -> None:
        """Told once an hour: who keeps trying must not fill the trail."""
        now = self._rooms.clock.now()
        if self._held_told.get(name, EPOCH) < now - timedelta(hours=1):
            self._held_told[name] = now
            await self._refused(name, f"held for {error.wait:.0f} seconds")

    async def _refused(self, name: str, why: str) -> None:
        await self._rooms.trail.note(name, "sign-in", outcome="refused", detail=why)
