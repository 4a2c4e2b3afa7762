"""The audit trail, and beside it a file that says how far it reached: a trail cut short is found too."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from hub.clock import Clock
from hub.errors import StorageUnavailable
from hub.model import Actor, AuditVerdict, ChainedLine

_log = logging.getLogger("hub.access")
HEAD = "audit.head"
_BEGUN = "access.trail"
"""Set once the file has been written: from then on it is missed when it is gone."""


class AuditRows(Protocol):
    def audit(
        self, at_us: int, account: str, action: str, person: str, outcome: str, detail: str
    ) -> Awaitable[ChainedLine]: ...
    def audit_tail(self, limit: int = 100, *, before: int | None = None) -> Awaitable[list[ChainedLine]]: ...
    def audit_link(self, number: int) -> Awaitable[bytes | None]: ...
    def verify_audit(self) -> Awaitable[AuditVerdict]: ...
    def get_setting(self, key: str) -> Awaitable[Any]: ...
    def set_setting(self, key: str, value: Any) -> Awaitable[None]: ...


_CUT = "access.trail.cut"
"""What was found missing at a start, until an owner says that it is known why."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the trail is whole; `line` is the first that is not as it was written."""

    sound: bool
    lines: int
    line: int | None
    message: str


class Trail:
    def __init__(self, rows: AuditRows, clock: Clock, head: Path) -> None:
        self._rows, self._clock, self._head = rows, clock, head
        self._writing = asyncio.Lock()
        self._newest: ChainedLine | None = None
        self._begun = False

    async def open(self) -> str:
        """Compare the file with the trail before the first new line hides what is missing; the complaint, if any."""
        complaint = await self._cut()
        if complaint:
            _log.error("the audit trail: %s", complaint)
            with suppress(StorageUnavailable):
                await self._rows.set_setting(_CUT, complaint)
                await self.note("system", "audit.check", outcome="failed", detail=complaint)
        return complaint or await self._rows.get_setting(_CUT) or ""

    async def accept(self, who: Actor) -> None:
        """It is known why the trail was cut (a backup was restored); the line that says so stays."""
        await self._rows.set_setting(_CUT, None)
        await self.note(who, "audit.accept")

    async def note(
        self, who: Actor | str, action: str, *, person: str = "", outcome: str = "done", detail: str = ""
    ) -> None:
        """Who did what to whom; never give it values or secrets."""
        account = (who.account or who.kind) if isinstance(who, Actor) else who
        await self.audit(int(self._clock.now().timestamp() * 1e6), account, action, person, outcome, detail)

    async def audit(self, at_us: int, account: str, action: str, person: str, outcome: str, detail: str) -> ChainedLine:
        line = await self._rows.audit(at_us, account, action, person, outcome, detail)
        if self._newest is None or line.number > self._newest.number:
            self._newest = line
        async with self._writing:
            # Of many at once, the first in line writes for all.
            newest, self._newest = self._newest, None
            if newest is not None:
                await asyncio.to_thread(_write, self._head, newest)
                if not self._begun:
                    self._begun = True
                    await self._rows.set_setting(_BEGUN, True)
        return line

    async def tail(self, limit: int = 100, *, before: int | None = None) -> list[ChainedLine]:
        return await self._rows.audit_tail(limit, before=before)

    async def verify(self) -> Verdict:
        """Go through the whole chain, and see that it reaches as far as it once did."""
        found = await self._rows.verify_audit()
        if found.broken is not None:
            message = f"line {found.broken} is not as it was written, or lines before it are missing"
            return Verdict(False, found.lines, found.broken, message)
        complaint = await self._cut() or await self._rows.get_setting(_CUT)
        if complaint:
            return Verdict(False, found.lines, None, complaint)
        return Verdict(True, found.lines, None, f"all {found.lines} lines are as they were written")

    async def _cut(self) -> str:
        try:
            told = json.loads(await asyncio.to_thread(self._head.read_text))
            number, link = int(told["line"]), bytes.fromhex(told["chain"])
        except FileNotFoundError:
            return f"{HEAD} was written and is gone" if await self._rows.get_setting(_BEGUN) else ""
        except (ValueError, KeyError, TypeError, OSError):
            return f"{HEAD} can't be read; it was changed or damaged"
        there = await self._rows.audit_link(number)
        if there is None:
            return f"line {number} was written and is gone: the trail was cut short, or the database was restored"
        return "" if there == link else f"line {number} is another than the one that was written"


def _write(path: Path, newest: ChainedLine) -> None:
    beside = path.with_name(f"{path.name}.new")
    text = json.dumps({"line": newest.number, "chain": newest.chain.hex()})
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    beside.replace(path)
