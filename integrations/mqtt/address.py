"""Where a broker is, how to get in, and what it is to say when we are gone."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

from hub.api import ConfigInvalid

NEWEST = 5
"""MQTT 5; 4 is 3.1.1."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a broker is and how to get in."""

    host: str
    port: int
    username: str = ""
    password: str = ""
    tls: bool = False
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    insecure: bool = False
    version: int = NEWEST
    """The highest protocol version to try."""

    def context(self) -> ssl.SSLContext | None:
        """Raises ConfigInvalid for files that are not there or do not fit."""
        if not self.tls:
            return None
        try:
            context = ssl.create_default_context(cafile=str(self.ca) if self.ca else None)
            if self.ca is not None:
                # Authorities made at home seldom carry the extensions that Python 3.13 began to insist on.
                context.verify_flags &= ~ssl.VERIFY_X509_STRICT
            if self.certificate is not None:
                context.load_cert_chain(str(self.certificate), str(self.key))
        except (OSError, ssl.SSLError) as error:
            raise ConfigInvalid(f"the files for TLS cannot be used: {error}") from None
        if self.insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


@dataclass(frozen=True, slots=True)
class Will:
    topic: str
    payload: bytes
