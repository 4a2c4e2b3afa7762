"""The shelf: blueprints by their path, read when they are wanted and again when their file has changed."""

from __future__ import annotations

import difflib
import hashlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hub.automation.blueprint import Blueprint, parse
from hub.automation.flaws import AutomationInvalid, Flaw
from hub.automation.shelf import places
from hub.automation.shelf.comparing import Changes, changes, diff
from hub.automation.shelf.fetching import Fetcher
from hub.automation.shelf.noted import noted
from hub.errors import Conflict, NotFound

SHIPPED, OWN = "shipped", "own"


@dataclass(frozen=True, slots=True)
class Item:
    path: str
    """`<user>/<name>.yaml`, which automations name."""
    origin: str
    """`shipped` or `own`."""
    text: str
    blueprint: Blueprint | None
    """None: it does not load; then"""
    flaws: tuple[Flaw, ...]
    changed_at: datetime

    @property
    def name(self) -> str:
        return self.blueprint.name if self.blueprint is not None else self.path

    @property
    def source_url(self) -> str:
        return self.blueprint.source_url if self.blueprint is not None else ""

    @property
    def digest(self) -> str:
        return digest_of(self.text)


@dataclass(frozen=True, slots=True)
class Preview:
    """Something that could be kept."""

    text: str
    blueprint: Blueprint | None
    flaws: tuple[Flaw, ...]
    path: str
    source_url: str = ""
    notes: tuple[str, ...] = ()
    replaces: bool = False
    """An own blueprint lies at this path already."""


@dataclass(frozen=True, slots=True)
class Update:
    path: str
    text: str
    diff: tuple[str, ...]
    """Unified; empty: nothing is new."""
    changes: Changes
    blueprint: Blueprint | None
    flaws: tuple[Flaw, ...]
    notes: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        return digest_of(self.text)


class Shelf:
    """`own`: folders of the household's blueprints; what is new goes into the first that can be written."""

    def __init__(self, shipped: Path, own: Path | Sequence[Path], http: Fetcher | None = None) -> None:
        self._shipped = shipped
        self._own = (own,) if isinstance(own, Path) else tuple(own)
        self._http = http or Fetcher()
        self._read: dict[Path, tuple[tuple[int, int], Item]] = {}
        self._newer: dict[str, str] = {}
        """Path -> the digest of an own one, of which the source had another text when it was asked last."""

    def all(self) -> list[Item]:
        """By name; own ones hide those that ship under the same path."""
        found = {path: self._item(path, file, origin) for path, file, origin in self._files()}
        return sorted((one for one in found.values() if one is not None), key=lambda one: one.name.casefold())

    def get(self, path: str) -> Item:
        """Raises NotFound with the one that was probably meant, Conflict for a path that leads elsewhere."""
        places.checked(path)
        for folder, origin in (*((one, OWN) for one in self._own), (self._shipped, SHIPPED)):
            file = places.inside(folder, path)
            if file.is_file() and (item := self._item(path, file, origin)) is not None:
                return item
        near = difflib.get_close_matches(path, [one for one, *_ in self._files()], n=1, cutoff=0.5)
        raise NotFound(f"there is no blueprint {path!r}" + (f"; did you mean {near[0]!r}?" if near else ""))

    def blueprint(self, path: str) -> Blueprint:
        """Raises NotFound; AutomationInvalid for one that is not sound."""
        item = self.get(path)
        if item.blueprint is None:
            raise AutomationInvalid(item.flaws)
        return item.blueprint

    async def fetch(self, url: str) -> Preview:
        """What lies at an address; nothing is kept. Raises Conflict in words."""
        found = await self._http.fetch(url)
        return self.preview(found.text, found.path, found.source_url, found.notes)

    def preview(self, text: str, path: str = "", source_url: str = "", notes: tuple[str, ...] = ()) -> Preview:
        """What a text would be. `path` empty: made of its name."""
        text = noted(text, source_url) if source_url else text
        blueprint, flaws = _parsed(text)
        path = path or places.suggested("own", blueprint.name if blueprint is not None else "blueprint")
        taken = any((folder / path).is_file() for folder in self._own)
        return Preview(text, blueprint, flaws, path, source_url, notes, taken)

    def keep(self, text: str, path: str, source_url: str = "", *, replace: bool = False) -> Item:
        """Raises AutomationInvalid for no blueprint, Conflict for a path that is taken or leads elsewhere."""
        if len(text.encode()) > 1_000_000:
            raise Conflict("this has more than 1 MB; no blueprint is that large")
        text = noted(text, source_url) if source_url else text
        blueprint, flaws = _parsed(text)
        if blueprint is None:
            raise AutomationInvalid(flaws)
        if blueprint.domain != "automation":
            raise Conflict(f"this is a blueprint of a {blueprint.domain}; only those of automations are kept here")
        places.checked(path)
        if places.inside(self._shipped, path).exists():
            raise Conflict(f"a blueprint that ships is called {path!r}; take another name")
        there = next((one for one in self._own if places.inside(one, path).exists()), None)
        if there is not None and not replace:
            raise Conflict(f"there is a blueprint {path!r} already; take another name, or replace it")
        folder = there if there is not None and places.writable(there) else self._for_new()
        _write(places.inside(folder, path), text)
        return self.get(path)

    async def update(self, path: str) -> Update:
        """Fetch its source again and say what would change; nothing is kept. Raises NotFound, Conflict."""
        item = self.get(path)
        if item.origin == SHIPPED:
            raise Conflict(f"{path} ships with the hub and is renewed with it")
        if not item.source_url:
            raise Conflict(f"{path} does not say where it came from: there is no source_url in it")
        found = await self._http.fetch(item.source_url)
        text = noted(found.text, found.source_url)
        blueprint, flaws = _parsed(text)
        if text == item.text:
            self._newer.pop(path, None)
        else:
            self._newer[path] = item.digest
        return Update(
            path, text, tuple(diff(item.text, text, path)), changes(item.blueprint, blueprint), blueprint, flaws,
            found.notes,
        )  # fmt: skip

    def has_newer(self, item: Item) -> bool:
        """Whether its source had a newer one when it was asked last, and this is still the one from before."""
        return self._newer.get(item.path) == item.digest

    def remove(self, path: str) -> Item:
        """Returns what it was. Raises NotFound; Conflict for one that ships."""
        item = self.get(path)
        if item.origin == SHIPPED:
            raise Conflict(f"{path} ships with the hub and can't be removed")
        for folder in self._own:
            file = places.inside(folder, path)
            if file.is_file():
                file.unlink()
                if file.parent != folder and not any(file.parent.iterdir()):
                    file.parent.rmdir()
                break
        return item

    def _for_new(self) -> Path:
        found = next((one for one in self._own if places.writable(one)), None)
        if found is None:
            raise Conflict(f"no blueprint can be kept: {self._own[0]} can't be written")
        return found

    def _files(self) -> Iterator[tuple[str, Path, str]]:
        """Those that ship first, so that own ones come over them."""
        for folder, origin in ((self._shipped, SHIPPED), *((one, OWN) for one in reversed(self._own))):
            for path, file in places.all_in(folder):
                yield path, file, origin

    def _item(self, path: str, file: Path, origin: str) -> Item | None:
        try:
            stat = file.stat()
            stamp = (stat.st_mtime_ns, stat.st_size)
            known = self._read.get(file)
            if known is not None and known[0] == stamp:
                return known[1]
            text = file.read_bytes().decode("utf-8-sig", "replace")
        except OSError:
            return None
        blueprint, flaws = _parsed(text)
        if blueprint is not None and blueprint.domain != "automation":
            return None
        item = Item(path, origin, text, blueprint, flaws, datetime.fromtimestamp(stat.st_mtime, UTC))
        self._read[file] = (stamp, item)
        return item


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _parsed(text: str) -> tuple[Blueprint | None, tuple[Flaw, ...]]:
    try:
        return parse(text), ()
    except AutomationInvalid as error:
        return None, error.flaws


def _write(file: Path, text: str) -> None:
    """All of it or nothing."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".", suffix=".new")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        os.chmod(name, 0o644)
        os.replace(name, file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
