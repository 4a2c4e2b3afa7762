"""Entries and what they keep, in the database with their secrets sealed and out of it with them opened."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any, NamedTuple, Protocol

import orjson

from hub.errors import NotFound
from hub.model import ConfigEntry
from hub.supervisor.catalogue import Catalogue
from hub.supervisor.secret import Shape, seal, unseal
from hub.vault import Sealed, Vault, VaultError

UNCLEAN = "vault:unclean"
"""Setting that is true while old bytes of what was sealed may still lie in the database's files."""


class Books(Protocol):
    async def load_entries(self) -> list[ConfigEntry]: ...
    async def save_entry(self, entry: ConfigEntry) -> None: ...
    async def remove_entry(self, entry_id: str) -> None: ...
    async def entry_load(self, entry_id: str, key: str) -> Any: ...
    async def entry_save(self, entry_id: str, key: str, value: Any) -> None: ...
    async def entry_store(self, entry_id: str) -> dict[str, Any]: ...
    async def entry_drop(self, entry_id: str, key: str) -> None: ...
    async def rewrite_texts(self, change: Callable[[str, tuple[str, ...], str], str], *, mark: str) -> int: ...


class Closed(NamedTuple):
    """What can't be opened of an entry."""

    options: tuple[str, ...]
    """Names of options, to be typed anew."""
    store: tuple[str, ...]
    """Keys of what the entry had kept for itself."""
    keys: tuple[str, ...]
    """Ids of the keys that would open it."""


class Kept:
    def __init__(self, books: Books, vault: Vault, catalogue: Catalogue) -> None:
        self._books, self._vault, self._catalogue = books, vault, catalogue

    async def load_entries(self) -> list[ConfigEntry]:
        """What can't be opened stays sealed in the options; `closed` names it."""
        return [
            replace(one, options=unseal(dict(one.options), self._vault, _options(one.id))[0])
            for one in await self._books.load_entries()
        ]

    async def save_entry(self, entry: ConfigEntry) -> None:
        """Raises VaultError when its secrets can't be sealed; nothing was kept then."""
        shape = self._shape(entry.domain)
        await self._books.save_entry(
            replace(entry, options=seal(dict(entry.options), self._vault, _options(entry.id), shape))
        )

    async def remove_entry(self, entry_id: str) -> None:
        await self._books.remove_entry(entry_id)

    async def entry_load(self, entry_id: str, key: str) -> Any:
        """Raises VaultError for what can't be opened."""
        value = await self._books.entry_load(entry_id, key)
        value, closed = unseal(value, self._vault, _store(entry_id, key))
        for place, text in closed.items():
            self._vault.unseal(text, place)  # says why
        return value

    async def entry_save(self, entry_id: str, key: str, value: Any, *, secret: bool = False) -> None:
        """`secret`: all of it; else what has a name like `token` or `password`. Raises VaultError."""
        await self._books.entry_save(entry_id, key, _sealed(self._vault, entry_id, key, value, secret))

    async def closed(self, entry: ConfigEntry) -> Closed:
        """What of an entry can't be opened with the keys that are here; it must not run."""
        options = unseal(dict(entry.options), self._vault, _options(entry.id))[1]
        shut, store = dict(options), list[str]()
        for key, value in (await self._books.entry_store(entry.id)).items():
            found = unseal(value, self._vault, _store(entry.id, key))[1]
            shut |= found
            store += [key] if found else []
        ids = {parts.key for text in shut.values() if (parts := Sealed.parse(text))}
        names = [place.partition(":options.")[2] for place in options]
        return Closed(tuple(names), tuple(store), tuple(sorted(ids)))

    async def objection(self, entry: ConfigEntry) -> tuple[str, str] | None:
        """Why an entry can't run without a key that is not here, and what to do; None when it can."""
        closed = await self.closed(entry)
        if not closed.keys:
            return None
        held = self._vault.keys
        what = ", ".join(closed.options)
        which = f"Its {what}" if what else "What it kept for itself"
        here = f"the key here is {held[0]}" if held else "there is no key here"
        problem = f"{which} can't be opened: sealed with the key {', '.join(closed.keys)}, and {here}."
        back = f"put that key back at {self._vault.source} and start the hub again"
        if not closed.options:
            return problem, f"Begin anew without it by `homeostat secrets forget {entry.id}`, or {back}."
        forget = f", after `homeostat secrets forget {entry.id}`" if closed.store else ""
        return problem, f"Type {what} anew on its page{forget}, or {back}."

    async def forget_closed(self, entry: ConfigEntry) -> tuple[str, ...]:
        """Drop what the entry kept for itself and can't be opened; the keys of it."""
        closed = await self.closed(entry)
        for key in closed.store:
            await self._books.entry_drop(entry.id, key)
        return closed.store

    async def seal_all(self) -> int:
        """Seal what was kept before there was a vault, or before its integration said that it is secret; how many rows.

        Raises VaultError.
        """
        return await self._books.rewrite_texts(self._seal_row, mark=UNCLEAN)

    async def seal_known(self) -> None:
        """As `seal_all`, once more integrations have said what is secret; what can't be sealed now is later."""
        with suppress(VaultError):
            await self.seal_all()

    def _seal_row(self, table: str, key: tuple[str, ...], body: str) -> str:
        value = orjson.loads(body)
        if table == "entries":
            options = value.get("options") or {}
            new = seal(options, self._vault, _options(key[0]), self._shape(value.get("domain", "")))
            return body if new == options else orjson.dumps({**value, "options": new}).decode()
        if table == "entry_store":
            new = _sealed(self._vault, key[0], key[1], value, False)
            return body if new == value else orjson.dumps(new).decode()
        return body

    def _shape(self, domain: str) -> Shape | None:
        try:
            return self._catalogue.schema(domain)
        except NotFound:
            return None


def _sealed(vault: Vault, entry_id: str, key: str, value: Any, secret: bool) -> Any:
    # The key is a name like those within.
    return seal({key: value}, vault, f"entry:{entry_id}:store", secret=secret)[key]


def _options(entry_id: str) -> str:
    return f"entry:{entry_id}:options"


def _store(entry_id: str, key: str) -> str:
    return f"entry:{entry_id}:store.{key}"
