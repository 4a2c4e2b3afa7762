"""What triggers wait for from outside the hub, and who of them may hear what came."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from hub.automation.at_work.house import House
from hub.automation.at_work.surroundings import Surroundings
from hub.automation.at_work.world import LiveWorld
from hub.automation.engine import Engine
from hub.automation.world import Context
from hub.model import HOUSEHOLD, Happened, TriggersChanged, Verb

Whose = tuple[str, str | None]
"""(person, subject), as the one rule wants it."""


class Hearing:
    """Integrations that listen for automations ask and tell here."""

    def __init__(self, around: Surroundings, engines: Mapping[str, Engine], house: House) -> None:
        self._around, self._engines, self._house = around, engines, house
        self._moved = False

    def follow(self, engine: Engine) -> None:
        engine.when_awaited(self._changed)

    def awaited(self, kind: str) -> list[Mapping[str, Any]]:
        """What each trigger of the kind waits for that is switched on, of whatever account."""
        return [one for engine in self._engines.values() for one in engine.awaited(kind)]

    def heard(
        self, kind: str, facts: Mapping[str, Any], entities: Sequence[str] = (), devices: Sequence[str] = ()
    ) -> None:
        """Tell those accounts who may see all that it is about, by ids; of none, those who manage the household."""
        whose = self._whose(entities, devices)
        if kind == "tag":
            # As an event, which other triggers may hear, too.
            person = whose[0][0] if whose else ""
            self._around.bus.publish(Happened(self._around.clock.now(), "tag_scanned", dict(facts), person))
            return
        led = self._led(facts, entities)
        told = {**facts, "context": led} if led is not None else facts
        for engine in list(self._engines.values()):
            world = engine.world
            if isinstance(world, LiveWorld) and self._may(world, whose):
                engine.signal(kind, told)

    def _whose(self, entities: Sequence[str], devices: Sequence[str]) -> list[Whose]:
        found = [self._house.whose(one) if one in self._around.entities.all else ("", None) for one in entities]
        for one in devices:
            device = self._around.entities.devices.get(one)
            found.append((device.person if device is not None else "", None))
        return found

    def _may(self, world: LiveWorld, whose: Sequence[Whose]) -> bool:
        if not whose:
            return self._around.access.allowed(world.actor, Verb.MANAGE, HOUSEHOLD)
        return all(world.may_view(*one) for one in whose)

    def _led(self, facts: Mapping[str, Any], entities: Sequence[str]) -> Context | None:
        """The run that has just published there, or told one of the entities something."""
        found = (self._house.led_to(one) for one in (f"mqtt:{facts.get('topic')}", *entities))
        return next((one for one in found if one.id), None)

    def _changed(self) -> None:
        """A burst of changes is told once."""
        if not self._moved:
            self._moved = True
            asyncio.get_running_loop().call_soon(self._tell)

    def _tell(self) -> None:
        self._moved = False
        self._around.bus.publish(TriggersChanged(self._around.clock.now()))
