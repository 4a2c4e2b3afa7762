"""`homeostat consent`: what leaves the house and what comes in, and the yes and no to it."""

from __future__ import annotations

import click

from hub.cli.common import Session, options, table

_COLUMNS = {"entry": "ENTRY", "direction": "WAY", "person": "PERSON", "agreed": "AGREED", "by": "BY", "at": "SINCE",
            "hosts": "HOSTS"}  # fmt: skip


@click.group()
@options
def consent() -> None:
    """See what leaves this house and what comes in, and say yes or no to it."""


@consent.command("list")
@options
@click.pass_obj
def list_consents(session: Session) -> None:
    """List what leaves and comes in, with who agreed and when.

    \b
    Example: homeostat consent list
    """
    found = session.ask("consent.list")
    session.show(found, table(found, _COLUMNS, "Nothing leaves and nothing comes in."))


_person = click.option("--person", default="", help="Only this person's; left out: all that the entry sends.")
_way = click.option("--in", "incoming", is_flag=True, help="What the source brings, not what leaves.")


@consent.command()
@options
@click.argument("entry")
@_person
@_way
@click.pass_obj
def withdraw(session: Session, entry: str, person: str, incoming: bool) -> None:
    """Stop it, at once.

    \b
    Example: homeostat consent withdraw mqtt --person ben
    """
    _say(session, entry, person, incoming, agreed=False)


@consent.command()
@options
@click.argument("entry")
@_person
@_way
@click.pass_obj
def give(session: Session, entry: str, person: str, incoming: bool) -> None:
    """Let it go on.

    \b
    Example: homeostat consent give mqtt --person ben
    """
    _say(session, entry, person, incoming, agreed=True)


def _say(session: Session, entry: str, person: str, incoming: bool, *, agreed: bool) -> None:
    if incoming and not person:
        raise click.UsageError("Say whose data with --person.")
    way = "in" if incoming else "out"
    done = session.ask("consent.say", entry=entry, direction=way, person=person, agreed=agreed)
    session.show(done, "It goes on." if agreed else "It has stopped.")
