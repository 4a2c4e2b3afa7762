"""Encrypted backups: one file each, that `age` and `tar` open; people who were erased are unreadable in all of them."""

from __future__ import annotations

from pathlib import Path

from hub.backup.facts import BackupRefused, Manifest, WrongKey
from hub.backup.swap import resume

__all__ = ["BackupRefused", "Manifest", "WrongKey", "forget", "resume"]


def forget(data_dir: Path, person: str) -> list[str]:
    """Make a person unreadable in every backup; names of targets that can't be reached now. Blocks.

    Raises BackupRefused.
    """
    from hub.backup import deliver  # what reaches the network is not needed by a command that looks something up

    return deliver.forget(data_dir, person)
