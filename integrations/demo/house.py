"""The demo house's devices: a sensor in two rooms and a weather station, and what they send."""

from __future__ import annotations

from datetime import date

from hub.api import DeviceDescription, EntityDescription
from integrations.demo.diary import Diary, grid
from integrations.demo.home import ROOMS, room_day
from integrations.demo.sky import weather
from integrations.demo.story import Story

_ROOM = (
    ("temperature", "Temperature", "temperature_indoor", 1),
    ("humidity", "Humidity", "humidity_indoor", 0),
    ("co2", "Carbon dioxide", "carbon_dioxide", 0),
    ("noise", "Noise", "noise", 0),
    ("light", "Light", "illuminance", 0),
    ("pm25", "Fine dust", "pm25", 1),
)
"""Name of `home.Air`'s field, name shown, metric, decimals."""
_STATION = (
    ("temperature", "Temperature", "temperature_outdoor"),
    ("humidity", "Humidity", "humidity_outdoor"),
    ("pressure", "Air pressure", "air_pressure"),
    ("wind", "Wind", "wind_speed"),
    ("rain", "Rain", "precipitation"),
    ("uv", "UV index", "uv_index"),
)
_QUARTER = 900.0
_COARSE_BEFORE = 30
"""Days before the anchor; what is older was kept every half hour only."""

DEVICES = (
    *(DeviceDescription(room.key, room.name, "Demo", "Air sensor", suggested_area=room.name) for room in ROOMS),
    DeviceDescription("garden", "Garden", "Demo", "Weather station", suggested_area="Garden"),
)
ENTITIES = (
    *(
        EntityDescription(f"{room.key}/{field}", name, device=room.key, metric=metric)
        for room in reversed(ROOMS)
        for field, name, metric, _ in _ROOM
    ),
    *(EntityDescription(f"garden/{field}", name, device="garden", metric=metric) for field, name, metric in _STATION),
)


def rooms(story: Story, day: date, diary: Diary) -> None:
    """Every quarter or half of an hour."""
    frame = story.frame(day)
    step = _QUARTER if (story.anchor - day).days <= _COARSE_BEFORE else 2 * _QUARTER
    for room in ROOMS:
        air_of = room_day(story, room, day)
        for at in grid(frame.start, frame.end, step):
            air = air_of.at(at)
            for field, _, _, decimals in _ROOM:
                diary.sense(f"{room.key}/{field}", at, round(getattr(air, field), decimals))


def garden(story: Story, day: date, diary: Diary) -> None:
    """The weather, every hour."""
    frame = story.frame(day)
    for at in grid(frame.start, frame.end, 3600.0):
        sky = weather(story.seed, at)
        diary.sense("garden/temperature", at, round(sky.temperature, 1))
        diary.sense("garden/humidity", at, float(round(sky.humidity)))
        diary.sense("garden/pressure", at, round(sky.pressure, 1))
        diary.sense("garden/wind", at, round(3.6 * sky.wind, 1))
        diary.sense("garden/uv", at, round(sky.uv, 1))
        if sky.rain:
            diary.sense("garden/rain", at, sky.rain, amount=True)


def rooms_now(story: Story, day: date, at: float, diary: Diary) -> None:
    """What the rooms' quick sensors show at an instant of `day`."""
    for room in ROOMS:
        air = room_day(story, room, day).at(at)
        diary.sense(f"{room.key}/co2", at, float(round(air.co2)))
        diary.sense(f"{room.key}/noise", at, float(round(air.noise)))
