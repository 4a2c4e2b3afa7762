"""Sunrise and sunset at the household's place."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

SunEvent = Literal["sunrise", "sunset"]
_DAY = timedelta(days=1)
_FARTHEST = 370
"""Days that are looked ahead; beyond the polar circles the sun stays up or down for months."""


class Sun:
    """Latitude and longitude in degrees, north and east positive."""

    def __init__(self, latitude: float, longitude: float, zone: ZoneInfo) -> None:
        from astral import Observer

        self._observer, self._zone = Observer(latitude, longitude), zone

    def on(self, day: date, event: SunEvent) -> datetime | None:
        """The instant (UTC, to the second) of a local day; None where the sun does not rise or set then."""
        from astral.sun import sunrise, sunset

        find = sunrise if event == "sunrise" else sunset
        try:
            return find(self._observer, day, tzinfo=self._zone).astimezone(ZoneInfo("UTC")).replace(microsecond=0)
        except ValueError:
            return None

    def next(self, after: datetime, event: SunEvent, offset: timedelta = timedelta(0)) -> datetime | None:
        """The first, moved by `offset`, that is later than `after`; None when there is none within a year."""
        day = (after - offset).astimezone(self._zone).date() - _DAY
        for _ in range(_FARTHEST):
            found = self.on(day, event)
            if found is not None and found + offset > after:
                return found + offset
            day += _DAY
        return None

    def place(self, at: datetime) -> tuple[float, float]:
        """Elevation above the horizon and azimuth from north over east, in degrees."""
        from astral.sun import azimuth, elevation

        return elevation(self._observer, at), azimuth(self._observer, at)
