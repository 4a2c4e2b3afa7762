"""Who did what, in a chain: a line that is changed, removed or put between later is found."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Select, func, insert, or_, select

from hub.model import AuditLine, AuditVerdict, ChainedLine
from hub.recorder import schema
from hub.recorder.store import Store
from hub.recorder.writer import Transaction

_AT_ONCE = 1_000
_FIELDS = ", ".join(AuditLine._fields)


def chained(before: bytes, household: str, line: AuditLine) -> bytes:
    """SHA-256 over the link before and the line; 32 bytes."""
    return hashlib.sha256(before + orjson.dumps([household, *line])).digest()


class AuditStore(Store):
    async def audit(self, at_us: int, account: str, action: str, person: str, outcome: str, detail: str) -> ChainedLine:
        """Note who did what; never give it values or secrets. Returns after the durable commit."""
        return await self._writer.submit(self._lengthen, AuditLine(at_us, account, action, person, outcome, detail))

    async def _lengthen(self, transaction: Transaction, lines: list[AuditLine]) -> list[ChainedLine]:
        """Those that share a commit, one link after the other."""
        table = schema.audit
        own = table.c.household_id == self._household
        last = select(table.c.chain).where(own).order_by(table.c.id.desc()).limit(1)
        link: bytes = (await transaction.connection.execute(last)).scalar() or b""
        rows = []
        for line in lines:
            link = chained(link, self._household, line)
            rows.append({"household_id": self._household, **line._asdict(), "chain": link})
        await transaction.connection.execute(insert(table), rows)
        # Asked for afterwards: with RETURNING each row would be a statement of its own.
        newest = select(table.c.id, table.c.chain).where(own).order_by(table.c.id.desc()).limit(len(rows))
        numbers = {made: number for number, made in await transaction.connection.execute(newest)}
        return [ChainedLine(numbers[row["chain"]], line, row["chain"]) for row, line in zip(rows, lines, strict=True)]

    async def audit_tail(
        self,
        limit: int = 100,
        *,
        before: int | None = None,
        account: str = "",
        actions: Sequence[str] = (),
        person: str = "",
        since_us: int | None = None,
        until_us: int | None = None,
    ) -> list[ChainedLine]:
        """The latest lines that fit, newest first; `before` a line's number, `actions` how they begin."""
        table = schema.audit.c
        # Said so that no index answers it: nearly all lines are this household's, and the newest are sought by number.
        wanted: list[ColumnElement[bool]] = [table.household_id.concat("") == self._household]
        if since_us is not None or until_us is not None:
            span = [table.at_us >= (since_us or 0)] + ([table.at_us < until_us] if until_us is not None else [])
            # The index by time says between which lines to look; the lines are then walked in their own order.
            ends = select(func.min(table.id), func.max(table.id)).where(table.household_id == self._household, *span)
            first, last = (await self._select(ends))[0]
            if first is None:
                return []
            wanted += [table.id >= first, table.id <= last, *span]
        if before is not None:
            wanted.append(table.id < before)
        if account:
            wanted.append(table.account == account)
        if person:
            wanted.append(table.person == person)
        if actions:
            wanted.append(or_(*(func.substr(table.action, 1, len(one)) == one for one in actions)))
        newest: Select[Any] = select(schema.audit).where(*wanted).order_by(table.id.desc()).limit(limit)
        return [_line(row) for row in await self._select(newest)]

    async def verify_audit(
        self, after: int = 0, link: bytes = b"", lines: int = 0, *, told: Callable[[int], None] | None = None
    ) -> AuditVerdict:
        """Go through the chain: all of it, or on from a line known to be sound, its link, and how many it is."""
        own = f"SELECT id, chain, {_FIELDS} FROM audit WHERE household_id || '' = ?"  # as in audit_tail
        sql = f"{own} AND id > ? ORDER BY id LIMIT {_AT_ONCE}"
        while True:
            rows = await self._database.fetch(sql, self._household, after)
            for number, found, *fields in rows:
                digest = hashlib.sha256(link + orjson.dumps([self._household, *fields])).digest()
                if digest != found:
                    return AuditVerdict(lines, number, fields[0], b"")
                link, after = digest, number
                lines += 1
            if told is not None:
                told(lines)
            if len(rows) < _AT_ONCE:
                return AuditVerdict(lines, None, None, link, after)

    async def audit_link(self, number: int) -> bytes | None:
        """The chain's link at a line; None when there is no such line."""
        table = schema.audit
        own = (table.c.household_id == self._household, table.c.id == number)
        rows: Sequence[tuple[bytes]] = await self._select(select(table.c.chain).where(*own))
        return bytes(rows[0][0]) if rows else None

    async def audit_count(self, *, after: int = 0, most: int | None = None) -> int:
        """Lines after one, counted as far as `most`."""
        table = schema.audit.c
        some = select(table.id).where(table.household_id.concat("") == self._household, table.id > after).limit(most)
        count: int = (await self._select(select(func.count()).select_from(some.subquery())))[0][0]
        return count


def _line(row: object) -> ChainedLine:
    fields = row._mapping  # type: ignore[attr-defined] # a row of SQLAlchemy
    return ChainedLine(
        fields["id"], AuditLine(*(fields[name] for name in AuditLine._fields)), bytes(fields["chain"] or b"")
    )
