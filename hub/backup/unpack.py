"""Opens a backup into an empty folder; nothing in it is believed before all of it was read and found true."""

from __future__ import annotations

import hashlib
import hmac
import io
import os
import re
import tarfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

import orjson
import pyrage
from pyrage import x25519

from hub.backup.create import MANIFEST, ROOM, SIGNATURE, signed
from hub.backup.facts import BackupRefused, File, Manifest, Member, WrongKey, key_of
from hub.backup.keys import OWN, Keyring
from hub.backup.pipes import Opener
from hub.recorder.database import free_bytes
from hub.recorder.migrations.table import HEAD, VERSIONS

_TABLE_OF_CONTENTS = 16 << 20
_RATIO = 300
"""Rows compress some tenfold; what claims more than this is made to fill a disk."""
_MEMBER = re.compile(r"house\.jsonl\.gz|people/[0-9a-f]{16}\.jsonl\.gz\.age")
_ROOTS = ("config", "data/entries", "data/keys")
_LINE = 64 << 20
"""Bytes of one row at most."""


@dataclass(frozen=True, slots=True)
class Unpacked:
    manifest: Manifest
    folder: Path
    identity: x25519.Identity
    """The recovery key that opened it."""

    def path(self, part: Member | File) -> Path:
        return self.folder / part.name


def read_manifest(path: Path, identities: Sequence[x25519.Identity]) -> Manifest:
    """Only the table of contents: quick, however large the backup. Raises WrongKey, BackupRefused, OSError."""
    with path.open("rb") as source, _opener(path, source, identities) as opener:
        try:
            with tarfile.open(fileobj=opener, mode="r|") as tar:  # type: ignore[call-overload] # reads only
                return _manifest(tar, identities)[0]
        except (tarfile.TarError, EOFError) as error:
            raise _refusal(path, opener, error, identities) from None


def unpack(
    path: Path, identities: Sequence[x25519.Identity], folder: Path, progress: Callable[[float], object]
) -> Unpacked:
    """Raises WrongKey, BackupRefused, OSError; `folder` is the caller's to remove."""
    size = path.stat().st_size
    free = free_bytes(folder)
    with path.open("rb") as source, _opener(path, source, identities) as opener:
        try:
            with tarfile.open(fileobj=opener, mode="r|") as tar:  # type: ignore[call-overload] # reads only
                manifest, identity = _manifest(tar, identities)
                _check(manifest, size, free, folder)
                parts: list[Member | File] = [*manifest.members, *manifest.files]
                expected = {one.name: one for one in parts}
                while (info := tar.next()) is not None:
                    part = expected.pop(info.name, None)
                    if part is None or not info.isreg():
                        raise BackupRefused(
                            f"the backup holds {info.name[:200]!r}, which its table of contents does not name"
                        )
                    _keep(tar, info, part, folder)
                    progress(min(1.0, source.tell() / max(size, 1)))
                if expected:
                    raise BackupRefused(f"the backup lacks {next(iter(expected))!r}")
            opener.finish()
        except (tarfile.TarError, EOFError, pyrage.DecryptError, OSError) as error:
            raise _refusal(path, opener, error, identities) from None
    return Unpacked(manifest, folder, identity)


def lines(unpacked: Unpacked, member: Member, ring: Keyring) -> Iterator[bytes]:
    """Rows of a member as text, checked against what was written when it ends. Raises BackupRefused."""
    with unpacked.path(member).open("rb") as source:
        if not member.key:
            yield from _unzip(source, member)
            return
        with Opener(source, [ring.keys[member.key][1]]) as opener:
            yield from _unzip(opener, member)
            try:
                opener.finish()
            except (pyrage.DecryptError, OSError):
                raise BackupRefused(f"{member.name} in the backup does not open with its key in the keyring") from None


def _unzip(source: IO[bytes] | Opener, member: Member) -> Iterator[bytes]:
    digest, total, rest = hashlib.sha256(), 0, b""
    unzip = zlib.decompressobj(wbits=31)
    try:
        while data := source.read(1 << 16):
            while data:
                text = unzip.decompress(data, 1 << 20)
                data = unzip.unconsumed_tail
                digest.update(text)
                total += len(text)
                if total > member.bytes or len(rest) > _LINE:
                    raise BackupRefused(f"{member.name} in the backup is larger than its table of contents says")
                *whole, rest = (rest + text).split(b"\n")
                yield from whole
    except zlib.error:
        raise BackupRefused(f"{member.name} in the backup can't be decompressed") from None
    if rest or total != member.bytes or digest.hexdigest() != member.sha256:
        raise BackupRefused(f"{member.name} in the backup is not what was written")


def _opener(path: Path, source: io.BufferedReader, identities: Sequence[x25519.Identity]) -> Opener:
    if not identities:
        raise BackupRefused(
            f"a recovery key is needed to open {path.name}: name the file of your recovery sheet by --key, or --key - "
            "to type it"
        )
    return Opener(source, list(identities))


def _manifest(tar: tarfile.TarFile, identities: Sequence[x25519.Identity]) -> tuple[Manifest, x25519.Identity]:
    content, signature = _first(tar, MANIFEST), _first(tar, SIGNATURE)
    try:
        raw = orjson.loads(content)
    except orjson.JSONDecodeError:
        raise BackupRefused("the backup's table of contents can't be read") from None
    manifest = Manifest.parse(raw)
    for identity in identities:
        if hmac.compare_digest(signed(content, identity), signature):
            return manifest, identity
    raise BackupRefused(
        "this backup was not written by a hub that holds the recovery key: somebody else made it. Nothing was changed."
    )


def _first(tar: tarfile.TarFile, name: str) -> bytes:
    info = tar.next()
    if info is None:
        raise EOFError
    if info.name != name or not info.isreg() or info.size > _TABLE_OF_CONTENTS:
        raise BackupRefused("this opens with your key, but it is no backup of Homeostat")
    file = tar.extractfile(info)
    assert file is not None
    return file.read()


def _check(manifest: Manifest, size: int, free: int | None, folder: Path) -> None:
    if manifest.schema not in VERSIONS:
        raise BackupRefused(
            f"this backup holds a database of a newer Homeostat (version {manifest.schema} of its schema; this program "
            f"knows up to {HEAD}). Install that version or a newer one. Nothing was changed."
        )
    names = [*(member.name for member in manifest.members), *(file.name for file in manifest.files)]
    for name in names:
        _safe(name)
    if len(set(names)) != len(names):
        raise BackupRefused("the backup names a file twice")
    for member in manifest.members:
        if not _MEMBER.fullmatch(member.name) or bool(member.key) != member.name.startswith("people/"):
            raise BackupRefused(f"the backup names {member.name[:200]!r} as rows")
        if member.bytes > _RATIO * member.stored + (1 << 20):
            raise BackupRefused(
                f"{member.name} in the backup would become {member.bytes >> 20:,} MB, out of all measure"
            )
    for file in manifest.files:
        if not any(file.name.startswith(f"{root}/") for root in _ROOTS):
            raise BackupRefused(f"the backup names {file.name[:200]!r}, which is none of the settings")
        if file.name.startswith("data/keys/") and PurePosixPath(file.name).name in OWN:
            raise BackupRefused(f"the backup names {file.name[:200]!r}, which no backup holds")
    stored = sum(one.stored for one in manifest.members) + sum(one.bytes for one in manifest.files)
    if stored > size:
        raise BackupRefused("the backup names more than it holds")
    # The rows as text are larger than the database that they make, and are never written as text.
    needed = stored + sum(member.bytes for member in manifest.members) + ROOM
    if free is not None and free < needed:
        raise BackupRefused(f"opening the backup needs {needed >> 20:,} MB in {folder} and {free >> 20:,} MB are free")


def _safe(name: str) -> None:
    """A name stays in its folder, whatever it is joined to."""
    path = PurePosixPath(name)
    if (
        path.is_absolute()
        or not path.parts
        or path.as_posix() != name
        or any(part in ("..", ".") or len(part.encode()) > 255 for part in path.parts)
        or any(ord(letter) < 32 or letter == "\\" for letter in name)
    ):
        raise BackupRefused(f"the backup holds a file named {name[:200]!r}, which could lie outside its folder")


def _keep(tar: tarfile.TarFile, info: tarfile.TarInfo, part: Member | File, folder: Path) -> None:
    size = part.stored if isinstance(part, Member) else part.bytes
    wanted = part.stored_sha256 if isinstance(part, Member) else part.sha256
    if info.size != size or info.sparse is not None:
        raise BackupRefused(f"{part.name} in the backup is not as long as its table of contents says")
    path = folder / part.name
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    source = tar.extractfile(info)
    assert source is not None
    digest = hashlib.sha256()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        while data := source.read(1 << 18):
            digest.update(data)
            out.write(data)
    if path.stat().st_size != size or digest.hexdigest() != wanted:
        raise BackupRefused(f"{part.name} in the backup is not what was written")


def _refusal(
    path: Path, opener: Opener, error: Exception, identities: Sequence[x25519.Identity]
) -> BackupRefused | OSError:
    reason = opener.error or error  # set before the reader meets the end
    if isinstance(reason, pyrage.DecryptError):
        if "matching" not in str(reason):
            return BackupRefused(f"{path.name} is no backup, or its beginning is damaged. Nothing was changed.")
        ours = {str(identity.to_public())[-8:] for identity in identities}
        wanted = key_of(path)
        if wanted in ours:
            return BackupRefused(
                f"{path.name} is damaged at its beginning, and can't be opened. Take another backup. "
                "Nothing was changed."
            )
        named = f", which ends in {wanted}" if wanted else ""
        return WrongKey(
            f"the recovery key does not open {path.name}: it was made for another public key{named}; yours ends in "
            f"{', '.join(sorted(ours))}. Nothing was changed."
        )
    if isinstance(reason, OSError) and reason.errno is not None:
        return reason
    return BackupRefused(
        f"{path.name} is damaged or cut short: its bytes are not the ones that were written. Take another backup. "
        "Nothing was changed."
    )
