"""Triggers at work: each looks at what concerns it and says when it fires."""

from hub.automation.watch.attach import watcher
from hub.automation.watch.base import Attaching, Watcher

__all__ = ["Attaching", "Watcher", "watcher"]
