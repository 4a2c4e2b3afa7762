"""Archives made and brought in while nobody waits."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from hub import archive
from hub.archive import Job
from hub.archive.house import Progress, silent
from hub.errors import Conflict, Forbidden, NotFound
from hub.model import HOUSEHOLD, Verb
from hub.view.base import Base


class ArchivesView(Base):
    def takes(self) -> list[str]:
        """Persons whose data the actor may take along; `household` and all of them where everybody's is allowed."""
        if self.allowed(Verb.MANAGE, HOUSEHOLD):
            return [*self._rooms.people.all, HOUSEHOLD]
        account = self.account
        me = account.person if account is not None else None
        return [me] if me and self.allowed(Verb.VIEW, me) else []

    async def export_archive(
        self, path: Path, person: str | None, *, progress: Progress = silent, over: bool = False
    ) -> dict[str, Any]:
        """All of a person (None: of everybody) as a file; its manifest. Raises NotFound, Forbidden, Conflict, OSError.

        For the owner, and for the person herself.
        """
        self._may_take(person)
        manifest = await archive.export(self._rooms.erasures.house, path, person, progress=progress, over=over)
        await self._exported(person)
        return manifest

    async def ask_export(self, person: str | None) -> Job:
        """Begin an archive that lies ready for a day. Raises NotFound, Forbidden, Conflict."""
        self._may_take(person)
        job = self._rooms.exports.ask(person, self._author)
        await self._exported(person)
        return job

    def exports(self) -> list[Job]:
        """The owner's view has everybody's; others see those they asked for themselves."""
        return [one for one in self._rooms.exports.all if self._mine(one)]

    def export(self, job: str) -> Job:
        """Raises NotFound also for somebody else's."""
        found = self._rooms.exports.get(job)
        if not self._mine(found):
            raise NotFound(f"there is no {job!r} any more; such files are kept for a day")
        return found

    def export_file(self, job: str) -> Path:
        """The whole file. Raises NotFound, Forbidden, Conflict while it is not ready."""
        found = self.export(job)
        self._may_take(found.person)
        if found.state != "ready":
            raise Conflict(f"it is not ready: {found.problem or found.doing or found.state}")
        return self._rooms.exports.path(job)

    async def export_fetched(self, job: str) -> None:
        """Note that a file was taken out of the house."""
        await self._note("archive.fetch", person=self.export(job).person or HOUSEHOLD, detail=job)

    async def remove_export(self, job: str) -> None:
        gone = self.export(job)
        await self._rooms.exports.remove(job)
        await self._note("archive.drop", person=gone.person or HOUSEHOLD, detail=job)

    async def import_archive(
        self, path: Path, person_as: str | None = None, *, progress: Progress = silent
    ) -> archive.Brought:
        """Raises BadArchive (nothing was changed), Conflict, Forbidden, StorageUnavailable."""
        self._manage()
        self._fresh()
        done = await archive.bring(self._rooms.erasures.house, path, person_as, progress=progress)
        for person in done.persons or [HOUSEHOLD]:
            await self._note("archive.import", person=person, detail=f"{sum(done.added.values())} lines added")
        return done

    def may_send_archive(self) -> None:
        """Raises Forbidden, StepUpNeeded; to be asked before the body is read."""
        self._manage()
        self._fresh()

    async def send_archive(self, name: str, chunks: AsyncIterator[bytes]) -> Job:
        """Keep an archive aside and judge it; nothing comes in before `bring_archive`. Raises BadArchive, Conflict."""
        self.may_send_archive()
        job = await self._rooms.imports.receive(name, chunks, self._author)
        await self._note("archive.send", detail=job.id)
        return job

    def imports(self) -> list[Job]:
        self._manage()
        return self._rooms.imports.all

    def archive_sent(self, job: str) -> Job:
        """Raises NotFound."""
        self._manage()
        return self._rooms.imports.get(job)

    async def bring_archive(self, job: str, person_as: str | None = None) -> Job:
        """Bring in what was judged; `person_as`: what its one person is called here. Raises NotFound, Conflict."""
        self.may_send_archive()
        begun = self._rooms.imports.bring(job, person_as)
        for person in begun.facts.get("persons") or [HOUSEHOLD]:
            await self._note("archive.import", person=person, detail=job)
        return begun

    async def remove_import(self, job: str) -> None:
        """What has come in stays. Raises NotFound."""
        self._manage()
        await self._rooms.imports.remove(job)
        await self._note("archive.drop", detail=job)

    def _may_take(self, person: str | None) -> None:
        if person is not None:
            self.require_whose(person)
        if self.allowed(Verb.MANAGE, HOUSEHOLD):
            self._fresh()
            for one in [*self._rooms.people.all, HOUSEHOLD] if person is None else [person]:
                self._require(Verb.VIEW, one)  # a token may manage and still not see
        elif person is None or person not in self.takes():
            raise Forbidden("everything of a person is for that person and the owner to take along")

    async def _exported(self, person: str | None) -> None:
        detail = "everybody" if person is None else ""
        await self._note("archive.export", person=person or HOUSEHOLD, detail=detail)

    def _mine(self, job: Job) -> bool:
        if self.allowed(Verb.MANAGE, HOUSEHOLD):
            # A token may manage the house and still not see who lives in it.
            return self.scope().unlimited if job.person is None else self.allowed(Verb.VIEW, job.person)
        return job.by == self._author and job.person in self.takes()
