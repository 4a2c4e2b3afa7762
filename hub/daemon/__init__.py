"""Build the house, start it in order, stop it in reverse."""

from hub.daemon.hub import Hub
from hub.daemon.settings import Settings

__all__ = ["Hub", "Settings"]
