"""`homeostat secrets`: the key that stored passwords are sealed with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from hub.cli.common import Session, options


@click.group()
def secrets() -> None:
    """Look at, change and move the key that stored passwords are sealed with."""


@secrets.command("status")
@options
@click.pass_obj
def secrets_status(session: Session) -> None:
    """Which key there is, where it lies, and what it can't open.

    \b
    Example: homeostat secrets status
    """
    told = session.ask("secrets.status")
    session.show(told, _told(told))


@secrets.command("rotate")
@options
@click.pass_obj
def secrets_rotate(session: Session) -> None:
    """Make a new key, seal everything with it, and forget the older one at the next start.

    Interrupted at any point, the next start goes on with it.

    \b
    Example: homeostat secrets rotate
    """
    told = session.ask("secrets.rotate")
    session.show(told, [f"Everything is sealed with the new key {told['key']}.", *_told(told)[1:]])


@secrets.command("forget")
@options
@click.argument("entry")
@click.pass_obj
def secrets_forget(session: Session, entry: str) -> None:
    """Drop what ENTRY kept for itself and can't be opened any more, because its key is lost.

    \b
    Example: homeostat secrets forget phone
    """
    told = session.ask("secrets.forget", entry=entry)
    gone = ", ".join(told["forgotten"])
    session.show(told, f"{entry} begins anew without: {gone}" if gone else f"All that {entry} keeps can be opened.")


@secrets.command("copy-key")
@options
@click.argument("to", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def secrets_copy_key(session: Session, to: Path) -> None:
    """Copy the key to TO, a new file, so that it can lie outside the data folder.

    Name that file as `vault_key` in hub.yaml and restart the hub: it then takes the key from there, and removes the
    one in the data folder.

    \b
    Example: homeostat secrets copy-key /etc/homeostat/vault.key
    """
    from hub.errors import Conflict
    from hub.vault import Vault

    with session.failing():
        settings = session.settings()
        vault = Vault.open(settings.data_dir, named=settings.vault_key)
        if to.exists():
            raise Conflict(f"{to} is there already; name a new file")
        vault.copy(to)
        told = {"key": vault.keys[0], "place": str(to)}
        session.show(
            told,
            [
                f"The key {vault.keys[0]} is in {to}.",
                f"Add this line to hub.yaml and restart the hub: vault_key: {to.absolute()}",
            ],
        )


def _told(told: dict[str, Any]) -> list[str]:
    if not told["key"]:
        lines = [told["problem"] or "There is no key yet; it is made with the first password that is stored."]
    else:
        lines = [f"Key {told['key']}, at {told['place']}; {told['sealed']} secrets are sealed."]
        lines += [told["problem"]] if told["problem"] else []
    if told["older"]:
        lines.append(f"Kept until the next start: {', '.join(told['older'])}")
    for one in told["closed"]:
        lines.append(f"Sealed with the key {one['key']}, which is not here: {', '.join(one['what'])}")
    return lines
