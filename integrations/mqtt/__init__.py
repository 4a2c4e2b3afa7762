"""MQTT: devices that announce themselves come in, every state goes out, and a broker is brought along."""

from __future__ import annotations

from collections.abc import Callable

from hub.api import Command, Context, Delivery, Integration, Notifier, Outbound, hookimpl
from integrations.mqtt.config import Config
from integrations.mqtt.logins import ACTIONS
from integrations.mqtt.said import PUBLISH
from integrations.mqtt.template.config import TemplateConfig


async def listen(ctx: Context) -> None:
    from integrations.mqtt.session import listen as run

    await run(ctx)


async def act(ctx: Context, command: Command) -> None:
    from integrations.mqtt.session import act as run

    await run(ctx, command)


async def listen_by_template(ctx: Context) -> None:
    from integrations.mqtt.template.guest import listen as run

    await run(ctx)


@hookimpl
def register_integrations(register: Callable[[Integration], None]) -> None:
    register(
        Integration(
            domain="mqtt",
            name="MQTT",
            config=Config,
            listen=listen,
            act=act,
            actions=(*ACTIONS, PUBLISH),
            icon="radio",
            description="Devices that speak MQTT, and every state for those who listen. Brings its own broker.",
            documentation="mqtt.md",
            belongs_to="devices",
            single=True,
            automatic=True,
        )
    )
    register(
        Integration(
            domain="mqtt_template",
            name="MQTT device by template",
            config=TemplateConfig,
            listen=listen_by_template,
            icon="radio",
            description="A device that publishes to MQTT without announcing itself. You say what is where; no code.",
            documentation="mqtt_template.md",
            belongs_to="either",
        )
    )


async def tell(ctx: Context, going: Outbound) -> Delivery:
    from integrations.mqtt.notices import send

    return await send(ctx, going)


async def take_back(ctx: Context, going: Outbound) -> None:
    from integrations.mqtt.notices import clear

    await clear(ctx, going)


@hookimpl
def register_notifiers(register: Callable[[Notifier], None]) -> None:
    register(
        Notifier("mqtt", tell, True, take_back, shared=True, readers="Whoever may read at the broker can read it.")
    )
