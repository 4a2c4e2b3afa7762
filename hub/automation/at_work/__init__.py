"""Automations of the live house: kept, attached to the news, and acting with their accounts' rights."""

from hub.automation.at_work.house import House, seen_of
from hub.automation.at_work.kept import Kept
from hub.automation.at_work.room import Automations
from hub.automation.at_work.surroundings import Surroundings
from hub.automation.at_work.world import LiveWorld

__all__ = ["Automations", "House", "Kept", "LiveWorld", "Surroundings", "seen_of"]
