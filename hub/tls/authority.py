"""The home's own certificate authority, good for nothing outside the home, and the hub's certificate by it."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hub.errors import ConfigInvalid
from hub.tls.files import write_private

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.x509 import Certificate, GeneralName

YEARS = 10
DAYS = 397
RENEW_BEFORE = timedelta(days=30)
SKEW = timedelta(days=1)
"""Devices whose clock is a little behind."""
EARLIEST = 2026
"""A clock that shows an older year was never set."""
HOME_DOMAINS = ("local", "lan", "home", "home.arpa", "internal", "localhost")
HOME_NETWORKS = (
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10", "127.0.0.0/8",
    "fc00::/7", "fe80::/10", "::1/128",
)  # fmt: skip


class HomeAuthority:
    """`authority.pem`, `authority.key`, `server.pem` and `server.key` in a folder that only the hub's user reads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.certificate, self._key = folder / "authority.pem", folder / "authority.key"
        self.server = (folder / "server.pem", folder / "server.key")

    @property
    def there(self) -> bool:
        return self.certificate.exists() and self._key.exists()

    def create(self, names: Iterable[str], now: datetime) -> None:
        """Make the authority, for home names and `names` only; one that was there is replaced. Raises ConfigInvalid."""
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec

        if now.year < EARLIEST:
            raise ConfigInvalid(
                f"the clock shows {now:%Y-%m-%d}, and a certificate made now would never be valid.",
                hint="Set the clock, then try again.",
            )
        key = ec.generate_private_key(ec.SECP256R1())
        given = list(names)
        domains = dict.fromkeys([*HOME_DOMAINS, *(one for one in given if not _is_address(one))])
        # A hub in the world has an address of its own there.
        networks = dict.fromkeys(
            ipaddress.ip_network(one) for one in [*HOME_NETWORKS, *(one for one in given if _is_address(one))]
        )
        subject = x509.Name(
            [
                x509.NameAttribute(x509.NameOID.COMMON_NAME, f"Homeostat at home {os.urandom(2).hex()}"),
                x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "Homeostat"),
            ]
        )
        identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        made = (
            x509.CertificateBuilder(issuer_name=subject, subject_name=subject, public_key=key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - SKEW)
            .not_valid_after(now + timedelta(days=round(365.25 * YEARS)))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .add_extension(
                x509.NameConstraints(
                    permitted_subtrees=[*map(x509.DNSName, domains), *map(x509.IPAddress, networks)],
                    excluded_subtrees=None,
                ),
                critical=True,
            )
            .add_extension(identifier, critical=False)
            .sign(key, hashes.SHA256())
        )
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for stale in self.server:
            stale.unlink(missing_ok=True)
        write_private(self._key, _pem_of_key(key))
        write_private(self.certificate, _pem_of(made))

    def covers(self, name: str) -> bool:
        """False for names that the authority may not vouch for."""
        from cryptography import x509

        allowed = self._load().extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or ()
        if _is_address(name):
            found = ipaddress.ip_address(name)
            return any(
                found in ipaddress.ip_network(str(one.value)) for one in allowed if isinstance(one, x509.IPAddress)
            )
        return any(
            isinstance(one, x509.DNSName) and (name == one.value or name.endswith(f".{one.value}")) for one in allowed
        )

    def stale(self, names: Iterable[str], now: datetime) -> bool:
        """True when the server's certificate is missing, runs out soon, or lacks one of the names it could have."""
        from cryptography import x509

        try:
            served = x509.load_pem_x509_certificate(self.server[0].read_bytes())
        except (OSError, ValueError):
            return True
        if not self.server[1].exists() or now > served.not_valid_after_utc - RENEW_BEFORE:
            return True
        if now < served.not_valid_before_utc or served.issuer != self._load().subject:
            return True
        there = set(names_of(served))
        return any(one not in there for one in names if self.covers(one))

    def issue(self, names: Iterable[str], now: datetime) -> None:
        """A new key and certificate for the server. Raises ConfigInvalid when the authority itself has run out."""
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.x509.oid import ExtendedKeyUsageOID

        authority = self._load()
        if now > authority.not_valid_after_utc:
            raise ConfigInvalid(
                f"the home's authority ran out on {authority.not_valid_after_utc:%Y-%m-%d}.",
                hint="Make a new one with `homeostat tls create --force`; phones have to be told to trust it anew.",
            )
        signer = serialization.load_pem_private_key(self._key.read_bytes(), None)
        assert isinstance(signer, ec.EllipticCurvePrivateKey)
        key = ec.generate_private_key(ec.SECP256R1())
        covered = [one for one in dict.fromkeys(names) if self.covers(one)]
        first = next((one for one in covered if not _is_address(one)), "homeostat")
        issuer = x509.SubjectKeyIdentifier.from_public_key(signer.public_key())
        made = (
            x509.CertificateBuilder(
                issuer_name=authority.subject,
                subject_name=x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, first[:64])]),
                public_key=key.public_key(),
            )
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - SKEW)
            .not_valid_after(min(now + timedelta(days=DAYS) - SKEW, authority.not_valid_after_utc))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectAlternativeName([_general(one) for one in covered]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer), critical=False)
            .sign(signer, hashes.SHA256())
        )
        write_private(self.server[1], _pem_of_key(key))
        write_private(self.server[0], _pem_of(made) + _pem_of(authority))

    def as_file(self) -> bytes:
        """The authority's certificate as phones take it (DER)."""
        from cryptography.hazmat.primitives import serialization

        return self._load().public_bytes(serialization.Encoding.DER)

    def fingerprint(self) -> str:
        """SHA-256, as browsers write it; empty when there is no authority."""
        return fingerprint(self._load()) if self.there else ""

    def _load(self) -> Certificate:
        from cryptography import x509

        try:
            return x509.load_pem_x509_certificate(self.certificate.read_bytes())
        except (OSError, ValueError):
            raise ConfigInvalid(
                f"the home's authority in {self.folder} can't be read.",
                hint="Bring the folder back from a copy, or make a new one with `homeostat tls create --force`.",
            ) from None


def fingerprint(certificate: Certificate) -> str:
    from cryptography.hazmat.primitives import hashes

    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def names_of(certificate: Certificate) -> tuple[str, ...]:
    """DNS names and addresses that a certificate is for."""
    from cryptography import x509

    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    return (*found.get_values_for_type(x509.DNSName), *map(str, found.get_values_for_type(x509.IPAddress)))


def _usage(*, signs_certificates: bool) -> Any:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not signs_certificates, key_cert_sign=signs_certificates, crl_sign=signs_certificates,
        content_commitment=False, key_encipherment=False, data_encipherment=False, key_agreement=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _general(name: str) -> GeneralName:
    from cryptography import x509

    return x509.IPAddress(ipaddress.ip_address(name)) if _is_address(name) else x509.DNSName(name)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _pem_of(certificate: Certificate) -> bytes:
    from cryptography.hazmat.primitives import serialization

    return certificate.public_bytes(serialization.Encoding.PEM)


def _pem_of_key(key: EllipticCurvePrivateKey) -> bytes:
    from cryptography.hazmat.primitives import serialization

    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
