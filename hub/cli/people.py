"""`homeostat setup`, `person`, `token`: the household without a browser."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from hub.cli.common import config_option, finish, opened
from hub.errors import Conflict
from hub.model import Verb
from hub.view import SetupRequest


@click.command()
@config_option
@click.option("--household", required=True, help="What your home is called.")
@click.option("--timezone", "time_zone", required=True, help="IANA name, e.g. Europe/Madrid.")
@click.option("--owner", required=True, help="Name of the owner; also their account, in lower case.")
@click.option("--password-stdin", is_flag=True, help="Read the owner's password from standard input.")
@click.option("--person", "people", multiple=True, help="A further person; may be repeated.")
def setup(
    config_dir: Path, household: str, time_zone: str, owner: str, password_stdin: bool, people: tuple[str, ...]
) -> None:
    """Make the household, its owner and its people.

    Example: echo "$PASSWORD" | homeostat setup --household Home --timezone Europe/Madrid --owner Anna --password-stdin
    """
    password = (
        sys.stdin.readline().rstrip("\n")
        if password_stdin
        else click.prompt("Password", hide_input=True, confirmation_prompt=True)
    )

    async def work() -> None:
        async with opened(config_dir) as hub:
            request = SetupRequest(
                owner=owner,
                password=password,
                household=household,
                time_zone=time_zone,
                people=[{"name": name} for name in people],
            )
            account = await hub.views.setup(request, code=None)
            click.echo(f"{household} is set up; {account.name} owns it.")

    finish(work)


@click.group()
def person() -> None:
    """Add and list people."""


@person.command("add")
@config_option
@click.argument("name")
def person_add(config_dir: Path, name: str) -> None:
    """Add a person.

    Example: homeostat person add Mia
    """

    async def work() -> None:
        async with opened(config_dir) as hub:
            click.echo((await hub.views.system().add_person(name)).slug)

    finish(work)


@person.command("list")
@config_option
def person_list(config_dir: Path) -> None:
    """List people by their slugs.

    Example: homeostat person list
    """

    async def work() -> None:
        async with opened(config_dir) as hub:
            for one in hub.views.system().people():
                click.echo(f"{one.slug}\t{one.name}")

    finish(work)


@click.group()
def token() -> None:
    """Create, list and revoke API tokens."""


@token.command("create")
@config_option
@click.option("--account", required=True)
@click.option("--person", "persons", multiple=True, help="Only this person; may be repeated. Default: all it may.")
@click.option("--verbs", default="view", show_default=True, help="Comma-separated: view, record, act, manage.")
@click.option("--label", default="", help="What it is for.")
def token_create(config_dir: Path, account: str, persons: tuple[str, ...], verbs: str, label: str) -> None:
    """Make a token and print it, this once.

    Example: homeostat token create --account anna --person anna --verbs view,record
    """

    async def work() -> None:
        async with opened(config_dir) as hub:
            try:
                wanted = [Verb(one.strip()) for one in verbs.split(",") if one.strip()]
            except ValueError as error:
                raise Conflict(f"{error}; the verbs are view, record, act, manage") from None
            accounts = hub.rooms.accounts
            for one in persons:
                hub.rooms.people.get(one) if one != "household" else None
            _, text = await accounts.create_token(account.lower(), label=label, persons=persons or None, verbs=wanted)
            click.echo(text)

    finish(work)
