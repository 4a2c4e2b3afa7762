"""The whole view of one actor."""

from __future__ import annotations

from hub.view.house import HouseView
from hub.view.journal import JournalView
from hub.view.privacy import PrivacyView
from hub.view.readings import ReadingsView
from hub.view.rights import RightsView


class View(PrivacyView, ReadingsView, JournalView, HouseView, RightsView):
    """Everything one actor may see and do; each question is answered by the one rule at the moment it is asked."""
