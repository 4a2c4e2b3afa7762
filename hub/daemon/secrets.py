"""Secrets as they are kept: sealed where they lay open, sealed anew when the key changes, and no old byte left."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from hub.backup.keys import Keys, write
from hub.errors import HubError
from hub.recorder import Recorder
from hub.supervisor import UNCLEAN
from hub.vault import Sealed, Vault, VaultError, sealed_in
from hub.view import Rooms

_log = logging.getLogger("hub.secrets")
AGAIN = 3_600.0
LARGEST = 4 << 20
PROBLEM = "vault"
NAMED = {"notify.key": "buttons of notices", "notify.browsers": "browsers that are told"}
"""What is sealed and is no password of an entry, in words."""
_ENTRY = re.compile(r"entry:([^:]+):")


class Told(NamedTuple):
    """How secrets are kept now."""

    key: str
    """Id of today's key; empty before the first secret."""
    place: str
    older: tuple[str, ...]
    """Ids of further keys that are kept until nothing needs them."""
    sealed: int
    closed: dict[str, tuple[str, ...]]
    """What can't be opened: id of the key that would -> entries, or what else it is for."""
    problem: str


async def renew(vault: Vault, recorder: Recorder, data_dir: Path) -> None:
    """Seal with today's key what an older one sealed, before anybody has read it. Raises VaultError, OSError."""
    if vault.older and not vault.problem:
        await recorder.rewrite_texts(lambda table, key, body: vault.renew(body), mark=UNCLEAN)
        await asyncio.to_thread(_renew_files, vault, data_dir)


class Secrets:
    """Owns one task; `stop` ends it, and the next start goes on where it was."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms, self._vault = rooms, rooms.vault
        self._task: asyncio.Task[None] | None = None
        self._rotated = False
        """The key was changed while this hub runs: somebody may yet hold, and save, what an older one sealed."""

    async def start(self) -> None:
        """Seal what lies open, before anything reads it; what that leaves behind is cleared away meanwhile."""
        try:
            await self._rooms.supervisor.kept.seal_all()
        except (VaultError, OSError) as error:
            _log.error("secrets could not be sealed: %s", error)
        await self._tell()
        self._task = asyncio.create_task(self._keep(), name="secrets")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def told(self) -> Told:
        closed: dict[str, set[str]] = {}
        found = await self._all()
        for one in found:
            if one.key not in self._vault.keys:
                of_entry = _ENTRY.match(one.context)
                closed.setdefault(one.key, set()).add(of_entry[1] if of_entry else NAMED.get(one.context, one.context))
        keys = self._vault.keys
        return Told(
            keys[0] if keys else "",
            str(self._vault.source),
            keys[1:],
            len(found),
            {key: tuple(sorted(what)) for key, what in closed.items()},
            self._vault.problem,
        )

    async def rotate(self) -> str:
        """Make a new key and seal everything with it; its id. The older one goes with the next start.

        Killed at any point, the next start finishes it. Raises VaultError, OSError, StorageUnavailable.
        """
        self._rotated = True
        key = self._vault.rotate()
        await renew(self._vault, self._rooms.recorder, self._rooms.data_dir)
        await self.clean()
        return key

    async def clean(self) -> None:
        """Leave no byte of what was sealed, nor a copy that wants an older key. Raises StorageUnavailable."""
        recorder = self._rooms.recorder
        if await recorder.get_setting(UNCLEAN):
            await recorder.overwrite()
            await recorder.renew_copies()
            await recorder.set_setting(UNCLEAN, False)
        if self._vault.older and not self._rotated and not self._vault.problem:
            await renew(self._vault, recorder, self._rooms.data_dir)
            if not await recorder.get_setting(UNCLEAN):
                self._vault.retire()

    async def _all(self) -> list[Sealed]:
        texts = await self._rooms.recorder.secret_texts()
        texts += [path.read_text() for path in _files(self._rooms.data_dir)]
        return [one for text in texts for one in sealed_in(text)]

    async def _keep(self) -> None:
        while True:
            try:
                await self.clean()
                await self._tell()
            except (HubError, OSError) as error:
                _log.warning("what was sealed could not be cleared away yet: %s", error)
            await self._rooms.clock.sleep(AGAIN)

    async def _tell(self) -> None:
        told = await self.told()
        if not told.problem and not told.closed:
            self._rooms.problems.pop(PROBLEM, None)
            return
        if told.closed:
            what = "; ".join(f"of {', '.join(names)} (key {key})" for key, names in sorted(told.closed.items()))
            message = f"{told.problem} Stored passwords can't be opened: {what}.".strip()
        else:
            message = told.problem
        remedy = f"Put that key back at {told.place} and start the hub again, or type them anew."
        self._rooms.problems[PROBLEM] = (self._rooms.clock.now(), message, remedy)


def _renew_files(vault: Vault, data_dir: Path) -> None:
    with Keys(data_dir).held():
        for path in _files(data_dir):
            text = path.read_text()
            new = vault.renew(text)
            if new != text:
                write(path, new.encode())


def _files(data_dir: Path) -> Iterator[Path]:
    """Small files in which other rooms keep sealed secrets."""
    for path in sorted([*data_dir.glob("*.json"), *(data_dir / "keys").glob("*.json")]):
        if path.is_file() and not path.is_symlink() and path.stat().st_size <= LARGEST:
            yield path
