"""Keys of the vault and the file that they lie in."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from hub.errors import Conflict

ID = 4
"""Bytes that name a key."""
PURPOSE = b"homeostat vault 1\0"
KEY_FILE = "keys/vault.key"
"""Within the data folder."""
_LINE = "homeostat-vault-key-1:"


class VaultError(Conflict):
    """A secret can't be sealed or opened; says which key is wanted and what to do. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Key:
    secret: bytes = field(repr=False)

    @property
    def id(self) -> str:
        """Eight letters that name the key and tell nothing of it."""
        return hashlib.sha256(PURPOSE + b"id" + self.secret).hexdigest()[: 2 * ID]

    @classmethod
    def new(cls) -> Key:
        return cls(secrets.token_bytes(32))


def read_keys(path: Path) -> list[Key]:
    """Today's key first. Raises VaultError for a file that holds none, OSError."""
    keys: list[Key] = []
    for line in path.read_text(errors="replace").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        code = line.strip().removeprefix(_LINE)
        try:
            secret = base64.urlsafe_b64decode(code + "=" * (-len(code) % 4))
        except binascii.Error:
            secret = b""
        if code == line.strip() or len(secret) != 32:
            raise VaultError("it holds a line that is no key; a key is as long as the hub made it")
        keys.append(Key(secret))
    if not keys:
        raise VaultError("it holds no key")
    return keys


def make_keys(path: Path, keys: Sequence[Key] = ()) -> list[Key]:
    """Keys, or a first one, in a new file; those of one that is there already are taken. Raises OSError, VaultError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    keys = list(keys) or [Key.new()]
    try:
        _write(path, dump_keys(keys), lambda part: os.link(part, path))
    except FileExistsError:
        return read_keys(path)
    return keys


def join_keys(to: Path, other: Path) -> None:
    """Have a file of keys open also what those of another open, where there are both; a damaged one is passed over.

    Raises OSError.
    """
    if not (to.is_file() and other.is_file()):
        return
    with suppress(VaultError):
        keys = read_keys(to)
        write_keys(to, [*keys, *(one for one in read_keys(other) if one not in keys)])


def write_keys(path: Path, keys: list[Key]) -> None:
    """Replace the file as a whole. Raises OSError."""
    _write(path, dump_keys(keys), lambda part: part.replace(path))


def dump_keys(keys: list[Key]) -> bytes:
    lines = [f"# key {one.id}\n{_LINE}{base64.urlsafe_b64encode(one.secret).decode().rstrip('=')}\n" for one in keys]
    return (
        "# Opens the passwords that Homeostat keeps in its database. Today's key comes first.\n" + "".join(lines)
    ).encode()


def _write(path: Path, content: bytes, put: Callable[[Path], object]) -> None:
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        put(part)
    finally:
        part.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
