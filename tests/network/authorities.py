"""Certificates of a made-up authority of the world, good and bad."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

PEM = serialization.Encoding.PEM


class Files(NamedTuple):
    chain: Path
    key: Path
    root: Path


def issue(
    folder: Path,
    now: datetime,
    *,
    name: str = "hub.example.org",
    days: float = 90,
    since: float = -1,
    whole: bool = True,
    password: bytes | None = None,
) -> Files:
    """A root, an intermediate and a certificate of `name`; `whole`: the file has the intermediate too."""
    folder.mkdir(parents=True, exist_ok=True)
    root_key, root = _make("Test Root", None, None, now - timedelta(days=1_000), 5_000, ca=True)
    middle_key, middle = _make("Test Middle", root_key, root, now - timedelta(days=900), 4_000, ca=True)
    key, leaf = _make(name, middle_key, middle, now + timedelta(days=since), days, ca=False)
    files = Files(folder / "fullchain.pem", folder / "privkey.pem", folder / "root.pem")
    files.chain.write_bytes(leaf.public_bytes(PEM) + (middle.public_bytes(PEM) if whole else b""))
    locked = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    files.key.write_bytes(key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, locked))
    files.key.chmod(0o600)
    files.root.write_bytes(root.public_bytes(PEM))
    return files


def _make(
    name: str,
    signer: ec.EllipticCurvePrivateKey | None,
    issuer: x509.Certificate | None,
    since: datetime,
    days: float,
    *,
    ca: bool,
) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer is not None else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(since + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if not ca:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    return key, builder.sign(signer or key, hashes.SHA256())
