"""What a field offers to choose from: entities as automations see them, devices, areas, floors and labels."""

from __future__ import annotations

from collections.abc import Iterable

from hub.automation.world import Directory, Seen
from hub.view.base import Base


class ChoosingView(Base):
    def choosable(self) -> Iterable[Seen]:
        """Every entity that the actor may see; whoever shows a state of one must say so (`saw_states`)."""
        return self._rooms.automations.world(self.actor).all()

    def choosable_entity(self, entity_id: str) -> Seen | None:
        return self._rooms.automations.world(self.actor).get(entity_id)

    def directory(self) -> Directory:
        """Devices, areas and entries of the entities that the actor may see."""
        return self._rooms.automations.world(self.actor).directory
