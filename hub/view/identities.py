"""Identities linked with accounts, and the owner's settings of the identity server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.access import BARRED
from hub.access.openid import Identity
from hub.access.openid.settings import shown
from hub.errors import Conflict, Forbidden
from hub.view.credentials import CredentialsView


class IdentitiesView(CredentialsView):
    def identity_server(self) -> str:
        """What it is called; empty when there is none."""
        provider = self._rooms.openid.provider
        return provider.name if provider is not None else ""

    def identities(self, account: str | None = None) -> list[Identity]:
        """The actor's own; another account's, or everybody's ("*"), for an owner."""
        name = account if account is not None else self.actor.account
        if name != self.actor.account:
            self._own()
        return self._rooms.identities.of(None if name == "*" else name)

    async def link_identity(self, account: str, issuer: str, subject: str) -> Identity:
        """Say that an identity is this account, without its sign-in: an owner's, at the console too."""
        self._own()
        self._fresh()
        name = self._rooms.accounts.get(account.strip().lower()).name
        made = await self._rooms.identities.link(name, issuer.strip(), subject)
        await self._note("identity.link", detail=name)
        return made

    async def unlink_identity(self, issuer: str, subject: str, *, account: str | None = None) -> None:
        """One's own, or for an owner anybody's. Raises NotFound."""
        name = account if account is not None else self.actor.account
        if name != self.actor.account:
            self._own()
        elif self.actor.token is not None:
            raise Forbidden("this token may not change how you sign in; do it on the page")
        self._fresh()
        proofs = self._rooms.accounts.proofs
        others = len(self._rooms.identities.of(name)) > 1 or proofs.factors.of(name).passkeys
        if not others and not await self._rooms.accounts.has_password(name):
            raise Conflict(f"{name} has no password and no passkey, so nobody could sign in any more")
        await self._rooms.identities.unlink(name, issuer, subject)
        await self._note("identity.unlink", detail=name)

    def link_ready(self) -> None:
        """Raises StepUpNeeded: who links an identity can sign in with it for good."""
        if self.actor.session is None or self.actor.kind == BARRED:
            raise Forbidden("sign in on the page to link an identity")
        self._fresh()

    # The owner's settings

    def openid_settings(self) -> dict[str, Any] | None:
        """Without the secret; None when it is not set up."""
        self._own()
        provider = self._rooms.openid.provider
        return {**shown(provider), "declared": self._rooms.openid.settings.declared} if provider is not None else None

    def openid_problem(self) -> str:
        self._own()
        return self._rooms.openid.settings.problem

    async def set_openid(self, given: Mapping[str, Any]) -> str:
        """Keep the settings, and tell what the server says of itself; what it can't say is told, and kept all the same.

        Raises Conflict with the field that is wrong.
        """
        self._own()
        self._fresh()
        for one in given.get("admit", ()):
            if one.get("person"):
                self._known(one["person"])
        await self._rooms.openid.settings.save(given)
        self._rooms.openid.forget()
        await self._note("openid.change")
        return await self.check_openid()

    async def check_openid(self) -> str:
        """Raises NotReady, Refused, NotFound."""
        self._own()
        return await self._rooms.openid.check()

    async def remove_openid(self) -> None:
        self._own()
        self._fresh()
        await self._rooms.openid.settings.remove()
        self._rooms.openid.forget()
        await self._note("openid.remove")
