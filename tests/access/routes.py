"""Every address, and what it asks for. A new one is added to one of these tables, from what it is meant to ask."""

from __future__ import annotations

from tests.access.routes_automations import AUTOMATIONS
from tests.access.routes_backups import BACKUPS
from tests.access.routes_blueprints import BLUEPRINTS
from tests.access.routes_helpers import HELPERS
from tests.access.routes_notifications import NOTIFICATIONS
from tests.access.routes_open import OPEN, SIGNING
from tests.access.routes_pages import PAGES
from tests.access.routes_plugins import PLUGINS
from tests.access.routes_rest import REST
from tests.access.routes_scripts import SCRIPTS
from tests.access.routes_settings import SETTINGS

ROUTES = {
    **AUTOMATIONS,
    **REST,
    **PAGES,
    **SETTINGS,
    **SIGNING,
    **PLUGINS,
    **BACKUPS,
    **BLUEPRINTS,
    **HELPERS,
    **SCRIPTS,
    **NOTIFICATIONS,
}

__all__ = ["OPEN", "ROUTES"]
