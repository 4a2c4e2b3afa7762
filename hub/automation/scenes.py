"""Scenes: states of some entities, declared or as they were at a moment."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import yaml
from pydantic import BeforeValidator, Field, ValidationError, model_validator

from hub.automation.bodies import Bodies, Written
from hub.automation.flaws import AutomationInvalid, Flaw
from hub.automation.schema.automation import flaws_of
from hub.automation.schema.values import Part, Text, entity_id
from hub.automation.world import Seen
from hub.clock import Clock
from hub.errors import Conflict, NotFound
from hub.template import slugify

States = Mapping[str, tuple[str, Mapping[str, Any]]]
"""Entity id -> state and attributes."""


def wished_state(value: Any) -> dict[str, Any]:
    """A state as a scene declares it: a word, or `state` with attributes. Raises ValueError."""
    if isinstance(value, bool):
        return {"state": "on" if value else "off"}
    if isinstance(value, Mapping):
        told = dict(value)
        if "state" not in told:
            raise ValueError("`state` is missing")
        return {**told, **wished_state(told["state"])}
    if value is None or isinstance(value, list):
        raise ValueError("a state goes here: `on`, or `state: on` with attributes")
    return {"state": str(value)}


class SceneBody(Part):
    id: Text | None = None
    name: Text
    icon: Text | None = None
    metadata: dict[str, Any] = Field(default_factory=dict)
    entities: dict[Annotated[str, BeforeValidator(entity_id)], Annotated[dict[str, Any], BeforeValidator(wished_state)]]

    @model_validator(mode="before")
    @classmethod
    def _shape(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            raise ValueError("a scene is a set of keys: name, entities")
        given = dict(value)
        if "alias" in given and "name" not in given:
            given["name"] = given.pop("alias")
        return given

    @property
    def states(self) -> States:
        return {
            one: (str(told["state"]), {name: value for name, value in told.items() if name != "state"})
            for one, told in self.entities.items()
        }


def scene(value: Any, lines: Any = None) -> SceneBody:
    """Raises AutomationInvalid with every flaw."""
    try:
        return SceneBody.model_validate(value)
    except ValidationError as error:
        raise AutomationInvalid(flaws_of(error, value, lines)) from None


@dataclass(slots=True)
class KeptScene:
    key: str
    name: str
    states: States
    written: Written | None = None
    """None: made by an automation while the hub runs, and gone with it."""
    account: str = ""
    flaws: tuple[Flaw, ...] = ()
    activated: datetime | None = None
    icon: str = ""

    @property
    def entity_id(self) -> str:
        return f"scene.{self.key}"


class Scenes:
    def __init__(self, bodies: Bodies, clock: Clock, shown: Callable[[KeptScene, Seen | None], None]) -> None:
        """`shown`: the entity changed, or is gone."""
        self._bodies, self._clock, self._shown = bodies, clock, shown
        self.all: dict[str, KeptScene] = {}

    async def load(self) -> None:
        """Read all anew; those that automations made stay."""
        await self._bodies.load(self._clock.now())
        for key in [key for key, one in self.all.items() if one.written is not None and key not in self._bodies.all]:
            self._shown(self.all.pop(key), None)
        for written in self._bodies.all.values():
            self._take(written)

    def get(self, key: str) -> KeptScene:
        """Raises NotFound with what was meant."""
        found = self.all.get(key.removeprefix("scene."))
        if found is None:
            near = difflib.get_close_matches(key, self.all, n=1)
            raise NotFound(f"there is no scene {key!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
        return found

    def check(self, body: Mapping[str, Any]) -> tuple[SceneBody | None, tuple[Flaw, ...]]:
        try:
            return scene(body), ()
        except AutomationInvalid as error:
            return None, error.flaws

    def read_yaml(self, text: str) -> Mapping[str, Any]:
        """Raises AutomationInvalid with lines."""
        source = self._bodies.of_text(text)
        body: Mapping[str, Any] = source.value
        scene(body, source.lines)
        return body

    def write_yaml(self, body: Mapping[str, Any]) -> str:
        return yaml.safe_dump(dict(body), sort_keys=False, allow_unicode=True, width=100)

    async def add(self, body: Mapping[str, Any], account: str, *, by: str, key: str | None = None) -> KeptScene:
        """Raises AutomationInvalid, Conflict for a key that is taken."""
        made = scene(body)
        wished = slugify(key or made.name)
        if key is not None and wished in self.all:
            raise Conflict(f"there is a scene {wished!r} already")
        free, number = wished, 2
        while free in self.all or free == "new":
            free, number = f"{wished}_{number}", number + 1
        return self._take(await self._bodies.save(free, body, account, by, self._clock.now()))

    async def change(
        self, key: str, body: Mapping[str, Any], *, by: str, expected_version: int | None = None
    ) -> KeptScene:
        """Raises NotFound, AutomationInvalid, Conflict when it was changed meanwhile."""
        old = self.get(key)
        scene(body)
        if old.written is None:
            raise Conflict(f"{old.name} was made by an automation and lasts until the hub is started anew")
        if expected_version is not None and expected_version != old.written.version:
            raise Conflict(f"{old.written.changed_by} has changed it meanwhile; look at it again")
        return self._take(await self._bodies.save(old.key, body, old.account, by, self._clock.now()))

    async def remove(self, key: str) -> None:
        one = self.get(key)
        if one.written is not None:
            await self._bodies.remove(one.key)
        del self.all[one.key]
        self._shown(one, None)

    def create(self, key: str, states: States, account: str) -> KeptScene:
        """For as long as the hub runs. Raises Conflict for the key of one that is kept."""
        old = self.all.get(key)
        if old is not None and old.written is not None:
            raise Conflict(f"there is a scene {key!r} already, and it is none that automations make")
        made = self.all[key] = KeptScene(key, key.replace("_", " ").capitalize(), states, account=account)
        self._show(made)
        return made

    def turned_on(self, one: KeptScene) -> None:
        one.activated = self._clock.now()
        self._show(one)

    def _take(self, written: Written) -> KeptScene:
        body, flaws = (None, written.flaws) if written.flaws else self.check(written.body)
        old = self.all.get(written.key)
        name = body.name if body is not None else str(written.body.get("name") or written.key)
        made = KeptScene(
            written.key, name, body.states if body is not None else {}, written, written.account, flaws,
            old.activated if old is not None else None, (body.icon if body is not None else "") or "",
        )  # fmt: skip
        self.all[written.key] = made
        self._show(made)
        return made

    def _show(self, one: KeptScene) -> None:
        facts = {"friendly_name": one.name, "entity_id": list(one.states), "id": one.key, "icon": one.icon or None}
        state = one.activated.isoformat() if one.activated is not None else "unknown"
        seen = Seen(one.entity_id, state, {name: told for name, told in facts.items() if told is not None})
        self._shown(one, seen)


def split_scenes(name: str, whole: Any) -> list[tuple[str, Mapping[str, Any]]]:
    """A file holds one scene, or a list as Home Assistant's scenes.yaml. Raises ValueError."""
    if isinstance(whole, Mapping) and set(whole) == {"scene"}:
        whole = whole["scene"]
    ones = whole if isinstance(whole, list) else [whole]
    if not all(isinstance(one, Mapping) for one in ones):
        raise ValueError("a scene is a set of keys: name, entities")
    return [
        (slugify(name if one is whole else str(one.get("name") or one.get("alias") or one.get("id") or name)), one)
        for one in ones
    ]
