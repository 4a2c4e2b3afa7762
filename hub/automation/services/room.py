"""The room of all that automations can do: actions by Home Assistant's names, scripts, scenes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hub.access import Access, Accounts
from hub.actions import Actions
from hub.automation.at_work import Automations
from hub.automation.bodies import Bodies, Documents
from hub.automation.calendars import Calendar, Calendars
from hub.automation.judging import Judge
from hub.automation.lists import Lists, TodoList
from hub.automation.rendering import Renderer
from hub.automation.scenes import KeptScene, Scenes, split_scenes
from hub.automation.script import Tools
from hub.automation.scripts import RESERVED, KeptScript, Scripts, split_scripts
from hub.automation.services import automations as of_automations
from hub.automation.services import devices, figures, homeassistant, rest, said, talking
from hub.automation.services import lists as of_lists
from hub.automation.services import scenes as of_scenes
from hub.automation.services import scripts as of_scripts
from hub.automation.services.deeds import spec_of
from hub.automation.services.described import Service
from hub.automation.services.elsewhere import HINTS
from hub.automation.services.hands import Hands
from hub.automation.services.table import SERVICES
from hub.automation.world import Seen, World
from hub.bus import Bus
from hub.clock import Clock
from hub.errors import Forbidden
from hub.model import HOUSEHOLD, Actor, Role
from hub.model.rest_command import RestCommand
from hub.plugin import ActionSpec
from hub.registry import Entities

KNOWN: Mapping[str, Service] = {
    one.name: one
    for one in (
        *SERVICES,
        *homeassistant.SERVICES,
        *of_automations.SERVICES,
        *of_scripts.SERVICES,
        *of_scenes.SERVICES,
        *said.SERVICES,
        *talking.SERVICES,
        *figures.SERVICES,
        *of_lists.SERVICES,
    )
}
"""How each is described."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The rooms that actions reach."""

    documents: Documents
    bus: Bus
    clock: Clock
    access: Access
    accounts: Accounts
    actions: Actions
    entities: Entities
    automations: Automations
    statistics: figures.Statistics
    time_zone: Callable[[], str]
    """The household's."""
    knows: Callable[[str], bool]
    """Whether there is such a person; the household counts as one."""
    config_dir: Path | None = None
    rest_commands: Mapping[str, RestCommand] = field(default_factory=dict)
    resolve: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None
    """A script's body with `use_blueprint` -> the script of it."""


class Deeds:
    """`add_all` once, `load` when storage is there, `close` at the end."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        house = around.automations.house
        self.hands = Hands(
            clock=around.clock,
            bus=around.bus,
            access=around.access,
            actions=around.actions,
            entities=around.entities,
            world=self.world,
            whose=house.whose,
            expect=house.expect,
        )
        folder = around.config_dir
        scripts = Bodies(
            around.documents, "hub.scripts", folder / "scripts" if folder else None, split_scripts, "script"
        )
        self.scripts = Scripts(scripts, around.clock, self._tools, self._script_shown, around.resolve)
        scenes = Bodies(around.documents, "hub.scenes", folder / "scenes" if folder else None, split_scenes, "scene")
        self.scenes = Scenes(scenes, around.clock, self._scene_shown)
        self.lists = Lists(around.documents, around.clock, self._entity_shown)
        self.calendars = Calendars(around.documents, around.clock, around.time_zone, self._entity_shown)

    def specs(self) -> list[ActionSpec]:
        """Those that are always there; a script's comes with it."""
        hands = self.hands
        return [
            *(spec_of(one, hands) for one in SERVICES),
            *homeassistant.specs(hands),
            *of_automations.specs(hands, self._around.automations),
            *of_scripts.specs(hands, self.scripts),
            *of_scenes.specs(hands, self.scenes),
            *said.specs(hands),
            *talking.specs(hands, self._around.automations),
            *devices.specs(hands),
            *figures.specs(hands, self._around.statistics, self._around.time_zone),
            *of_lists.specs(hands, self.lists, self.calendars, self._around.knows),
            *rest.specs(hands, self._around.rest_commands),
        ]

    def add_all(self) -> None:
        for spec in self.specs():
            self._around.actions.add(spec)
        self._around.actions.hints.update(HINTS)

    def described(self) -> Mapping[str, Service]:
        """How every action of this room is asked for."""
        return {**KNOWN, **{one.entity_id: of_scripts.described(one) for one in self.scripts.all.values()}}

    async def load(self) -> None:
        await self.scripts.load()
        await self.scenes.load()
        await self.lists.load()
        await self.calendars.load()
        self.calendars.start()

    async def close(self) -> None:
        await self.calendars.close()
        await self.scripts.close()

    async def forget(self, person: str) -> None:
        """Lists and calendars of somebody who is erased."""
        await self.lists.forget(person)
        await self.calendars.forget(person)

    def world(self, actor: Actor) -> World:
        if actor.kind == "automation":
            return self._around.automations.engine(actor.account).world
        return self._around.automations.world(actor)

    def whose(self, account: str) -> str:
        """Of whom that is which an account made: a manager's is the household's, another's their own person's."""
        found = next((one for one in self._around.accounts.all if one.name == account), None)
        if found is None or found.role is Role.OWNER or not found.person:
            return HOUSEHOLD
        return found.person

    # Scripts and scenes

    def _tools(self, actor: Actor, account: str) -> Tools:
        automations = self._around.automations
        engine = automations.engine(actor.account or account or self._owner())
        if actor.kind in ("automation", "account"):
            return engine.tools
        world = automations.world(actor)
        renderer = Renderer(world)
        return Tools(
            world,
            renderer,
            Judge(world, renderer),
            engine.tools.trigger if actor.token is None else _no_waiting,
            engine.tools.change if actor.token is None else _no_waiting,
        )

    def _owner(self) -> str:
        owners = (one for one in self._around.accounts.all if one.role is Role.OWNER and not one.disabled)
        return next((one.name for one in owners), "")

    def _script_shown(self, one: KeptScript, seen: Seen | None) -> None:
        house, actions = self._around.automations.house, self._around.actions
        if seen is None:
            actions.drop(one.entity_id)
            house.drop(one.entity_id)
            return
        house.put(seen, self.whose(one.written.account), one.entity_id)
        if one.key not in RESERVED:
            actions.put(of_scripts.spec_of_script(one, self.scripts, house.whose))

    def _scene_shown(self, one: KeptScene, seen: Seen | None) -> None:
        house = self._around.automations.house
        if seen is None:
            house.drop(one.entity_id)
        else:
            house.put(seen, self.whose(one.account), one.entity_id)

    def _entity_shown(self, one: TodoList | Calendar, seen: Seen | None) -> None:
        house = self._around.automations.house
        if seen is None:
            house.drop(one.entity_id)
        else:
            house.put(seen, one.person, one.entity_id)


async def _no_waiting(*_: Any) -> Any:
    # What an account's engine waits for, a token of it may not see.
    raise Forbidden("a token runs no script that waits for something; run it signed in, or by an automation")
