"""What a custom integration declares, and how the owner is told of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hub.supervisor.child.box import what_holds
from hub.supervisor.child.folder_hash import folder_hash
from hub.supervisor.child.needs import Needs, read_needs
from hub.supervisor.child.signed import Signed, read_signed


@dataclass(frozen=True, slots=True)
class Declared:
    """What a custom integration declares, which code does, and who signed it."""

    path: Path
    needs: Needs
    sha256: str
    signed: Signed | None = None
    development: bool = False
    """The owner works on it: other files need no new agreement, more wishes do."""

    @classmethod
    def read(cls, path: Path, *, development: bool = False) -> Declared:
        """As it lies there now. Raises ConfigInvalid (manifest, signature), OSError."""
        sha256 = folder_hash(path)
        return cls(path, read_needs(path), sha256, None if development else read_signed(path, sha256), development)

    def again(self) -> Declared:
        return Declared.read(self.path, development=self.development)

    @property
    def words(self) -> list[str]:
        """What the owner is asked to agree to, one line each."""
        wishes = self.needs.words() or ["nothing beyond its own folder and the addresses in its options"]
        return [*wishes, *([f"signed by {self.signed.short}"] if self.signed is not None else [])]

    @property
    def open_here(self) -> list[str]:
        """What this machine's kernel does not keep it from, in words."""
        return [one.without for one in what_holds() if not one.holds]
