"""Archives that were sent here: judged first, brought in when somebody has seen what would come."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from hub.archive.bring import bring, same
from hub.archive.house import House
from hub.archive.jobs import Job, Jobs
from hub.archive.judged import Judged, judge
from hub.archive.sealed import BadArchive, Reader
from hub.errors import Conflict, StorageUnavailable

LARGEST = 16 << 30
"""Bytes of an archive."""
SPARED = 256 << 20
"""Bytes that stay free on the disk for readings."""


class Imports(Jobs):
    def __init__(self, house: House, folder: Path, *, largest: int = LARGEST) -> None:
        super().__init__(folder, house.clock)
        self._house, self._largest = house, largest

    async def receive(self, name: str, chunks: AsyncIterator[bytes], by: str) -> Job:
        """Keep an archive as it comes, in constant memory, then begin to judge it; nothing else is touched.

        Raises BadArchive (too large, empty), StorageUnavailable (no room), Conflict (too many).
        """
        job = self._made(by, "checking", name=name[:200], doing="coming in")
        try:
            size = await self._keep(job.id, chunks)
        except BaseException:
            self._drop(job.id)
            raise
        self._set(job.id, bytes=size)
        self._judge(job.id, None)
        return self.get(job.id)

    def bring(self, job: str, person_as: str | None) -> Job:
        """Bring in what was judged. Raises NotFound, Conflict."""
        found = self.get(job)
        if found.state == "done":
            raise Conflict("that was brought in already")
        if found.state not in ("judged", "conflict"):
            raise Conflict(f"that can't be brought in: {found.problem or found.state}")
        if found.state == "conflict" and not person_as:
            raise Conflict(found.problem)
        self._set(job, state="waiting", until_us=None, problem="")

        async def work() -> None:
            self._set(job, state="working")
            try:
                done = await bring(self._house, self.path(job), person_as, progress=self._progress(job))
            except Conflict as error:
                self._settle(job, "conflict", problem=str(error))
                return
            became = {"persons": done.persons, "added": done.added, "there": done.there}
            self._settle(job, "done", facts={**self._jobs[job].facts, "report": became})
            self.path(job).unlink(missing_ok=True)

        self._start(job, work, "judged")
        return self.get(job)

    def _judge(self, job: str, person_as: str | None) -> None:
        async def work() -> None:
            self._set(job, doing="checking every line")
            try:
                facts = await asyncio.to_thread(self._look, self.path(job), person_as)
            except BadArchive as error:
                self._settle(job, "refused", problem=str(error))
                self.path(job).unlink(missing_ok=True)
                return
            problem = facts.pop("conflict", "")
            self._settle(job, "conflict" if problem else "judged", problem=problem, facts=facts)

        self._start(job, work, "failed")

    def _look(self, path: Path, person_as: str | None) -> dict[str, Any]:
        """What it holds and what of that is new here. Raises BadArchive. Blocks."""
        reader = Reader(path)
        try:
            manifest = reader.manifest
            lines = {name.partition(".")[0]: one["lines"] for name, one in manifest["files"].items() if "json" in name}
            facts: dict[str, Any] = {
                "hub": str(manifest.get("hub", "")), "created_at": str(manifest.get("created_at", "")),
                "household": str(manifest.get("household", "")), "person": manifest.get("person"), "lines": lines,
            }  # fmt: skip
            try:
                return facts | self._new(judge(self._house, reader, person_as))
            except Conflict as error:
                return {**facts, "persons": list(manifest.get("persons", [])), "conflict": str(error)}
        finally:
            reader.close()

    def _new(self, judged: Judged) -> dict[str, Any]:
        here, entities = self._house.people, self._house.entities.all.values()
        series = [(one, same(entities, one) is not None) for _, one in judged.entities]
        return {
            "persons": [one.slug for one in judged.people],
            "new_persons": [one.slug for one in judged.people if not here.known(one.slug)],
            "entities": len(series),
            "new_entities": sum(not known for _, known in series),
            "metrics": sorted({one.metric or one.id for one, _ in series}),
            "replaces_household": judged.household is not None,
        }

    async def _keep(self, job: str, chunks: AsyncIterator[bytes]) -> int:
        size, path = 0, self.path(job)
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            async for chunk in chunks:
                size += len(chunk)
                if size > self._largest:
                    raise BadArchive(f"The file is larger than {self._largest:,} bytes, which no archive is.")
                if shutil.disk_usage(path.parent).free < SPARED:
                    raise StorageUnavailable("the disk has no room for this file; nothing was kept of it")
                await asyncio.to_thread(file.write, chunk)
        if not size:
            raise BadArchive("The file is empty.")
        return size
