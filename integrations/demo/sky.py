"""Weather over the demo house: seasons, days, passing fronts, rain and sun, at any instant."""

from __future__ import annotations

import math
from dataclasses import dataclass

from integrations.demo.chance import drift, grain, track

LATITUDE, LONGITUDE = 52.37, 9.73
_DAY = 86_400.0
_YEAR = 365.2425 * _DAY
_SOLSTICE = 1_782_030_300.0
"""June 2026."""


@dataclass(frozen=True, slots=True)
class Weather:
    temperature: float
    """Degrees Celsius."""
    humidity: float
    """Per cent."""
    pressure: float
    """hPa."""
    wind: float
    """Metres a second."""
    cloud: float
    """0 to 1."""
    rain: float
    """Millimetres in this hour."""
    uv: float
    sun: float
    """Sine of the sun's height, negative at night."""


def weather(seed: int, instant: float) -> Weather:
    """The weather at an instant; a pure function of it."""
    season = math.cos((instant - _SOLSTICE - 30 * _DAY) / _YEAR * 2 * math.pi)
    solar_hour = (instant / 3600.0 + LONGITUDE / 15.0) % 24.0
    sun = sun_height(instant)
    cloud = min(1.0, max(0.0, 0.52 - 0.1 * season + 0.62 * drift(track(seed, "cloud"), instant / (0.8 * _DAY))))
    front = drift(track(seed, "front"), instant / (2.7 * _DAY))
    swing = (1.5 + 2.2 * (1 + season)) * (1 - 0.6 * cloud) * math.cos((solar_hour - 14.8) / 12 * math.pi)
    mean = 10.2 + 9.0 * season + 4.8 * front
    temperature = mean + swing + 0.4 * drift(track(seed, "gust"), instant / 2400.0)
    humidity = (
        76.0 - 8.0 * season - 2.6 * swing + 16.0 * (cloud - 0.5) + 5.0 * drift(track(seed, "damp"), instant / 9000.0)
    )
    hour = int(instant // 3600)
    wet = max(0.0, cloud - 0.72) * (1 + grain(track(seed, "rain"), hour)) * (1 - front)
    return Weather(
        temperature=temperature,
        humidity=min(100.0, max(22.0, humidity)),
        pressure=1015.0 + 13.0 * drift(track(seed, "pressure"), instant / (3.1 * _DAY)) - 5.0 * (cloud - 0.5),
        wind=max(
            0.2,
            3.6
            + 2.6 * drift(track(seed, "wind"), instant / (0.6 * _DAY))
            + 1.3 * drift(track(seed, "gust"), instant / 1800.0),
        ),
        cloud=cloud,
        rain=round(3.2 * wet, 1),
        uv=max(0.0, sun) ** 1.4 * 8.0 * (1 - 0.7 * cloud),
        sun=sun,
    )


def sun_height(instant: float) -> float:
    """Sine of the sun's height over the horizon at the demo house, good to about a degree."""
    tilt = math.radians(23.44) * math.cos((instant - _SOLSTICE) / _YEAR * 2 * math.pi)
    angle = ((instant / 3600.0 + LONGITUDE / 15.0) % 24.0 - 12.0) / 12.0 * math.pi
    latitude = math.radians(LATITUDE)
    return math.sin(latitude) * math.sin(tilt) + math.cos(latitude) * math.cos(tilt) * math.cos(angle)
