"""The audit trail is chained: what is changed, removed or put between later is found."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import delete, insert, update

from hub.model import AuditLine
from hub.recorder import Recorder, schema
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
