"""How every helper runs and takes its commands."""

from __future__ import annotations

import difflib
from weakref import WeakKeyDictionary

from pydantic import ValidationError

from hub.api import BadReading, Command, Context
from integrations.helpers.held import Held
from integrations.helpers.kinds import KINDS

_running: WeakKeyDictionary[Context, Held] = WeakKeyDictionary()


async def listen(ctx: Context) -> None:
    """Hold the value until the entry is stopped; what was missed meanwhile is told first."""
    held = await _held(ctx)
    await held.kind.run(held)


async def act(ctx: Context, command: Command) -> None:
    """Do what a command says. Raises BadReading with what it would have taken."""
    held = await _held(ctx)
    telling = held.kind.commands.get(command.name)
    if telling is None:
        raise BadReading(f"{held.title} knows no {command.name!r}; it knows: {', '.join(held.kind.commands) or 'none'}")
    try:
        given = telling.parameters.model_validate(dict(command.parameters))
    except ValidationError as error:
        known = [one.alias or name for name, one in telling.parameters.model_fields.items()]
        raise BadReading(f"{held.title}: {command.name} {_told(error, known)}") from None
    async with held.lock:
        await telling.do(held, given)


async def _held(ctx: Context) -> Held:
    held = _running.get(ctx)
    if held is None:
        held = _running[ctx] = Held(ctx, KINDS[ctx.entry.domain])
    await held.open()
    return held


def _told(error: ValidationError, known: list[str]) -> str:
    parts: list[str] = []
    for one in error.errors(include_url=False):
        where = ".".join(str(part) for part in one["loc"])
        if one["type"] == "extra_forbidden":
            near = difflib.get_close_matches(where, known, n=1)
            meant = f" (did you mean {near[0]!r}?)" if near else f"; it takes {', '.join(known) or 'none'}"
            parts.append(f"has no option {where!r}{meant}")
        elif one["type"] == "missing":
            parts.append(f"wants {where!r}")
        else:
            message = one["msg"].removeprefix("Value error, ")
            parts.append(f"{where + ': ' if where else ''}{message[:1].lower()}{message[1:]}")
    return "; ".join(parts)
