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

    url: str = Field(title="Address", description="What to ask: http://scale.local/last", pattern=r"^https?://[^/\s]+")
    items: str = Field(
        "", title="List", description="Where a list of devices or readings is; the paths below start at each of them."
    )
    readings: tuple[ReadingRule, ...] = Field(
        min_length=1,
        title="Readings",
        description='What to take from the answer: [{"metric": "weight", "path": "data.weight", "unit": "kg"}]',
    )
    every_seconds: float = Field(60.0, ge=5, le=86_400, title="Ask every", description="Seconds between questions.")
    timeout_seconds: float = Field(20.0, ge=1, le=100, title="Patience", description="Seconds to wait for an answer.")
    username: str = Field("", title="Name", description="When the device asks for a name and a password.")
    password: SecretStr = Field(SecretStr(""), title="Password", description="The password that goes with the name.")
    token: SecretStr = Field(SecretStr(""), title="Token", description="When the device wants a bearer token.")
    key_header: str = Field("", title="Key's header", description="When it wants a key in a header: X-Api-Key.")
    key: SecretStr = Field(SecretStr(""), title="Key", description="The key that goes into that header.")
    headers: dict[str, str] = Field({}, title="More headers", description="Without secrets; these are shown.")
    method: Literal["GET", "POST"] = Field("GET", title="Method", description="POST sends the text below.")
    body: str = Field("", title="Text to send", description="JSON, for devices that are asked by POST.")
    verify_tls: bool = Field(
        True, title="Check the certificate", description="Turn it off for a device that signs its own."
    )

    @field_validator("url")
    @classmethod
    def _no_secrets_in_urls(cls, url: str) -> str:
        if "@" in url.split("/")[2]:
            raise ValueError("put name and password into their own fields; addresses end up in logs")
        return url

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if self.token.get_secret_value() and self.username:
            raise ValueError("give a token, or a name and password, not both")
        if bool(self.key_header) != bool(self.key.get_secret_value()):
            raise ValueError("a key and the header it goes into belong together")
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
