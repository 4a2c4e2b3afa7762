"""What an owner can choose: for the server that clients talk to, and for following another Nightscout."""

from __future__ import annotations

from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator


class ServerConfig(BaseModel):
    """The Nightscout-compatible API of this hub."""

    model_config = ConfigDict(extra="forbid")

    anonymous_token: SecretStr = Field(
        SecretStr(""),
        title="Token for readers without one",
        description="Leave empty to refuse readers that show no token. Otherwise make a token that may only view, "
        "and put it here: whoever can reach the hub then reads what that token may see.",
    )
    cors_origin: str = Field(
        "",
        title="Web pages that may read",
        description="Origin of a page that calls this API from a browser, such as https://example.org; * lets any.",
    )
    secret_in_address: bool = Field(
        False,
        title="Take secrets in the address for uploads over plain HTTP",
        description="Only for old uploaders that cannot send a header: addresses end up in logs.",
    )
    units: Literal["mg/dl", "mmol"] = Field("mg/dl", title="Glucose unit", description="What followers show.")
    keep_devicestatus_days: int = Field(
        90,
        title="Keep device statuses",
        description="Days; 0 keeps them for ever. Pumps and loops send several kilobytes every five minutes.",
        ge=0,
    )

    @field_validator("cors_origin")
    @classmethod
    def _origin(cls, value: str) -> str:
        value = value.strip().rstrip("/")
        if value and value != "*" and not value.startswith(("http://", "https://")):
            raise ValueError("an origin looks like https://example.org")
        return value


class FollowerConfig(BaseModel):
    """An existing Nightscout that the hub copies from."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(
        "",
        title="Address",
        description="Such as https://nightscout.example.org; leave it empty to import files only.",
    )
    token: SecretStr = Field(
        SecretStr(""), title="Access token", description="Made in Nightscout under Admin tools; it needs to read only."
    )
    api_secret: SecretStr = Field(
        SecretStr(""), title="API secret", description="Only if you have no access token. It is sent hashed."
    )
    units: Literal["mg/dl", "mmol"] = Field(
        "mg/dl", title="Unit of finger sticks", description="Where a treatment there does not say its unit."
    )
    poll_seconds: int = Field(60, title="Look every", description="Seconds", ge=10, le=3_600)
    history_days: int = Field(
        14,
        title="Days to bring at first",
        description="How far back the first look goes. `Import history` brings everything.",
        ge=0,
        le=3_650,
    )
    shadow: bool = Field(
        False,
        title="Only compare",
        description="Bring nothing over; show how this hub and that Nightscout differ, while your apps upload to both.",
    )

    @field_validator("url")
    @classmethod
    def _address(cls, value: str) -> str:
        value = value.strip().rstrip("/")
        if not value:
            return ""
        if "://" not in value:
            value = f"https://{value}"
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("an address looks like https://nightscout.example.org")
        if parts.username or parts.query or parts.fragment:
            raise ValueError("put the token or secret into its own field, not into the address")
        path = parts.path.rstrip("/").removesuffix("/v1").removesuffix("/api").rstrip("/")
        return f"{parts.scheme}://{parts.netloc}{path}"

    @model_validator(mode="after")
    def _one_credential(self) -> Self:
        if self.token.get_secret_value() and self.api_secret.get_secret_value():
            raise ValueError("give a token or an API secret, not both")
        return self
