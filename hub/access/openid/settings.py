"""What the owner set about signing in by OpenID Connect: in the configuration file, else on the page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol

from pydantic import SecretStr, ValidationError

from hub.access.store import AccountStore
from hub.errors import Conflict, HubError
from hub.model.identity_server import Provider

_KEY = "access.openid"
CONTEXT = "openid:client_secret"


class Sealer(Protocol):
    """The vault: keeps a text so that a copy of the database does not tell it."""

    def seal(self, text: str, context: str) -> str: ...
    def unseal(self, sealed: str, context: str) -> str: ...


class OpenIdSettings:
    def __init__(self, store: AccountStore, sealer: Sealer, declared: Mapping[str, Any] | None = None) -> None:
        self._store, self._sealer = store, sealer
        self.declared = declared is not None
        """They stand in the configuration file, and are changed there only."""
        self.provider: Provider | None = provider_of(declared) if declared is not None else None
        self.problem = ""
        """Why what was kept can't be used, in words."""

    async def load(self) -> None:
        if self.declared:
            return
        kept = await self._store.get_setting(_KEY)
        if not kept:
            return
        try:
            sealed = kept.pop("sealed", "")
            secret = self._sealer.unseal(sealed, CONTEXT) if sealed else ""
            self.provider = provider_of({**kept, "client_secret": secret})
        except HubError as error:
            self.problem = str(error)

    async def save(self, given: Mapping[str, Any]) -> Provider:
        """`client_secret` left out stays as it was, of the same issuer. Raises Conflict with what is wrong."""
        self._refuse_declared()
        # Another server is not told what was agreed upon with this one.
        same = self.provider is not None and self.provider.issuer == given.get("issuer")
        before = self.provider.client_secret.get_secret_value() if self.provider is not None and same else ""
        provider = provider_of({"client_secret": before, **given})
        kept = provider.model_dump(mode="json", exclude={"client_secret"})
        if secret := provider.client_secret.get_secret_value():
            kept["sealed"] = self._sealer.seal(secret, CONTEXT)
        await self._store.set_setting(_KEY, kept)
        self.provider, self.problem = provider, ""
        return provider

    async def remove(self) -> None:
        """Nobody signs in so any more; identities stay linked for when it is set up again."""
        self._refuse_declared()
        await self._store.set_setting(_KEY, None)
        self.provider, self.problem = None, ""

    def _refuse_declared(self) -> None:
        if self.declared:
            raise Conflict("this stands under `openid` in hub.yaml; change it there and start the hub again")


def provider_of(given: Mapping[str, Any]) -> Provider:
    """Raises Conflict that names the field and what is wrong with it, never its value."""
    try:
        return Provider.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Conflict(f"{where}: {first['msg'].removeprefix('Value error, ')}") from None


def shown(provider: Provider) -> dict[str, Any]:
    """For pages and programs: without the secret."""
    found: dict[str, Any] = json.loads(provider.model_dump_json(exclude={"client_secret"}))
    return {**found, "has_secret": provider.client_secret != SecretStr("")}
