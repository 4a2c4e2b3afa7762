"""Backups as the running hub has them: what there is, what is at work, targets, the recovery key, and going back."""

from __future__ import annotations

import asyncio
import secrets
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hub.backup import shelf, swap
from hub.backup.facts import BackupRefused, Manifest, made_at
from hub.backup.jobs import Job, Jobs
from hub.backup.keys import KEYRING, Keyring, Keys, open_keyring, read_identities
from hub.backup.notes import (
    Doing,
    Schedule,
    doings,
    keep_doings,
    keep_restored,
    keep_schedule,
    notes,
    restored,
    schedule,
)
from hub.backup.sheet import sheet
from hub.backup.targets import Book, Spec
from hub.backup.targets.book import OWN, drafted
from hub.backup.unpack import read_manifest
from hub.backup.working import clear_away
from hub.clock import Clock
from hub.errors import NotFound
from hub.vault import Vault

INCOMING = "incoming"
KEPT_FOR = timedelta(hours=12)
"""How long a backup that was brought for a restore waits to be confirmed."""


@dataclass(slots=True)
class Candidate:
    """A backup that may be restored, on this machine."""

    id: str
    path: Path
    at: datetime
    keyring: Path | None = None
    key: str = ""
    """The recovery key as it was typed; kept in memory only."""
    target: str = ""
    """Where it lies; empty: it was brought by hand."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a backup holds, read from its table of contents."""

    made_at: datetime
    program: str
    rows: int
    readings: int
    people: tuple[str, ...]
    """Short names of those whose part can be opened."""
    erased: int
    """People in it whose keys were dropped since: they stay erased."""
    lacking: int
    """People in it whose keys the keyring does not have: it can't be restored without them."""
    bytes: int
    settings: int
    """Files of the settings and of integrations."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A restore for when the hub has stopped: PostgreSQL's tables can't be swapped under it."""

    path: Path
    keyring: Path | None
    keys: tuple[str, ...]
    settings: bool


class Backups:
    def __init__(
        self, data_dir: Path, url: str, config_dir: Path | None, vault: Vault, vault_key: Path | None, clock: Clock
    ) -> None:
        self.data_dir = self._data_dir = data_dir
        self._vault, self._clock = vault, clock
        self._keys = Keys(data_dir)
        self._candidates: dict[str, Candidate] = {}
        self.sqlite = url.startswith("sqlite")
        self.restart: Callable[[Pending | None], None] | None = None
        """Stops the hub and starts it anew; None where nobody would start it."""
        common = {"url": url, "data_dir": str(data_dir), "config_dir": str(config_dir) if config_dir else None}
        self.jobs = Jobs(clock, {**common, "vault_key": str(vault_key) if vault_key else None})

    def settings_in(self, config_dir: Path) -> None:
        """The folder of the settings, which backups take along."""
        self.jobs.common["config_dir"] = str(config_dir)

    @property
    def keyring(self) -> Path:
        return self._keys.folder / KEYRING

    def clear_away(self) -> None:
        """What a hub that was killed left behind; only before anything is brought."""
        clear_away(self._keys.own_target)
        shutil.rmtree(self._incoming, ignore_errors=True)

    @property
    def ready(self) -> bool:
        """True once there is a recovery key."""
        return (self._keys.folder / "recovery.key").exists()

    def public_key(self) -> str:
        """Empty when there is no key. Raises BackupRefused for a damaged one."""
        known = self._keys.identities()
        return str(known[0].to_public()) if known else ""

    def make_key(self) -> tuple[str, str]:
        """A new recovery key: its secret, and the sheet to print. Earlier ones go on opening what they sealed."""
        now = self._clock.now()
        identity = self._keys.make(now)
        return str(identity), sheet(identity, now)

    def listed(self) -> list[dict[str, Any]]:
        return shelf.listed(self._data_dir)

    def verified(self) -> tuple[datetime, int] | None:
        """The newest trial restore that went well: when, and how many rows were compared."""
        good = [one for one in notes(self._data_dir).values() if not one.get("problem")]
        best = max(good, key=lambda one: str(one["at"]), default=None)
        return (datetime.fromisoformat(str(best["at"])), int(best["rows"])) if best else None

    def targets(self) -> list[tuple[Spec, Doing]]:
        known = doings(self._data_dir)
        return [(one, known.get(one.id, Doing())) for one in Book(self._data_dir).all()]

    def target(self, target: str) -> Spec:
        """Raises NotFound."""
        try:
            return Book(self._data_dir).find(target)
        except BackupRefused as error:
            raise NotFound(str(error)) from None

    def draft(self, given: Mapping[str, Any]) -> Spec:
        """Raises BackupRefused, VaultError."""
        return drafted(Book(self._data_dir), given, self._vault)

    def keep_target(self, spec: Spec) -> None:
        Book(self._data_dir).put(spec)
        known = doings(self._data_dir)
        if spec.id in known:
            # It was mended, perhaps: it is tried again at the next occasion.
            keep_doings(self._data_dir, {**known, spec.id: replace(known[spec.id], next_try="", tries=0)})

    def remove_target(self, target: str) -> Spec:
        """Raises NotFound, BackupRefused."""
        gone = Book(self._data_dir).remove(self.target(target).id)
        keep_doings(self._data_dir, {key: one for key, one in doings(self._data_dir).items() if key != gone.id})
        return gone

    def schedule(self, time_zone: str) -> Schedule:
        return schedule(self._data_dir, time_zone)

    def keep_schedule(self, wished: Schedule) -> None:
        keep_schedule(self._data_dir, wished)

    def last_restore(self) -> dict[str, Any]:
        return restored(self._data_dir)

    def test(self, spec: Spec, by: str) -> Job:
        async def then(_: dict[str, Any]) -> None:
            self.keep_target(spec)

        return self.jobs.start("test", by, {"spec": asdict(spec)}, then)

    def verify(self, backup: str, by: str) -> Job:
        spec, name = self.find(backup)
        return self.jobs.start("verify", by, {"target": spec.id, "name": name})

    def find(self, backup: str) -> tuple[Spec, str]:
        """Raises NotFound."""
        try:
            spec, name = shelf.found(self._data_dir, backup)
        except BackupRefused as error:
            raise NotFound(str(error)) from None
        if spec.kind == "folder" and not (Path(spec.folder) / name).is_file():
            raise NotFound(f"there is no {name} in {spec.folder}")
        return spec, name

    @property
    def _incoming(self) -> Path:
        return self._keys.own_target / INCOMING

    def bring(self) -> Candidate:
        """A place for a backup that somebody brings, with its keyring; gone after some hours, or with the hub."""
        now = self._clock.now()
        for old in [one for one in self._candidates.values() if now - one.at > KEPT_FOR]:
            self.drop(old.id)
        candidate = secrets.token_hex(8)
        folder = self._incoming / candidate
        folder.mkdir(parents=True, mode=0o700)
        self._candidates[candidate] = Candidate(candidate, folder / "backup.age", now)
        return self._candidates[candidate]

    def candidate(self, candidate: str) -> Candidate:
        """Raises NotFound."""
        if candidate not in self._candidates:
            raise NotFound("that backup is not waiting any more; choose it again")
        return self._candidates[candidate]

    def drop(self, candidate: str) -> None:
        found = self._candidates.pop(candidate, None)
        if found is not None:
            shutil.rmtree(self._incoming / candidate, ignore_errors=True)

    def choose(self, backup: str, by: str) -> tuple[Candidate, Job | None]:
        """One that lies in a target; the job that fetches it, where it lies elsewhere."""
        spec, name = self.find(backup)
        candidate = self.bring()
        candidate.target = spec.id
        if spec.kind == "folder":
            candidate.path = Path(spec.folder) / name
            return candidate, None
        folder = candidate.path.parent
        candidate.path = folder / name
        job = self.jobs.start("fetch", by, {"target": spec.id, "name": name, "to": str(folder)})
        job.result = {"candidate": candidate.id}
        return candidate, job

    async def preview(self, candidate: Candidate) -> Preview:
        """Quick, however large it is. Raises WrongKey, BackupRefused; nothing was changed."""
        return await asyncio.to_thread(self._preview, candidate)

    def _identities(self, candidate: Candidate) -> list[Any]:
        typed = read_identities(candidate.key, "what you typed") if candidate.key else []
        return [*typed, *self._keys.identities()]

    def _preview(self, candidate: Candidate) -> Preview:
        identities = self._identities(candidate)
        manifest = read_manifest(candidate.path, identities)
        ring = Keyring()
        beside = candidate.keyring or candidate.path.parent / KEYRING
        if beside.exists():
            ring = open_keyring(beside, identities)
        if (self._keys.folder / KEYRING).exists() and self._keys.identities():
            ring.join(self._keys.keyring())
        return _preview(manifest, ring, candidate.path.stat().st_size)

    def restore(self, candidate: Candidate, by: str, *, settings: bool = True) -> Job:
        """Everything is put ready and compared while the hub goes on; then it starts anew on it."""
        keys = tuple(str(one) for one in self._identities(candidate))
        keyring = candidate.keyring
        given: dict[str, Any] = {
            "path": str(candidate.path), "keyring": str(keyring) if keyring else None, "keys": keys,
            "settings": settings, "noted": [candidate.target, candidate.path.name] if candidate.target else None,
        }  # fmt: skip

        async def then(result: dict[str, Any]) -> None:
            plan = result.pop("plan")
            told = {**result, "at": self._clock.now().isoformat(timespec="seconds"), "by": by, "noted": False}
            if plan is not None:
                swap.decide(self._data_dir, plan)
            keep_restored(self._data_dir, told)
            if self.restart is not None:
                self.restart(None if plan is not None else Pending(candidate.path, keyring, keys, settings))

        return self.jobs.start("restore", by, given, then)


def _preview(manifest: Manifest, ring: Keyring, size: int) -> Preview:
    keyed = [member.key for member in manifest.members if member.key]
    return Preview(
        made_at=datetime.fromisoformat(manifest.created_at),
        program=manifest.program,
        rows=manifest.rows,
        readings=sum(member.rows.get("readings", 0) for member in manifest.members),
        people=tuple(sorted(ring.keys[key][0] for key in keyed if key in ring.keys)),
        erased=sum(key in ring.erased for key in keyed),
        lacking=sum(key not in ring.erased and key not in ring.keys for key in keyed),
        bytes=size,
        settings=len(manifest.files),
    )


def is_backup(name: str) -> bool:
    """Whether a file is called as backups are."""
    return made_at(Path(name)) is not None


__all__ = ["OWN", "Backups", "Candidate", "Pending", "Preview", "is_backup"]
