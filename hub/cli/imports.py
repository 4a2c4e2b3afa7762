"""`homeostat import`: history from a table, or by an integration that reads files or another service."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from hub.cli.common import Session, options
from hub.cli.entries import option_option, parse_options

if TYPE_CHECKING:
    from hub.cli.table import Row, Table
    from hub.console import House

BATCH = 2_000
SHOWN = 20
KEPT = 1_000


class Sources(click.Group):
    """`archive`, `csv`, and every integration that imports."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        from hub.cli.plugins import loaded

        return [
            "archive",
            "csv",
            *sorted(one.domain for one in loaded().catalogue.integrations if one.import_file is not None),
        ]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name == "archive":
            from hub.cli.archives import bring

            return bring
        if cmd_name == "csv":
            return csv
        from hub.cli.plugins import loaded

        one = next((one for one in loaded().catalogue.integrations if one.domain == cmd_name), None)
        return _of_integration(one.domain, one.name) if one is not None and one.import_file is not None else None


@click.group(cls=Sources)
def bring() -> None:
    """Bring history in; running the same command again adds nothing and goes on where it was broken off."""


def _mapped(_: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> dict[str, tuple[str, str | None]]:
    columns: dict[str, tuple[str, str | None]] = {}
    for pair in value:
        column, equals, metric = pair.rpartition("=")
        if not equals or not column or not metric:
            raise click.BadParameter(f"{pair!r} is not COLUMN=METRIC or COLUMN=METRIC:UNIT", param=parameter)
        name, _colon, unit = metric.partition(":")
        columns[column.strip()] = (name.strip(), unit.strip() or None)
    return columns


@click.command("csv")
@options
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--person", required=True, help="Whose measurements they are: a short name, or `household`.")
@click.option(
    "--map", "columns", multiple=True, callback=_mapped, metavar="COLUMN=METRIC[:UNIT]",
    help="Which column holds which metric; repeat it. Left out when the columns metric, value (and unit) say it.",
)  # fmt: skip
@click.option("--time", metavar="COLUMN", help="The column of the time.  [default: the one that is called so]")
@click.option("--time-format", metavar="FORMAT", help="Such as '%d.%m.%Y %H:%M'.  [default: ISO 8601 or Unix time]")
@click.option("--timezone", "time_zone", help="Of times without an offset.  [default: the person's]")
@click.option("--source", default="", help="Which device they come from; keeps a series of its own.")
@click.option("--delimiter", help="Between columns.  [default: found out]")
@click.option("--decimal", type=click.Choice([".", ","]), default=".", show_default=True, help="Decimal point.")
@click.option("--encoding", default="utf-8-sig", show_default=True, help="Of the file.")
@click.option("--dry-run", is_flag=True, help="Check every line and keep nothing.")
@click.pass_obj
def csv(session: Session, /, file: Path, person: str, encoding: str, delimiter: str | None, **given: Any) -> None:
    """Import a table whose first line names its columns.

    What is there already is not doubled. Lines that can't be kept are told with their number, and the rest is kept;
    the exit code is 1 then.

    \b
    Example: homeostat import csv scale.csv --person anna --map "Weight (kg)=weight" --map "Fat=body_fat" --time Date
    """
    from hub.cli.table import Table

    if delimiter is not None and len(delimiter := delimiter.replace("\\t", "\t")) != 1:
        raise click.BadParameter("one character, or \\t", param_hint="--delimiter")
    with session.failing():
        try:
            table = Table(file, encoding, delimiter)
        except LookupError:
            raise click.BadParameter(f"{encoding!r} is not an encoding", param_hint="--encoding") from None
        try:
            done = session.run(lambda house: _import(session, house, table, person, given))
        finally:
            table.close()
            session.progress_done()
    told = done["rejected"][:SHOWN]
    for one in told:
        session.note(f"{file.name}, line {one['line']}: {one['reason']}")
    if (more := done["refused"] - len(told)) > 0:
        session.note(f"... and {more:,} more (--json tells up to {KEPT:,})")
    if done["dry_run"]:
        text = f"{done['read'] - done['refused']:,} readings can be kept, {done['refused']:,} can't; nothing was kept."
    else:
        text = f"{done['accepted']:,} new, {done['unchanged']:,} there already, {done['refused']:,} refused."
    session.show(done, text)
    if done["refused"]:
        raise SystemExit(1)


async def _import(session: Session, house: House, table: Table, person: str, given: dict[str, Any]) -> dict[str, Any]:
    from hub.cli.table import LONG, Layout, Wrong, time_column
    from hub.errors import Conflict

    kinds = {one["metric"]: one["kind"] for one in await house.call("metric.list")}
    columns: dict[str, tuple[str, str | None]] = given["columns"]
    if not columns and not set(LONG) <= set(table.header):
        there = ", ".join(table.header)
        raise Conflict(f"which column holds which metric? Say --map COLUMN=METRIC; there are: {there}")
    for metric, _ in columns.values():
        if metric not in kinds:
            raise Conflict(_unknown(metric, kinds))
    layout = Layout(
        columns,
        given["time"] or time_column(table.header),
        given["time_format"],
        ZoneInfo(await _zone(house, person, given["time_zone"])),
        given["decimal"],
    )
    total = _Total(session, house, table, person, given["source"], dry=given["dry_run"])
    for row in table.rows(layout, kinds):
        if isinstance(row, Wrong):
            total.refuse(row.line, row.reason)
        else:
            await total.add(row)
    await total.flush()
    return total.done


def _unknown(metric: str, kinds: dict[str, str]) -> str:
    import difflib

    near = difflib.get_close_matches(metric, kinds, n=1)
    return f"there is no metric {metric!r}" + (f"; did you mean {near[0]!r}?" if near else "; see `homeostat metrics`")


async def _zone(house: House, person: str, wished: str | None) -> str:
    """Raises NotFound for an unknown person, Conflict for an unknown zone."""
    from hub.registry.zones import check_zone

    if wished is None:
        zone: str = await house.call("person.zone", person=person)
        return zone
    check_zone(wished)
    return wished


class _Total:
    """Gathers batches and counts what became of them."""

    def __init__(self, session: Session, house: House, table: Table, person: str, source: str, *, dry: bool) -> None:
        self._session, self._house, self._table = session, house, table
        self._person, self._source = person, source
        self._batch: list[Row] = []
        self.done: dict[str, Any] = {
            "read": 0, "accepted": 0, "unchanged": 0, "refused": 0, "rejected": [], "dry_run": dry
        }  # fmt: skip

    async def add(self, row: Row) -> None:
        self._batch.append(row)
        if len(self._batch) >= BATCH:
            await self.flush()

    def refuse(self, line: int, reason: str) -> None:
        self.done["read"] += 1
        self._refused(line, reason)

    async def flush(self) -> None:
        """Hand the batch over; what is counted is kept."""
        batch, self._batch = self._batch, []
        if not batch:
            return
        answer = await self._house.call(
            "readings.record",
            person=self._person,
            source=self._source,
            rows=[row[1:] for row in batch],
            dry=self.done["dry_run"],
        )
        self.done["read"] += len(batch)
        self.done["accepted"] += answer["accepted"]
        self.done["unchanged"] += answer["unchanged"]
        for index, reason in answer["rejected"]:
            self._refused(batch[index].line, reason)
        text = f"{self.done['read']:,} readings"
        self._session.progress(min(1.0, self._table.read / self._table.size), text)

    def _refused(self, line: int, reason: str) -> None:
        self.done["refused"] += 1
        if len(self.done["rejected"]) < KEPT:
            self.done["rejected"].append({"line": line, "reason": reason})


def _of_integration(domain: str, name: str) -> click.Command:
    @click.command(domain, short_help=f"From {name}.")
    @options
    @click.argument("source", metavar="FILE|URL")
    @click.option("--person", required=True, help="Whose history it is.")
    @option_option
    @click.pass_obj
    def command(session: Session, source: str, person: str, pairs: tuple[str, ...]) -> None:
        path = Path(source)
        if "://" not in source and not path.is_file():
            raise click.BadParameter(f"there is no file {source!r}", param_hint="FILE|URL")
        where = source if "://" in source else str(path.absolute())
        chosen = parse_options(pairs)
        done = session.run(
            lambda house: house.call(
                "history.import",
                domain=domain,
                source=where,
                person=person,
                options=chosen,
                on_progress=session.progress,
            )
        )
        session.progress_done()
        session.show(done, f"Imported by the entry {done['entry']}.")

    command.help = (
        f"Import from {name}: a file, or everything a running one has. The entry it belongs to is made when "
        f"there is none yet.\n\n\b\nExample: homeostat import {domain} FILE --person anna"
    )
    return command
