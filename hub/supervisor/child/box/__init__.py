"""The box around a custom integration: applied by the child to itself, before any foreign code is imported."""

from hub.supervisor.child.box.apply import Box, Held, close_box, what_holds

__all__ = ["Box", "Held", "close_box", "what_holds"]
