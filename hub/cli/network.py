"""`homeostat network`: on which addresses the hub answers."""

from __future__ import annotations

from typing import Any

import click

from hub.cli.common import Session, options

_CHOICES = {
    "listen": "Listens on",
    "port": "HTTP port",
    "hosts": "Further names",
    "proxies": "Trusted proxies",
    "tls": "HTTPS",
    "tls_port": "HTTPS port",
    "redirect": "HTTP goes to HTTPS",
    "hsts": "HTTPS only (HSTS)",
}


@click.group()
def network() -> None:
    """Where the hub answers: addresses, port, names, HTTPS, proxies."""


@network.command("show")
@options
@click.pass_obj
def show(session: Session) -> None:
    """Show the network settings, where each stands, and what waits to be confirmed.

    \b
    Example: homeostat network show
    """
    found = session.ask("network.show")
    session.show(found, _lines(found))


@network.command("set")
@options
@click.option("--listen", help="machine (this one only), home (your network), all, or an address of this machine.")
@click.option("--port", type=click.IntRange(0, 65_535), help="Port of plain HTTP.")
@click.option("--hosts", metavar="NAMES", help="Further names the hub is reached by, with commas; '' for none.")
@click.option("--proxies", metavar="ADDRESSES", help="Addresses or networks of trusted proxies; '' for none.")
@click.option("--tls", type=click.Choice(["off", "home", "own"]), help="HTTPS: none, self-made, or your certificate.")
@click.option("--tls-port", type=click.IntRange(0, 65_535), help="Port of HTTPS.")
@click.option("--redirect/--no-redirect", default=None, help="Send plain HTTP of other machines to HTTPS.")
@click.option("--hsts/--no-hsts", default=None, help="Tell browsers to use HTTPS only, for 30 days at a time.")
@click.option("--confirm", is_flag=True, help="Don't wait for a confirmation from the new address.")
@click.pass_obj
def set_(session: Session, /, confirm: bool, **given: Any) -> None:
    """Change where a running hub answers, at once; taken back after 5 minutes unless confirmed.

    \b
    Example: homeostat network set --listen home --tls home
    """
    settings = {name: value for name, value in given.items() if value is not None}
    if not settings:
        raise click.UsageError("Name what to change, such as --listen home.")
    found = session.ask("network.change", settings=settings, confirm=confirm)
    session.show(found, _lines(found))


@network.command("confirm")
@options
@click.pass_obj
def confirm(session: Session) -> None:
    """Keep the settings that wait; say it here when the new address works.

    \b
    Example: homeostat network confirm
    """
    found = session.ask("network.confirm")
    session.show(found, ["The new settings are kept.", *_lines(found)])


@network.command("revert")
@options
@click.pass_obj
def revert(session: Session) -> None:
    """Take the settings back that wait to be confirmed.

    \b
    Example: homeostat network revert
    """
    found = session.ask("network.revert")
    session.show(found, ["The old settings hold again.", *_lines(found)])


def _lines(found: dict[str, Any]) -> list[str]:
    lines = [f"{name + ':':22}{_said(found, key)}" for key, name in _CHOICES.items()]
    lines += [f"{'Reached at:':22}{one}" for one in found["addresses"]]
    pending = found["pending"]
    if pending is not None:
        lines.append("")
        lines.append(f"Waiting to be confirmed until {pending['until']}, else all goes back:")
        before = found["settings"]
        lines += [
            f"  {_CHOICES[key]}: {_plain(value)}" for key, value in pending["settings"].items() if value != before[key]
        ]
        lines += [
            f"  Open {one} and confirm there, or run `homeostat network confirm`." for one in pending["addresses"][:1]
        ]
    for peer, count in found["untrusted_proxies"].items():
        lines.append(
            f"{count} requests of {peer} came with a proxy's headers; list it if it is yours: --proxies {peer}"
        )
    return lines


def _said(found: dict[str, Any], key: str) -> str:
    where = found["declared"].get(key)
    return _plain(found["settings"][key]) + (f"  ({where})" if where else "")


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) or "none" if isinstance(value, list) else str(value)
