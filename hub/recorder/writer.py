"""The one writer: whoever arrives while a commit runs shares the next one."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.errors import StorageUnavailable
from hub.recorder.database import Database
from hub.recorder.trouble import Trouble, trouble

log = logging.getLogger(__name__)
P = TypeVar("P")
R = TypeVar("R")
GROUP = 50_000
"""Rows after which a commit takes no further callers, so that none waits long."""


class Transaction:
    """What a job works with; memory is changed only by what it gives to `after`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection
        self.touched: set[tuple[int, int]] = set()
        """Hours (series, hour) whose readings this transaction changes."""
        self.unmarked: set[tuple[int, int]] = set()
        """Hours whose mark this transaction takes away."""
        self.registered: set[int] = set()
        """Series whose rule for statistics this transaction changes."""
        self._after: list[Callable[[], None]] = []

    def after(self, change: Callable[[], None]) -> None:
        """Call `change`, which must not raise, once the commit is on disk; never when it fails."""
        self._after.append(change)

    def committed(self) -> None:
        for change in self._after:
            change()


Batch = Callable[[Transaction, list[P]], Awaitable[Sequence[R]]]
"""Does the work of several callers at once: a payload in, a result out for each. Runs again when a commit fails."""


@dataclass(slots=True, eq=False)
class _Waiting:
    batch: Batch[Any, Any]
    payload: Any
    weight: int
    done: asyncio.Future[Any]
    result: Any = field(default=None)


class Writer:
    """Runs jobs in the order of their arrival, many to a commit. A failed group is tried again one by one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._queue: deque[_Waiting] = deque()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._closing = False
        self.on_conflict: Callable[[], Awaitable[None]] | None = None
        """Called when a row was there against expectation (another program wrote); then the job runs once more."""
        self.trouble: Trouble | None = None
        """Why the last commit failed; None once one succeeds."""
        self.troubled = asyncio.Event()
        """Set while there is trouble."""
        self.commits = 0

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="recorder writer")

    async def close(self) -> None:
        """Finish what is waiting, then stop. Later jobs are refused."""
        self._closing = True
        self._wake.set()
        if self._task is not None:
            await self._task

    async def submit(self, batch: Batch[P, R], payload: P, weight: int = 1) -> R:
        """Let `batch` work on `payload` within a transaction; returns after the durable commit."""
        if self._closing or self._task is None or self._task.done():
            raise StorageUnavailable("The database is closed: the hub is stopping.")
        waiting = _Waiting(batch, payload, weight, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        self._wake.set()
        result: R = await waiting.done
        return result

    async def run(self, job: Callable[[Transaction], Awaitable[R]]) -> R:
        """Like `submit`, for work of a single caller."""

        async def alone(transaction: Transaction, payloads: list[None]) -> Sequence[R]:
            return [await job(transaction) for _ in payloads]

        return await self.submit(alone, None)

    async def _run(self) -> None:
        while self._queue or not self._closing:
            if not self._queue:
                self._wake.clear()
                await self._wake.wait()
                continue
            group, weight = [self._queue.popleft()], 0
            while self._queue and (weight := weight + group[-1].weight) + self._queue[0].weight <= GROUP:
                group.append(self._queue.popleft())
            await self._serve(group)

    async def _serve(self, group: list[_Waiting], again: bool = True) -> None:
        try:
            await self._commit(group)
        except Exception as error:  # noqa: BLE001 - told to whoever asked; the writer must go on
            found = trouble(error)
            if found is not None:
                self._note(found)
                for waiting in group:
                    # A damaged file refuses too: the next start repairs it.
                    _fail(waiting, StorageUnavailable(f"{found.message} {found.remedy}".strip()), error)
            elif len(group) > 1:
                for waiting in group:
                    await self._serve([waiting])
            elif again and _conflict(error) and self.on_conflict is not None:
                await self._retry(group, error)
            else:
                _fail(group[0], error, None)

    async def _retry(self, group: list[_Waiting], error: Exception) -> None:
        try:
            assert self.on_conflict is not None
            await self.on_conflict()
        except Exception:  # noqa: BLE001 - the first error says more
            _fail(group[0], error, None)
        else:
            await self._serve(group, again=False)

    async def _commit(self, group: list[_Waiting]) -> None:
        async with self._database.writing.connect() as connection:
            transaction = Transaction(connection)
            for waitings in _alike(group):
                results = await waitings[0].batch(transaction, [waiting.payload for waiting in waitings])
                for waiting, result in zip(waitings, results, strict=True):
                    waiting.result = result
            await connection.commit()
        transaction.committed()
        self.commits += 1
        if self.trouble is not None:
            log.warning("the database takes writes again")
            self.trouble = None
            self.troubled.clear()
        for waiting in group:
            if not waiting.done.done():
                waiting.done.set_result(waiting.result)

    def _note(self, found: Trouble) -> None:
        if self.trouble != found:
            log.error("the database refuses writes: %s %s", found.message, found.remedy)
        self.trouble = found
        self.troubled.set()


def _alike(group: list[_Waiting]) -> list[list[_Waiting]]:
    """Neighbours with the same work, together."""
    together: list[list[_Waiting]] = []
    for waiting in group:
        if together and together[-1][0].batch == waiting.batch:
            together[-1].append(waiting)
        else:
            together.append([waiting])
    return together


def _conflict(error: Exception) -> bool:
    return isinstance(error, IntegrityError) or getattr(error, "sqlstate", None) == "23505"


def _fail(waiting: _Waiting, error: Exception, cause: Exception | None) -> None:
    if waiting.done.done():
        return
    if cause is not None:
        error.__cause__ = cause
    waiting.done.set_exception(error)
