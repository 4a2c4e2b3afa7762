"""Commands to discovered entities become messages."""

from __future__ import annotations

from hub.api import Command, ConfigInvalid, NotFound, NotReady, TemplateEnvironment, TemplateFailed
from integrations.mqtt.components import boolean, number
from integrations.mqtt.components.base import Telling
from integrations.mqtt.connection import Connection
from integrations.mqtt.discovery.catalogue import Catalogue
from integrations.mqtt.live import Live


def tell(catalogue: Catalogue, connection: Connection, templates: TemplateEnvironment, command: Command) -> Live | None:
    """Publish what the command asks for; the entity whose state is taken for granted, if it is.

    Raises NotFound, ConfigInvalid (parameters that do not fit), NotReady (no connection).
    """
    live = catalogue.lives.get(command.entity)
    if live is None:
        raise NotFound("this entity is no longer announced at the broker")
    if connection.lost.is_set():
        raise NotReady("there is no connection to the broker now")
    tells = live.thing.component.commands(live.thing.config)
    if command.name not in tells:
        known = ", ".join(sorted(tells)) or "none"
        raise ConfigInvalid(f"{command.name!r} is not one of its commands: {known}")
    telling = Telling(live.thing.config, live.fields, command.parameters, templates)
    try:
        tells[command.name](telling)
    except TemplateFailed as error:
        raise ConfigInvalid(f"the device's own command template fails: {error}") from None
    if not telling.messages:
        raise ConfigInvalid("the device has no topic for this command")
    qos, retain = int(number(live.thing.config, "qos", 0)), boolean(live.thing.config, "retain")
    for topic, payload in telling.messages:
        connection.publish(topic, payload.encode(), qos=min(qos, 1), retain=retain)
    if not live.thing.optimistic or not telling.assumed:
        return None
    live.assume(telling.assumed)
    return live
