"""`scene.*`."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from hub.automation.scenes import Scenes, States, wished_state
from hub.automation.services.bringing import deeds_for, kept_of
from hub.automation.services.described import Service, anything, entities, number, text
from hub.automation.services.hands import Hands, warned
from hub.automation.services.own import inner_spec, own_spec
from hub.automation.services.targets import missing
from hub.automation.world import UNAVAILABLE, UNKNOWN
from hub.errors import BadReading, Forbidden, HubError
from hub.model import Actor, Verb
from hub.plugin import ActionSpec
from hub.template import slugify

_DOMAIN = ("scene",)
_FADE = number("transition", "How long lights take.", 0, 6553, unit="s")
_STATES = anything("entities", "Entities with the states they are to have.",
                   example={"light.desk": {"state": "on", "brightness": 120}, "switch.fan": "off"})  # fmt: skip
SERVICES = (
    Service("scene.turn_on", "Bring about a scene", "Brings entities into the states of a scene.", (_FADE,), _DOMAIN),
    Service("scene.apply", "Bring about states", "Brings entities into states, without a scene of their own.",
            (anything("entities", _STATES.description, required=True, example=_STATES.example), _FADE)),
    Service("scene.create", "Make a scene", "Makes a scene that lasts until the hub is started anew: of given states, "
            "of how things are now, or both.",
            (text("scene_id", "What it is called.", required=True, example="before_film"), _STATES,
             entities("snapshot_entities", "Entities that are kept as they are now."))),
    Service("scene.delete", "Delete a scene", "Deletes a scene that an automation made.", (), _DOMAIN),
    Service("scene.reload", "Read scenes anew", "Reads scenes of files anew."),
)  # fmt: skip


class Bringer:
    """Brings states about with the rights of whoever asks."""

    def __init__(self, hands: Hands) -> None:
        self._hands = hands

    async def bring(self, actor: Actor, states: States, transition: float | None = None) -> list[str]:
        """What could not be, in words; the rest is done. Raises Forbidden."""
        warnings: list[str] = []
        world = self._hands.world(actor)
        jobs = []
        for entity_id, (state, attributes) in states.items():
            seen = world.get(entity_id)
            if seen is None:
                warnings.append(missing(entity_id, world))
                continue
            if seen.state == state and kept_of(entity_id, seen.attributes) == dict(attributes):
                continue
            deeds = deeds_for(entity_id, state, attributes)
            if deeds is None:
                warnings.append(f"nothing brings {entity_id} into a state, so it is left out")
            elif state not in (UNKNOWN, UNAVAILABLE):
                jobs.append(self._one(actor, entity_id, deeds, transition))
        for failed in await asyncio.gather(*jobs, return_exceptions=True):
            if isinstance(failed, Forbidden) or (failed is not None and not isinstance(failed, HubError)):
                raise failed
            if failed is not None:
                warnings.append(str(failed))
        return warnings

    def snapshot(self, actor: Actor, entity_ids: list[str], warnings: list[str]) -> States:
        world = self._hands.world(actor)
        found: dict[str, tuple[str, Mapping[str, Any]]] = {}
        for one in entity_ids:
            seen = world.get(one)
            if seen is None:
                warnings.append(missing(one, world))
            else:
                found[one] = (seen.state, kept_of(one, seen.attributes))
        return found

    async def _one(self, actor: Actor, entity_id: str, deeds: list[Any], transition: float | None) -> None:
        for action, data in deeds:
            fading = {"transition": transition} if transition is not None and action.startswith("light.") else {}
            await self._hands.actions.call(actor, action, {**data, **fading, "entity_id": entity_id})


def states_of(told: Any) -> States:
    """Raises BadReading."""
    if not isinstance(told, Mapping):
        raise BadReading("`entities` are ids with states")
    found: dict[str, tuple[str, Mapping[str, Any]]] = {}
    for key, one in told.items():
        try:
            whole = wished_state(one)
        except ValueError as error:
            raise BadReading(f"{key}: {error}") from None
        found[str(key).lower()] = (str(whole.pop("state")), whole)
    return found


def specs(hands: Hands, scenes: Scenes) -> list[ActionSpec]:
    by_name = {one.name: one for one in SERVICES}
    bringer = Bringer(hands)

    async def turn_on(actor: Actor, given: Any) -> Mapping[str, Any] | None:
        aim = hands.aim(actor, given, _DOMAIN)
        for entity_id in (*aim.named, *aim.reached):
            if entity_id in hands.entities.all:
                await hands.command(actor, entity_id, "turn_on", {})
                continue
            one = scenes.get(entity_id)
            aim.warnings += await bringer.bring(actor, one.states, given.transition)
            scenes.turned_on(one)
        return warned(aim.warnings)

    async def apply(actor: Actor, given: Any) -> Mapping[str, Any] | None:
        return warned(await bringer.bring(actor, states_of(given.entities), given.transition))

    async def create(actor: Actor, given: Any) -> Mapping[str, Any] | None:
        if given.entities is None and not given.snapshot_entities:
            raise BadReading("a scene needs `entities` or `snapshot_entities`")
        if not hands.access.scope(actor, Verb.ACT).rules:
            raise Forbidden("you may tell nothing what to do, so there is no scene for you to make")
        key = slugify(given.scene_id)
        old = scenes.all.get(key)
        if old is not None and not _may(hands, actor, old.account):
            raise Forbidden(f"the scene {key!r} is somebody else's")
        warnings: list[str] = []
        states = bringer.snapshot(actor, given.snapshot_entities or [], warnings)
        scenes.create(key, {**states, **states_of(given.entities or {})}, actor.account)
        return warned(warnings)

    async def delete(actor: Actor, given: Any) -> Mapping[str, Any] | None:
        aim = hands.aim(actor, given, _DOMAIN)
        for entity_id in (*aim.named, *aim.reached):
            one = scenes.get(entity_id)
            if not _may(hands, actor, one.account):
                raise Forbidden(f"{entity_id} is somebody else's")
            if one.written is not None:
                aim.warnings.append(f"{entity_id} was not made by an automation; delete it on its page")
                continue
            await scenes.remove(one.key)
        return warned(aim.warnings)

    async def reload(actor: Actor, given: Any) -> None:
        await scenes.load()

    return [
        inner_spec(by_name["scene.turn_on"], turn_on),
        inner_spec(by_name["scene.apply"], apply),
        inner_spec(by_name["scene.create"], create),
        inner_spec(by_name["scene.delete"], delete),
        own_spec(by_name["scene.reload"], reload, Verb.MANAGE),
    ]


def _may(hands: Hands, actor: Actor, account: str) -> bool:
    return actor.account == account or hands.access.allowed(actor, Verb.MANAGE)
