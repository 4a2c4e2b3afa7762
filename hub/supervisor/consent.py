"""What the owner agreed to for each entry of a custom integration; more than that is not started."""

from __future__ import annotations

import logging
from typing import Any, Protocol

from hub.model import ConfigEntry
from hub.supervisor.child.declared import Declared
from hub.supervisor.child.needs import Needs

_log = logging.getLogger("hub.custom")


class SettingStore(Protocol):
    async def get_setting(self, key: str) -> Any: ...
    async def set_setting(self, key: str, value: Any) -> None: ...


class Consents:
    def __init__(self, store: SettingStore) -> None:
        self._store = store

    async def agree(self, entry_id: str, declared: Declared) -> None:
        """Keep what was agreed to, the hash of the code that asked, and the key that signed it."""
        kept: dict[str, Any] = {"needs": declared.needs.dump(), "sha256": declared.sha256}
        if declared.signed is not None:
            kept |= {"key": declared.signed.key, "number": declared.signed.number}
        await self._store.set_setting(_key(entry_id), kept)

    async def forget(self, entry_id: str) -> None:
        await self._store.set_setting(_key(entry_id), None)

    async def objection(self, entry: ConfigEntry, declared: Declared) -> str:
        """Why the entry may not start, in words; empty when it may. Fewer wishes become what is agreed to.

        Other files need a new agreement, unless the pinned key signed them with a higher number or the owner works on
        them.
        """
        kept = await self._store.get_setting(_key(entry.id))
        if kept is None and not entry.declared_in:
            return f"Nobody has agreed to what it wants: {'; '.join(declared.words)}."
        if kept is None:  # whoever wrote the entry into the file put the code there too
            await self.agree(entry.id, declared)
            return ""
        beyond = declared.needs.beyond(Needs.load(kept["needs"]))
        if beyond:
            return f"It wants more than was agreed to: {'; '.join(beyond)}."
        if kept["sha256"] != declared.sha256 and not declared.development:
            changed = _changed(kept, declared)
            if changed:
                return changed
            _log.warning("%s was updated by its publisher: SHA-256 is now %s", entry.id, declared.sha256)
        await self.agree(entry.id, declared)
        return ""


def _changed(kept: dict[str, Any], declared: Declared) -> str:
    """Why other files than those agreed to may not run; empty when their publisher was agreed to."""
    key, signed = kept.get("key", ""), declared.signed
    now = f"SHA-256 {declared.sha256[:16]}…, agreed to {kept['sha256'][:16]}…"
    if not key:
        return f"Its files are not those that were agreed to ({now})."
    if signed is None:
        return f"Its files changed, and nobody signed them; those that were agreed to were signed ({now})."
    if signed.key != key:
        return f"It is signed by {signed.short}, which is not the key that was agreed to ({key[:12]}…)."
    if signed.number <= kept["number"]:
        return f"It is publication {signed.number}, older than or beside {kept['number']}, which was agreed to ({now})."
    return ""


def _key(entry_id: str) -> str:
    return f"consent:{entry_id}"
