"""Where a passkey is used, and the reading of what a browser answers (WebAuthn, level 2)."""

from __future__ import annotations

import base64
import ipaddress
import logging
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from hub.access.factors_held import Passkey

ALGORITHMS = (-7, -8, -257)
"""ES256, Ed25519, RS256."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page is open: the address as the browser's `Host` tells it, and whether over HTTPS."""

    address: str
    secure: bool

    @property
    def host(self) -> str:
        """What passkeys made here belong to: the address without its port."""
        return (urlsplit(f"//{self.address}").hostname or "").rstrip(".")

    @property
    def hindrance(self) -> str:
        """Why passkeys can't be used here, in words; empty when they can."""
        try:
            ipaddress.ip_address(self.host)
        except ValueError:
            pass
        else:
            return "Passkeys belong to a name, and this address is a number. Open the hub by its name, over HTTPS."
        if not self.secure and not _local(self.host):
            return "Browsers use passkeys over HTTPS only, and this page came without. Open the hub over HTTPS."
        return ""

    def is_origin(self, origin: str) -> bool:
        """Whether a page with this origin is ours."""
        parts = urlsplit(origin)
        secure = parts.scheme == "https" or (parts.scheme == "http" and _local(self.host))
        return secure and parts.netloc.lower() == self.address.lower()


def attested(place: Place, challenge: bytes, answer: dict[str, Any]) -> tuple[Any, int, bool]:
    """(credential with `credential_id`, counter, synced). Raises ValueError, TypeError, KeyError for a bad answer."""
    server = _server(place)
    data = server.register_complete(_state(challenge), answer)
    if data.credential_data is None or data.credential_data.public_key.get(3) not in ALGORITHMS:
        raise ValueError("it is of a kind that is not known here")
    return data.credential_data, data.counter, data.is_backed_up()


def asserted(place: Place, challenge: bytes, known: Passkey, answer: dict[str, Any]) -> int:
    """The counter that was signed along. Raises ValueError, TypeError, KeyError for a bad answer."""
    from fido2.webauthn import AttestedCredentialData, AuthenticationResponse

    kept = AttestedCredentialData(base64.b64decode(known.credential))
    parsed = AuthenticationResponse.from_dict(answer)
    _server(place).authenticate_complete(_state(challenge), [kept], parsed)
    return parsed.response.authenticator_data.counter


def _server(place: Place) -> Any:
    # Here, because it takes a tenth of a second and 20 MB that a hub without passkeys does not need.
    from fido2.server import Fido2Server
    from fido2.webauthn import PublicKeyCredentialRpEntity

    # It would write the ids of passkeys into the log.
    logging.getLogger("fido2").setLevel(logging.WARNING)
    rp = PublicKeyCredentialRpEntity(id=place.host, name="Homeostat")
    return Fido2Server(rp, verify_origin=place.is_origin)


def _state(challenge: bytes) -> dict[str, str]:
    return {"challenge": to_text(challenge), "user_verification": "required"}


def _local(host: str) -> bool:
    return host == "localhost" or host.endswith(".localhost")


def to_text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def to_bytes(text: object) -> bytes:
    """Raises ValueError, TypeError."""
    if not isinstance(text, str):
        raise TypeError("not base64")
    return base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
