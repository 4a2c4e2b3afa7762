"""Zones: places with a radius, and how many people are in them."""

from __future__ import annotations

from collections.abc import Iterable

from hub.automation.derived.following import Follower, Told
from hub.automation.derived.options import ZoneOptions
from hub.automation.engine import Engine
from hub.automation.geometry import kilometres
from hub.automation.seen_states import Reads
from hub.automation.world import Seen
from hub.model import EntityDescription, Kind
from hub.plugin import Context
from hub.registry.names import slug


def described(ctx: Context, config: ZoneOptions) -> EntityDescription:
    place = {
        "latitude": config.latitude,
        "longitude": config.longitude,
        "radius": config.radius,
        "passive": config.passive,
        "editable": not ctx.entry.declared_in,
    }
    return EntityDescription(
        key="zone",
        name=ctx.entry.title,
        component="zone",
        kind=Kind.GAUGE,
        # `zone.home` is where the household says it lives.
        object_id="home 2" if slug(ctx.entry.title) == "home" else ctx.entry.title,
        icon="compass",
        precision=0,
        attributes=place,
    )


def inside(seen: Seen, zone: Seen) -> bool:
    """Whether somebody is in a zone: by place where one is known, else by the zone's name."""
    try:
        one = float(seen.attributes["latitude"]), float(seen.attributes["longitude"])
        middle = float(zone.attributes["latitude"]), float(zone.attributes["longitude"])
        away = kilometres(one, middle) * 1_000 - float(seen.attributes.get("gps_accuracy") or 0)
        return away < float(zone.attributes.get("radius") or 100)
    except (KeyError, TypeError, ValueError):
        return seen.state.casefold() == ("home" if zone.entity_id == "zone.home" else zone.name.casefold())


def zone_of(seen: Seen, zones: Iterable[Seen]) -> Seen | None:
    """The smallest zone that somebody is in, passive ones left out."""
    found = [one for one in zones if not one.attributes.get("passive") and inside(seen, one)]
    return min(found, key=lambda one: float(one.attributes.get("radius") or 100), default=None)


async def work(ctx: Context, engine: Engine) -> None:
    config: ZoneOptions = ctx.config
    follower = Follower(ctx, engine, described(ctx, config))
    await follower.open()
    world = engine.world

    def reckon(reads: Reads) -> Told:
        reads.domains.add("person")
        own = Seen(follower.entity_id, "", {**follower.description.attributes, "friendly_name": ctx.entry.title})
        persons = (
            [] if config.passive else sorted(one.entity_id for one in world.of_domain("person") if inside(one, own))
        )
        return Told(float(len(persons)), attributes={"persons": persons})

    await follower.follow(reckon)
