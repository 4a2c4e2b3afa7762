"""The SHA-256 of an integration's files: names, lengths and contents, in order."""

from __future__ import annotations

import hashlib
from pathlib import Path

from hub.supervisor.child.needs import manifest_of
from hub.supervisor.child.signed import signature_of


def folder_hash(path: Path) -> str:
    """Links count by where they lead and are never followed. Raises OSError.

    Left out are the signature, which speaks of this hash, and what Python compiled: the box compiles for itself.
    """
    if path.is_dir():
        signature = signature_of(path)
        found = sorted(
            one
            for one in path.rglob("*")
            if (one.is_file() or one.is_symlink()) and one != signature and not _compiled(one)
        )
    else:
        found = [one for one in (path, manifest_of(path)) if one.is_file()]
    digest = hashlib.sha256()
    for one in found:
        name = one.name if one is path or not path.is_dir() else one.relative_to(path).as_posix()
        body = str(one.readlink()).encode() if one.is_symlink() else one.read_bytes()
        kind = b"link" if one.is_symlink() else b"file"
        for part in (kind, name.encode("utf-8", "surrogateescape"), body):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _compiled(one: Path) -> bool:
    return one.parent.name == "__pycache__" and one.suffix == ".pyc" and not one.is_symlink()
