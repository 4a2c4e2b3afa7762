"""The recovery key of the household, and a key for each person, so that forgetting a key makes old backups unreadable.

The keyring is a file in the age format, encrypted to the recovery key: an ordinary list of age identities with the
name of each person before theirs. It lies in the data folder and beside the backups in every target.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import orjson
import pyrage
from pyrage import x25519

from hub.backup.facts import BackupRefused, WrongKey

RECOVERY, KEYRING, TARGETS = "recovery.key", "keyring.age", "targets.json"
SEALED = "sealed"
"""Folder in the data folder's `backups` that is a target without being named."""
OWN = (RECOVERY, KEYRING, TARGETS, "lock")
"""Files of the folder of keys that no backup holds."""
_KEY, _GONE = "# key ", "# erased "


@dataclass(slots=True)
class Keyring:
    """Keys by their ids; a person has one at a time."""

    keys: dict[str, tuple[str, x25519.Identity]] = field(default_factory=dict)
    """Id -> (person, secret)."""
    erased: set[str] = field(default_factory=set)

    def of(self, person: str) -> tuple[str, x25519.Identity]:
        """The person's key with its id, made where there is none."""
        for key, (owner, identity) in self.keys.items():
            if owner == person:
                return key, identity
        key = secrets.token_hex(8)
        self.keys[key] = (person, x25519.Identity.generate())
        return key, self.keys[key][1]

    def forget(self, person: str) -> int:
        """Drop the person's keys for good; the number of them."""
        gone = [key for key, (owner, _) in self.keys.items() if owner == person]
        for key in gone:
            del self.keys[key]
        self.erased.update(gone)
        return len(gone)

    def join(self, other: Keyring) -> None:
        """Take over what another copy has beyond this one; what either has erased stays erased."""
        self.erased |= other.erased
        self.keys = {key: one for key, one in (other.keys | self.keys).items() if key not in self.erased}

    def dump(self) -> bytes:
        lines = ["# Homeostat's keyring: open the members of a backup with it (age -d -i).\n"]
        for key, (person, identity) in sorted(self.keys.items()):
            lines.append(f"{_KEY}{key} {person}\n{identity}\n")
        lines += [f"{_GONE}{key}\n" for key in sorted(self.erased)]
        return "".join(lines).encode()

    @classmethod
    def parse(cls, text: str) -> Keyring:
        ring = cls()
        lines = iter(text.splitlines())
        for line in lines:
            if line.startswith(_KEY):
                key, _, person = line[len(_KEY) :].partition(" ")
                ring.keys[key] = (person, x25519.Identity.from_str(next(lines)))
            elif line.startswith(_GONE):
                ring.erased.add(line[len(_GONE) :])
        return ring


class Keys:
    """The folder of keys; only the hub's user can look into it."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / "keys"
        self.own_target = data_dir / "backups" / SEALED

    @contextmanager
    def held(self) -> Iterator[None]:
        """One program at a time changes keys."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def identities(self) -> list[x25519.Identity]:
        """Recovery keys, today's first; empty before there is one. Raises BackupRefused for a damaged file."""
        path = self.folder / RECOVERY
        return read_identities(path.read_text(), path.name) if path.exists() else []

    def make(self, now: datetime) -> x25519.Identity:
        """A new recovery key; earlier ones go on opening what was made with them."""
        with self.held():
            identity = x25519.Identity.generate()
            path = self.folder / RECOVERY
            before = path.read_text() if path.exists() else ""
            made = f"# made {now.isoformat(timespec='seconds')}\n# public key: {identity.to_public()}\n{identity}\n"
            ring = self.keyring() if before else Keyring()
            write(path, (made + before).encode())
            self.save(ring)
            self.spread()
            return identity

    def keyring(self) -> Keyring:
        """Raises BackupRefused when it is there and can't be read: a new one would lose every older backup."""
        path = self.folder / KEYRING
        return open_keyring(path, self.identities()) if path.exists() else Keyring()

    def save(self, ring: Keyring) -> None:
        """Only while `held`. Readable with every recovery key of this household."""
        recipients = [identity.to_public() for identity in self.identities()]
        write(self.folder / KEYRING, pyrage.encrypt(ring.dump(), recipients))

    def folders(self) -> dict[str, Path]:
        """Targets that are folders: name -> where; the data folder's own first."""
        path = self.folder / TARGETS
        try:
            named = orjson.loads(path.read_bytes()) if path.exists() else []
        except orjson.JSONDecodeError:
            named = []
        found = {"": self.own_target}
        for one in named:
            if isinstance(one, str):
                found[Path(one).name or one] = Path(one)
            elif isinstance(one, dict) and one.get("kind") == "folder" and one.get("folder"):
                found[str(one.get("name"))] = Path(one["folder"])
        return found

    def spread(self) -> list[str]:
        """Put the keyring as it is now beside the backups in every folder; names of those that can't be reached now."""
        away: list[str] = []
        content = (self.folder / KEYRING).read_bytes()
        for name, folder in self.folders().items():
            try:
                if folder == self.own_target:
                    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                if not ((folder / KEYRING).exists() and (folder / KEYRING).read_bytes() == content):
                    write(folder / KEYRING, content)
            except OSError:
                away.append(name)
        return away


def forget_here(data_dir: Path, person: str) -> list[str]:
    """Drop a person's keys on this machine and in the folders; names of the folders that can't be reached now.

    Raises BackupRefused.
    """
    keys = Keys(data_dir)
    if not keys.identities():
        return []
    with keys.held():
        ring = keys.keyring()
        ring.forget(person)
        keys.save(ring)
        return keys.spread()


def open_keyring(path: Path, identities: Sequence[x25519.Identity]) -> Keyring:
    """Raises WrongKey, BackupRefused."""
    return parse_keyring(path.read_bytes(), str(path), identities)


def parse_keyring(content: bytes, name: str, identities: Sequence[x25519.Identity]) -> Keyring:
    """Raises WrongKey, BackupRefused."""
    try:
        return Keyring.parse(pyrage.decrypt(content, identities).decode())
    except pyrage.DecryptError as error:
        if "matching" in str(error):
            raise WrongKey(f"the recovery key does not open {name}; is it this household's?") from None
        raise BackupRefused(f"{name} is damaged ({error}); take the copy that lies in another target") from None
    except (ValueError, StopIteration, pyrage.IdentityError):
        raise BackupRefused(f"{name} is no keyring of Homeostat") from None


def read_identities(text: str, name: str) -> list[x25519.Identity]:
    """The age identities of a file, or of what somebody typed. Raises BackupRefused."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    try:
        return [x25519.Identity.from_str(line) for line in lines]
    except pyrage.IdentityError:
        raise BackupRefused(
            f"{name} holds no recovery key: one begins with AGE-SECRET-KEY-1 and is as long as that of your recovery "
            "sheet; a letter may be mistyped"
        ) from None


def write(path: Path, content: bytes) -> None:
    """Replace a file as a whole, durable, readable for its owner only. Raises OSError."""
    part = path.with_name(path.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
