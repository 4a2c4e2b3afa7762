"""Archives that are made in the background and lie ready for a day."""

from __future__ import annotations

from pathlib import Path

from hub.archive.export import export
from hub.archive.house import House
from hub.archive.jobs import Job, Jobs


class Exports(Jobs):
    def __init__(self, house: House, folder: Path) -> None:
        super().__init__(folder, house.clock)
        self._house = house

    def ask(self, person: str | None, by: str) -> Job:
        """Begin an archive of `person` (None: everybody). Raises Conflict when too many lie here."""
        job = self._made(by, "waiting", person=person)

        async def work() -> None:
            self._set(job.id, state="working")
            path = self.path(job.id)
            manifest = await export(self._house, path, person, progress=self._progress(job.id))
            lines = {name.partition(".")[0]: one["lines"] for name, one in manifest["files"].items() if "json" in name}
            self._settle(job.id, "ready", bytes=path.stat().st_size, facts={"lines": lines})

        self._start(job.id, work, "failed")
        return job
