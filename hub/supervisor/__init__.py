"""Runs each config entry: retry, watchdog, isolation."""

from hub.supervisor.catalogue import Catalogue, CatalogueItem
from hub.supervisor.options import explain, unknown_options
from hub.supervisor.services import Services
from hub.supervisor.supervisor import Supervisor

__all__ = ["Catalogue", "CatalogueItem", "Services", "Supervisor", "explain", "unknown_options"]
