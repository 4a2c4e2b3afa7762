"""The many other services, by Apprise (BSD-2-Clause): one address says which and how."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from pydantic import ConfigDict, Field, SecretStr

from hub.api import ChannelOptions, Context, Delivery, Integration, Notifier, Outbound, hookimpl


class Config(ChannelOptions):
    model_config = ConfigDict(extra="forbid", frozen=True)

    url: SecretStr = Field(
        title="Apprise address",
        description="Such as discord://id/token or matrixs://token@host/#room; appriseit.com has all services. It "
        "holds the credentials and is sealed in the database.",
    )
    host: str = Field(
        title="Where it goes",
        description="The host that the messages go to, such as discord.com: shown under What leaves this house.",
        pattern=r"^[A-Za-z0-9.\-]{1,253}(:\d{1,5})?$",
    )


async def poll(ctx: Context) -> None:
    """Whether the address can be understood at all."""
    from integrations.notify_apprise.service import check

    await check(ctx)


async def send(ctx: Context, going: Outbound) -> Delivery:
    from integrations.notify_apprise.service import send as run

    return await run(ctx, going)


@hookimpl
def register_integrations(register: Callable[[Integration], None]) -> None:
    register(
        Integration(
            domain="notify_apprise",
            name="Other services (Apprise)",
            config=Config,
            poll=poll,
            every=timedelta(days=1),
            icon="rocket",
            description="Notices by one of more than a hundred further services, such as Signal, Matrix or Discord.",
            documentation="notifications.md",
            belongs_to="either",
        )
    )


@hookimpl
def register_notifiers(register: Callable[[Notifier], None]) -> None:
    register(Notifier("notify_apprise", send, readers="The service can read it."))
