"""`homeostat notify`: tell people, see what was told, and by which ways."""

from __future__ import annotations

import json
from typing import Any

import click

from hub.cli.common import Session, options, table
from hub.cli.entries import option_option, parse_options

_TOLD = {"at": "WHEN", "to": "TO", "about": "ABOUT", "by": "BY", "urgency": "URGENCY", "state": "STATE", "why": "WHY"}
_WAYS = {"to": "TO", "channel": "CHANNEL", "name": "NAME", "on": "ON", "short": "SHORT TEXT", "problem": "PROBLEM"}
_TESTED = {"to": "TO", "channel": "CHANNEL", "state": "STATE", "why": "WHY"}


@click.group()
@options
def notify() -> None:
    """Tell people, see what was told, and by which ways they are told.

    WHO is a person's short name, an account, or `everyone`.
    """


@notify.command("test")
@options
@click.argument("who")
@click.option("--channel", default="", help="Only this one; `homeostat notify channel list` names them.")
@click.pass_obj
def test(session: Session, who: str, channel: str) -> None:
    """Send a test message on each channel of somebody, and say what became of it.

    \b
    Example: homeostat notify test anna
    """
    found = session.ask("notify.test", to=who, channel=channel)
    session.show(found, table(found, _TESTED, "There is no channel of that name that is on."))


@notify.command("send")
@options
@click.argument("who", nargs=-1, required=True)
@click.option("--message", "-m", required=True)
@click.option("--title", "-t", default="")
@click.option("--data", default="{}", help="JSON, as Home Assistant's apps take it: tag, actions, urgency ...")
@click.pass_obj
def send(session: Session, who: tuple[str, ...], message: str, title: str, data: str) -> None:
    """Tell somebody something.

    \b
    Example: homeostat notify send anna -m "Dinner is ready"
    """
    try:
        more = json.loads(data)
    except ValueError as error:
        raise click.UsageError(f"--data is no JSON: {error}") from None
    if not isinstance(more, dict):
        raise click.UsageError('--data is no JSON object such as {"tag": "door"}')
    found = session.ask("notify.send", to=list(who), message=message, title=title, data=more)
    session.show(found, [f"{one['to']}: {_said(one)}" for one in found])


@notify.command("list")
@options
@click.option("--limit", default=30, show_default=True, type=click.IntRange(1, 1_000))
@click.pass_obj
def list_notices(session: Session, limit: int) -> None:
    """List what was told, newest first, without its words.

    \b
    Example: homeostat notify list
    """
    found = session.ask("notify.list", limit=limit)
    session.show(found, table(found, _TOLD, "Nothing was told yet."))


@notify.group("channel")
@options
def channel() -> None:
    """Add, list and remove the ways to somebody."""


@channel.command("list")
@options
@click.pass_obj
def list_channels(session: Session) -> None:
    """List the ways to everybody.

    \b
    Example: homeostat notify channel list
    """
    found = session.ask("notify.channels")
    session.show(found, table([_shown(one) for one in found], _WAYS, "Nobody is here yet."))


@channel.command("add")
@options
@click.argument("kind", metavar="email|telegram|ntfy|webpush|apprise")
@click.argument("who")
@click.option("--title", default="", help="What it is called.")
@option_option
@click.pass_obj
def add(session: Session, kind: str, who: str, title: str, pairs: tuple[str, ...]) -> None:
    """Add a way to somebody; `@nina` is an account that is none of the people.

    \b
    Example: homeostat notify channel add ntfy anna --option topic=@-
    """
    done = session.ask("notify.channel.add", kind=kind, to=who, title=title, options=parse_options(pairs))
    session.show(done, done["channel"])


@channel.command("remove")
@options
@click.argument("channel_id", metavar="CHANNEL")
@click.pass_obj
def remove(session: Session, channel_id: str) -> None:
    """Remove a way to somebody.

    \b
    Example: homeostat notify channel remove notify_ntfy
    """
    session.ask("notify.channel.remove", channel=channel_id)
    session.show({"removed": channel_id}, f"{channel_id} is removed.")


def _said(one: dict[str, Any]) -> str:
    return f"{one['state']}, {one['why']}" if one["why"] else str(one["state"])


def _shown(one: dict[str, Any]) -> dict[str, Any]:
    return {**one, "on": "yes" if one["on"] else "no", "short": "yes" if one["short"] else ""}
