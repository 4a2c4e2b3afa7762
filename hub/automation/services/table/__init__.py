"""Every action that a device's entity understands, as data."""

from hub.automation.services.table import climate, helpers, lights, media, openings, settable, working

SERVICES = (
    *lights.SERVICES,
    *settable.SERVICES,
    *climate.SERVICES,
    *openings.SERVICES,
    *media.SERVICES,
    *working.SERVICES,
    *helpers.SERVICES,
)
"""Whatever becomes commands of entities."""
