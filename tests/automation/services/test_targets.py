"""What a target means: entities, devices, areas, floors and labels in any mixture."""

from __future__ import annotations

from typing import Any

import pytest

from hub.automation.services.described import Targeted
from hub.automation.services.targets import Sight, aim
from hub.automation.world import DeviceFacts, EntityFacts, PlaceFacts
from tests.automation.house import PlayHouse

IDS = ("light.desk", "light.hall", "light.attic", "switch.kettle", "light.setting", "light.away", "light.hidden")


def furnished() -> PlayHouse:
    """A desk lamp and a kettle in the study upstairs, a lamp in the hall, one in the attic that is for evenings."""
    house = PlayHouse()
    for one in IDS:
        house.set(one, "unavailable" if one == "light.away" else "off")
    house.set("group.lamps", "off", entity_id=["light.desk", "switch.kettle", "group.more"])
    house.set("group.more", "off", entity_id=["light.hall", "group.lamps"])
    there = house.directory
    there.areas = {"study": PlaceFacts("study", "Study", "up"), "attic": PlaceFacts("attic", "Attic", "up"),
                   "hall": PlaceFacts("hall", "Hall", "down")}  # fmt: skip
    there.floors = {"up": PlaceFacts("up", "Upstairs"), "down": PlaceFacts("down", "Downstairs")}
    there.labels = {"evening": PlaceFacts("evening", "Evening")}
    there.devices = {"box": DeviceFacts("box", "Box", "study", frozenset({"evening"}))}
    there.entities = {
        "light.desk": EntityFacts("light.desk", "box"),
        "switch.kettle": EntityFacts("switch.kettle", "box"),
        "light.setting": EntityFacts("light.setting", "box"),
        "light.away": EntityFacts("light.away", "box"),
        "light.hidden": EntityFacts("light.hidden", "box", hidden=True),
        "light.hall": EntityFacts("light.hall", area="hall"),
        "light.attic": EntityFacts("light.attic", area="attic", labels=frozenset({"evening"})),
    }
    return house


@pytest.mark.parametrize(
    ("target", "named", "reached", "warned"),
    [
        ({"area_id": "study"}, [], ["light.desk"], []),
        ({"floor_id": "up"}, [], ["light.desk", "light.attic"], []),
        ({"label_id": ["evening"]}, [], ["light.desk", "light.attic"], []),
        ({"device_id": "box", "entity_id": "light.desk"}, ["light.desk"], [], []),
        ({"area_id": ["hall", "Study"], "entity_id": "light.attic"}, ["light.attic"], ["light.desk", "light.hall"], []),
        ({"entity_id": "group.lamps"}, ["light.desk", "light.hall"], [], []),
        ({"entity_id": "none"}, [], [], []),
        ({"entity_id": "all"}, [], ["light.desk", "light.hall", "light.attic", "light.setting", "light.hidden"], []),
        ({"entity_id": "light.away"}, [], [], ["light.away is not available now, so it is left out"]),
        ({"label_id": "evning", "floor_id": "roof"}, [], [],
         ["there is no floor 'roof'", "there is no label 'evning'; did you mean 'evening'?"]),
    ],
)  # fmt: skip
def test_a_target_reaches_what_is_meant_once(
    target: dict[str, Any], named: list[str], reached: list[str], warned: list[str]
) -> None:
    sight = Sight(furnished(), lambda one: one != "light.setting", lambda one: True, lambda one: False)
    found = aim(Targeted.model_validate(target), sight, ("light",))
    assert (found.named, sorted(found.reached), found.warnings) == (named, sorted(reached), warned)
