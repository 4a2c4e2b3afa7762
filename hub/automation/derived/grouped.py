"""Groups at work."""

from __future__ import annotations

from hub.automation.derived.following import Follower, Told
from hub.automation.derived.grouping import number_of, together
from hub.automation.derived.options import GroupOptions
from hub.automation.engine import Engine
from hub.automation.seen_states import Reads
from hub.model import EntityDescription, Kind
from hub.plugin import Context


def described(ctx: Context, config: GroupOptions, unit: str) -> EntityDescription:
    sensor = config.type == "sensor"
    return EntityDescription(
        key=config.type,
        name=ctx.entry.title,
        component=config.type,
        kind=Kind.GAUGE if sensor else Kind.ENUM,
        unit=unit,
        state_class="measurement" if sensor else "",
        object_id=ctx.entry.title,
        icon="users",
        attributes={"entity_id": list(config.entities)},
    )


async def work(ctx: Context, engine: Engine) -> None:
    config: GroupOptions = ctx.config
    world = engine.world
    units = [str(one.attributes.get("unit_of_measurement") or "") for one in map(world.get, config.entities) if one]
    unit = next((one for one in units if one), "") if config.type == "sensor" else ""
    follower = Follower(ctx, engine, described(ctx, config, unit))
    await follower.open()

    def reckon(reads: Reads) -> Told:
        reads.entities.update(config.entities)
        members = [world.get(one) for one in config.entities]
        return together(config, members) if config.type == "group" else number_of(config, members, unit)

    await follower.follow(reckon)
