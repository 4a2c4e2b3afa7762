"""Who lives in the demo house, as plain data for `--demo`."""

from __future__ import annotations

from datetime import date

from hub.api import HOUSEHOLD, ConfigEntry, DemoSetup, Household, Person
from integrations.demo.sky import LATITUDE, LONGITUDE
from integrations.demo.story import BABY_AGE_AT_ANCHOR, Persona

PASSWORD = "homeostat-demo"
"""Everybody may know it: the demo listens on this machine only and holds made-up data."""


def demo_setup(today: date, time_zone: str = "Europe/Berlin") -> DemoSetup:
    """Two adults and a baby of five months, with one config entry each and one for the house, begun 90 days ago."""
    people = (
        Person("anna", "Anna", birth_date=date(today.year - 33, 4, 17), sex="female", colour=0),
        Person("ben", "Ben", birth_date=date(today.year - 36, 9, 2), sex="male", colour=1),
        Person("mia", "Mia", birth_date=today - BABY_AGE_AT_ANCHOR, sex="female", colour=2),
    )
    cast = (
        ("anna", "Anna's ring, watch and sensor", Persona.ADULT_GLUCOSE),
        ("ben", "Ben's watch", Persona.ADULT),
        ("mia", "Mia's diary", Persona.BABY),
        (HOUSEHOLD, "Rooms and garden", Persona.HOUSEHOLD),
    )
    return DemoSetup(
        household=Household("home", "Linden Street", time_zone, LATITUDE, LONGITUDE),
        people=people,
        owner="Anna",
        password=PASSWORD,
        entries=tuple(
            ConfigEntry(
                id="demo" if number == 1 else f"demo_{number}",
                domain="demo",
                title=title,
                person=person,
                options={"persona": persona.value, "started": today.isoformat()},
            )
            for number, (person, title, persona) in enumerate(cast, 1)
        ),
    )
