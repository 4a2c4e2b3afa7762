"""What can be done, described well enough to draw a form of it."""

from __future__ import annotations

from hub.automation.services.catalogue import ActionFacts, facts
from hub.errors import NotFound
from hub.model import Verb
from hub.view.base import Base


class ActingView(Base):
    def action_catalogue(self) -> list[ActionFacts]:
        """Every action that the actor may call for somebody or something, by name."""
        may = {verb: bool(self.scope(verb).rules) for verb in Verb}
        known = self._rooms.deeds.described()
        return facts((one for one in self._rooms.actions.all.values() if may[one.verb]), known)

    def action_facts(self, name: str) -> ActionFacts:
        """Raises NotFound with what was probably meant."""
        spec = self._rooms.actions.get(name)
        found = facts([spec], self._rooms.deeds.described())[0]
        if not self.scope(spec.verb).rules:
            raise NotFound(f"there is no action {name!r}")
        return found
