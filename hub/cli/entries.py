"""`homeostat entry` and `integration`: what is configured, and what can be."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from hub.cli.boxes import integration_check, integration_sign
from hub.cli.common import Session, options, table

_COLUMNS = {
    "entry": "ENTRY",
    "title": "TITLE",
    "person": "PERSON",
    "state": "STATE",
    "declared_in": "DECLARED IN",
    "problem": "PROBLEM",
}


def parse_options(pairs: tuple[str, ...]) -> dict[str, Any]:
    """`name=value` pairs; `@FILE` and `@-` read the value, `[...]` and `{...}` are JSON. Raises click.BadParameter."""
    found: dict[str, Any] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or not name.strip():
            raise click.BadParameter(f"{pair!r} is not NAME=VALUE", param_hint="--option")
        if text.startswith("@"):
            text = _read(text[1:], name)
        try:
            found[name.strip()] = json.loads(text) if text[:1] in "[{" and text else text
        except ValueError as error:
            raise click.BadParameter(f"{name}: this is not JSON: {error}", param_hint="--option") from None
    return found


def _read(name: str, option: str) -> str:
    if name == "-":
        return sys.stdin.readline().rstrip("\r\n")
    try:
        return Path(name).read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise click.BadParameter(f"{option}: the file {name} can't be read", param_hint="--option") from None


option_option = click.option(
    "--option", "pairs", multiple=True, metavar="NAME=VALUE",
    help="An option of the integration; @FILE or @- (standard input) instead of the value keeps a secret out of "
    "the command line.",
)  # fmt: skip


@click.group()
def entry() -> None:
    """Add, list, remove and reload config entries; those of hub.yaml are changed there."""


@entry.command("list")
@options
@click.pass_obj
def entry_list(session: Session) -> None:
    """List entries and how they are.

    \b
    Example: homeostat entry list
    """
    entries = session.ask("entry.list")
    lines = table(entries, _COLUMNS, "No entries yet; `homeostat integration list` shows what can be added.")
    remedies = [f"{one['entry']}: {one['remedy']}" for one in entries if one["remedy"]]
    session.show(entries, [*lines, *([""] if remedies else []), *remedies])


@entry.command("add")
@options
@click.argument("domain")
@click.option("--person", default="", help="Whose data it brings: a short name, or `household`.")
@click.option("--title", default="", help="What it is called.  [default: the integration's name]")
@click.option("--agree", is_flag=True, help="Agree to what a custom integration wants; it is told when it is left out.")
@option_option
@click.pass_obj
def entry_add(session: Session, domain: str, person: str, title: str, agree: bool, pairs: tuple[str, ...]) -> None:
    """Add an entry; prints its id. It starts at once when the hub runs, else with the hub.

    \b
    Example: homeostat entry add nightscout --person anna --option url=https://ns.example.org --option token=@-
    """
    added = session.ask(
        "entry.add", domain=domain, person=person, title=title, options=parse_options(pairs), agree=agree
    )
    session.show(added, added["entry"])


@entry.command("remove")
@options
@click.argument("entry_id", metavar="ENTRY")
@click.pass_obj
def entry_remove(session: Session, entry_id: str) -> None:
    """Stop and forget an entry; its history stays.

    \b
    Example: homeostat entry remove nightscout
    """
    session.ask("entry.remove", entry=entry_id)
    session.show({"removed": entry_id}, f"{entry_id} is removed; its history stays.")


@entry.command("agree")
@options
@click.argument("entry_id", metavar="ENTRY")
@click.pass_obj
def entry_agree(session: Session, entry_id: str) -> None:
    """Agree to what an entry's custom integration wants now, and start it.

    \b
    Example: homeostat entry agree bathroom_scale
    """
    agreed = session.ask("entry.agree", entry=entry_id)
    session.show(agreed, f"{entry_id} is {agreed['state'].replace('_', ' ')}.")


@entry.command("reload")
@options
@click.argument("entry_id", metavar="[ENTRY]", required=False)
@click.pass_obj
def entry_reload(session: Session, entry_id: str | None) -> None:
    """Start an entry anew; without ENTRY, take over what was changed in hub.yaml.

    \b
    Example: homeostat entry reload nightscout
    """
    if entry_id is None:
        changed = session.ask("declared.reload")
        text = f"Started anew or stopped: {', '.join(changed)}." if changed else "Nothing was changed in hub.yaml."
        session.show({"changed": changed}, text)
        return
    reloaded = session.ask("entry.reload", entry=entry_id)
    session.show(reloaded, f"{entry_id} is {reloaded['state'].replace('_', ' ')}.")


def _switch(session: Session, entry_id: str, *, disabled: bool) -> None:
    switched = session.ask("entry.switch", entry=entry_id, disabled=disabled)
    session.show(switched, f"{entry_id} is {switched['state'].replace('_', ' ')}.")


@entry.command("disable")
@options
@click.argument("entry_id", metavar="ENTRY")
@click.pass_obj
def entry_disable(session: Session, entry_id: str) -> None:
    """Stop an entry and keep it.

    \b
    Example: homeostat entry disable nightscout
    """
    _switch(session, entry_id, disabled=True)


@entry.command("enable")
@options
@click.argument("entry_id", metavar="ENTRY")
@click.pass_obj
def entry_enable(session: Session, entry_id: str) -> None:
    """Let a disabled entry run again.

    \b
    Example: homeostat entry enable nightscout
    """
    _switch(session, entry_id, disabled=False)


@click.group()
def integration() -> None:
    """List what can be configured."""


@integration.command("list")
@options
@click.pass_obj
def integration_list(session: Session) -> None:
    """List integrations, your own in custom_integrations too.

    \b
    Example: homeostat integration list
    """
    found = session.ask("integration.list")
    columns = {
        "domain": "DOMAIN",
        "name": "NAME",
        "belongs_to": "BELONGS TO",
        "entries": "ENTRIES",
        "description": "WHAT IT DOES",
        "problem": "PROBLEM",
    }
    session.show(found, table(found, columns, "There are no integrations; the installation is incomplete."))


integration.add_command(integration_check)
integration.add_command(integration_sign)
