"""Carries out an action on entities: each is told its command, by the one rule."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from hub.automation.services.described import TARGETS, Service, Thing, Told, parameters_of
from hub.automation.services.hands import Hands, warned
from hub.automation.world import World, current
from hub.errors import BadReading, Forbidden, HubError, NotReady
from hub.model import Actor, Verb
from hub.plugin import ActionSpec

_TARGETS = frozenset(TARGETS)


def spec_of(service: Service, hands: Hands) -> ActionSpec:
    """The action of a service whose target's entities are told commands."""
    parameters = parameters_of(service)

    async def run(actor: Actor, model: Any) -> Mapping[str, Any] | None:
        given = {name: value for name in _names if (value := getattr(model, name)) is not None}
        world, aim = hands.world(actor), hands.aim(actor, model, service.target)
        orders = [(one, _orders(service, hands, world, one, given)) for one in aim.named]
        for one in aim.reached:
            try:
                orders.append((one, _orders(service, hands, world, one, given)))
            except (NotReady, BadReading):
                continue  # who names an area means those that can
        context = current.get()
        if context is not None:
            hands.expect([one for one, _ in orders], context)
        answers = await _all(hands, actor, orders)
        return {**(answers if service.response else {}), **(warned(aim.warnings) or {})} or None

    _names = [one.name for one in service.fields]
    return ActionSpec(
        service.name, service.title, parameters, Verb.ACT, run, description=service.description, inner=True
    )


def able(service: Service, hands: Hands, world: World, entity_id: str) -> bool:
    """Whether an entity can do it at all."""
    try:
        return bool(_orders(service, hands, world, entity_id, {}))
    except (NotReady, BadReading):
        return False


def _orders(service: Service, hands: Hands, world: World, entity_id: str, given: dict[str, Any]) -> list[Told]:
    """Raises NotReady for what the entity cannot do, BadReading for a value that it has not."""
    thing = hands.thing(entity_id, world)
    try:
        told = service.prepare(thing, dict(given)) if service.prepare is not None else _plain(service, thing, given)
    except ValueError as error:
        raise BadReading(f"{service.name} for {entity_id}: {error}") from None
    if told is None:
        known = ", ".join(sorted(thing.commands)) or "nothing"
        raise NotReady(f"{entity_id} can't do {service.name}; what it can be told: {known}")
    return told


def _plain(service: Service, thing: Thing, given: dict[str, Any]) -> list[Told] | None:
    command = next((one for one in service.commands if one in thing.commands), None)
    if command is None:
        return None
    return [Told(command, {service.rename.get(name, name): value for name, value in given.items()})]


async def _all(hands: Hands, actor: Actor, orders: list[tuple[str, list[Told]]]) -> dict[str, Any]:
    """Every entity at the same time; all are told, then the first failure counts."""

    async def one(entity_id: str, told: list[Told]) -> None:
        for order in told:
            await hands.command(actor, entity_id, order.command, order.parameters)

    if len(orders) == 1:
        await one(*orders[0])
        return {}
    failed = [
        error
        for error in await asyncio.gather(*(one(*order) for order in orders), return_exceptions=True)
        if isinstance(error, BaseException)
    ]
    if failed:
        _raise(failed, len(orders))
    return {}


def _raise(failed: list[BaseException], of: int) -> None:
    strange = next((one for one in failed if not isinstance(one, HubError)), None)
    first = strange or next((one for one in failed if isinstance(one, Forbidden)), failed[0])
    if strange is not None or len(failed) == 1:
        raise first
    words = "; ".join(dict.fromkeys(str(one) for one in failed))
    kind = Forbidden if isinstance(first, Forbidden) else NotReady
    raise kind(f"{len(failed)} of {of} could not be told: {words}")
