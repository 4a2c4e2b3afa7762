"""Open-Meteo's variables and the metrics they are."""

from __future__ import annotations

from dataclasses import dataclass

HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Variable:
    name: str
    """As Open-Meteo calls it."""
    metric: str
    unitless: bool = False
    """The answer's unit is a word (`EAQI`, `grains/m³`) rather than a unit; the metric's own is meant."""
    total: bool = False
    """The sum over the hour before the answer's instant."""
    words: bool = False
    """A WMO weather code, told as a word."""


WEATHER = (
    Variable("temperature_2m", "temperature_outdoor"),
    Variable("apparent_temperature", "apparent_temperature"),
    Variable("dew_point_2m", "dew_point"),
    Variable("relative_humidity_2m", "humidity_outdoor"),
    Variable("pressure_msl", "air_pressure"),
    Variable("wind_speed_10m", "wind_speed"),
    Variable("wind_gusts_10m", "wind_gust"),
    Variable("wind_direction_10m", "wind_direction"),
    Variable("cloud_cover", "cloud_cover"),
    Variable("visibility", "visibility"),
    Variable("precipitation", "precipitation", total=True),
    Variable("snow_depth", "snow_depth"),
    Variable("shortwave_radiation", "solar_irradiance"),
    Variable("uv_index", "uv_index", unitless=True),
    Variable("weather_code", "weather_condition", unitless=True, words=True),
)
AIR = (
    Variable("pm2_5", "pm25"),
    Variable("pm10", "pm10"),
    Variable("ozone", "ozone"),
    Variable("nitrogen_dioxide", "nitrogen_dioxide"),
    Variable("sulphur_dioxide", "sulphur_dioxide"),
    Variable("european_aqi", "aqi_european", unitless=True),
    Variable("us_aqi", "aqi", unitless=True),
)
POLLEN = tuple(
    Variable(f"{kind}_pollen", f"pollen_{kind}", unitless=True)
    for kind in ("alder", "birch", "grass", "mugwort", "olive", "ragweed")
)

CONDITIONS = {
    0: "clear", 1: "clear", 2: "partly_cloudy", 3: "cloudy", 45: "fog", 48: "fog",
    51: "drizzle", 53: "drizzle", 55: "drizzle", 56: "freezing_rain", 57: "freezing_rain",
    61: "rain", 63: "rain", 65: "rain", 66: "freezing_rain", 67: "freezing_rain",
    71: "snow", 73: "snow", 75: "snow", 77: "snow", 80: "showers", 81: "showers", 82: "showers",
    85: "snow_showers", 86: "snow_showers", 95: "thunderstorm", 96: "hail", 99: "hail",
}  # fmt: skip
"""WMO weather interpretation codes, as Open-Meteo uses them."""
