"""The audit trail, and beside it a file that says how far it reached: a trail cut short is found too."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from hub.clock import Clock
from hub.errors import StorageUnavailable
from hub.model import Actor, AuditVerdict, ChainedLine

_log = logging.getLogger("hub.access")
HEAD = "audit.head"
_BEGUN = "access.trail"
"""Set once the file has been written: from then on it is missed when it is gone."""
_CUT = "access.trail.cut"
"""What was found missing at a start, until an owner says that it is known why."""
_CHECKED = "access.trail.checked"
ANEW = timedelta(days=7)
"""How old the last look through all lines may be until upkeep takes another."""
STEP = 5_000
"""Lines after which the place reached is kept on disk; a look at the page costs these at most."""

Told = Callable[[int], None]
"""Called with how many lines have been gone through."""


class AuditRows(Protocol):
    def audit(
        self, at_us: int, account: str, action: str, person: str, outcome: str, detail: str
    ) -> Awaitable[ChainedLine]: ...
    def audit_tail(
        self,
        limit: int = 100,
        *,
        before: int | None = None,
        account: str = "",
        actions: Sequence[str] = (),
        person: str = "",
        since_us: int | None = None,
        until_us: int | None = None,
    ) -> Awaitable[list[ChainedLine]]: ...
    def audit_link(self, number: int) -> Awaitable[bytes | None]: ...
    def audit_count(self, *, after: int = 0, most: int | None = None) -> Awaitable[int]: ...
    def verify_audit(
        self, after: int = 0, link: bytes = b"", lines: int = 0, *, told: Told | None = None
    ) -> Awaitable[AuditVerdict]: ...
    def get_setting(self, key: str) -> Awaitable[Any]: ...
    def set_setting(self, key: str, value: Any) -> Awaitable[None]: ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the trail is whole; `line` is the first that is not as it was written."""

    sound: bool
    lines: int
    line: int | None
    message: str
    whole_at: datetime | None = None
    """When all lines were last gone through and found sound; a short look goes on from there."""


class Checked(NamedTuple):
    """How far the trail was found sound, and when all of it was."""

    line: int = 0
    chain: bytes = b""
    lines: int = 0
    whole_us: int = 0


class Trail:
    def __init__(self, rows: AuditRows, clock: Clock, head: Path) -> None:
        self._rows, self._clock, self._head = rows, clock, head
        self._writing, self._checking = asyncio.Lock(), asyncio.Lock()
        self._newest: ChainedLine | None = None
        self._begun = False
        self._task: asyncio.Task[None] | None = None
        self.progress: int | None = None
        """Lines that a look through all of them has done; None: none goes on."""

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
        await self._rows.set_setting(_CHECKED, None)
        await self.note(who, "audit.accept")

    async def note(
        self, who: Actor | str, action: str, *, person: str = "", outcome: str = "done", detail: str = ""
    ) -> None:
        """Who did what to whom; never give it values or secrets."""
        account = (who.account or who.kind) if isinstance(who, Actor) else who
        await self.audit(self._now(), account, action, person, outcome, detail)

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

    async def tail(
        self,
        limit: int = 100,
        *,
        before: int | None = None,
        account: str = "",
        actions: Sequence[str] = (),
        person: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[ChainedLine]:
        """The latest that fit, newest first; `actions` are how they begin."""
        return await self._rows.audit_tail(
            limit,
            before=before,
            account=account,
            actions=actions,
            person=person,
            since_us=_us(since),
            until_us=_us(until),
        )

    async def setting(self, key: str) -> Any:
        return await self._rows.get_setting(key)

    async def set_setting(self, key: str, value: Any) -> None:
        await self._rows.set_setting(key, value)

    async def verify(self) -> Verdict:
        """Go through the whole chain, and see that it reaches as far as it once did."""
        async with self._checking:
            self.progress = 0
            try:
                found = await self._rows.verify_audit(told=self._tell)
            finally:
                self.progress = None
            return await self._verdict(found, self._now())

    def begin(self) -> bool:
        """Have `verify` run by itself; False when it runs already."""
        if self._task is not None and not self._task.done():
            return False
        self.progress = 0
        self._task = asyncio.create_task(self._verify_alone(), name="audit check")
        return True

    async def _verify_alone(self) -> None:
        with suppress(StorageUnavailable):
            await self.verify()

    async def close(self) -> None:
        """End what `begin` began."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def look(self) -> Verdict | None:
        """Go through the lines after those found sound before; None when that would take long: ask `verify`."""
        seen = await self._seen()
        if await self._rows.audit_count(most=STEP) < STEP:
            seen = Checked()  # few enough to go through them all
        elif await self._rows.audit_count(after=seen.line, most=4 * STEP) == 4 * STEP:
            return None
        async with self._checking:
            if seen.line and await self._rows.audit_link(seen.line) != seen.chain:
                found = AuditVerdict(seen.lines, seen.line, None, b"")
            else:
                found = await self._rows.verify_audit(seen.line, seen.chain, seen.lines)
            return await self._verdict(found, seen.whole_us if seen.line else self._now())

    async def due(self) -> bool:
        """True when all lines were not gone through for a week."""
        return self._now() - (await self._seen()).whole_us >= ANEW / timedelta(microseconds=1)

    async def _verdict(self, found: AuditVerdict, whole_us: int) -> Verdict:
        seen = await self._seen()
        if found.broken is not None:
            message = f"line {found.broken} is not as it was written, or lines before it are missing"
            return Verdict(False, found.lines, found.broken, message, _at(seen.whole_us))
        if found.lines >= seen.lines + STEP or whole_us != seen.whole_us:
            kept = [found.last, found.head.hex(), found.lines, whole_us]
            with suppress(StorageUnavailable):
                await self._rows.set_setting(_CHECKED, kept)
        complaint = await self._cut() or await self._rows.get_setting(_CUT)
        if complaint:
            return Verdict(False, found.lines, None, complaint, _at(whole_us))
        return Verdict(True, found.lines, None, f"all {found.lines} lines are as they were written", _at(whole_us))

    async def _seen(self) -> Checked:
        try:
            line, chain, lines, whole_us = await self._rows.get_setting(_CHECKED) or (0, "", 0, 0)
            return Checked(int(line), bytes.fromhex(chain), int(lines), int(whole_us))
        except (TypeError, ValueError):
            return Checked()

    def _tell(self, lines: int) -> None:
        self.progress = lines

    def _now(self) -> int:
        return int(self._clock.now().timestamp() * 1e6)

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


def _us(at: datetime | None) -> int | None:
    return None if at is None else int(at.timestamp() * 1e6)


def _at(us: int) -> datetime | None:
    return datetime.fromtimestamp(us / 1e6, UTC) if us else None


def _write(path: Path, newest: ChainedLine) -> None:
    beside = path.with_name(f"{path.name}.new")
    text = json.dumps({"line": newest.number, "chain": newest.chain.hex()})
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    beside.replace(path)
