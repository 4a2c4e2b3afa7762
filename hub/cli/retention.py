"""`homeostat retention`: how long things are kept, and what would go."""

from __future__ import annotations

from typing import Any

import click

from hub.cli.common import Session, options, table

_RULES = {"key": "WHAT", "kept": "KEPT", "next": "FROM THEN ON", "next_at": "FROM"}
_GOING = {"key": "WHAT", "count": "WOULD GO", "oldest": "OLDEST", "size": "ABOUT", "stays": "STAYS"}


@click.group()
@options
def retention() -> None:
    """Say how long readings, journal entries and logs are kept.

    WHAT is a metric, `*` (readings without a rule of their own), `journal:KIND` or `logs`.
    """


@retention.command("list")
@options
@click.pass_obj
def list_rules(session: Session) -> None:
    """List the rules.

    \b
    Example: homeostat retention list
    """
    found = session.ask("retention.list")
    session.show(found, table([_shown(one) for one in found], _RULES, ""))


@retention.command("set")
@options
@click.argument("what")
@click.argument("days", metavar="DAYS|forever|default")
@click.pass_obj
def set_rule(session: Session, what: str, days: str) -> None:
    """Keep something for so many days, for ever, or as all others.

    More is kept at once. Less begins in a week; until then `homeostat retention undo WHAT` takes it back.

    \b
    Example: homeostat retention set heart_rate 365
    """
    own, number = days != "default", _days(days)
    done = session.ask("retention.set", key=what, days=number, own=own)
    if done["next_at"] is not None:
        session.show(done, f"{what}: {_span(done['next_days'])} from {done['next_at'][:10]} on.")
    else:
        session.show(done, f"{what}: {_span(done['days'])} from now on.")


@retention.command()
@options
@click.argument("what")
@click.pass_obj
def undo(session: Session, what: str) -> None:
    """Take back a change that does not hold yet.

    \b
    Example: homeostat retention undo heart_rate
    """
    done = session.ask("retention.undo", key=what)
    session.show(done, f"{what}: {_span(done['days'])}, as it was.")


@retention.command()
@options
@click.argument("what", required=False)
@click.argument("days", required=False, metavar="DAYS|forever")
@click.pass_obj
def preview(session: Session, what: str | None, days: str | None) -> None:
    """Count what would go today, by the rules, or with one of them changed; changes nothing.

    \b
    Example: homeostat retention preview heart_rate 365
    """
    if (what is None) != (days is None):
        raise click.UsageError("Say what and for how long, or neither.")
    changes = {what: _days(days)} if what is not None and days is not None else None
    found = session.ask("retention.preview", changes=changes)
    session.show(found, table([_counted(one) for one in found], _GOING, "Nothing is old enough."))


def _days(text: str) -> int | None:
    if text in ("forever", "default"):
        return None
    if not text.isdigit():
        raise click.UsageError(f"{text!r} is not a number of days, nor `forever`.")
    return int(text)


def _span(days: int | None) -> str:
    return "for ever" if days is None else f"{days:,} days"


def _shown(one: dict[str, Any]) -> dict[str, Any]:
    later = _span(one["next_days"]) if one["next_at"] is not None else ""
    return {"key": one["key"], "kept": _span(one["days"]), "next": later, "next_at": one["next_at"]}


def _counted(one: dict[str, Any]) -> dict[str, Any]:
    stays = f"{one['hours']:,} hours of statistics" if one["hours"] else "nothing"
    size = f"{one['bytes'] / 1e6:,.1f} MB" if one["bytes"] else ""
    return {"key": one["key"], "count": f"{one['count']:,}", "oldest": one["oldest"], "size": size, "stays": stays}
