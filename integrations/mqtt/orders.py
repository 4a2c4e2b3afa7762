"""Commands that come in at `.../set` topics."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import orjson

from hub.api import Context, Entity, HubError
from integrations.mqtt.message import Incoming
from integrations.mqtt.outbound import Outbound

_COMMANDS = {"on": "turn_on", "off": "turn_off", "true": "turn_on", "false": "turn_off"}
_TOGGLED = {
    "on": "turn_off",
    "open": "close",
    "opening": "close",
    "closed": "open",
    "locked": "unlock",
    "unlocked": "lock",
}
_VALUES = {"set_value": "value", "select_option": "option"}


class Orders:
    """`take` them as they come; `obey` carries them out."""

    def __init__(self, ctx: Context, outbound: Outbound, base: str) -> None:
        self._ctx, self._outbound = ctx, outbound
        self._base = f"{base}/{outbound.household}/"
        self._wanted: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue(1_000)

    @property
    def pattern(self) -> str:
        """The filter of all their topics."""
        return f"{self._base}+/+/set"

    def take(self, message: Incoming) -> bool:
        """Take a message of a `.../set` topic; a retained one is an order of some other time and is left."""
        if not message.topic.startswith(self._base) or not message.topic.endswith("/set"):
            return False
        entity_id = self._outbound.by_topic.get(message.topic[: -len("/set")])
        if entity_id is None:
            self._ctx.log.warning("a command for %s, which is no entity of ours", message.topic)
        elif message.retain:
            self._ctx.log.warning("a retained command at %s is not carried out", message.topic)
        elif self._wanted.full():
            self._ctx.log.warning("too many commands at once; one for %s is left out", entity_id)
        else:
            self._wanted.put_nowait((entity_id, message.payload))
        return True

    async def obey(self) -> None:
        """Carry out commands, one after another."""
        while True:
            entity_id, payload = await self._wanted.get()
            entity = self._outbound.entities.get(entity_id)
            if entity is None:
                continue
            try:
                state = self._ctx.state(entity_id)
                name, parameters = understood(entity, payload, state.value if state is not None else None)
                await self._ctx.act(entity_id, name, parameters)
            except (ValueError, HubError) as error:
                self._ctx.log.warning("a command for %s was not carried out: %s", entity_id, error)


def understood(entity: Entity, payload: bytes, state: Any = None) -> tuple[str, Mapping[str, Any]]:
    """Command and parameters of a `.../set` message, for an entity in that state. Raises ValueError."""
    text = payload.decode().strip()
    if text.startswith("{"):
        data = orjson.loads(text)
        name = data.get("command")
        parameters = data.get("parameters", {})
        if not isinstance(name, str) or not isinstance(parameters, dict):
            raise ValueError('a JSON command looks like {"command": "turn_on", "parameters": {}}')
        return name, parameters
    for name, parameter in _VALUES.items():
        if name in entity.commands:
            number = entity.component == "number"
            return name, {parameter: float(text) if number else text}
    if len(entity.commands) == 1:
        return entity.commands[0], {}
    name = _COMMANDS.get(text.lower(), text.lower())
    if name == "toggle" and name not in entity.commands:
        name = _TOGGLED.get(str(state), "turn_on")
    if name not in entity.commands:
        raise ValueError(f"{text[:40]!r} is none of {', '.join(entity.commands) or 'no commands'}")
    return name, {}
