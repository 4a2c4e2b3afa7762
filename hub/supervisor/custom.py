"""Whether an entry of a custom integration may run: as it lies there now, agreed to, and not withdrawn."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import NamedTuple

from hub.clock import Clock
from hub.errors import HubError
from hub.model import ConfigEntry
from hub.supervisor.catalogue import Catalogue
from hub.supervisor.child.declared import Declared
from hub.supervisor.consent import Consents, SettingStore
from hub.supervisor.revoked import EVERY, Revocations


class Objection(NamedTuple):
    problem: str
    remedy: str


class Custom:
    def __init__(self, catalogue: Catalogue, store: SettingStore) -> None:
        self._catalogue = catalogue
        self.consents, self.revocations = Consents(store), Revocations(store)

    def declared(self, domain: str) -> Declared | None:
        """None for what ships with the hub."""
        item = self._catalogue.items.get(domain)
        return item.declared if item is not None else None

    async def agree(self, entry: ConfigEntry) -> None:
        """To what was last read, which is what the owner was shown; files that changed since ask anew."""
        declared = self.declared(entry.domain)
        if declared is not None:
            await self.consents.agree(entry.id, declared)

    async def keep_looking(
        self,
        source: str,
        clock: Clock,
        running: Callable[[], Iterable[ConfigEntry]],
        again: Callable[[str], Awaitable[None]],
    ) -> None:
        """Look at the list of withdrawn ones every quarter of an hour; those it names end, and don't start again."""
        while True:
            if await self.revocations.refresh(source):
                for entry in list(running()):
                    if await self.objection(entry) is not None:
                        await again(entry.id)
            await clock.sleep(EVERY)

    async def objection(self, entry: ConfigEntry) -> Objection | None:
        """Reads files and manifest anew."""
        declared = self.declared(entry.domain)
        if declared is None:
            return None
        try:
            declared = await asyncio.to_thread(declared.again)
        except (HubError, OSError) as error:
            return Objection(str(error), f"Mend or remove {declared.path.name}, then reload the entry.")
        self._catalogue.declare(entry.domain, declared)
        withdrawn = await self.revocations.reason(declared)
        if withdrawn:
            return Objection(withdrawn, "Remove the entry, or install a newer publication and reload it.")
        problem = await self.consents.objection(entry, declared)
        return Objection(problem, f"Agree on its page, or by `homeostat entry agree {entry.id}`.") if problem else None
