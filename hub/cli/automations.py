"""`homeostat automation` and `homeostat template`."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from hub.cli.common import Session, options, table
from hub.cli.files import FILE, object_of, text_of

_COLUMNS = {"key": "AUTOMATION", "on": "ON", "account": "ACTS AS", "last": "LAST RUN", "outcome": "OUTCOME",
            "due": "NEXT", "wrong": "WRONG"}  # fmt: skip
_TRACES = {"at": "WHEN", "outcome": "OUTCOME", "trigger": "TRIGGER", "why": "WHY"}
_EMPTY = "There are no automations yet. `homeostat automation add FILE` brings some; the page offers blueprints."


@click.group()
@options
def automation() -> None:
    """Add, list, switch, run and explain automations."""


@automation.command("list")
@options
@click.pass_obj
def list_all(session: Session) -> None:
    """List all automations.

    \b
    Example: homeostat automation list
    """
    _list(session, session.ask("automation.list"))


@automation.command()
@options
@click.option("--account", default="", help="Whose rights they have; left out: the first owner's.")
@click.option("--off", is_flag=True, help="Keep new ones switched off.")
@click.option("--replace", is_flag=True, help="In the place of those of the same name.")
@click.argument("file", type=FILE)
@click.pass_obj
def add(session: Session, account: str, off: bool, replace: bool, file: Path) -> None:
    """Add the automations of a YAML file, Home Assistant's too; all of them, or none when one is wrong.

    \b
    Example: homeostat automation add wake_up.yaml --off
    """
    with session.failing():
        text = text_of(file)
    made = session.ask("automation.add", text=text, account=account, enabled=not off, replace=replace)
    session.show(made, [f"{one['key']} is {'on' if one['enabled'] else 'kept, and off'}." for one in made])
    for one in made:
        _missing(session, one)


@automation.command()
@options
@click.argument("key", metavar="AUTOMATION")
@click.pass_obj
def show(session: Session, key: str) -> None:
    """Show an automation as YAML.

    \b
    Example: homeostat automation show wake_up
    """
    found = session.ask("automation.show", key=key)
    wrong = [*found["flaws"], *found["problems"], *found["absent"]]
    session.show(found, [*(f"# {one}" for one in wrong), found["yaml"].rstrip()])


@automation.command()
@options
@click.argument("key", metavar="AUTOMATION")
@click.pass_obj
def enable(session: Session, key: str) -> None:
    """Switch an automation on.

    \b
    Example: homeostat automation enable wake_up
    """
    session.show(session.ask("automation.enable", key=key, on=True), f"{key} is on.")


@automation.command()
@options
@click.argument("key", metavar="AUTOMATION")
@click.pass_obj
def disable(session: Session, key: str) -> None:
    """Switch an automation off; runs under way go on.

    \b
    Example: homeostat automation disable wake_up
    """
    session.show(session.ask("automation.enable", key=key, on=False), f"{key} is off.")


@automation.command()
@options
@click.argument("key", metavar="AUTOMATION")
@click.pass_obj
def remove(session: Session, key: str) -> None:
    """Remove an automation; `homeostat automation restore` brings it back.

    \b
    Example: homeostat automation remove wake_up
    """
    done = session.ask("automation.remove", key=key)
    session.show(done, f"{key} is removed. `homeostat automation restore {key}` brings it back.")


@automation.command()
@options
@click.option("--version", type=click.IntRange(1), help="Which one; left out: the one before.")
@click.argument("key", metavar="AUTOMATION")
@click.pass_obj
def restore(session: Session, version: int | None, key: str) -> None:
    """Go back to a version, also of one that was removed.

    \b
    Example: homeostat automation restore wake_up --version 2
    """
    done = session.ask("automation.restore", key=key, version=version)
    session.show(done, f"{key} is as it was; this is version {done['version']}.")


@automation.command()
@options
@click.option("--conditions", is_flag=True, help="Only when its conditions are met.")
@click.argument("key", metavar="AUTOMATION")
@click.pass_obj
def run(session: Session, conditions: bool, key: str) -> None:
    """Run an automation now, as if a trigger had fired.

    \b
    Example: homeostat automation run wake_up
    """
    done = session.ask("automation.run", key=key, conditions=conditions)
    session.show(done, f"{key} runs. `homeostat automation trace {key}` shows what it did.")


@automation.command()
@options
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True)
@click.argument("key", metavar="AUTOMATION")
@click.pass_obj
def trace(session: Session, limit: int, key: str) -> None:
    """Show what an automation did, and why triggers led to no run; the newest first.

    \b
    Example: homeostat automation trace wake_up --limit 5
    """
    found = session.ask("automation.traces", key=key, limit=limit)
    rows = [
        {
            "at": datetime.fromisoformat(one["at"]).astimezone().strftime("%Y-%m-%d %H:%M:%S"),
            "outcome": one["outcome"],
            "trigger": str(one["trigger"].get("description") or one["trigger"].get("platform") or "by hand"),
            "why": one["why"],
        }
        for one in found
    ]
    session.show(found, table(rows, _TRACES, "It has not been set off yet."))


@automation.command()
@options
@click.pass_obj
def reload(session: Session) -> None:
    """Read the automations of the configuration's folder anew.

    \b
    Example: homeostat automation reload
    """
    _list(session, session.ask("automation.reload"))


@click.group()
@options
def template() -> None:
    """Try templates."""


@template.command()
@options
@click.option("--account", default="", help="What this account sees; left out: everything.")
@click.option("--variables", metavar="JSON", help="JSON object: name -> value; a file, or the object itself.")
@click.argument("text")
@click.pass_obj
def render(session: Session, account: str, variables: str | None, text: str) -> None:
    """Render a template over the states of now; - reads it from standard input.

    \b
    Example: homeostat template render "{{ states('sun.sun') }}"
    """
    given = object_of(variables, "--variables")
    if text == "-":
        text = sys.stdin.read()
    told = session.ask("template.render", text=text, account=account, variables=given)
    session.show({"text": told}, told)


def _missing(session: Session, one: dict[str, Any]) -> None:
    """For a person to read: it may come, and is seldom meant."""
    for line in [*one["problems"], *one["absent"]] if not session.json else ():
        session.note(f"{one['key']}: {line}")


def _list(session: Session, found: list[dict[str, Any]]) -> None:
    rows = [
        {
            "key": one["key"],
            "on": "yes" if one["enabled"] else "no",
            "account": one["account"],
            "last": one["last_run"],
            "outcome": one["last_outcome"] or "",
            "due": one["due"],
            "wrong": next(iter([*one["flaws"], *one["problems"]]), ""),
        }
        for one in found
    ]
    session.show(found, table(rows, _COLUMNS, _EMPTY))
