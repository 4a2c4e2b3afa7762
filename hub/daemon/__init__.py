"""Build the house, start it in order, stop it in reverse."""

from typing import TYPE_CHECKING, Any

from hub.daemon.settings import Settings

if TYPE_CHECKING:
    from hub.daemon.hub import Hub

__all__ = ["Hub", "Settings"]


def __getattr__(name: str) -> Any:
    """The hub comes with every library there is; a command that only talks to a running one can do without."""
    if name == "Hub":
        from hub.daemon.hub import Hub

        return Hub
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
