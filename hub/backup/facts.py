"""What a backup is called and says of itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hub.errors import Conflict

FORMAT = 1
"""Of the archive; a reader refuses a higher one."""
_STAMP = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(r"homeostat-(\d{8}T\d{6}Z)-([a-z0-9]{8})\.age")


class BackupRefused(Conflict):
    """A backup can't be made, read or restored; nothing was changed."""


class WrongKey(BackupRefused):
    """The recovery key is not the one that opens this file."""


@dataclass(frozen=True, slots=True)
class Member:
    """Rows of one person, or of the house; the digests prove that nothing was lost on the way."""

    name: str
    key: str
    """Id of the person's key in the keyring; empty: the house's own, readable with the recovery key alone."""
    sha256: str
    """Of the rows as text, before compression."""
    bytes: int
    """Of the rows as text."""
    stored: int
    """Of the member as it lies in the archive."""
    stored_sha256: str
    rows: Mapping[str, int] = field(default_factory=dict)
    """Table -> rows."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of the settings, or one that belongs to the data."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    format: int
    program: str
    schema: str
    household: str
    created_at: str
    members: tuple[Member, ...]
    files: tuple[File, ...]
    left_out: tuple[str, ...] = ()
    """Files that were not taken along, each with why."""

    @property
    def rows(self) -> int:
        return sum(sum(member.rows.values()) for member in self.members)

    def plain(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def parse(cls, raw: Any) -> Manifest:
        """Raises BackupRefused for what is none, or is newer."""
        try:
            if int(raw["format"]) > FORMAT:
                raise BackupRefused(
                    f"this backup was made by a newer Homeostat ({raw['program']}; format {raw['format']}, this "
                    f"program reads up to {FORMAT}). Install that version or a newer one. Nothing was changed."
                )
            return cls(
                format=int(raw["format"]),
                program=str(raw["program"]),
                schema=str(raw["schema"]),
                household=str(raw["household"]),
                created_at=str(raw["created_at"]),
                members=tuple(Member(**{**one, "rows": dict(one["rows"])}) for one in raw["members"]),
                files=tuple(File(**one) for one in raw["files"]),
                left_out=tuple(map(str, raw["left_out"])),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise BackupRefused(f"the backup's table of contents can't be read ({error!r})") from None


def name_for(made_at: datetime, recipient: str) -> str:
    """Says when it was made, and with which key it is opened."""
    return f"homeostat-{made_at.astimezone(UTC).strftime(_STAMP)}-{recipient[-8:]}.age"


def made_at(path: Path) -> datetime | None:
    """When a backup was made, by its name; None for another file."""
    found = _NAME.fullmatch(path.name)
    return datetime.strptime(found[1], _STAMP).replace(tzinfo=UTC) if found else None


def key_of(path: Path) -> str:
    """The end of the public key with whose secret half the file is opened, by its name; empty when it was renamed."""
    found = _NAME.fullmatch(path.name)
    return found[2] if found else ""
