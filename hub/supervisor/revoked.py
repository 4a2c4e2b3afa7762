"""Withdrawn integrations: the list that the owner named, kept so that it holds without a network too."""

from __future__ import annotations

import asyncio
import logging
import re
import tomllib
from pathlib import Path
from typing import Any

import aiohttp

from hub import __version__
from hub.errors import ConfigInvalid
from hub.supervisor.child.declared import Declared
from hub.supervisor.consent import SettingStore
from hub.supervisor.outgoing import Guard, guarded_connector, typed

_log = logging.getLogger("hub.custom")
EVERY = 900.0
"""Seconds between two looks."""
LARGEST = 4 << 20
_SETTING = "revoked"


class Revocations:
    """SHA-256 of packages and keys of publishers -> why. What was withdrawn once stays so: a list may only grow."""

    def __init__(self, store: SettingStore) -> None:
        self._store = store
        self._known: dict[str, str] = {}
        self._loaded = False
        self._silent = False

    async def reason(self, declared: Declared) -> str:
        """Why it may not run; empty when it may."""
        await self._load()
        key = declared.signed.key if declared.signed is not None else ""
        why = self._known.get(declared.sha256) or (self._known.get(key) if key else None)
        return f"It was withdrawn: {why}" if why else ""

    async def refresh(self, source: str) -> bool:
        """Look at the list again; whether it grew. What can't be reached or read is logged, once."""
        await self._load()
        try:
            listed = parsed(await _text(source))
        except (OSError, aiohttp.ClientError, TimeoutError, ConfigInvalid) as error:
            if not self._silent:
                _log.warning(
                    "the list of withdrawn integrations could not be read: %s", str(error) or type(error).__name__
                )
                self._silent = True
            return False
        self._silent = False
        grown = {name: why for name, why in listed.items() if name not in self._known}
        if grown:
            self._known.update(grown)
            await self._store.set_setting(_SETTING, self._known)
        return bool(grown)

    async def _load(self) -> None:
        if not self._loaded:
            self._known = dict(await self._store.get_setting(_SETTING) or {})
            self._loaded = True


def parsed(text: str) -> dict[str, str]:
    """`[[revoked]]` tables with `sha256` or `key`, and `reason`. Raises ConfigInvalid."""
    try:
        rows = tomllib.loads(text).get("revoked", [])
    except tomllib.TOMLDecodeError as error:
        raise ConfigInvalid(f"is not TOML: {error}") from None
    found: dict[str, str] = {}
    for row in rows if isinstance(rows, list) else [None]:
        row = row if isinstance(row, dict) else {}
        name = row.get("sha256") or row.get("key")
        if not isinstance(name, str) or not re.fullmatch(r"[0-9a-f]{64}|[A-Za-z0-9+/]{43}=", name):
            raise ConfigInvalid("each [[revoked]] needs the sha256 of a package or the key of a publisher")
        found[name] = str(row.get("reason", ""))[:300].strip() or "its publisher gives no reason."
    return found


async def _text(source: str) -> str:
    if "://" not in source:
        return await asyncio.to_thread(lambda: Path(source).read_bytes()[: LARGEST + 1].decode("utf-8", "replace"))
    limits: dict[str, Any] = {"timeout": aiohttp.ClientTimeout(total=30)}
    async with (
        aiohttp.ClientSession(
            connector=guarded_connector(Guard(typed({"url": source}))),
            headers={"User-Agent": f"homeostat/{__version__}"},
            **limits,
        ) as session,
        session.get(source, allow_redirects=False) as answer,
    ):
        if answer.status != 200:
            raise ConfigInvalid(f"{source} answers {answer.status}")
        body = await answer.content.read(LARGEST + 1)
        while len(body) <= LARGEST and (more := await answer.content.read(LARGEST)):
            body += more
        if len(body) > LARGEST:
            raise ConfigInvalid(f"{source} is larger than {LARGEST >> 20} MB")
        return body.decode("utf-8", "replace")
