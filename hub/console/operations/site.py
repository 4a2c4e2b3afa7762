"""What an operation is given."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from hub.console.client import Progress
from hub.daemon.hub import Hub
from hub.model import ConfigEntry
from hub.view import View

Operation = Callable[..., Awaitable[Any]]
"""`await operation(site, progress, **parameters)` returns what JSON can hold; raises HubError."""

__all__ = ["Operation", "Progress", "Site"]


@dataclass(frozen=True, slots=True)
class Site:
    hub: Hub
    reread: Callable[[], tuple[ConfigEntry, ...]] | None = None
    """Reads the declared entries anew. Raises ConfigInvalid."""

    @property
    def view(self) -> View:
        """The console may do what the hub itself may."""
        return self.hub.views.system()
