"""Weather, air quality, pollen and UV for the household's place, by Open-Meteo (CC BY 4.0, no key needed)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field, model_validator

from hub.api import Context, Integration, hookimpl


class OpenMeteoConfig(BaseModel):
    """Options of an Open-Meteo entry."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    latitude: float | None = Field(
        None, ge=-90, le=90, title="Latitude", description="Leave empty for the household's place."
    )
    longitude: float | None = Field(
        None, ge=-180, le=180, title="Longitude", description="Leave empty for the household's place."
    )
    weather: bool = Field(True, title="Weather", description="Temperature, wind, rain, clouds and UV.")
    air_quality: bool = Field(
        True, title="Air quality", description="Fine dust, ozone, nitrogen dioxide and the air quality indices."
    )
    pollen: bool = Field(True, title="Pollen", description="Pollen counts; Europe only, in season.")
    every_minutes: int = Field(30, ge=10, le=720, title="Ask every", description="Minutes")
    backfill_days: int = Field(14, ge=0, le=92, title="Past days", description="Past days to bring in at the start.")
    forecast_url: str = Field(
        "https://api.open-meteo.com/v1/forecast",
        title="Weather service",
        description="Where to ask for weather; change it for your own Open-Meteo server.",
        pattern=r"^https?://",
    )
    air_quality_url: str = Field(
        "https://air-quality-api.open-meteo.com/v1/air-quality",
        title="Air service",
        description="Where to ask for air quality and pollen.",
        pattern=r"^https?://",
    )

    @model_validator(mode="after")
    def _whole(self) -> OpenMeteoConfig:
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("give latitude and longitude both, or neither")
        if not (self.weather or self.air_quality or self.pollen):
            raise ValueError("choose at least one of weather, air_quality and pollen")
        return self


async def poll(ctx: Context) -> None:
    """Ask once for each service that is wanted; bring in past days that are still missing."""
    from integrations.open_meteo.watch import watch

    await watch(ctx)


@hookimpl
def register_integrations(register: Callable[[Integration], None]) -> None:
    register(
        Integration(
            domain="open_meteo",
            name="Open-Meteo",
            config=OpenMeteoConfig,
            poll=poll,
            every=lambda config: timedelta(minutes=config.every_minutes),
            icon="cloud-sun",
            description="Weather, air quality, pollen and UV for where you live. Free for personal use, no account.",
            documentation="open_meteo.md",
            belongs_to="household",
        )
    )
