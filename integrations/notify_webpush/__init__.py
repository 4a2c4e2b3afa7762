"""Web push: sealed notices to browsers, over the push service of each browser's maker."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field, field_validator

from hub.api import Context, Delivery, Integration, Notifier, Outbound, hookimpl


class Config(BaseModel):
    """One for the house; each browser then says for itself that it wants to be told."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    contact: str = Field(
        title="E-mail address",
        description="Sent along with every notice, so that a push service knows whom to ask when something is wrong.",
        pattern=r"^[^@\s,;]{1,64}@[^@\s,;]{1,190}$",
    )
    short: bool = Field(False, title="Short text only", description="Says only that there is something to read.")
    own_services: tuple[str, ...] = Field(
        (),
        title="Push services of your own",
        description="Such as https://push.example.org. Most homes need none.",
    )

    @field_validator("own_services")
    @classmethod
    def _addresses(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        for one in given:
            if not one.startswith(("https://", "http://")):
                raise ValueError(f"{one!r} is no address such as https://push.example.org")
        return given


async def poll(ctx: Context) -> None:
    """Have a key."""
    from integrations.notify_webpush.push import own_key

    await own_key(ctx)


async def send(ctx: Context, going: Outbound) -> Delivery:
    from integrations.notify_webpush.push import send as run

    return await run(ctx, going)


async def browsers(ctx: Context) -> str:
    from integrations.notify_webpush.push import public_key

    return await public_key(ctx)


@hookimpl
def register_integrations(register: Callable[[Integration], None]) -> None:
    register(
        Integration(
            domain="notify_webpush",
            name="Web push",
            config=Config,
            poll=poll,
            every=timedelta(days=1),
            icon="bell",
            description="Notices on phones and computers, sealed from this hub to the browser.",
            documentation="notifications.md",
            belongs_to="household",
            single=True,
            links=(("Switch this browser on", "/settings/notifications"),),
        )
    )


@hookimpl
def register_notifiers(register: Callable[[Notifier], None]) -> None:
    register(Notifier("notify_webpush", send, buttons=True, shared=True, browsers=browsers))
