"""Certificates of a test's own authority, by openssl."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import NamedTuple

from tests.support.process import program


class Certificates(NamedTuple):
    ca: Path
    server: Path
    server_key: Path
    client: Path
    client_key: Path


def make(folder: Path) -> Certificates:
    """An authority, a server of localhost and a client, each valid for a day."""
    folder.mkdir()
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    ca, ca_key = folder / "ca.pem", folder / "ca.key"
    _openssl("req", "-x509", *curve, "-keyout", ca_key, "-out", ca, "-days", "1", "-subj", "/CN=Authority")
    paths = [ca]
    for name in ("localhost", "hub"):
        key, request, certificate = (folder / f"{name}.{ending}" for ending in ("key", "csr", "pem"))
        extensions = folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName=DNS:{name},IP:127.0.0.1\n")
        _openssl("req", *curve, "-keyout", key, "-out", request, "-subj", f"/CN={name}")
        _openssl(
            "x509", "-req", "-in", request, "-CA", ca, "-CAkey", ca_key, "-CAcreateserial", "-out", certificate,
            "-days", "1", "-extfile", extensions,
        )  # fmt: skip
        paths += [certificate, key]
    return Certificates(*paths)


def _openssl(*arguments: str | Path) -> None:
    subprocess.run([program("openssl"), *map(str, arguments)], check=True, capture_output=True)
