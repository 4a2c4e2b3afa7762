"""Whom an action is for: ids, devices, areas, floors and labels become the entities that somebody may see."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from hub.automation.services.described import Targeted
from hub.automation.world import UNAVAILABLE, Directory, World

ALL, NONE = "all", "none"
_GROUP = "group"


@dataclass(slots=True)
class Aim:
    """The entities meant, in order and each once."""

    named: list[str] = field(default_factory=list)
    """By their own ids, or as members of a group."""
    reached: list[str] = field(default_factory=list)
    """By way of a device, an area, a floor, a label, or `all`."""
    warnings: list[str] = field(default_factory=list)
    """What is not there, and what was probably meant."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What expanding asks of the house."""

    world: World
    primary: Callable[[str], bool]
    """False for what configures or diagnoses a device: nobody means it who names an area."""
    acts: Callable[[str], bool]
    """Whether the actor may tell it anything."""
    blindly: Callable[[str], bool]
    """Whether it is there and the actor may tell it anything, for who may act and not look."""


def aim(target: Targeted, sight: Sight, domains: Collection[str] | None = None) -> Aim:
    """`domains`: of which entities; None: of any."""
    found = Aim()
    ids = target.entity_id or []
    if ids == [NONE]:
        return found
    if ids == [ALL]:
        _add(found.reached, (one.entity_id for one in sight.world.all() if _fits(one.entity_id, domains)), sight)
        ids = []
    for one in ids:
        _name(one, sight, domains, found, set())
    if target.device_id or target.area_id or target.floor_id or target.label_id:
        reached = _reached(target, sight.world.directory, found.warnings)
        _add(found.reached, (one for one in reached if _fits(one, domains) and sight.primary(one)), sight)
    found.named = list(dict.fromkeys(found.named))
    found.reached = [one for one in dict.fromkeys(found.reached) if one not in found.named]
    return found


def _name(entity_id: str, sight: Sight, domains: Collection[str] | None, found: Aim, groups: set[str]) -> None:
    seen = sight.world.get(entity_id)
    if seen is None and sight.blindly(entity_id) and _fits(entity_id, domains):
        found.named.append(entity_id)
    elif seen is None:
        found.warnings.append(missing(entity_id, sight.world))
    elif seen.domain == _GROUP and (domains is None or _GROUP not in domains):
        members = seen.attributes.get("entity_id") or ()
        if entity_id not in groups:
            groups.add(entity_id)
            for member in members if isinstance(members, list | tuple) else ():
                if _fits(member, domains) or member.startswith(f"{_GROUP}."):
                    _name(str(member), sight, domains, found, groups)
    elif not _fits(entity_id, domains):
        found.warnings.append(f"{entity_id} is no {' or '.join(sorted(domains or ()))}, so it is left out")
    elif seen.state == UNAVAILABLE:
        found.warnings.append(f"{entity_id} is not available now, so it is left out")
    else:
        found.named.append(entity_id)


def _add(into: list[str], ids: Iterable[str], sight: Sight) -> None:
    for one in ids:
        seen = sight.world.get(one)
        if seen is not None and seen.state != UNAVAILABLE and sight.acts(one):
            into.append(one)


def _fits(entity_id: str, domains: Collection[str] | None) -> bool:
    return domains is None or entity_id.partition(".")[0] in domains


def _reached(target: Targeted, places: Directory, warnings: list[str]) -> Iterable[str]:
    """Ids of the entities of what is named, a floor's areas and a label's all."""
    devices = _known(target.device_id, places.devices, "device", warnings)
    areas = _known(target.area_id, places.areas, "area", warnings)
    floors = _known(target.floor_id, places.floors, "floor", warnings)
    labels = _known(target.label_id, places.labels, "label", warnings)
    areas |= {key for key, place in places.areas.items() if place.floor in floors}
    for one in places.entities.values():
        device = places.devices.get(one.device)
        marked = one.labels & labels or (device is not None and device.labels & labels)
        within = one.device in devices or places.area_of(one) in areas
        if (within or marked) and not one.hidden:
            yield one.id


def _known(wished: list[str] | None, there: Collection[str], what: str, warnings: list[str]) -> set[str]:
    by_lower = {one.lower(): one for one in there}
    found = set()
    for one in wished or ():
        if one in by_lower:
            found.add(by_lower[one])
        else:
            near = difflib.get_close_matches(one, by_lower, n=1)
            warnings.append(f"there is no {what} {one!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
    return found


def missing(entity_id: str, world: World) -> str:
    """In words, with the id that was probably meant."""
    ids = [one.entity_id for one in world.all()]
    near = difflib.get_close_matches(entity_id, ids, n=1, cutoff=0.7)
    if not near:
        name = entity_id.partition(".")[2]
        near = [one for one in ids if one.partition(".")[2] == name][:1]
    return f"there is no {entity_id}, so it is left out" + (f"; did you mean {near[0]}?" if near else "")
