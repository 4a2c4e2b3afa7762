"""Custom integrations, each in a process of its own: one that blocks, spins or leaks harms only itself."""

from hub.supervisor.child.discover import discover

__all__ = ["discover"]
