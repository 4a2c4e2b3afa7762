"""What one child is given and what it may ask for, by the needs it declared."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from hub.errors import ConfigInvalid, Forbidden
from hub.model import ConfigEntry, Entity, Household, Metric, Person, State
from hub.plugin import Context
from hub.supervisor.child.box import Box
from hub.supervisor.child.needs import ANY, Needs, manifest_of
from hub.supervisor.child.wire import pack


def facts(ctx: Context, needs: Needs) -> dict[str, Any]:
    """The house as this child may know it: its own entities, and those of metrics that it declared by name."""
    entities = [
        one for one in ctx.entities() if one.entry == ctx.entry.id or (one.metric and _named(needs, one.metric))
    ]
    states = [state for one in entities if (state := ctx.state(one.id)) is not None]
    return {
        "entry": pack(ConfigEntry, ctx.entry),
        "household": pack(Household, ctx.household),
        "person": pack(Person | None, ctx.person),
        "people": pack(list[Person], list(ctx.people())),
        "metrics": pack(list[Metric], list(ctx.metrics())),
        "entities": pack(list[Entity], entities),
        "states": pack(list[State], states),
        "data_dir": str(ctx.data_dir.resolve()),
    }


def _named(needs: Needs, metric: str) -> bool:
    """Reading what others measured takes a name; the silent `any` is for what it brings itself."""
    return ANY not in needs.metrics and needs.metric(metric)


def within(needs: Needs, ctx: Context, name: str, arguments: list[Any]) -> None:
    """Raises Forbidden for a metric, entity or action beyond the declared needs."""
    if name == "accept":
        for sample in arguments[0]:
            metric = ctx.metric(sample.metric)
            if metric is not None and not needs.metric(sample.metric):
                raise Forbidden(_beyond(ctx, "metrics", sample.metric))
    elif name == "describe":
        for one in arguments[1]:
            if one.metric and not needs.metric(one.metric):
                raise Forbidden(_beyond(ctx, "metrics", one.metric))
    elif name in ("latest", "remove_readings"):
        if ctx.metric(arguments[0]) is not None and not needs.metric(arguments[0]):
            raise Forbidden(_beyond(ctx, "metrics", arguments[0]))
    elif name == "act" and not needs.action(arguments[0]):
        own = {one.id for one in ctx.entities() if one.entry == ctx.entry.id}
        if arguments[0] not in own:
            raise Forbidden(_beyond(ctx, "actions", arguments[0]))
    elif name == "happened" and not arguments[0].startswith(f"{ctx.entry.domain}."):
        raise Forbidden(f"{arguments[0]!r} is not {ctx.entry.domain}'s to tell; it may tell {ctx.entry.domain}.…")


def _beyond(ctx: Context, key: str, what: str) -> str:
    return f"{ctx.entry.domain} did not declare {what!r} under {key} in [needs] of its manifest"


def box_of(path: Path, needs: Needs, data_dir: Path, way_out: int) -> Box:
    """The box for one entry, with an empty folder for what it throws away. Raises ConfigInvalid."""
    own = data_dir.resolve()
    passing = own / "tmp"
    if passing.is_symlink():
        passing.unlink()
    shutil.rmtree(passing, ignore_errors=True)
    passing.mkdir(mode=0o700)
    closed = [own.parents[1], path.resolve().parents[1]] if len(own.parents) > 1 else []
    for one in needs.files:
        meant = Path(one).resolve()
        if any(meant.is_relative_to(other) or other.is_relative_to(meant) for other in closed):
            raise ConfigInvalid(
                f"{one} holds or lies in the hub's own folders, which no integration may read",
                file=manifest_of(path).name,
                key="files",
            )
    return Box(str(path.resolve()), str(own), needs.bluetooth, needs.files, needs.devices, way_out)


def folder_size(folder: Path) -> int:
    """Bytes in the files below; links are not followed."""
    total = 0
    for where, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(where, name)).st_blocks * 512
            except OSError:
                continue
    return total
