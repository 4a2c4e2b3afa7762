"""What can be done, described well enough to draw a form of it."""

from __future__ import annotations

from hub.automation.services.catalogue import ActionFacts, facts
from hub.errors import NotFound
from hub.model import Verb
from hub.plugin import ActionSpec
from hub.view.base import Base


class ActingView(Base):
    def actions(self) -> list[ActionSpec]:
        """Those that the actor may call for at least somebody, and may know of."""
        rules = {verb: bool(self.scope(verb).rules) for verb in Verb}
        return [one for one in self._rooms.actions.all.values() if rules[one.verb] and self._knows(one)]

    def action_catalogue(self) -> list[ActionFacts]:
        """Every action that the actor may call for somebody or something, by name."""
        known = self._rooms.deeds.described()
        return facts(self.actions(), known)

    def action_facts(self, name: str) -> ActionFacts:
        """Raises NotFound with what was probably meant."""
        spec = self._rooms.actions.get(name, self.actor)
        found = facts([spec], self._rooms.deeds.described())[0]
        if not self.scope(spec.verb).rules or not self._knows(spec):
            raise NotFound(f"there is no action {name!r}")
        return found

    def _knows(self, spec: ActionSpec) -> bool:
        return spec.known_to is None or spec.known_to(self.actor)
