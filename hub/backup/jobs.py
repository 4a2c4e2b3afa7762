"""Work on backups that somebody watches: one job at a time, each in a process of its own."""

from __future__ import annotations

import asyncio
import secrets
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from hub.clock import Clock
from hub.errors import Conflict, NotFound

PROGRAM = "from hub.backup.worker import main; main()"
REMEMBERED = 20
LINE = 64 << 20
WORDS = {
    "create": "making a backup", "daily": "the daily backup", "verify": "restoring on trial", "test": "trying a target",
    "spread": "sending the keyring", "fetch": "fetching a backup", "restore": "restoring",
}  # fmt: skip
Then = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(slots=True)
class Job:
    id: str
    kind: str
    by: str
    """Account, or `system`."""
    started_at: datetime
    state: str = "running"
    """`running`, `done` or `failed`."""
    share: float | None = None
    words: str = ""
    ended_at: datetime | None = None
    error: str = ""
    result: dict[str, Any] = field(default_factory=dict)
    ended: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    @property
    def title(self) -> str:
        return WORDS[self.kind]


class Jobs:
    def __init__(self, clock: Clock, common: Mapping[str, Any]) -> None:
        """`common`: what every job is given; may hold the database's password, so it travels by a pipe."""
        self._clock, self.common = clock, dict(common)
        self._known: dict[str, Job] = {}
        self._task: asyncio.Task[None] | None = None

    @property
    def running(self) -> Job | None:
        return next((job for job in self._known.values() if job.state == "running"), None)

    @property
    def all(self) -> list[Job]:
        """The newest first."""
        return list(reversed(self._known.values()))

    def find(self, job: str) -> Job:
        """Raises NotFound."""
        if job not in self._known:
            raise NotFound(
                f"there is no job {job!r}; the hub remembers the last {REMEMBERED}, until it is started anew"
            )
        return self._known[job]

    def start(self, kind: str, by: str, given: Mapping[str, Any] | None = None, then: Then | None = None) -> Job:
        """`then` is awaited with a good result before the job counts as done. Raises Conflict while another runs."""
        busy = self.running
        if busy is not None:
            raise Conflict(f"the hub is at work on backups already ({busy.title}); wait until that is done")
        job = Job(secrets.token_hex(6), kind, by, self._clock.now(), words=WORDS[kind])
        self._known[job.id] = job
        for old in list(self._known)[:-REMEMBERED]:
            del self._known[old]
        self._task = asyncio.create_task(self._run(job, {**self.common, **(given or {}), "kind": kind}, then))
        return job

    async def stop(self) -> None:
        """What is half done is cleared away by the next one."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self, job: Job, given: Mapping[str, Any], then: Then | None) -> None:
        problem = "it was stopped"
        try:
            problem = await self._work(job, given)
            if not problem and then is not None:
                await then(job.result)
        except Exception as error:  # noqa: BLE001  # whatever it is, the job has failed and says so
            problem = str(error) or type(error).__name__
        finally:
            job.error = problem
            job.state, job.ended_at = "failed" if job.error else "done", self._clock.now()
            job.ended.set()

    async def _work(self, job: Job, given: Mapping[str, Any]) -> str:
        pipe = asyncio.subprocess.PIPE
        # By its path: the process must find this program's modules wherever it was started.
        here = str(Path(__file__).parents[2])
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", f"import sys; sys.path.insert(0, {here!r}); {PROGRAM}"),
            stdin=pipe, stdout=pipe, stderr=pipe, limit=LINE,
        )  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        errors = asyncio.ensure_future(process.stderr.read())
        try:
            process.stdin.write(orjson.dumps(dict(given)) + b"\n")
            async for line in process.stdout:
                said = orjson.loads(line)
                if "progress" in said:
                    job.share, job.words = said["progress"]
                elif "result" in said:
                    job.result, job.share = said["result"], 1.0
                    return ""
                else:
                    return str(said["error"]["message"])
            code = await process.wait()
            last = (await errors).decode(errors="replace").strip().rpartition("\n")[2]
            return f"it ended with exit code {code}" + (f" ({last[:200]})" if last else "")
        finally:
            process.stdin.close()
            if process.returncode is None:
                try:
                    async with asyncio.timeout(5):
                        await process.wait()
                except TimeoutError:
                    process.kill()
                    await process.wait()
            errors.cancel()
            await asyncio.gather(errors, return_exceptions=True)
