"""What the commands of backups share: the recovery key, the backup as a file here, and what is said of it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hub.cli.common import Session
from hub.clock import RealClock
from hub.vault import Vault

if TYPE_CHECKING:
    from pyrage.x25519 import Identity

    from hub.backup.restore import Restored
    from hub.daemon import Settings


@contextmanager
def brought(session: Session, settings: Settings, backup: str) -> Iterator[tuple[Path, str]]:
    """The backup as a file on this machine, fetched when it lies elsewhere; and the target it lies in."""
    from hub.backup.facts import made_at

    path = Path(backup)
    if path.exists() or made_at(Path(backup.rpartition(":")[2])) is None or "/" in backup:
        yield path, _target_of(settings.data_dir, path)
        return
    from hub.backup.deliver import fetch
    from hub.backup.shelf import found
    from hub.backup.working import working

    spec, name = found(settings.data_dir, backup)
    vault = Vault.open(settings.data_dir, named=settings.vault_key)
    with working(settings.data_dir / "backups" / "sealed", ".fetching-") as folder:
        fetching = fetch(spec, name, folder, vault, settings.data_dir, RealClock(), session.progress)
        yield asyncio.run(fetching), spec.id


def _target_of(data_dir: Path, path: Path) -> str:
    from hub.backup.targets import Book

    folder = str(path.absolute().parent)
    return next((one.id for one in Book(data_dir).all() if one.kind == "folder" and one.folder == folder), "")


def identities_of(data_dir: Path, key_file: str | None) -> list[Identity]:
    from hub.backup.keys import Keys

    if key_file is None:
        return Keys(data_dir).identities()
    text = sys.stdin.read() if key_file == "-" else Path(key_file).read_text(errors="replace")
    return _found(text, "standard input" if key_file == "-" else key_file)


def _found(text: str, name: str) -> list[Identity]:
    """The recovery sheet as it was printed will do: the line with the key is taken."""
    from hub.backup.keys import read_identities

    lines = [line.strip() for line in text.splitlines() if line.strip().upper().startswith("AGE-SECRET-KEY-")]
    return read_identities("\n".join(lines) if lines else text.strip() or "nothing", name)


def told(done: Restored) -> dict[str, Any]:
    manifest, filled = done.manifest, done.filled
    return {
        "made_at": manifest.created_at,
        "program": manifest.program,
        "rows": filled.rows,
        "people": filled.people,
        "erased": filled.erased,
        "files": len(manifest.files),
        "compared": filled.compared,
    }


def said(done: Restored) -> str:
    filled = done.filled
    erased = f"; {filled.erased} erased stay erased" if filled.erased else ""
    how = "all compared" if filled.compared else "counted; an older version's tables can't be compared row by row"
    return f"{filled.rows:,} rows of the house and {filled.people} people, {how}{erased}."
