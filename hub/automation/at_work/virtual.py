"""Entities that no source has: the sun, the people, and the home as a zone; as Home Assistant has them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hub.automation.at_work.house import House
from hub.automation.derived.zoned import zone_of
from hub.automation.sun import Sun
from hub.automation.world import UNKNOWN, Seen
from hub.clock import Clock
from hub.model import Household, Person
from hub.registry import People

AGAIN = timedelta(minutes=5)
"""After which the sun's place is worked out anew, as long as nothing else happens to it."""


def sun_seen(household: Household, now: datetime) -> Seen | None:
    """`sun.sun` at an instant; None where the household has no place."""
    if household.latitude is None or household.longitude is None:
        return None
    zone = ZoneInfo(household.time_zone)
    sun = Sun(household.latitude, household.longitude, zone)
    rising, setting = sun.next(now, "sunrise"), sun.next(now, "sunset")
    elevation, azimuth = sun.place(now)
    facts: dict[str, Any] = {
        "friendly_name": "Sun",
        "next_rising": rising.isoformat() if rising is not None else None,
        "next_setting": setting.isoformat() if setting is not None else None,
        "elevation": round(elevation, 2),
        "azimuth": round(azimuth, 2),
        "rising": azimuth < 180,
    }
    above = setting is not None and (rising is None or setting < rising)
    if rising is None and setting is None:
        above = elevation > 0
    return Seen("sun.sun", "above_horizon" if above else "below_horizon", facts)


def zone_home(household: Household) -> Seen | None:
    if household.latitude is None or household.longitude is None:
        return None
    facts = {
        "friendly_name": household.name,
        "latitude": household.latitude,
        "longitude": household.longitude,
        "radius": 100,
        "passive": False,
        "icon": "house",
    }
    return Seen("zone.home", "0", facts)


def person_seen(person: Person, trackers: Iterable[Seen]) -> Seen:
    """Where somebody is, by their newest device tracker: `home`, a zone's name, `not_home`, or `unknown`."""
    known = [one for one in trackers if one.state not in (UNKNOWN, "unavailable")]
    home = next((one for one in known if one.state == "home"), None)
    newest = home or max(known, key=lambda one: one.last_updated, default=None)
    facts: dict[str, Any] = {"friendly_name": person.name, "id": person.slug}
    if newest is not None:
        facts["source"] = newest.entity_id
        facts |= {key: newest.attributes[key] for key in _PLACE if key in newest.attributes}
    return Seen(f"person.{person.slug}", newest.state if newest is not None else UNKNOWN, facts)


_PLACE = ("latitude", "longitude", "gps_accuracy")


class Virtual:
    """Keeps them in the house."""

    def __init__(self, house: House, people: People, clock: Clock) -> None:
        self._house, self._people, self._clock = house, people, clock
        self._task: asyncio.Task[None] | None = None
        self._persons: set[str] = set()

    def start(self) -> None:
        self.renew()
        self._task = asyncio.create_task(self._follow_the_sun(), name="automations:sun")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def renew(self) -> None:
        """After people or the household changed."""
        for slug in self._people.all:
            self._place(slug)
        for gone in self._persons - set(self._people.all):
            self._house.drop(f"person.{gone}")
        self._persons = set(self._people.all)
        home = zone_home(self._people.household)
        if home is not None:
            at_home = sum(1 for one in self._house.of_domain("person") if one.state == "home")
            self._house.put(Seen(home.entity_id, str(at_home), home.attributes))
        else:
            self._house.drop("zone.home")
            self._house.drop("sun.sun")
        self._shine()

    def moved(self, old: Seen | None, new: Seen | None) -> None:
        """A device tracker says where somebody is."""
        seen = new or old
        if seen is not None and seen.domain == "device_tracker":
            self._place(self._house.whose(seen.entity_id)[0])
            self.renew()

    def _place(self, slug: str) -> None:
        person = self._people.all.get(slug)
        if person is not None:
            trackers = [
                one for one in self._house.of_domain("device_tracker") if self._house.whose(one.entity_id)[0] == slug
            ]
            seen = person_seen(person, trackers)
            zone = zone_of(seen, self._house.of_domain("zone")) if seen.state == "not_home" else None
            self._house.put(replace(seen, state=zone.name) if zone is not None else seen, slug, "presence")

    def _shine(self) -> Mapping[str, Any]:
        seen = sun_seen(self._people.household, self._clock.now())
        if seen is None:
            return {}
        self._house.put(seen)
        return seen.attributes

    async def _follow_the_sun(self) -> None:
        while True:
            facts, now = self._shine(), self._clock.now()
            until = now + AGAIN
            for name in ("next_rising", "next_setting"):
                if facts.get(name):
                    until = min(until, datetime.fromisoformat(facts[name]) + timedelta(seconds=1))
            await self._clock.sleep_until(until)
