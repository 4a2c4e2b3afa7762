"""The one settings model: every key of hub.yaml, its default and its limits."""

from __future__ import annotations

import zoneinfo
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ByteSize, ConfigDict, Field, field_validator, model_validator

from hub.model import Limits
from hub.model.identity_server import Provider
from hub.model.network import host_name, network
from hub.model.rest_command import RestCommand

Level = Literal["debug", "info", "warning", "error"]


def _listed(value: Any) -> Any:
    """One text is a list with commas, so that `!env` can give one."""
    if isinstance(value, str):
        return [one.strip() for one in value.split(",") if one.strip()]
    return value


Listed = Annotated[list[str], BeforeValidator(_listed)]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _empty(cls, value: Any) -> Any:
        """A key with nothing but comments below it reads as null."""
        return {} if value is None else value


class WebLimits(Section):
    """See `hub.model.Limits`."""

    connections: int = Field(Limits().connections, ge=20, le=100_000, examples=[1000])
    connections_per_address: int = Field(Limits().connections_per_address, ge=8, le=100_000, examples=[200])
    header_seconds: float = Field(Limits().header_seconds, ge=1, le=600, examples=[20])
    body_bytes_per_second: float = Field(Limits().body_bytes_per_second, ge=0, le=1e9, examples=[240])
    stalled_seconds: float = Field(Limits().stalled_seconds, ge=5, le=3600, examples=[120])
    stranger_requests_per_second: float = Field(Limits().stranger_requests_per_second, ge=0.5, le=1e6, examples=[50])
    requests_per_second: float = Field(Limits().requests_per_second, ge=1, le=1e6, examples=[100])
    streams_per_account: int = Field(Limits().streams_per_account, ge=4, le=100_000, examples=[100])


class Web(Section):
    host: str = Field("127.0.0.1", min_length=1, examples=["0.0.0.0"])
    port: int = Field(8480, ge=0, le=65_535, examples=[8480])
    hosts: Listed = Field([], examples=["[hub.example.org]"])
    trusted_proxies: Listed = Field([], examples=["[127.0.0.1]"])
    metrics_open: bool = Field(False, examples=["true"])
    tls: Literal["off", "home", "own"] = Field("off", examples=["home"])
    tls_port: int = Field(8443, ge=0, le=65_535, examples=[8443])
    certificate: str = Field("", examples=["tls/fullchain.pem"])
    key: str = Field("", examples=["tls/privkey.pem"])
    redirect: bool = Field(False, examples=["true"])
    hsts: bool = Field(False, examples=["true"])
    limits: WebLimits = Field(WebLimits(), examples=["{connections: 1000}"])

    @field_validator("hosts")
    @classmethod
    def _names(cls, value: list[str]) -> list[str]:
        return [host_name(one) for one in value]

    @field_validator("trusted_proxies")
    @classmethod
    def _addresses(cls, value: list[str]) -> list[str]:
        return [network(one) for one in value]

    @model_validator(mode="after")
    def _together(self) -> Self:
        if bool(self.certificate) != bool(self.key):
            raise ValueError("certificate and key go together; give both or none")
        if self.tls != "off" and self.port == self.tls_port and self.port:
            raise ValueError("port and tls_port must differ: HTTP and HTTPS can't share one")
        if self.redirect and self.tls == "off":
            raise ValueError("redirect needs HTTPS to go to; set tls to home or own")
        if self.hsts and not self.redirect and not self.trusted_proxies:
            raise ValueError("hsts needs HTTPS to be there; set tls and redirect, or list the proxy that speaks it")
        return self


class Database(Section):
    url: str = Field("", examples=["postgresql://hub:PASSWORD@localhost/homeostat"])


class Logging(Section):
    level: Level = Field("info", examples=["info"])
    levels: dict[str, Level] = Field({}, examples=["{integrations.mqtt: debug}"])
    size: ByteSize = Field(ByteSize(5_000_000), ge=10_000, le=1_000_000_000, examples=["5MB"])
    keep: int = Field(5, ge=0, le=100, examples=[5])


class HouseholdFacts(Section):
    """What is left out stays as it was set on the page."""

    name: str | None = Field(None, min_length=1, max_length=200, examples=["Home"])
    time_zone: str | None = Field(None, examples=["Europe/Madrid"])
    latitude: float | None = Field(None, ge=-90, le=90, examples=[40.4])
    longitude: float | None = Field(None, ge=-180, le=180, examples=[-3.7])
    language: str | None = Field(None, pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$", examples=["en"])
    units: dict[str, str] | None = Field(None, examples=["{weight: kg}"])

    @field_validator("time_zone")
    @classmethod
    def _zone(cls, value: str | None) -> str | None:
        if value is not None and value not in zoneinfo.available_timezones():
            raise ValueError("this is not a time zone of the IANA database, such as Europe/Madrid")
        return value

    @model_validator(mode="after")
    def _both(self) -> Self:
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("latitude and longitude go together; give both or none")
        return self


class Config(Section):
    web: Web = Field(Web(), examples=["{port: 8480}"])
    database: Database = Field(Database(), examples=["{url: sqlite:///homeostat.db}"])
    data: str = Field("data", min_length=1, examples=["/var/lib/homeostat"])
    vault_key: str = Field("", examples=["/etc/homeostat/vault.key"])
    custom_integrations: str = Field("custom_integrations", examples=["custom_integrations"])
    logging: Logging = Field(Logging(), examples=["{level: info}"])
    household: HouseholdFacts = Field(HouseholdFacts(), examples=["{name: Home, time_zone: Europe/Madrid}"])
    openid: Provider | None = Field(None, examples=["{issuer: https://id.example.org, client_id: homeostat}"])
    rest_command: dict[Annotated[str, Field(pattern=r"^[a-z0-9_]+$")], RestCommand] = Field(
        {}, examples=["{open_door: {url: https://door.example.org/open}}"]
    )
    integrations: list[Any] = Field([], examples=["[{domain: open_meteo}]"])

    @field_validator("integrations", mode="before")
    @classmethod
    def _none(cls, value: Any) -> Any:
        return [] if value is None else value


class Declared(Section):
    """One item of `integrations`."""

    domain: str = Field(pattern=r"^[a-z][a-z0-9_]*$", examples=["open_meteo"])
    title: str = Field("", max_length=200, examples=["Weather"])
    person: str = Field("", pattern=r"^[a-z0-9_]*$", examples=["anna"])
    id: str = Field("", pattern=r"^[a-z0-9_]*$", max_length=100, examples=["my_scale"])
    disabled: bool = Field(False, examples=["true"])
    when: Any = True
    options: dict[str, Any] = Field({}, examples=["{every_minutes: 30}"])

    @field_validator("options", mode="before")
    @classmethod
    def _none(cls, value: Any) -> Any:
        return {} if value is None else value
