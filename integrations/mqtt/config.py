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

    device: str = Field("*", title="Device", description="Name of the device; * and ? stand for any characters")
    identifier: str = Field("*", title="Identifier", description="One of its identifiers")
    manufacturer: str = Field("*", title="Manufacturer", description="Its manufacturer")
    person: str = Field(title="Person", description="A person's slug, or household")
    metrics: dict[str, str] = Field(
        {}, title="Metrics", description="Name of an entity (with * and ?) and the metric it measures"
    )


class Config(BaseModel):
    """Options of the MQTT entry; every one has a default that works."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(
        "",
        title="Broker",
        description="mqtt://host or mqtts://host of a broker of yours, with :port where it is not the usual one. "
        "Leave it empty to use the hub's own.",
    )
    username: str = Field("", title="User name", description="For your broker, if it asks for one.")
    password: SecretStr = Field(SecretStr(""), title="Password", description="The password that goes with it.")
    ca: Path | None = Field(
        None,
        title="Certificate authority",
        description="Path of its certificate file, when your broker has an authority of its own.",
    )
    certificate: Path | None = Field(
        None, title="Client certificate", description="Path of the file with which the hub shows the broker who it is."
    )
    key: Path | None = Field(None, title="Key of the certificate", description="Path of the file with the key to it.")
    insecure: bool = Field(
        False, title="Skip the certificate check", description="Trust any broker at that address. Only for trying out."
    )
    client_id: str = Field(
        "",
        title="Session name",
        description="What the hub calls itself at the broker. Leave it empty for a name made from the household's.",
    )
    lan: bool = Field(
        False,
        title="Open to your network",
        description="Let devices in your network reach the hub's own broker. Each then needs a login.",
    )
    port: int = Field(1883, ge=0, le=65535, title="Port", description="Of the hub's own broker; 0 takes any free one.")
    prefix: str = Field(
        "homeassistant",
        title="Topic of announcements",
        description="Where devices announce themselves; homeassistant is what nearly all use.",
    )
    discovery: bool = Field(True, title="Find devices", description="Take in the devices that announce themselves.")
    birth: bool = Field(
        True,
        title="Greet devices at the start",
        description="Ask them to announce themselves again when the hub starts.",
    )
    publish: bool = Field(True, title="Publish readings", description="Send states and readings to the broker.")
    announce: bool = Field(
        True,
        title="Announce to Home Assistant",
        description="A Home Assistant on the same broker then shows what the hub publishes.",
    )
    announce_discovered: bool = Field(
        False,
        title="Announce found devices too",
        description="Those that came from this broker; Home Assistant would show them twice.",
    )
    base: str = Field(
        "homeostat", title="Topic of the hub", description="First part of all topics the hub publishes to."
    )
    assign: list[Assign] = Field(
        [], title="Whose devices are", description='Without asking: [{"device": "Scale*", "person": "anna"}]'
    )

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
