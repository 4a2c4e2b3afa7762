"""Passkeys, codes of an app and codes on paper: one's own, and the owner's word on others'."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from hub.access import BARRED, AccountFactors, Passkey, PasskeyRefused, Place
from hub.errors import Conflict, Forbidden
from hub.model import Account
from hub.view.rights import RightsView


class Ways(NamedTuple):
    """How who sits at a browser can show who it is."""

    passkey: bool
    """One works at this place."""
    app: bool
    password: bool
    """Whether the account has one."""
    code_too: bool
    """The password wants a code along."""


class FactorsView(RightsView):
    @property
    def barred(self) -> bool:
        """True for an owner who has yet to add the second factor that the household wants; may do nothing else."""
        return self.actor.kind == BARRED

    @property
    def second_demanded(self) -> bool:
        """Whether the household wants a second factor of its owners."""
        return self._rooms.accounts.proofs.factors.demanded

    def factors(self, account: str = "") -> AccountFactors:
        """The actor's own, or another's for an owner. Raises NotFound, Forbidden."""
        name = account or self.actor.account
        if name != self.actor.account:
            return self._rooms.accounts.proofs.factors.of(self.find_account(name).name)
        self._not_by_narrow_token()
        return self._rooms.accounts.proofs.factors.of(name)

    # Showing who it is

    async def ways(self, place: Place) -> Ways:
        """How the actor can show at this place who sits there."""
        account = self._in_person()
        held = self._rooms.accounts.proofs.factors.of(account.name)
        return Ways(
            not place.hindrance and any(one.host == place.host for one in held.passkeys),
            held.app is not None,
            await self._rooms.accounts.has_password(account.name),
            self._rooms.accounts.proofs.second(account),
        )

    def ask_confirm(self, place: Place) -> dict[str, Any]:
        """What a browser is to sign to show who sits there. Raises Conflict without a passkey for this place."""
        account = self._in_person()
        return self._rooms.accounts.proofs.passkeys.ask(place, f"confirm {self.actor.session}", account.name)

    async def prove(
        self,
        *,
        password: str = "",
        code: str = "",
        place: Place | None = None,
        passkey: Mapping[str, Any] | None = None,
    ) -> str:
        """The session's new id: for ten minutes what only owners do asks no more.

        Raises Forbidden, TooManyTries, VaultError.
        """
        self._in_person()
        try:
            renewed = await self._rooms.accounts.prove(
                self.actor, password=password, code=code, place=place, passkey=passkey
            )
        except Forbidden as error:
            reason = error.reason if isinstance(error, PasskeyRefused) else ""
            await self._note("confirm", outcome="refused", detail=reason)
            raise
        await self._note("confirm")
        return renewed

    def fresh_until(self, session: str) -> datetime:
        """Until when a session that `prove` gave passes for proved."""
        return self._rooms.accounts.sessions.fresh_until(session)

    # Passkeys

    async def ask_new_passkey(self, place: Place) -> dict[str, Any]:
        """What a browser is to make. Raises Conflict where passkeys can't be used."""
        account = self._in_person()
        self._fresh()
        return await self._rooms.accounts.proofs.passkeys.ask_new(account, place)

    async def add_passkey(self, place: Place, name: str, answer: Mapping[str, Any]) -> Passkey:
        """Raises Conflict."""
        account = self._in_person()
        self._fresh()
        made = await self._rooms.accounts.proofs.passkeys.add(account, place, name, answer)
        await self._changed("passkey.add", made.name)
        return made

    async def remove_passkey(self, passkey: str) -> Passkey:
        """Raises NotFound, Conflict when owners need one and it is the last factor."""
        account = self._in_person()
        self._fresh()
        held = self._rooms.accounts.proofs.factors.of(account.name)
        if held.app is None and len(held.passkeys) == 1:
            self._spare(account)
        gone = await self._rooms.accounts.proofs.factors.remove_passkey(account.name, passkey)
        await self._changed("passkey.remove", gone.name)
        return gone

    async def ask_passkey_too(self, wanted: bool) -> None:
        """Whether a passkey is asked for after the password. Raises Conflict without one."""
        account = self._in_person()
        self._fresh()
        await self._rooms.accounts.proofs.factors.ask_also(account.name, wanted)
        await self._changed("passkey.after-password", "on" if wanted else "off")

    # Codes of an app

    def begin_codes(self) -> tuple[str, str]:
        """A seed, and the address that an app reads from a QR code. Kept only once `confirm_codes` shows it right."""
        account = self._in_person()
        self._fresh()
        return self._rooms.accounts.proofs.enrolling.begin(account.name, self.household().name)

    async def confirm_codes(self, code: str) -> None:
        """From now on the app's codes are asked for. Raises NotFound when nothing was begun, Conflict."""
        account = self._in_person()
        self._fresh()
        proofs = self._rooms.accounts.proofs
        if not await proofs.factors.set_app(account.name, proofs.enrolling.seed(account.name), code):
            raise Conflict("that code is not right; see that the phone's clock is, and type the code that shows now")
        proofs.enrolling.forget(account.name)
        await self._changed("codes.add")

    async def end_codes(self) -> None:
        """Raises NotFound, Conflict when owners need one and it is the last factor."""
        account = self._in_person()
        self._fresh()
        if not self._rooms.accounts.proofs.factors.of(account.name).passkeys:
            self._spare(account)
        await self._rooms.accounts.proofs.factors.remove_app(account.name)
        await self._changed("codes.remove")

    async def new_recovery_codes(self) -> list[str]:
        """Ten, shown this once; those before open nothing any more. Raises Conflict without another factor."""
        account = self._in_person()
        self._fresh()
        made = await self._rooms.accounts.proofs.factors.new_recovery(account.name)
        await self._changed("recovery.add")
        return made

    # An owner's word

    async def demand_second(self, wanted: bool) -> None:
        """Want a second factor of every owner; those without one can do nothing else until they have added it."""
        self._own()
        self._fresh()
        if wanted and self.actor.account and not self.factors().any:
            raise Conflict("add a passkey or an app to your own account first")
        if wanted == self.second_demanded:
            return
        await self._rooms.accounts.demand_second(wanted)
        await self._note("second.demand", detail="on" if wanted else "off")

    async def reset_factors(self, account: str) -> Account:
        """Take all passkeys and codes from an account that has lost them. Raises NotFound, Conflict without any."""
        self._own()
        self._fresh()
        found = self.find_account(account)
        if not await self._rooms.accounts.reset_factors(found.name):
            raise Conflict(f"{found.name} has no passkeys and no codes")
        await self._note("factors.reset", detail=found.name)
        return found

    async def set_password(self, account: str, password: str) -> Account:
        """A new password for who lost the old one; ends all its sessions. At the console only.

        Raises NotFound, Conflict for a password that can't be set.
        """
        if self.actor.kind != "system":
            raise Forbidden("a lost password is set at the console: `homeostat account set-password NAME`")
        found = self.find_account(account)
        await self._rooms.accounts.set_password(found.name, password)
        await self._note("password.set", detail=found.name, person=found.person or "")
        return found

    def _in_person(self) -> Account:
        """The account that is signed in at a browser. Raises Forbidden for programs."""
        account = self.account
        if account is None or self.actor.session is None:
            raise Forbidden("a token cannot show or change passkeys and codes; sign in on the page")
        return account

    def _spare(self, account: Account) -> None:
        if self._rooms.accounts.proofs.demands(account):
            raise Conflict("owners need a passkey or an app here; add another before you remove this one")

    async def _changed(self, action: str, detail: str = "") -> None:
        self._rooms.accounts.proofs.tickets.forget(self.actor.account)
        await self._note(action, detail=detail)
