"""The one settings model: every key of hub.yaml, its default and its limits."""

from __future__ import annotations

import ipaddress
import zoneinfo
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ByteSize, ConfigDict, Field, field_validator, model_validator

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


class Web(Section):
    host: str = Field("127.0.0.1", min_length=1, examples=["0.0.0.0"])
    port: int = Field(8480, ge=0, le=65_535, examples=[8480])
    hosts: Listed = Field([], examples=["[hub.example.org]"])
    trusted_proxies: Listed = Field([], examples=["[127.0.0.1]"])
    metrics_open: bool = Field(False, examples=["true"])

    @field_validator("hosts")
    @classmethod
    def _names(cls, value: list[str]) -> list[str]:
        for one in value:
            if "/" in one or ":" in one:
                raise ValueError("a host is a bare name such as hub.example.org, without https:// and port")
        return [one.lower().rstrip(".") for one in value]

    @field_validator("trusted_proxies")
    @classmethod
    def _addresses(cls, value: list[str]) -> list[str]:
        for one in value:
            try:
                ipaddress.ip_address(one)
            except ValueError:
                raise ValueError("a proxy is named by its address, such as 127.0.0.1") from None
        return value


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
