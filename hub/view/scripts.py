"""Scripts and scenes as one actor may see, change and run them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hub.automation.bodies import Written
from hub.automation.flaws import Flaw
from hub.automation.scenes import KeptScene
from hub.automation.scripts import KeptScript
from hub.automation.services.bringing import kept_of
from hub.automation.trace import Trace
from hub.errors import Forbidden, NotFound
from hub.model import Verb
from hub.view.automations import AutomationsView


class ScriptsView(AutomationsView):
    # Scripts

    def scripts(self) -> list[KeptScript]:
        """Those that the actor may run, by name. Raises Forbidden for who may act on nothing."""
        self._automates()
        found = [one for one in self._rooms.deeds.scripts.all.values() if self._runs(one.entity_id)]
        return sorted(found, key=lambda one: one.name.casefold())

    def script(self, key: str) -> KeptScript:
        """Raises NotFound also for one that the actor may not run."""
        self._automates()
        one = self._rooms.deeds.scripts.get(key)
        if not self._runs(one.entity_id):
            raise NotFound(f"there is no script {key!r}")
        return one

    def script_yaml(self, key: str) -> str:
        return self._rooms.deeds.scripts.write_yaml(self.script(key).written.body)

    def read_script(self, text: str) -> Mapping[str, Any]:
        """One script's YAML. Raises AutomationInvalid with lines."""
        self._automates()
        return self._rooms.deeds.scripts.read_yaml(text)

    def check_script(self, body: Mapping[str, Any]) -> tuple[Flaw, ...]:
        """What is wrong with it."""
        self._automates()
        return self._rooms.deeds.scripts.check(body)[1]

    def may_edit(self, one: KeptScript | KeptScene) -> bool:
        """Whether it is the actor's own or the actor manages the household, and it stands in no file."""
        written = one.written
        return written is not None and written.editable and self._owns(written)

    async def add_script(self, body: Mapping[str, Any], key: str | None = None) -> KeptScript:
        """Raises AutomationInvalid, Forbidden, Conflict."""
        account = self._whole_account()
        one = await self._rooms.deeds.scripts.add(body, account, by=self._author, key=key)
        await self._note("script.add", detail=one.key)
        return one

    async def change_script(self, key: str, body: Mapping[str, Any], expected_version: int | None = None) -> KeptScript:
        """Raises AutomationInvalid, Forbidden, Conflict for one that was changed meanwhile or stands in a file."""
        self._own_script(key)
        one = await self._rooms.deeds.scripts.change(key, body, by=self._author, expected_version=expected_version)
        await self._note("script.change", detail=one.key)
        return one

    async def remove_script(self, key: str) -> None:
        """Raises Forbidden, Conflict for one of a file."""
        self._own_script(key)
        await self._rooms.deeds.scripts.remove(key)
        await self._note("script.remove", detail=key)

    async def run_script(
        self, key: str, variables: Mapping[str, Any] | None = None, *, wait: bool = True
    ) -> Mapping[str, Any]:
        """With the actor's rights; its answer. `wait` False: nothing, at once. Raises BadReading, HubError."""
        one = self.script(key)
        if wait:
            return await self._rooms.actions.call(self.actor, one.entity_id, variables or {})
        told = {"entity_id": one.entity_id, "variables": dict(variables or {})}
        return await self._rooms.actions.call(self.actor, "script.turn_on", told)

    def script_traces(self, key: str) -> list[Trace]:
        """Newest first, runs that go on included. Without what they saw for who may not see as much as who ran it."""
        one = self.script(key)
        found = [*one.runs.values(), *reversed(one.traces)]
        return [each for trace in found for each in self._shown(trace.trigger["account"], one.written.body, [trace])]

    # Scenes

    def scenes(self) -> list[KeptScene]:
        """By name. Raises Forbidden for who may act on nothing."""
        self._automates()
        found = [one for one in self._rooms.deeds.scenes.all.values() if self._runs(one.entity_id)]
        return sorted(found, key=lambda one: one.name.casefold())

    def scene(self, key: str) -> KeptScene:
        """Raises NotFound."""
        self._automates()
        one = self._rooms.deeds.scenes.get(key)
        if not self._runs(one.entity_id):
            raise NotFound(f"there is no scene {key!r}")
        return one

    def scene_yaml(self, key: str) -> str:
        one = self.scene(key)
        body = one.written.body if one.written is not None else self._body(one.name, one.states)
        return self._rooms.deeds.scenes.write_yaml(body)

    def read_scene(self, text: str) -> Mapping[str, Any]:
        """One scene's YAML. Raises AutomationInvalid with lines."""
        self._automates()
        return self._rooms.deeds.scenes.read_yaml(text)

    def snapshot(self, name: str, entity_ids: Sequence[str]) -> Mapping[str, Any]:
        """A scene of how these entities are now. Raises NotFound."""
        self._automates()
        world = self._rooms.deeds.world(self.actor)
        states: dict[str, tuple[str, Mapping[str, Any]]] = {}
        for one in entity_ids:
            seen = world.get(one)
            if seen is None:
                raise NotFound(f"there is no entity {one!r}")
            states[one] = (seen.state, kept_of(one, seen.attributes))
        return self._body(name, states)

    async def add_scene(self, body: Mapping[str, Any], key: str | None = None) -> KeptScene:
        """Raises AutomationInvalid, Forbidden, Conflict."""
        account = self._whole_account()
        one = await self._rooms.deeds.scenes.add(body, account, by=self._author, key=key)
        await self._note("scene.add", detail=one.key)
        return one

    async def change_scene(self, key: str, body: Mapping[str, Any], expected_version: int | None = None) -> KeptScene:
        """Raises AutomationInvalid, Forbidden, Conflict for one that was changed meanwhile or stands in a file."""
        self._own_scene(key)
        one = await self._rooms.deeds.scenes.change(key, body, by=self._author, expected_version=expected_version)
        await self._note("scene.change", detail=one.key)
        return one

    async def remove_scene(self, key: str) -> None:
        """Raises Forbidden, Conflict for one of a file."""
        self._own_scene(key)
        await self._rooms.deeds.scenes.remove(key)
        await self._note("scene.remove", detail=key)

    async def run_scene(self, key: str, transition: float | None = None) -> Mapping[str, Any]:
        """Bring it about with the actor's rights; what was left out, if anything."""
        told: dict[str, Any] = {"entity_id": self.scene(key).entity_id}
        if transition is not None:
            told["transition"] = transition
        return await self._rooms.actions.call(self.actor, "scene.turn_on", told)

    # Rights

    def _runs(self, entity_id: str) -> bool:
        return self.manages or self.allowed(Verb.ACT, *self._rooms.automations.house.whose(entity_id))

    def _owns(self, written: Written) -> bool:
        return self.manages or written.account == self.actor.account

    def _own_script(self, key: str) -> None:
        self._whole_account()
        if not self._owns(self.script(key).written):
            raise Forbidden(f"{key!r} is somebody else's script")

    def _own_scene(self, key: str) -> None:
        self._whole_account()
        written = self.scene(key).written
        if written is not None and not self._owns(written):
            raise Forbidden(f"{key!r} is somebody else's scene")

    @staticmethod
    def _body(name: str, states: Mapping[str, tuple[str, Mapping[str, Any]]]) -> dict[str, Any]:
        entities = {
            one: {"state": told, **attributes} if attributes else told for one, (told, attributes) in states.items()
        }
        return {"name": name, "entities": entities}
