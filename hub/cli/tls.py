"""`homeostat tls`: the certificates with which the hub speaks HTTPS."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from hub.cli.common import Session, options


@click.group()
def tls() -> None:
    """Make, show and install the certificates for HTTPS."""


@tls.command("create")
@options
@click.option("--force", is_flag=True, help="Replace the authority that is there; devices must trust the new one.")
@click.pass_obj
def create(session: Session, force: bool) -> None:
    """Make the home's own certificate authority, and the hub's certificate by it.

    \b
    Example: homeostat tls create
    """
    found = session.ask("tls.create", anew=force)
    said = "The authority is made." if found["made"] else "The authority was there already; --force makes a new one."
    hint = [] if found["tls"] == "home" else ["Turn HTTPS on: homeostat network set --tls home"]
    session.show(found, [said, *_lines(found), *hint])


@tls.command("show")
@options
@click.pass_obj
def show(session: Session) -> None:
    """Show what is served, until when, and the fingerprints to compare with.

    \b
    Example: homeostat tls show
    """
    found = session.ask("tls.show")
    session.show(found, _lines(found))


@tls.command("install")
@options
@click.option("--certificate", required=True, type=click.Path(path_type=Path), help="PEM file with the whole chain.")
@click.option("--key", required=True, type=click.Path(path_type=Path), help="PEM file with its private key.")
@click.option("--anyway", is_flag=True, help="Also when browsers will complain of it.")
@click.pass_obj
def install(session: Session, certificate: Path, key: Path, anyway: bool) -> None:
    """Check a certificate of your own and copy it into the data folder; a running hub serves it at once.

    \b
    Example: homeostat tls install --certificate fullchain.pem --key privkey.pem
    """
    found = session.ask("tls.install", certificate=str(certificate.absolute()), key=str(key.absolute()), anyway=anyway)
    lines = [
        f"Installed: {', '.join(found['names']) or found['subject']}, good until {str(found['expires'])[:10]}.",
        f"SHA-256 {found['fingerprint']}",
        *found["doubts"],
    ]
    if not found["in_use"]:
        lines.append("Serve it: homeostat network set --tls own")
    session.show(found, lines)


def _lines(found: dict[str, Any]) -> list[str]:
    lines = [f"HTTPS is {'off' if found['tls'] == 'off' else 'on'}."]
    if found["authority"]:
        lines += [f"Home's authority: {found['authority_file']}", f"  SHA-256 {found['authority']}"]
    one = found["certificate"]
    if one is not None:
        lines += [
            f"Served: {', '.join(one['names'])}",
            f"  until {str(one['expires'])[:10]}, from {one['issuer']}",
            f"  SHA-256 {one['fingerprint']}",
            *[f"  {doubt}" for doubt in one["doubts"]],
        ]
    return lines
