"""Long work on archives that goes on while nobody waits: one at a time, each told of by a small file beside its own."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from hub.clock import Clock
from hub.errors import Conflict, HubError, NotFound
from hub.recorder.instants import from_us, to_us

_log = logging.getLogger("hub.archive")
KEPT = timedelta(days=1)
"""After which an archive that lies ready, or what became of one, is removed."""
MOST = 20
"""That one hub keeps at a time."""
BUSY = ("waiting", "working", "checking")


@dataclass(frozen=True, slots=True)
class Job:
    """State: waiting, working, ready, failed; of an import also checking, judged, refused, done."""

    id: str
    by: str
    asked_us: int
    state: str
    person: str | None = None
    """Of an export: whose; None: everybody's."""
    name: str = ""
    """Of an import: the file's name."""
    share: float | None = None
    doing: str = ""
    bytes: int | None = None
    until_us: int | None = None
    problem: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    """Of an export: lines of each part; of an import: what it holds, and what became of it."""

    @property
    def asked(self) -> datetime:
        return from_us(self.asked_us)

    @property
    def until(self) -> datetime | None:
        return from_us(self.until_us) if self.until_us is not None else None

    @property
    def busy(self) -> bool:
        return self.state in BUSY


class Jobs:
    """Owns the folder and the tasks; `stop` ends them."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder, self._clock = folder, clock
        self._jobs: dict[str, Job] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._one = asyncio.Lock()

    @property
    def all(self) -> list[Job]:
        """The newest first; those whose time is over are gone."""
        self.sweep()
        return sorted(self._jobs.values(), key=lambda one: -one.asked_us)

    def get(self, job: str) -> Job:
        """Raises NotFound."""
        self.sweep()
        found = self._jobs.get(job)
        if found is None:
            raise NotFound(f"there is no {job!r} any more; such files are kept for a day")
        return found

    def load(self) -> None:
        """What an earlier run left: files that are whole stay, what it had not finished is removed."""
        if not self._folder.is_dir():
            return
        for path in self._folder.glob("*.json"):
            with suppress(OSError, ValueError, TypeError):
                job = Job(**orjson.loads(path.read_bytes()))
                if not job.busy:
                    self._jobs[job.id] = job
        known = {f"{one}{end}" for one in self._jobs for end in (".zip", ".json")}
        for path in self._folder.iterdir():
            if path.name not in known and path.is_file():
                path.unlink(missing_ok=True)
        self.sweep()

    def sweep(self) -> None:
        """Remove what is past its time."""
        now = to_us(self._clock.now())
        for one in [one for one in self._jobs.values() if one.until_us is not None and one.until_us <= now]:
            self._drop(one.id)

    async def remove(self, job: str) -> Job:
        """The file, and the work on it where that still goes on. Raises NotFound."""
        found = self.get(job)
        task = self._tasks.pop(job, None)
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
        self._drop(job)
        return found

    async def clear(self) -> None:
        """Remove all: something that may be in them is to be erased."""
        for job in list(self._jobs):
            with suppress(NotFound):
                await self.remove(job)

    async def stop(self) -> None:
        for task in self._tasks.values():
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks.values())
        self._tasks.clear()

    async def wait(self, job: str) -> Job:
        """Until nothing goes on any more. Raises NotFound when it was removed meanwhile."""
        while (task := self._tasks.get(job)) is not None:
            await asyncio.wait([task])
        return self.get(job)

    def path(self, job: str) -> Path:
        return self._folder / f"{job}.zip"

    def _made(self, by: str, state: str, **given: Any) -> Job:
        """Raises Conflict when there are too many."""
        if len(self.all) >= MOST:
            raise Conflict(f"{MOST} of these files lie here already; remove one first")
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        job = Job(uuid.uuid4().hex[:12], by, to_us(self._clock.now()), state, **given)
        self._jobs[job.id] = job
        return job

    def _set(self, job: str, **changed: Any) -> Job:
        now = self._jobs[job] = replace(self._jobs[job], **changed)
        return now

    def _settle(self, job: str, state: str, **changed: Any) -> Job:
        """Nothing goes on; from now on it is kept for a day, across a restart too."""
        until = to_us(self._clock.now() + KEPT)
        now = self._set(job, state=state, share=None, doing="", until_us=until, **changed)
        path = self._folder / f"{job}.json"
        path.touch(mode=0o600)
        path.write_bytes(orjson.dumps(now))
        return now

    def _start(self, job: str, work: Callable[[], Awaitable[None]], broken: str) -> None:
        """`broken`: the state after a failure."""

        async def run() -> None:
            try:
                async with self._one:
                    await work()
            except asyncio.CancelledError:
                raise
            except (HubError, OSError) as error:
                self._settle(job, broken, problem=str(error))
            except Exception as error:  # noqa: BLE001  # the hub goes on; whoever asked is told
                _log.error("work on an archive failed: %s", type(error).__name__, exc_info=True)
                self._settle(job, broken, problem=f"it failed ({type(error).__name__}); the hub's log says more")
            finally:
                self._tasks.pop(job, None)

        self._tasks[job] = asyncio.create_task(run(), name=f"archive:{job}")

    def _progress(self, job: str) -> Callable[[float | None, str], None]:
        def told(share: float | None, text: str) -> None:
            if job in self._jobs:
                self._set(job, share=share, doing=text)

        return told

    def _drop(self, job: str) -> None:
        self._jobs.pop(job, None)
        for path in (self.path(job), self._folder / f"{job}.json"):
            path.unlink(missing_ok=True)
