"""What the owner can set."""

from __future__ import annotations

from pathlib import Path
from typing import Self
from urllib.parse import SplitResult, urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from integrations.mqtt.topics import check_topic

SCHEMES = {"mqtt": 1883, "mqtts": 8883}


class Assign(BaseModel):
    """Whose a device is, without asking: the first rule all of whose patterns match decides."""

    model_config = ConfigDict(extra="forbid")

    device: str = Field("*", description="Name of the device; * and ? stand for any characters")
    identifier: str = Field("*", description="One of its identifiers")
    manufacturer: str = Field("*", description="Its manufacturer")
    person: str = Field(description="A person's slug, or household")
    metrics: dict[str, str] = Field({}, description="Name of an entity (with * and ?) and the metric it measures")


class Config(BaseModel):
    """Options of the MQTT entry; every one has a default that works."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(
        "",
        title="Broker",
        description="mqtt://host or mqtts://host of a broker of yours, with :port where it is not the usual one. "
        "Leave it empty to use the hub's own.",
    )
    username: str = Field("", description="Name for your broker, if it asks for one")
    password: SecretStr = Field(SecretStr(""), description="Password for your broker")
    ca: Path | None = Field(None, description="File with the certificate authority of your broker, if it is your own")
    certificate: Path | None = Field(None, description="File with the hub's client certificate")
    key: Path | None = Field(None, description="File with the key of that certificate")
    insecure: bool = Field(False, description="Do not check the broker's certificate. Only for trying out.")
    client_id: str = Field("", description="Name of the hub's session at the broker; empty: made from the household")
    lan: bool = Field(False, description="Let devices in your network reach the hub's own broker")
    port: int = Field(1883, ge=0, le=65535, description="Port of the hub's own broker; 0: any free one")
    prefix: str = Field("homeassistant", description="Where devices announce themselves")
    discovery: bool = Field(True, description="Take in what devices announce")
    birth: bool = Field(True, description="Ask devices to announce themselves again when the hub starts")
    publish: bool = Field(True, description="Publish states and readings")
    announce: bool = Field(True, description="Announce them, so that a Home Assistant on the same broker shows them")
    announce_discovered: bool = Field(
        False, description="Announce also what came from this broker. Home Assistant would show it twice."
    )
    base: str = Field("homeostat", description="First part of the topics the hub publishes to")
    assign: list[Assign] = Field([], description="Whose devices are, without asking")

    @field_validator("url")
    @classmethod
    def _check_url(cls, url: str) -> str:
        if not url:
            return url
        parts = urlsplit(url)
        if parts.scheme not in SCHEMES:
            raise ValueError("write mqtt://host or mqtts://host")
        if not parts.hostname:
            raise ValueError("there is no host in it")
        if parts.password or parts.username:
            raise ValueError("put name and password into `username` and `password`, not into the address")
        try:
            _ = parts.port
        except ValueError:
            raise ValueError("the port is a number up to 65535") from None
        return url

    @field_validator("prefix", "base")
    @classmethod
    def _check_topic(cls, value: str) -> str:
        return check_topic(value.strip("/"))

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        if not self.url and (self.username or self.ca or self.certificate or self.key or self.insecure):
            raise ValueError(
                "`username`, `ca`, `certificate`, `key` and `insecure` go with the `url` of your own broker"
            )
        if (self.certificate is None) != (self.key is None):
            raise ValueError("`certificate` and `key` go together")
        if self.url and not self.tls and (self.ca or self.certificate or self.insecure):
            raise ValueError("`ca`, `certificate`, `key` and `insecure` need an address that begins with mqtts://")
        if self.base == self.prefix:
            raise ValueError("`base` and `prefix` must differ")
        return self

    @property
    def tls(self) -> bool:
        return self.parts.scheme == "mqtts"

    @property
    def parts(self) -> SplitResult:
        return urlsplit(self.url)
