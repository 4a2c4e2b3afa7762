"""A device that answers JSON over HTTP, told in a dozen lines of YAML or on a form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from hub.api import Context, Integration, ReadingRule, hookimpl


class HttpJsonConfig(BaseModel):
    """Options of an HTTP JSON entry."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field(description="What to ask: http://scale.local/last", pattern=r"^https?://[^/\s]+")
    method: Literal["GET", "POST"] = Field("GET", description="POST sends `body`.")
    body: str = Field("", description="JSON to send with POST.")
    headers: dict[str, SecretStr] = Field({}, description="Further headers, such as an API key.")
    username: str = Field("", description="Name, when the device asks for name and password.")
    password: SecretStr = Field(SecretStr(""), description="Password that goes with the name.")
    token: SecretStr = Field(SecretStr(""), description="Token, when the device wants a bearer token.")
    verify_tls: bool = Field(True, description="Check the certificate. Off for devices that sign their own.")
    every_seconds: float = Field(60.0, ge=5, le=86_400, description="Seconds between questions.")
    timeout_seconds: float = Field(20.0, ge=1, le=100, description="Seconds to wait for an answer.")
    items: str = Field("", description="Where a list of readings is; the paths below then start at each of them.")
    readings: tuple[ReadingRule, ...] = Field(min_length=1, description="What to take from the answer.")

    @field_validator("url")
    @classmethod
    def _no_secrets_in_urls(cls, url: str) -> str:
        if "@" in url.split("/")[2]:
            raise ValueError("put name and password into `username` and `password`; addresses end up in logs")
        return url

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if self.token.get_secret_value() and self.username:
            raise ValueError("give a token, or a name and password, not both")
        names = [rule.key for rule in self.readings if not rule.metric]
        if len(names) != len(set(names)):
            raise ValueError("two readings have the same name; give each its own")
        return self


async def poll(ctx: Context) -> None:
    """Ask once and take what the recipe names."""
    from integrations.http_json.device import ask

    await ask(ctx)


@hookimpl
def register_integrations(register: Callable[[Integration], None]) -> None:
    register(
        Integration(
            domain="http_json",
            name="Device over HTTP (JSON)",
            config=HttpJsonConfig,
            poll=poll,
            every=lambda config: timedelta(seconds=config.every_seconds),
            icon="cpu",
            description="Reads any device or service that answers JSON. You say what is where; no code needed.",
            documentation="http_json.md",
            belongs_to="either",
        )
    )
