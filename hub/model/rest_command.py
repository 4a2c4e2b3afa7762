"""A request to somebody else's machine that automations may send, as Home Assistant's `rest_command`."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator


class RestCommand(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: str = Field(min_length=1, examples=["https://door.example.org/open"])
    """May hold templates."""
    method: Literal["get", "patch", "post", "put", "delete"] = Field("get", examples=["post"])
    headers: dict[str, SecretStr] = Field({}, examples=["{Authorization: !secret door}"])
    payload: str = Field("", examples=['"{{ text }}"'])
    content_type: str = Field("", examples=["application/json"])
    username: str = Field("", examples=["hub"])
    password: SecretStr = Field(SecretStr(""), examples=["!secret door"])
    timeout: float = Field(10, gt=0, le=120, examples=[10])
    verify_ssl: bool = Field(True, examples=["true"])

    @field_validator("method", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("url")
    @classmethod
    def _http(cls, value: str) -> str:
        if not value.strip().lower().startswith(("http://", "https://")):
            raise ValueError("an address begins with http:// or https://; templates may stand behind that")
        return value.strip()
