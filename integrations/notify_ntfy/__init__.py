"""ntfy: notices by publish and subscribe over HTTP; https://docs.ntfy.sh/publish/ has the format."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import ConfigDict, Field, SecretStr

from hub.api import ChannelOptions, Context, Delivery, Integration, Notifier, Outbound, hookimpl


class Config(ChannelOptions):
    model_config = ConfigDict(extra="forbid", frozen=True)

    server: str = Field(
        "https://ntfy.sh", title="Server", description="The public one, or your own.", pattern=r"^https?://[^\s?#]+$"
    )
    topic: SecretStr = Field(
        title="Topic",
        description="Whoever knows it can read along and write: choose a long one that nobody guesses, or a topic that "
        "your server keeps for you. Letters, digits, - and _.",
    )
    token: SecretStr = Field(SecretStr(""), title="Access token", description="Where the server asks for one.")
    answers: SecretStr = Field(
        SecretStr(""),
        title="Topic for answers",
        description="A second topic by which buttons come back. Without it, notices have none.",
    )


async def listen(ctx: Context) -> None:
    from integrations.notify_ntfy.topic import listen as run

    await run(ctx)


async def send(ctx: Context, going: Outbound) -> Delivery:
    from integrations.notify_ntfy.topic import send as run

    return await run(ctx, going)


@hookimpl
def register_integrations(register: Callable[[Integration], None]) -> None:
    register(
        Integration(
            domain="notify_ntfy",
            name="ntfy",
            config=Config,
            listen=listen,
            icon="radio",
            description="Notices on phones by ntfy, with buttons, over its public server or your own.",
            documentation="notifications.md",
            belongs_to="either",
        )
    )


@hookimpl
def register_notifiers(register: Callable[[Notifier], None]) -> None:
    register(
        Notifier(
            "notify_ntfy", send, buttons=True, readers="The ntfy server, and whoever knows the topic, can read it."
        )
    )
