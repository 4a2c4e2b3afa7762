"""What a custom integration declares, and how the owner is told of it."""

from __future__ import annotations

from dataclasses import dataclass

from hub.supervisor.child.box import what_holds
from hub.supervisor.child.needs import Needs


@dataclass(frozen=True, slots=True)
class Declared:
    """What a custom integration declares, and which code does."""

    needs: Needs
    sha256: str

    @property
    def words(self) -> list[str]:
        """What the owner is asked to agree to, one line each."""
        return self.needs.words() or ["nothing beyond its own folder and the addresses in its options"]

    @property
    def open_here(self) -> list[str]:
        """What this machine's kernel does not keep it from, in words."""
        return [one.without for one in what_holds() if not one.holds]
