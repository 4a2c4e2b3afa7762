"""Is a certificate with its key fit to be served? Every answer says what is wrong, where, and how to mend it."""

from __future__ import annotations

import itertools
import os
import ssl
import stat
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hub.errors import ConfigInvalid
from hub.tls.authority import fingerprint, names_of

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

LARGEST = 1 << 20
SOON = timedelta(days=14)


class Checked(NamedTuple):
    """A certificate that can be served."""

    chain: bytes
    key: bytes
    subject: str
    issuer: str
    names: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    fingerprint: str
    doubts: tuple[str, ...]
    """What browsers will complain of, in words."""


def check(certificate: Path, key: Path, *, hosts: Iterable[str], now: datetime) -> Checked:
    """Read and judge a PEM chain and its key. Raises ConfigInvalid for what can't be served at all."""
    from cryptography.hazmat.primitives import serialization

    chain_text, key_text = _read(certificate, "certificate"), _read(key, "key")
    chain = _chain(certificate, chain_text)
    try:
        private = serialization.load_pem_private_key(key_text, None)
    except TypeError:
        raise ConfigInvalid(
            "the key is locked with a passphrase, which nobody could type at a restart.",
            file=str(key),
            hint="Write it without: `openssl pkey -in locked.pem -out key.pem`.",
        ) from None
    except Exception:  # noqa: BLE001  # the library has many kinds for one thing
        what = "it holds a certificate instead" if b"BEGIN CERTIFICATE" in key_text else "it is no key in PEM form"
        raise ConfigInvalid(f"this is not a private key: {what}.", file=str(key)) from None
    fitting = [one for one in chain if one.public_key() == private.public_key()]
    if not fitting:
        raise ConfigInvalid(
            f"the key does not fit the certificate in {certificate.name}.",
            file=str(key),
            hint="Both come from one request; take the key that was made with it (certbot calls it privkey.pem).",
        )
    if fitting[0] != chain[0]:
        raise ConfigInvalid(
            "the hub's own certificate must come first in the file, those that vouch for it after it.",
            file=str(certificate),
            hint="Use the file that certbot calls fullchain.pem.",
        )
    leaf = chain[0]
    return Checked(
        chain=chain_text,
        key=key_text,
        subject=leaf.subject.rfc4514_string(),
        issuer=leaf.issuer.rfc4514_string(),
        names=names_of(leaf),
        not_before=leaf.not_valid_before_utc,
        not_after=leaf.not_valid_after_utc,
        fingerprint=fingerprint(leaf),
        doubts=tuple(_doubts(chain, key, hosts, now)),
    )


def _doubts(chain: list[Certificate], key: Path, hosts: Iterable[str], now: datetime) -> Iterable[str]:
    leaf = chain[0]
    if now > leaf.not_valid_after_utc:
        yield f"The certificate expired on {leaf.not_valid_after_utc:%Y-%m-%d}; browsers refuse it. Renew it."
    elif now > leaf.not_valid_after_utc - SOON:
        yield f"The certificate expires on {leaf.not_valid_after_utc:%Y-%m-%d}, and nothing has renewed it yet."
    if now < leaf.not_valid_before_utc:
        yield f"The certificate holds from {leaf.not_valid_before_utc:%Y-%m-%d} only, or this machine's clock is wrong."
    if not _complete(chain):
        yield (
            "The chain is incomplete: the file holds the hub's certificate but not the one that vouches for it, so "
            "phones will refuse it. Use the file with both, which certbot calls fullchain.pem."
        )
    names = names_of(leaf)
    for host in hosts:
        if not any(_fits(name, host) for name in names):
            yield f"The certificate is not for {host}; it is for {', '.join(names[:5]) or 'no name at all'}."
    if os.stat(key).st_mode & stat.S_IROTH:
        yield f"Everybody on this machine can read the key {key.name}: `chmod 600 {key.name}`."


def _complete(chain: list[Certificate]) -> bool:
    """True when each certificate is vouched for by the next, up to a root that the file or this machine knows."""
    for child, parent in itertools.pairwise(chain):
        try:
            child.verify_directly_issued_by(parent)
        except Exception:  # noqa: BLE001  # by whatever it fails, it is not its issuer
            return False
    last = chain[-1]
    return len(chain) > 1 or last.issuer == last.subject or _is_known(last)


def _is_known(certificate: Certificate) -> bool:
    # The bytes of its name stand in the root as they are; some old roots can't be read any more.
    name = certificate.issuer.public_bytes()
    return any(name in one for one in ssl.create_default_context().get_ca_certs(binary_form=True))


def _fits(name: str, host: str) -> bool:
    name, host = name.lower(), host.lower()
    return name == host or (name.startswith("*.") and "." in host and name[2:] == host.partition(".")[2])


def _chain(path: Path, text: bytes) -> list[Certificate]:
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificates(text)
    except ValueError:
        found = "it holds a key instead" if b"PRIVATE KEY" in text else "there is none in PEM form in it"
        raise ConfigInvalid(f"this is not a certificate: {found}.", file=str(path)) from None


def _read(path: Path, what: str) -> bytes:
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST + 1)
    except PermissionError:
        raise ConfigInvalid(
            f"the {what} can't be read by the user that runs the hub.",
            file=str(path),
            hint="Give that user the right to, or let the renewal copy it: `homeostat tls install`.",
        ) from None
    except OSError as error:
        raise ConfigInvalid(f"the {what} can't be read: {(error.strerror or '').lower()}.", file=str(path)) from None
    if len(text) > LARGEST:
        raise ConfigInvalid(f"this is too large to be a {what}.", file=str(path))
    return text
