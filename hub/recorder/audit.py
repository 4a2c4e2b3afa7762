"""Who did what, in a chain: a line that is changed, removed or put between later is found."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import orjson
from sqlalchemy import func, insert, select

from hub.model import AuditLine, AuditVerdict, ChainedLine
from hub.recorder import schema
from hub.recorder.store import Store
from hub.recorder.writer import Transaction

_AT_ONCE = 1_000


def chained(before: bytes, household: str, line: AuditLine) -> bytes:
    """SHA-256 over the link before and the line; 32 bytes."""
    return hashlib.sha256(before + orjson.dumps([household, *line])).digest()


class AuditStore(Store):
    async def audit(self, at_us: int, account: str, action: str, person: str, outcome: str, detail: str) -> ChainedLine:
        """Note who did what; never give it values or secrets. Returns after the durable commit."""
        line = AuditLine(at_us, account, action, person, outcome, detail)
        table = schema.audit

        async def job(transaction: Transaction) -> ChainedLine:
            own = table.c.household_id == self._household
            last = select(table.c.chain).where(own).order_by(table.c.id.desc()).limit(1)
            before: bytes | None = (await transaction.connection.execute(last)).scalar()
            link = chained(before or b"", self._household, line)
            values = {"household_id": self._household, **line._asdict(), "chain": link}
            statement = insert(table).values(**values).returning(table.c.id)
            number: int = (await transaction.connection.execute(statement)).scalar_one()
            return ChainedLine(number, line, link)

        return await self._writer.run(job)

    async def audit_tail(self, limit: int = 100, *, before: int | None = None) -> list[ChainedLine]:
        """The latest lines, newest first; `before` a line's id, those older than it."""
        table = schema.audit
        statement = select(table).where(table.c.household_id == self._household).order_by(table.c.id.desc())
        if before is not None:
            statement = statement.where(table.c.id < before)
        return [_line(row) for row in await self._select(statement.limit(limit))]

    async def verify_audit(self) -> AuditVerdict:
        """Go through the whole chain."""
        table = schema.audit
        link, after, count = b"", 0, 0
        while True:
            own = (table.c.household_id == self._household, table.c.id > after)
            rows = await self._select(select(table).where(*own).order_by(table.c.id).limit(_AT_ONCE))
            for row in rows:
                found = _line(row)
                link = chained(link, self._household, found.line)
                if link != found.chain:
                    return AuditVerdict(count, found.number, found.line.at_us, b"")
                count += 1
                after = found.number
            if len(rows) < _AT_ONCE:
                return AuditVerdict(count, None, None, link)

    async def audit_link(self, number: int) -> bytes | None:
        """The chain's link at a line; None when there is no such line."""
        table = schema.audit
        own = (table.c.household_id == self._household, table.c.id == number)
        rows: Sequence[tuple[bytes]] = await self._select(select(table.c.chain).where(*own))
        return bytes(rows[0][0]) if rows else None

    async def audit_count(self) -> int:
        table = schema.audit
        rows = await self._select(select(func.count()).where(table.c.household_id == self._household))
        count: int = rows[0][0]
        return count


def _line(row: object) -> ChainedLine:
    fields = row._mapping  # type: ignore[attr-defined] # a row of SQLAlchemy
    return ChainedLine(
        fields["id"], AuditLine(*(fields[name] for name in AuditLine._fields)), bytes(fields["chain"] or b"")
    )
