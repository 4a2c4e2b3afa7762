"""How long things are kept, and what leaves the house."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from hub.archive import Going, Rule
from hub.console.operations.site import Progress, Site
from hub.recorder.instants import from_us


async def rules(site: Site, _: Progress) -> list[dict[str, Any]]:
    return [_rule(one) for one in await site.view.retention()]


async def change(site: Site, _: Progress, *, key: str, days: int | None = None, own: bool = True) -> dict[str, Any]:
    """Raises NotFound, BadReading."""
    return _rule(await site.view.set_retention(key, days, own=own))


async def undo(site: Site, _: Progress, *, key: str) -> dict[str, Any]:
    """Raises NotFound."""
    return _rule(await site.view.undo_retention(key))


async def preview(site: Site, _: Progress, *, changes: dict[str, int | None] | None = None) -> list[dict[str, Any]]:
    """Raises NotFound."""
    return [_going(one) for one in await site.view.preview_retention(changes)]


async def flows(site: Site, _: Progress) -> list[dict[str, Any]]:
    """One row for each thing that was asked: an entry, a direction and a person (empty: all of it)."""
    found = await site.view.flows()
    pairs = [(one.status, each) for one in found.leaving for each in (one.whole, *one.persons)]
    incoming = [(one.status, each) for one in found.coming for each in one.persons]
    return [
        {
            "entry": each.entry, "direction": each.direction, "person": each.person, "agreed": each.agreed,
            "by": each.by if each.agreed else each.ended_by, "at": each.at if each.agreed else each.ended,
            "how": each.how, "hosts": list(each.hosts), "what": each.what, "last_at": status.last_success,
        }
        for status, each in [*pairs, *incoming]
    ]  # fmt: skip


async def say(site: Site, _: Progress, *, entry: str, direction: str, person: str, agreed: bool) -> dict[str, Any]:
    """Raises NotFound."""
    return asdict(await site.view.consent(entry, direction, person, agreed=agreed))


def _rule(one: Rule) -> dict[str, Any]:
    return {"key": one.key, "days": one.days, "own": one.own, "next_days": one.next_days, "next_at": one.next_at}


def _going(one: Going) -> dict[str, Any]:
    return {
        "key": one.key, "days": one.days, "count": one.count, "oldest": one.oldest,
        "before": from_us(one.before_us), "bytes": one.bytes, "hours": one.hours,
    }  # fmt: skip
