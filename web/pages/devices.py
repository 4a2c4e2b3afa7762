"""Devices: those that wait to hear whose they are, and those that know."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from aiohttp import web

from hub.model import HOUSEHOLD, Verb
from web import answer, words
from web.display import Display, Shown
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import View


_COUNTS = "counts:"
"""Before an entity's id in the form: the metric it counts as."""


async def index(request: web.Request, view: View) -> web.Response:
    devices = sorted(view.devices(), key=lambda one: one.description.name.lower())
    return answer.page(
        request,
        "integrations/devices.html",
        waiting=[one for one in devices if one.pending and not one.ignored],
        known=[one for one in devices if one.person and not one.ignored],
        ignored=[one for one in devices if one.ignored],
        entities={one.id: view.device_entities(one.id) for one in devices},
        newest=_newest(view),
        titles={one.id: one.title for one, _ in view.entries()},
        may_manage=view.allowed(Verb.MANAGE, HOUSEHOLD),
        countable={one.id: view.countable(one.id) for one in devices if not one.ignored},
    )


def _newest(view: View) -> dict[str, Shown]:
    """Entity id -> its newest value, in the units of whose it is."""
    displays = {slug: Display(view, slug) for slug in {one.person or HOUSEHOLD for one in view.entities()}}
    return {
        one.id: displays[one.person or HOUSEHOLD].state(one, state)
        for one, state in view.states()
        if state is not None and state.value is not None
    }


async def assign(request: web.Request, view: View) -> web.Response:
    """Give a device to a person or the household; undo gives it back."""
    form = {**request.query, **{key: str(value) for key, value in (await request.post()).items()}}
    device, person = view.device(form.get("device", "")), form.get("person", "")
    undo = {"device": device.id, "person": device.person}
    await view.assign_device(device.id, person)
    counted = []
    for one in view.countable(device.id):
        wished = form.get(_COUNTS + one.entity.id)
        if wished is not None and wished != one.entity.metric:
            undo[_COUNTS + one.entity.id] = one.entity.metric
            await view.count_as(one.entity.id, wished)
            counted.append(view.metric(wished).name.lower() if wished else "")
    whose = "the household’s" if person == HOUSEHOLD else f"{view.person(person).name}’s" if person else "waiting again"
    more = f" It gives {words.listed([one for one in counted if one])}." if any(counted) else ""
    return answer.done(
        request,
        "/integrations/devices",
        f"{device.description.name} is {whose}. Its history came along.{more}",
        undo=f"/integrations/devices/assign?{urlencode(undo)}",
    )


async def ignore(request: web.Request, view: View) -> web.Response:
    form = {**request.query, **{key: str(value) for key, value in (await request.post()).items()}}
    device = view.device(form.get("device", ""))
    await view.ignore_device(device.id, not device.ignored)
    word = "shown again" if device.ignored else "hidden"
    return answer.done(
        request,
        "/integrations/devices",
        f"{device.description.name} is {word}.",
        undo=f"/integrations/devices/ignore?device={device.id}",
    )


ROUTES = (
    PageRoute("GET", "/integrations/devices", index),
    PageRoute("POST", "/integrations/devices/assign", assign),
    PageRoute("POST", "/integrations/devices/ignore", ignore),
)
