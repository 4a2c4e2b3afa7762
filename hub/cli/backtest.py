"""`homeostat backtest`: what an automation would have done in the days that lie behind."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from hub.cli.common import Session, options, table
from hub.cli.files import object_of, text_of

SHOWN = 40
"""Runs in the table for people; `--json` has all that are told one by one."""


@click.command()
@options
@click.option("--from", "start", metavar="WHEN", help="2026-11-01, an instant with its offset, or 30d: so long ago.")
@click.option("--to", "end", metavar="WHEN", help="Until when; a day counts to its end. Left out: now.")
@click.option("--inputs", metavar="FILE.json", help="JSON object with the blueprint's inputs; a file, or the object.")
@click.option(
    "--what-if", "what_if", multiple=True, metavar="NAME=V1,V2",
    help="Try an input with several values, side by side; may be repeated (at most 8 combinations).",
)  # fmt: skip
@click.option(
    "--as-received", is_flag=True, help="Imported history counts from when it came, not from when it was taken."
)
@click.option("--all", "every", is_flag=True, help="Tell triggers that led to no run too.")
@click.argument("what", metavar="AUTOMATION|FILE")
@click.pass_obj
def backtest(
    session: Session, start: str | None, end: str | None, inputs: str | None, what_if: tuple[str, ...],
    as_received: bool, every: bool, what: str,
) -> None:  # fmt: skip
    """Try an automation on recorded history: when it would have run, why, and what it would have done.

    Nothing is done. AUTOMATION is the name of one that is kept; FILE is one as YAML, or a blueprint. What came late
    counts from when it came. Days and times without an offset are the household's. Without --from the last 30 days
    are looked at.

    \b
    Example: homeostat backtest glucose_high --from 30d --what-if threshold=160,180,200
    """
    with session.failing():
        file = Path(what)
        asked: dict[str, Any] = {"what_if": dict(_tried(one) for one in what_if), "as_received": as_received}
        if file.suffix in (".yaml", ".yml") or file.is_file():
            asked["text"] = text_of(file)
        else:
            asked["automation"] = what
        if inputs is not None:
            asked["inputs"] = object_of(inputs)
        asked["start"], asked["end"] = _when(start, "--from"), _when(end, "--to")
    found = session.run(lambda house: house.call("backtest.run", on_progress=session.progress, **asked))
    session.progress_done()
    session.show(found, list(_told(found, every=every)))


def _tried(told: str) -> tuple[str, list[Any]]:
    name, sign, values = told.partition("=")
    if not sign or not name or not values:
        raise click.BadParameter(f"{told!r} is not NAME=V1,V2", param_hint="--what-if")
    return name.strip(), [_value(one.strip()) for one in values.split(",")]


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _when(text: str | None, name: str) -> str | None:
    """As it was written, if it can be understood; the hub knows the household's clock."""
    if text is None or (text[-1:] in ("d", "h") and text[:-1].isdigit()):
        return text
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is no time; write 2026-11-01, 2026-11-01T08:00+01:00 or 30d",
                                 param_hint=name) from None  # fmt: skip
    return text


def _told(found: Mapping[str, Any], *, every: bool) -> Any:
    zone = ZoneInfo(found["time_zone"])
    first, last = (_local(found[one], zone) for one in ("start", "end"))
    several = len(found["variants"]) > 1
    yield f"{found['name']}, {first} to {last} ({found['readings']:,} readings, {found['entries']:,} journal entries)"
    for one in found["variants"]:
        yield ""
        named = ", ".join(f"{name} = {value}" for name, value in one["inputs"].items())
        more = one["refused"]
        refused = f"; {more:,} more trigger{'s' * (more != 1)} led to no run" if more else ""
        often = {0: "not have run", 1: "have run once"}.get(one["ran"], f"have run {one['ran']:,} times")
        yield f"{f'{named}: it' if named else 'It'} would {often}{refused}."
        for reason in one["reasons"][:5]:
            yield f"  {reason['count']:,} × no run: {reason['why']}"
        yield from (f"  {problem}" for problem in one["problems"])
        if several and not every:
            continue
        rows = [
            {
                "at": _local(run["at"], zone),
                "trigger": run["trigger"].get("description", ""),
                "outcome": run["outcome"],
                "did": "; ".join(run["words"]) or run["why"],
            }
            for run in one["runs"]
            if every or run["ran"]
        ]
        yield from table(rows[-SHOWN:], {"at": "WHEN", "trigger": "TRIGGER", "outcome": "OUTCOME", "did": "WOULD"},
                         "Nothing would have happened in that time.")  # fmt: skip
        if len(rows) > SHOWN:
            yield f"(the last {SHOWN} of {len(rows):,}; --json has more)"
    yield from (f"Note: {note}" for note in found["notes"])


def _local(text: str, zone: ZoneInfo) -> str:
    return datetime.fromisoformat(text).astimezone(zone).strftime("%Y-%m-%d %H:%M")
