"""What actions need of the house."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hub.access import Access
from hub.actions import Actions
from hub.automation.services.described import Targeted, Thing
from hub.automation.services.targets import Aim, Sight, aim
from hub.automation.world import Context, World
from hub.bus import Bus
from hub.clock import Clock
from hub.model import Actor, Verb
from hub.registry import Entities


@dataclass(slots=True)
class Hands:
    clock: Clock
    bus: Bus
    access: Access
    actions: Actions
    entities: Entities
    world: Callable[[Actor], World]
    """The house as somebody may see it."""
    whose: Callable[[str], tuple[str, str | None]]
    """Entity id -> (person, subject), as the one rule wants it."""
    expect: Callable[[Iterable[str], Context], None]
    """A run has told these something: what they do next came of it."""

    def aim(self, actor: Actor, target: Targeted, domains: Iterable[str] | None = None) -> Aim:
        return aim(
            target,
            Sight(
                self.world(actor),
                self._primary,
                lambda one: self.acts(actor, one),
                lambda one: one in self.entities.all and self.entities.all[one].enabled and self.acts(actor, one),
            ),
            frozenset(domains) if domains is not None else None,
        )

    def thing(self, entity_id: str, world: World) -> Thing:
        """One that is there."""
        entity, seen = self.entities.all.get(entity_id), world.get(entity_id)
        state, attributes = ("unknown", {}) if seen is None else (seen.state, seen.attributes)
        return Thing(entity_id, state, attributes, frozenset(entity.commands if entity is not None else ()))

    def acts(self, actor: Actor, entity_id: str) -> bool:
        return self.access.allowed(actor, Verb.ACT, *self.whose(entity_id))

    async def command(self, actor: Actor, entity_id: str, command: str, parameters: Mapping[str, Any]) -> None:
        """By the one rule, and noted in the trail. Raises HubError."""
        told = {"entity_id": entity_id, "command": command, "parameters": dict(parameters)}
        await self.actions.call(actor, "entity.command", told)

    def _primary(self, entity_id: str) -> bool:
        entity = self.entities.all.get(entity_id)
        return entity is None or not entity.category


def warned(warnings: list[str]) -> dict[str, Any] | None:
    """What an action gives back when something was left out."""
    return {"warnings": warnings} if warnings else None
