"""Entities that follow from others: templates, groups and zones, recorded like whatever a device says."""

from hub.automation.derived.integrations import DERIVED, derived

__all__ = ["DERIVED", "derived"]
