"""Open-Meteo's two endpoints on loopback, as their documentation tells: parameters checked, arrays from midnight on."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from aiohttp import web

_UNITS = {
    "temperature_2m": "°C", "apparent_temperature": "°C", "dew_point_2m": "°C", "relative_humidity_2m": "%",
    "pressure_msl": "hPa", "wind_speed_10m": "km/h", "wind_gusts_10m": "km/h", "wind_direction_10m": "°",
    "cloud_cover": "%", "visibility": "m", "precipitation": "mm", "snow_depth": "m", "shortwave_radiation": "W/m²",
    "uv_index": "", "weather_code": "wmo code",
}  # fmt: skip
_AIR_UNITS = {
    **dict.fromkeys(("pm2_5", "pm10", "ozone", "nitrogen_dioxide", "sulphur_dioxide"), "μg/m³"),
    "european_aqi": "EAQI", "us_aqi": "USAQI",
    **{f"{one}_pollen": "grains/m³" for one in ("alder", "birch", "grass", "mugwort", "olive", "ragweed")},
}  # fmt: skip
HOUR = 3600


def value(name: str, at: int) -> float | int | None:
    """What the model says: a number that depends on variable and hour, or nothing."""
    hour = at // HOUR
    if name == "weather_code":
        return (0, 2, 3, 61, 80)[hour % 5]
    if name == "precipitation":
        return round(0.1 * (hour % 4), 1)
    if name.endswith("_pollen") and name != "birch_pollen":
        return None
    if name == "visibility":
        return 24140.0
    if name == "pressure_msl":
        return 1013.2
    return round(10 + 5 * math.sin(hour / 24 * 2 * math.pi) + len(name) * 0.1, 1)


class OpenMeteo:
    """Start it with `start`, end it with `stop`; `fail` may answer instead of the service."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.fail: Callable[[str, dict[str, str]], web.Response | float | None] | None = None
        """Given endpoint and parameters: an answer, seconds to dawdle, or None for an ordinary answer."""
        self.shape: Callable[[dict[str, Any]], Any] = lambda answer: answer
        self.url = ""
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/v1/{endpoint}", self._answer)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/v1"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        endpoint, query = request.match_info["endpoint"], dict(request.query)
        self.asked.append((endpoint, dict(query)))
        failure = self.fail(endpoint, query) if self.fail is not None else None
        if isinstance(failure, web.Response):
            return failure
        if failure is not None:
            await asyncio.sleep(failure)
        try:
            return web.json_response(self.shape(_data(_UNITS if endpoint == "forecast" else _AIR_UNITS, query)))
        except ValueError as error:
            return refusal(400, str(error))


def refusal(status: int, reason: str, **headers: str) -> web.Response:
    """An error as Open-Meteo writes it."""
    return web.json_response({"error": True, "reason": reason}, status=status, headers=headers)


def _data(units: dict[str, str], query: dict[str, str]) -> dict[str, Any]:
    latitude, longitude = float(query.pop("latitude")), float(query.pop("longitude"))
    if not -90 <= latitude <= 90:
        raise ValueError(f"Latitude must be in range of -90 to 90°. Given: {latitude}.")
    names = query.pop("hourly", "").split(",")
    present = query.pop("current", "")
    start, end = _span(query)
    if query.pop("timeformat", "iso8601") != "unixtime" or query.pop("timezone", "GMT") != "GMT":
        raise ValueError("this server speaks unixtime and GMT only")
    if query:
        raise ValueError(f"Unknown parameter {next(iter(query))}")
    for name in [*names, *(present.split(",") if present else [])]:
        if name not in units:
            raise ValueError(f"Data corrupted at path ''. Cannot initialize Variable from invalid String value {name}.")
    times = list(range(_second(start), _second(end + timedelta(days=1)), HOUR))
    answer: dict[str, Any] = {
        "latitude": latitude, "longitude": longitude, "generationtime_ms": 0.2, "utc_offset_seconds": 0,
        "timezone": "GMT", "timezone_abbreviation": "GMT", "elevation": 38.0,
        "hourly_units": {"time": "unixtime", **{name: units[name] for name in names}},
        "hourly": {"time": times, **{name: [value(name, at) for at in times] for name in names}},
    }  # fmt: skip
    if present:
        now = int(datetime.now(UTC).timestamp()) // 900 * 900
        wanted = present.split(",")
        answer["current_units"] = {"time": "unixtime", "interval": "seconds", **{name: units[name] for name in wanted}}
        answer["current"] = {"time": now, "interval": 900, **{name: value(name, now) for name in wanted}}
    return answer


def _span(query: dict[str, str]) -> tuple[date, date]:
    today = datetime.now(UTC).date()
    past, ahead = query.pop("past_days", None), query.pop("forecast_days", None)
    first, last = query.pop("start_date", None), query.pop("end_date", None)
    if first is not None and last is not None:
        if past is not None or ahead is not None:
            raise ValueError("Parameter 'start_date' and 'past_days' are mutually exclusive")
        start, end = date.fromisoformat(first), date.fromisoformat(last)
        oldest = today - timedelta(days=93)
        if start < oldest or end < start:
            raise ValueError(f"Parameter 'start_date' is out of allowed range from {oldest} to {today}")
        return start, end
    if not 0 <= int(past or 0) <= 92:
        raise ValueError(f"Past days is invalid. Allowed range 0 to 92. Given {past}.")
    return today - timedelta(days=int(past or 0)), today + timedelta(days=int(ahead or 7) - 1)


def _second(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
