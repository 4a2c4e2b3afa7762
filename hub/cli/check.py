"""`homeostat check`: the configuration, without starting anything."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hub.cli.common import FAILED, Session, options

if TYPE_CHECKING:
    from hub.errors import ConfigInvalid


@click.command()
@options
@click.pass_obj
def check(session: Session) -> None:
    """Read the configuration and say what is wrong: file, line, key, and the key probably meant.

    The options of declared entries are checked against their integrations; nothing is started and nothing is written.

    \b
    Example: homeostat check --config ~/homeostat
    """
    with session.failing():
        errors, entries = examine(session.config_dir)
    found = [_plain(one) for one in errors]
    file = session.config_dir / "hub.yaml"
    if not file.is_file() and not errors:
        text = [f"There is no {file}: everything is as it comes."]
    else:
        text = [f"{file} is fine; {entries} {'entry is' if entries == 1 else 'entries are'} declared."]
    if session.json:
        session.show({"ok": not errors, "errors": found, "entries": entries}, "")
    elif errors:
        session.note("\n".join(f"homeostat: {one}" for one in errors))
    else:
        session.show(None, text)
    if errors:
        raise SystemExit(FAILED)


def examine(config_dir: Path) -> tuple[list[ConfigInvalid], int]:
    """Everything wrong, in the order of the file, and the number of declared entries. Raises ConfigInvalid."""
    from hub.cli.plugins import loaded
    from hub.config import ConfigFlaws, read_config
    from hub.config.options import check_entries

    try:
        reading = read_config(config_dir)
    except ConfigFlaws as error:
        return list(error.errors), 0
    if reading.settings.entries:
        check_entries(reading, loaded(reading.settings.custom_integrations).catalogue)
    flaws = sorted(reading.places.flaws, key=lambda flaw: flaw.place or ("", 0))
    return [flaw.error() for flaw in flaws], len(reading.settings.entries)


def _plain(one: ConfigInvalid) -> dict[str, Any]:
    return {"file": one.file, "line": one.line, "key": one.key, "message": one.problem, "hint": one.hint}
