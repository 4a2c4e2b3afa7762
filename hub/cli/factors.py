"""`homeostat account factors`, `reset-factors` and `require-second`: passkeys and codes from the console."""

from __future__ import annotations

from typing import Any

import click

from hub.cli.common import Session, options
from hub.cli.rights import account, password_typed


@account.command("factors")
@options
@click.argument("name")
@click.pass_obj
def account_factors(session: Session, name: str) -> None:
    """Show which passkeys and codes an account has.

    \b
    Example: homeostat account factors anna
    """
    found = session.ask("factors.show", account=name)
    session.show(found, _lines(found))


@account.command("reset-factors")
@options
@click.argument("name")
@click.pass_obj
def account_reset_factors(session: Session, name: str) -> None:
    """Take all passkeys and codes from an account that has lost them; the password alone then lets in.

    \b
    Example: homeostat account reset-factors anna
    """
    found = session.ask("factors.reset", account=name)
    session.show(found, f"{found['account']} has no passkeys and no codes any more, and signs in with the password.")


@account.command("set-password")
@options
@click.argument("name")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.pass_obj
def account_set_password(session: Session, name: str, password_stdin: bool) -> None:
    """Give an account a new password when the old one is lost; it is signed out everywhere.

    \b
    Example: homeostat account set-password anna
    """
    found = session.ask("account.password", account=name, password=password_typed(from_stdin=password_stdin))
    session.show(found, f"{found['account']} signs in with the new password from now on.")


@account.command("require-second")
@options
@click.argument("wanted", metavar="on|off", type=click.Choice(["on", "off"]))
@click.pass_obj
def account_require_second(session: Session, wanted: str) -> None:
    """Say whether every owner needs a passkey or an app; who has none can only add one.

    \b
    Example: homeostat account require-second on
    """
    session.ask("factors.demand", wanted=wanted == "on")
    said = "Every owner needs a passkey or an app." if wanted == "on" else "Owners may do without."
    session.show({"required": wanted == "on"}, said)


def _lines(found: dict[str, Any]) -> list[str]:
    keys = [f"Passkey {one['name']!r} for {one['host']}" for one in found["passkeys"]]
    app = [f"Codes from an app, since {found['app_since']}"] if found["app_since"] else []
    paper = [f"{found['recovery_codes']} recovery codes left"] if keys or app else []
    return [*keys, *app, *paper] or [f"{found['account']} has no passkeys and no codes."]
