"""The action registry and its one call path: access, validate, run, audit."""

from hub.actions.registry import Actions, AuditStore

__all__ = ["Actions", "AuditStore"]
