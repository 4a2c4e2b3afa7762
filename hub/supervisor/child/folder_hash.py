"""The SHA-256 of an integration's files: names, lengths and contents, in order."""

from __future__ import annotations

import hashlib
from pathlib import Path

from hub.supervisor.child.needs import manifest_of


def folder_hash(path: Path) -> str:
    """Links count by where they lead and are never followed; what Python compiles is left out. Raises OSError."""
    if path.is_dir():
        found = sorted(
            one for one in path.rglob("*") if "__pycache__" not in one.parts and (one.is_file() or one.is_symlink())
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
