"""`homeostat erase`: what is to go, counted first, hidden at once, gone for good after a week."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from hub.cli.common import Session, options, table


def _given(value: datetime | None) -> str | None:
    return value.astimezone().isoformat() if value is not None else None


@click.group(invoke_without_command=True)
@options
@click.option("--person", default="", help="Whose data: a short name.")
@click.option("--source", default="", help="A config entry, or what readings name as their source.")
@click.option("--from", "start", type=click.DateTime(), help="Only what was taken from then on (local time).")
@click.option("--to", "end", type=click.DateTime(), help="Only what was taken before then.")
@click.option("--preview", is_flag=True, help="Count what would go, and change nothing.")
@click.option("--now", is_flag=True, help="At once, without the seven days in which it can be taken back.")
@click.option("--yes", is_flag=True, help="Don't ask.")
@click.pass_context
def erase(
    ctx: click.Context, person: str, source: str, start: datetime | None, end: datetime | None, preview: bool,
    now: bool, yes: bool,
) -> None:  # fmt: skip
    """Erase a person, a source or a period for good: readings, statistics, journal, documents, logs, copies.

    From now on only the owner sees it; after seven days no file of the hub has a byte of it. Until then
    `homeostat erase cancel ID` takes it back.

    \b
    Examples:
      homeostat erase --person ben --preview
      homeostat erase --source watch --from 2026-01-01 --to 2026-02-01
    """
    if ctx.invoked_subcommand is not None:
        return
    if bool(person) == bool(source):
        raise click.UsageError("Say --person NAME or --source SOURCE, one of them.")
    session: Session = ctx.obj
    what = {"person": person, "source": source, "start": _given(start), "end": _given(end)}
    found = session.ask("erase.preview", **what)
    lines = _told(found)
    if preview:
        session.show(found, [*lines, "Nothing was changed."])
        return
    if not yes and not session.json:
        for line in lines:
            session.note(line)
        click.confirm("Erase it now, beyond recall?" if now else "Erase it in seven days?", abort=True, err=True)
    done = session.ask("erase.ask", now=now, **what)
    back = f"It is hidden, and erased in seven days; `homeostat erase cancel {done['id']}` takes it back."
    session.show(done, "It is erased." if now else back)


@erase.command("list")
@options
@click.pass_obj
def erase_list(session: Session) -> None:
    """List what waits to be erased.

    \b
    Example: homeostat erase list
    """
    found = session.ask("erase.list")
    columns = {"id": "ID", "person": "PERSON", "source": "SOURCE", "start": "FROM", "end": "TO", "total": "ITEMS",
               "due_at": "ERASED AT"}  # fmt: skip
    session.show(found, table(found, columns, "Nothing waits to be erased."))


@erase.command("cancel")
@options
@click.argument("erasure", metavar="ID")
@click.pass_obj
def erase_cancel(session: Session, erasure: str) -> None:
    """Take an erasure back; everything is seen as before.

    \b
    Example: homeostat erase cancel 1f2e3d4c
    """
    session.show(session.ask("erase.cancel", erasure=erasure), "It stays.")


def _told(found: dict[str, Any]) -> list[str]:
    counts = [{"what": name, "count": f"{count:,}"} for name, count in found["counts"].items()]
    columns = {"what": "WHAT", "count": "HOW MANY"}
    return [*table(counts, columns, "Nothing of it is there."), f"{found['total']:,} in all."]
