"""What is kept of an account's factors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Passkey:
    id: str
    """What lists and addresses call it."""
    name: str
    host: str
    """The hub's name under which it was made, and works."""
    credential: str
    """What the device attested: its id and public key, base64."""
    counter: int
    """Signatures that it has made, where its maker counts them."""
    since: datetime
    used: datetime | None = None
    synced: bool = False
    transports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CodeApp:
    seed: str
    """Sealed."""
    since: datetime
    step: int = 0
    """The time step of the last code that was taken; no code of it or before is taken again."""


@dataclass(frozen=True, slots=True)
class AccountFactors:
    handle: str = ""
    """What passkeys know the account by; tells nothing."""
    passkeys: tuple[Passkey, ...] = ()
    app: CodeApp | None = None
    recovery: tuple[str, ...] = ()
    """Digests of those not used yet."""
    recovery_since: datetime | None = None
    also_passkey: bool = False
    """Ask for a passkey after the password, too."""

    @property
    def second(self) -> bool:
        """Whether the password alone does not let in."""
        return self.app is not None or (self.also_passkey and bool(self.passkeys))

    @property
    def any(self) -> bool:
        return self.app is not None or bool(self.passkeys)
