"""E-mail by SMTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Literal

from pydantic import ConfigDict, Field, SecretStr, model_validator

from hub.api import ChannelOptions, Context, Delivery, Integration, Notifier, Outbound, hookimpl

ADDRESS = r"^[^@\s,;<>]{1,64}@[^@\s,;<>]{1,190}$"


class Config(ChannelOptions):
    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(title="Mail server", description="Such as smtp.example.org.", pattern=r"^[^\s/]+$")
    port: int = Field(587, title="Port", ge=1, le=65_535)
    security: Literal["starttls", "tls", "none"] = Field(
        "starttls", title="Encryption", description="STARTTLS on port 587, TLS on port 465."
    )
    username: str = Field("", title="User name", description="Empty where the server asks for none.")
    password: SecretStr = Field(SecretStr(""), title="Password", description="Often an app password of the provider.")
    sender: str = Field(title="From", description="An address that the server lets you send from.", pattern=ADDRESS)
    to: str = Field(title="To", pattern=ADDRESS)
    ca: str = Field("", title="Certificate file", description="Of a mail server with a certificate of its own.")

    @model_validator(mode="after")
    def _sealed(self) -> Config:
        if (
            self.security == "none"
            and self.password.get_secret_value()
            and not self.host.startswith(("127.", "localhost"))
        ):
            raise ValueError("a password is sent over an encrypted connection only; choose STARTTLS or TLS")
        return self


async def poll(ctx: Context) -> None:
    """Once a day: is the server there, and does it let us in?"""
    from integrations.notify_email.mail import check

    await check(ctx)


async def send(ctx: Context, going: Outbound) -> Delivery:
    from integrations.notify_email.mail import send as run

    return await run(ctx, going)


@hookimpl
def register_integrations(register: Callable[[Integration], None]) -> None:
    register(
        Integration(
            domain="notify_email",
            name="E-mail",
            config=Config,
            poll=poll,
            every=timedelta(days=1),
            icon="inbox",
            description="Notices by e-mail, through your own mail server or provider.",
            documentation="notifications.md",
            belongs_to="either",
        )
    )


@hookimpl
def register_notifiers(register: Callable[[Notifier], None]) -> None:
    register(Notifier("notify_email", send, readers="The mail servers on the way can read it."))
