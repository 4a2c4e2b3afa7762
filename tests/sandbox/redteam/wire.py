"""The messages to the hub: forged, beyond what was declared, unreadable."""

from __future__ import annotations

from typing import Any

from hub.api import Context, Sample

Given = dict[str, Any]


async def _asked(ctx: Any, name: str, *arguments: Any, **more: Any) -> Any:
    """A message made by hand, with whatever it says."""
    import asyncio

    wire = ctx._wire
    number = next(wire._numbers)
    answer = asyncio.get_running_loop().create_future()
    wire._waiting[number] = answer
    await wire._send({"n": number, "call": name, "with": list(arguments), **more})
    return await answer


async def bring_a_metric_it_did_not_declare(ctx: Context, given: Given) -> bool:
    await ctx.accept([Sample("weight", 70, ctx.clock.now())])
    return True


async def read_a_metric_it_did_not_declare(ctx: Context, given: Given) -> bool:
    await ctx.latest("weight")
    return True


async def act_on_a_device_it_did_not_declare(ctx: Context, given: Given) -> bool:
    await ctx.act("lock.front_door", "unlock", {})
    return True


async def see_states_it_did_not_declare(ctx: Context, given: Given) -> bool:
    return any(one.metric == "weight" for one in ctx.entities()) or ctx.state("sensor.anna_weight") is not None


async def speak_for_another_entry(ctx: Context, given: Given) -> bool:
    await _asked(ctx, "save", "forged", 1, entry=given["neighbour_entry"])
    return bool(await ctx.load("forged") != 1)


async def call_what_is_not_offered(ctx: Context, given: Given) -> bool:
    for name in ("close", "_entity", "__class__", "http", "command"):
        await _asked(ctx, name)
        return True
    return False


async def send_an_object_to_be_unpickled(ctx: Context, given: Given) -> bool:
    import pickle

    await _asked(ctx, "save", "pickled", pickle.dumps({"a": 1}).decode("latin-1"))
    return not isinstance(await ctx.load("pickled"), str)


async def send_what_does_not_fit(ctx: Context, given: Given) -> bool:
    await _asked(ctx, "accept", "not a list", 5, None)
    return True


PROBES = (
    bring_a_metric_it_did_not_declare, read_a_metric_it_did_not_declare, act_on_a_device_it_did_not_declare,
    see_states_it_did_not_declare, speak_for_another_entry, call_what_is_not_offered, send_an_object_to_be_unpickled,
    send_what_does_not_fit,
)  # fmt: skip
