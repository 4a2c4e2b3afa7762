"""Telegram: a bot that tells one chat, with buttons and replies; https://core.telegram.org/bots/api has the format."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import ConfigDict, Field, SecretStr

from hub.api import ChannelOptions, Context, Delivery, Integration, Notifier, Outbound, hookimpl


class Config(ChannelOptions):
    model_config = ConfigDict(extra="forbid", frozen=True)

    token: SecretStr = Field(title="Bot token", description="From @BotFather in Telegram, such as 123456:ABC-DEF.")
    chat: str = Field(
        title="Chat",
        description="The number of the chat. Write to the bot first; @userinfobot tells your number. Groups have a -.",
        pattern=r"^-?\d{1,20}$",
    )
    server: str = Field(
        "https://api.telegram.org",
        title="Bot API server",
        description="Change it only for a Bot API server of your own.",
        pattern=r"^https?://[^\s?#]+$",
    )


async def listen(ctx: Context) -> None:
    from integrations.notify_telegram.bot import listen as run

    await run(ctx)


async def send(ctx: Context, going: Outbound) -> Delivery:
    from integrations.notify_telegram.chat import send as run

    return await run(ctx, going)


async def clear(ctx: Context, going: Outbound) -> None:
    from integrations.notify_telegram.chat import clear as run

    await run(ctx, going)


@hookimpl
def register_integrations(register: Callable[[Integration], None]) -> None:
    register(
        Integration(
            domain="notify_telegram",
            name="Telegram",
            config=Config,
            listen=listen,
            icon="radio",
            description="Notices in a Telegram chat, with buttons and replies.",
            documentation="notifications.md",
            belongs_to="either",
        )
    )


@hookimpl
def register_notifiers(register: Callable[[Notifier], None]) -> None:
    register(Notifier("notify_telegram", send, buttons=True, clear=clear, readers="Telegram can read it."))
