"""The audit trail is chained: what is changed, removed or put between later is found."""

from __future__ import annotations

import asyncio
import contextlib
import random
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, update

from hub.access.trail import HEAD, Trail
from hub.clock import RealClock
from hub.model import AuditLine
from hub.recorder import Recorder, schema
from hub.recorder.audit import chained
from hub.recorder.writer import Transaction


async def written(recorder: Recorder, count: int = 5) -> list[int]:
    """The numbers of so many lines."""
    return [
        (await recorder.audit(number, "anna", "light.turn_on", "household", "ok", f"call {number}")).number
        for number in range(count)
    ]


async def meddle(recorder: Recorder, statement: object) -> None:
    async def job(transaction: Transaction) -> None:
        await transaction.connection.execute(statement)  # type: ignore[call-overload] # any statement

    await recorder._writer.run(job)


async def test_the_latest_come_first(recorder: Recorder) -> None:
    await written(recorder)
    tail = await recorder.audit_tail(2)
    assert [one.line for one in tail] == [
        AuditLine(4, "anna", "light.turn_on", "household", "ok", "call 4"),
        AuditLine(3, "anna", "light.turn_on", "household", "ok", "call 3"),
    ]
    older = await recorder.audit_tail(9, before=tail[-1].number)
    assert [one.line.at_us for one in older] == [2, 1, 0]


async def test_a_chain_that_nobody_touched_is_sound(recorder: Recorder) -> None:
    assert await recorder.verify_audit() == (0, None, None, b"", 0)
    await asyncio.gather(*(recorder.audit(at, "anna", "a.b", "household", "ok", "") for at in range(1_100)))
    verdict = await recorder.verify_audit()
    assert (verdict.lines, verdict.broken) == (1_100, None)
    (last,) = await recorder.audit_tail(1)
    assert verdict.head == last.chain == await recorder.audit_link(last.number)


@pytest.mark.parametrize("field", ["at_us", "account", "action", "person", "outcome", "detail", "chain"])
async def test_a_changed_line_is_found(recorder: Recorder, field: str) -> None:
    numbers = await written(recorder)
    value = {"at_us": 99, "chain": b"0" * 32}.get(field, "ben")
    table = schema.audit
    await meddle(recorder, update(table).where(table.c.id == numbers[2]).values({field: value}))
    verdict = await recorder.verify_audit()
    assert (verdict.lines, verdict.broken) == (2, numbers[2])


async def test_a_removed_line_is_found(recorder: Recorder) -> None:
    numbers = await written(recorder)
    await meddle(recorder, delete(schema.audit).where(schema.audit.c.id == numbers[1]))
    assert (await recorder.verify_audit()).broken == numbers[2]


async def test_a_line_put_in_by_hand_is_found(recorder: Recorder) -> None:
    numbers = await written(recorder)
    line = AuditLine(9, "anna", "light.turn_on", "household", "ok", "")
    copied = await recorder.audit_link(numbers[-1])
    await meddle(
        recorder,
        insert(schema.audit).values(household_id=recorder._household, **line._asdict(), chain=copied),
    )
    assert (await recorder.verify_audit()).lines == 5
    assert (await recorder.verify_audit()).broken is not None


async def test_lines_are_sought_by_who_what_whom_and_when(recorder: Recorder) -> None:
    for at in range(40):
        await recorder.audit(at, ("anna", "ben")[at % 2], ("read", "sign-in")[at % 4 < 2], f"p{at % 3}", "done", "")
    tail = recorder.audit_tail
    assert [one.line.at_us for one in await tail(2, account="ben", actions=["read"])] == [39, 35]
    assert {one.line.action for one in await tail(99, actions=["sign", "grant"])} == {"sign-in"}
    assert await tail(9, actions=["SIGN"]) == []
    assert await tail(9, actions=["%"]) == []
    assert [one.line.at_us for one in await tail(99, person="p1", since_us=10, until_us=20)] == [19, 16, 13, 10]
    assert await tail(9, since_us=900) == []
    newest = (await tail(1))[0].number
    assert [one.line.at_us for one in await tail(2, before=newest, account="anna")] == [38, 36]


async def test_a_look_goes_on_from_where_the_last_one_ended(recorder: Recorder) -> None:
    numbers = await written(recorder, 30)
    first = await recorder.verify_audit()
    await written(recorder, 5)
    further = await recorder.verify_audit(first.last, first.head, first.lines)
    assert (further.lines, further.broken) == (35, None)
    assert further.head == (await recorder.verify_audit()).head
    table = schema.audit
    await meddle(recorder, update(table).where(table.c.id == numbers[3]).values(account="eve"))
    # What lay before is not looked at again by the short way; the long way finds it.
    assert (await recorder.verify_audit(first.last, first.head, first.lines)).broken is None
    assert (await recorder.verify_audit()).broken == numbers[3]


async def test_of_a_thousand_tamperings_a_thousand_are_found(tmp_path: Path) -> None:
    """Changed, removed, doubled, put between, swapped, cut short, and chained anew behind the change."""
    clock = RealClock()
    async with contextlib.AsyncExitStack() as stack:
        recorder = await Recorder.open(f"sqlite+aiosqlite:///{tmp_path / 'a.db'}", clock=clock)
        stack.push_async_callback(recorder.close)
        trail = Trail(recorder, clock, tmp_path / HEAD)
        for number in range(60):
            await trail.audit(number, ("anna", "ben")[number % 2], "read", "mia", "done", f"line {number}")
        assert (await trail.verify()).sound
    whole = [tuple(row) for row in _rows(tmp_path / "a.db", f"SELECT {COLUMNS} FROM audit ORDER BY id")]
    dice, missed = random.Random(20_261_121), []
    recorder = await Recorder.open(f"sqlite+aiosqlite:///{tmp_path / 'a.db'}", clock=clock)
    try:
        trail = Trail(recorder, clock, tmp_path / HEAD)
        for turn in range(1_000):
            how, rows = TAMPERINGS[turn % len(TAMPERINGS)], list(whole)
            how(dice, rows)
            assert rows != whole, how
            await _put(recorder, rows)
            if (await trail.verify()).sound:
                missed.append((turn, how.__name__))
        await _put(recorder, whole)
        assert (await trail.verify()).sound
    finally:
        await recorder.close()
    assert missed == []


COLUMNS = "id, household_id, at_us, account, action, person, outcome, detail, chain"
Row = tuple[object, ...]


def changed(dice: random.Random, rows: list[Row]) -> None:
    at, field = dice.randrange(len(rows)), dice.randrange(2, 9)
    row = list(rows[at])
    value = row[field]
    row[field] = value + 1 if isinstance(value, int) else value[::-1] + value[:1]  # type: ignore[index]
    rows[at] = tuple(row)


def removed(dice: random.Random, rows: list[Row]) -> None:
    del rows[dice.randrange(len(rows))]


def doubled(dice: random.Random, rows: list[Row]) -> None:
    rows.append((len(rows) + 1, *dice.choice(rows)[1:]))


def put_between(dice: random.Random, rows: list[Row]) -> None:
    at = dice.randrange(len(rows) - 1)
    rows[at:] = [rows[at], (rows[at][0], *rows[at + 1][1:]), *rows[at + 1 :]]
    rows[:] = [(number + 1, *row[1:]) for number, row in enumerate(rows)]


def swapped(dice: random.Random, rows: list[Row]) -> None:
    one, other = dice.sample(range(len(rows)), 2)
    rows[one], rows[other] = (rows[one][0], *rows[other][1:]), (rows[other][0], *rows[one][1:])


def cut_short(dice: random.Random, rows: list[Row]) -> None:
    del rows[dice.randrange(0, len(rows)) :]


def chained_anew(dice: random.Random, rows: list[Row]) -> None:
    """By somebody who knows how, and has the database but not the file beside it."""
    at = dice.randrange(len(rows))
    link = rows[at - 1][8] if at else b""
    for number in range(at, len(rows)):
        row = list(rows[number])
        if number == at:
            row[3] = "eve"
        line = AuditLine(*row[2:8])  # type: ignore[arg-type] # as they stand in the table
        link = row[8] = chained(link, str(row[1]), line)  # type: ignore[arg-type]
        rows[number] = tuple(row)


TAMPERINGS = (changed, removed, doubled, put_between, swapped, cut_short, chained_anew)


async def _put(recorder: Recorder, rows: list[Row]) -> None:
    names = COLUMNS.split(", ")

    async def job(transaction: Transaction) -> None:
        await transaction.connection.execute(delete(schema.audit))
        if rows:
            await transaction.connection.execute(
                insert(schema.audit), [dict(zip(names, row, strict=True)) for row in rows]
            )

    await recorder._writer.run(job)


def _rows(path: Path, sql: str) -> list[Row]:
    with contextlib.closing(sqlite3.connect(path)) as database:
        return database.execute(sql).fetchall()
