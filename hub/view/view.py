"""The whole view of one actor."""

from __future__ import annotations

from hub.view.house import HouseView
from hub.view.journal import JournalView
from hub.view.readings import ReadingsView


class View(ReadingsView, JournalView, HouseView):
    """Everything one actor may see and do; each question is answered by the one rule at the moment it is asked."""
