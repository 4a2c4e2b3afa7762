"""`homeostat setup` and `person`: the household without a browser."""

from __future__ import annotations

import sys
from datetime import datetime

import click

from hub.cli.common import Session, options, table


@click.command()
@options
@click.option("--household", required=True, help="What your home is called.")
@click.option("--timezone", "time_zone", required=True, help="IANA name, such as Europe/Madrid.")
@click.option("--owner", required=True, help="Name of the owner; also their account, in lower case.")
@click.option("--password-stdin", is_flag=True, help="Read the owner's password from standard input.")
@click.option("--person", "people", multiple=True, metavar="NAME", help="A further person; may be repeated.")
@click.pass_obj
def setup(
    session: Session, household: str, time_zone: str, owner: str, password_stdin: bool, people: tuple[str, ...]
) -> None:
    """Make the household, its owner and its people; works while the hub runs and while it doesn't.

    \b
    Example:
      echo "$PASSWORD" | homeostat setup --household Home --timezone Europe/Madrid \\
          --owner Anna --password-stdin --person Ben --person Mia
    """
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    session.may_make = True
    done = session.ask(
        "setup", household=household, time_zone=time_zone, owner=owner, password=password, people=list(people)
    )
    session.show(
        done,
        f"{done['household']} is set up for {', '.join(done['people'])}. Sign in as {done['account']}.",
    )


@click.group()
def person() -> None:
    """Add and list people."""


@person.command("add")
@options
@click.argument("name")
@click.option("--born", type=click.DateTime(["%Y-%m-%d"]), help="Birth date, such as 2024-05-17.")
@click.option("--sex", type=click.Choice(["female", "male"]), help="For growth charts and reference ranges.")
@click.option("--timezone", "time_zone", help="IANA name, where it isn't the household's.")
@click.pass_obj
def person_add(session: Session, name: str, born: datetime | None, sex: str | None, time_zone: str | None) -> None:
    """Add a person; prints their short name, which other commands and the API use.

    \b
    Example: homeostat person add Mia --born 2026-06-01
    """
    birth_date = born.date().isoformat() if born is not None else None
    added = session.ask("person.add", name=name, birth_date=birth_date, sex=sex, time_zone=time_zone)
    session.show(added, added["person"])


@person.command("list")
@options
@click.pass_obj
def person_list(session: Session) -> None:
    """List people.

    \b
    Example: homeostat person list --json
    """
    people = session.ask("person.list")
    columns = {"person": "PERSON", "name": "NAME", "birth_date": "BORN", "time_zone": "TIME ZONE"}
    session.show(people, table(people, columns, "Nobody yet; add someone with `homeostat person add NAME`."))
