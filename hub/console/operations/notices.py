"""Telling people from the console, and by which ways they are told."""

from __future__ import annotations

import asyncio
from typing import Any

from hub.console.operations import entries
from hub.console.operations.site import Progress, Site
from hub.errors import NotReady
from hub.model import Notice, NoticeState

PATIENCE = 15.0
"""Seconds for which what became of a notice is waited for."""


async def send_test(site: Site, _: Progress, *, to: str, channel: str = "") -> list[dict[str, Any]]:
    """A test on each of somebody's channels, or on one. Raises NotFound, NotReady where no hub runs."""
    room = site.hub.rooms.notify
    if not room.is_open:
        raise NotReady("no hub is running, so nothing can be sent; start it with `homeostat run`")
    found = []
    for key in room.recipients.find(site.view.actor, to):
        for one in site.view.recipient(key).channels:
            if (channel and one.id != channel) or not one.on:
                continue
            if one.problem:
                found.append({"to": key, "channel": one.id, "state": "failed", "why": one.problem})
                continue
            sent = await _settled(site, await site.view.test_channel(key, one.id))
            found.append({"to": key, "channel": one.id, "state": sent.state.value, "why": _why(sent, one.id)})
    return found


async def send(
    site: Site, _: Progress, *, to: list[str], message: str, title: str = "", data: dict[str, Any] | None = None
) -> list[dict[str, Any]]:
    """Raises NotFound, NotAllowed, BadReading."""
    told = await site.view.send_notice(to, message, title, data or {})
    return [{"id": one.id, "to": one.to, "state": one.state.value, "why": one.why} for one in told.notices]


async def newest(site: Site, _: Progress, *, limit: int = 30) -> list[dict[str, Any]]:
    """What was told, newest first; without its words."""
    found = list(site.hub.rooms.notify.shelf.all.values())[::-1][:limit]
    return [
        {
            "id": one.id, "at": one.at, "to": one.to, "about": one.about, "by": one.by, "urgency": one.urgency.value,
            "state": one.state.value, "channels": sorted(one.ways), "why": one.why,
        }
        for one in found
    ]  # fmt: skip


async def channels(site: Site, _: Progress) -> list[dict[str, Any]]:
    return [
        {
            "to": each.key, "channel": one.id, "kind": one.domain, "name": one.name, "on": one.on, "short": one.short,
            "problem": one.problem,
        }
        for each in site.view.recipients()
        for one in each.channels
    ]  # fmt: skip


async def add_channel(
    site: Site, _: Progress, *, kind: str, to: str, options: dict[str, Any], title: str = ""
) -> dict[str, Any]:
    """Raises NotFound, Conflict, ConfigInvalid."""
    domain = kind if kind in site.view.channel_kinds else f"notify_{kind}"
    account = to.startswith("@")
    more = {**options, **({"account": to} if account else {})}
    made = await entries.added(site, domain, more, title=title, person="household" if account else to)
    return {"channel": made.id, "to": to, "kind": domain}


async def remove_channel(site: Site, _: Progress, *, channel: str) -> None:
    """Raises NotFound, Conflict."""
    await site.view.remove_entry(channel)


async def _settled(site: Site, notice: Notice) -> Notice:
    for _ in range(int(PATIENCE * 10)):
        found = site.hub.rooms.notify.shelf.get(notice.id) or notice
        if found.state is not NoticeState.WAITING:
            return found
        await asyncio.sleep(0.1)  # of whoever waits at the console, not the house's time
    return site.hub.rooms.notify.shelf.get(notice.id) or notice


def _why(notice: Notice, channel: str) -> str:
    way = notice.ways.get(channel)
    return notice.why or (way.why if way is not None else "")
