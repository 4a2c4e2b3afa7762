"""Runs each config entry: retry, watchdog, isolation."""

from hub.supervisor.catalogue import Catalogue, CatalogueItem
from hub.supervisor.kept import UNCLEAN, Kept
from hub.supervisor.options import explain, strangers
from hub.supervisor.secret import looks_secret
from hub.supervisor.services import Services
from hub.supervisor.supervisor import Supervisor

__all__ = [
    "UNCLEAN",
    "Catalogue",
    "CatalogueItem",
    "Kept",
    "Services",
    "Supervisor",
    "explain",
    "looks_secret",
    "strangers",
]
