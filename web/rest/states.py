"""States of entities: each is turned into JSON once, and joined for whoever may see it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import orjson
from aiohttp import web
from pydantic import Field

from hub.model import Entity, State
from web.rest.endpoint import Call, Endpoint, as_json
from web.rest.fields import Key, Query
from web.rest.shapes import Entities, EntityShape, States, StateShape

if TYPE_CHECKING:
    from hub.view import View


KEPT_LISTS = 16
"""Whole answers that are kept, one for each reach of a token or account."""


class StatesQuery(Query):
    person: Annotated[
        Key | None, Field(description="Only this person's; a slug, or `household`.", examples=["household"])
    ] = None


class Rendered:
    """JSON of states, made again only when the state or its entity is another one."""

    def __init__(self) -> None:
        self._states: dict[str, tuple[Entity, State | None, bytes]] = {}
        self._lists: dict[Hashable, tuple[int, bytes, Sequence[Entity]]] = {}

    def state(self, entity: Entity, state: State | None) -> bytes:
        known = self._states.get(entity.id)
        if known is not None and known[1] is state and known[0] is entity:
            return known[2]
        made = orjson.dumps(state_shape(entity, state), option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS, default=str)
        self._states[entity.id] = (entity, state, made)
        return made

    def listed(self, view: View, person: str | None) -> bytes:
        """The whole answer. The rule is asked each time; those with the same reach get the same bytes."""
        key, version = (view.scope(), person), view.states_version()
        made = self._lists.get(key)
        if made is not None and made[0] == version:
            view.saw_states(made[2])
            return made[1]
        if len(self._lists) >= KEPT_LISTS:
            self._lists.clear()
        found = view.states(person)
        body = self._listed(found)
        self._lists[key] = (version, body, [entity for entity, _ in found])
        return body

    def _listed(self, states: Sequence[tuple[Entity, State | None]]) -> bytes:
        render, known = self.state, self._states
        parts = []
        for entity, state in states:
            found = known.get(entity.id)
            if found is not None and found[1] is state and found[0] is entity:
                parts.append(found[2])
            else:
                parts.append(render(entity, state))
        return b'{"states":[' + b",".join(parts) + b"]}"


RENDERED = web.AppKey("rendered", Rendered)


def state_shape(entity: Entity, state: State | None) -> StateShape:
    attributes: Mapping[str, Any] = state.attributes if state is not None else {}
    return {
        "entity_id": entity.id,
        "value": state.value if state is not None else None,
        "unit": entity.unit,
        "taken_at": state.taken_at if state is not None else None,
        "received_at": state.received_at if state is not None else None,
        "available": state.available if state is not None else True,
        "person": entity.person,
        "metric": entity.metric,
        "name": entity.name,
        "attributes": dict(attributes),
    }


def entity_shape(entity: Entity) -> EntityShape:
    return {
        "entity_id": entity.id,
        "name": entity.name,
        "person": entity.person,
        "component": entity.component,
        "metric": entity.metric,
        "unit": entity.unit,
        "kind": entity.kind.value,
        "source": entity.source,
        "entry": entity.entry,
        "device": entity.device,
        "device_class": entity.device_class,
        "state_class": entity.state_class,
        "category": entity.category,
        "options": list(entity.options),
        "enabled": entity.enabled,
        "commands": list(entity.commands),
        "record": entity.record,
    }


async def list_states(call: Call) -> web.Response:
    query: StatesQuery = call.query
    if query.person is not None:
        call.view.require_whose(query.person)
    return as_json(call.request.app[RENDERED].listed(call.view, query.person))


async def get_state(call: Call) -> web.Response:
    return as_json(call.request.app[RENDERED].state(*call.view.state(call.path["entity_id"])))


async def list_entities(call: Call) -> Entities:
    query: StatesQuery = call.query
    if query.person is not None:
        call.view.require_whose(query.person)
    return {"entities": [entity_shape(one) for one in call.view.entities(query.person)]}


async def get_entity(call: Call) -> EntityShape:
    return entity_shape(call.view.entity(call.path["entity_id"]))


ENDPOINTS = (
    Endpoint("GET", "/hub/v1/states", "Every state", "states", list_states, States, query=StatesQuery),
    Endpoint("GET", "/hub/v1/states/{entity_id}", "One state", "states", get_state, StateShape),
    Endpoint("GET", "/hub/v1/entities", "What there is", "states", list_entities, Entities, query=StatesQuery),
    Endpoint("GET", "/hub/v1/entities/{entity_id}", "One entity", "states", get_entity, EntityShape),
)
