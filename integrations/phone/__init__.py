"""Phones: Health Auto Export (iOS), HC Webhook and HCGateway (Android) send here what they have measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, Field, SecretStr, field_validator

from hub.api import Context, EntryAction, Integration, Verb, WebhookRequest, WebhookResponse, hookimpl


class PhoneConfig(BaseModel):
    """One phone of one person."""

    secret: SecretStr | None = Field(
        None,
        title="Secret",
        description="What the phone shows to be let in. Leave it empty: the hub makes one and shows it with a QR code.",
    )

    @field_validator("secret")
    @classmethod
    def _long_enough(cls, secret: SecretStr | None) -> SecretStr | None:
        typed = secret.get_secret_value().strip() if secret is not None else ""
        if typed and len(typed) < 8:
            raise ValueError("use at least 8 characters, or leave it empty")
        if "/" in typed:
            raise ValueError("a slash cannot be part of it, as it may stand in an address")
        return secret if typed else None


class SetupParameters(BaseModel):
    """Where the phone finds the hub."""

    base_url: str = Field(
        "", title="The hub's address", description="As the phone sees it, e.g. http://192.168.1.20:8123."
    )


async def _receive(ctx: Context, request: WebhookRequest) -> WebhookResponse:
    from integrations.phone.receive import receive

    return await receive(ctx, request)


async def _setup(ctx: Context, parameters: SetupParameters) -> Mapping[str, Any]:
    from integrations.phone.setup import setup

    return await setup(ctx, parameters.base_url)


@hookimpl
def register_integrations(register: Callable[[Integration], None]) -> None:
    """Register the phone."""
    register(
        Integration(
            domain="phone",
            name="Phone",
            config=PhoneConfig,
            webhook=_receive,
            actions=(
                EntryAction(
                    name="phone.setup",
                    title="Show how to connect the phone",
                    parameters=SetupParameters,
                    run=_setup,
                    verb=Verb.MANAGE,
                    description="Addresses, secret and texts for QR codes.",
                ),
            ),
            icon="smartphone",
            description="Apple Health and Health Connect, by apps that send to an address of your own hub.",
            documentation="phone.md",
            belongs_to="person",
        )
    )
