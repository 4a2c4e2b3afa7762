"""Time zones to choose from, by continent."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import available_timezones

CONTINENTS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


@lru_cache(maxsize=1)
def zones() -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Continent -> (IANA name, city); UTC stands alone at the end."""
    groups: dict[str, list[tuple[str, str]]] = {continent: [] for continent in CONTINENTS}
    for name in sorted(available_timezones()):
        continent, _, city = name.partition("/")
        if city and continent in groups:
            groups[continent].append((name, city.replace("_", " ").replace("/", ", ")))
    return (*((continent, tuple(cities)) for continent, cities in groups.items()), ("Other", (("UTC", "UTC"),)))


def known(name: str) -> bool:
    return name == "UTC" or name in available_timezones()
