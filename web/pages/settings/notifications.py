"""How one is told: channels, quiet hours, how much is too much, this browser, and who comes next in line."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import orjson
from aiohttp import web
from pydantic import ValidationError

from hub.errors import BadReading, Conflict, HubError, NotReady
from hub.model import Notice, NoticeState
from hub.view import Prefs, Quiet, Span, browser_of
from web import answer, session
from web.keys import CLOCK
from web.routing import PageRoute

if TYPE_CHECKING:
    from collections.abc import Mapping

    from multidict import MultiDictProxy

    from hub.model import Person
    from hub.view import View

HERE = "/settings/notifications"
PATIENCE = 12.0
"""Seconds for which a test message's result is waited for."""
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SPANS = 20
"""Rows of quiet hours that are read; the form shows one more than are set."""
ICONS = {"notify_email": "inbox", "notify_webpush": "smartphone", "notify_apprise": "rocket"}


async def show(request: web.Request, view: View) -> web.Response:
    return await _page(request, view)


async def wishes(request: web.Request, view: View) -> web.Response:
    form = await request.post()
    key = str(form.get("who", ""))
    try:
        prefs = Prefs(
            Quiet(tuple(_spans(form)), critical_passes="critical_passes" in form),
            burst=_number(form, "burst"),
            per_hour=_number(form, "per_hour"),
        )
        await view.set_notice_wishes(key, prefs)
    except BadReading as error:
        return await _page(request, view, key=key, problem=str(error), status=422)
    return answer.done(request, _at(key), "Kept.")


async def switch(request: web.Request, view: View) -> web.Response:
    form = await request.post()
    key, channel = str(form.get("who", "")), str(form.get("channel", ""))
    on = form.get("on") == "1"
    await view.switch_channel(key, channel, on=on)
    return answer.done(request, _at(key), "It is used from now on." if on else "It is not used any more.")


async def test(request: web.Request, view: View) -> web.Response:
    """Send a test and say in words what became of it."""
    form = await request.post()
    key, channel = str(form.get("who", "")), str(form.get("channel", ""))
    try:
        sent = await view.test_channel(key, channel)
        clock = request.app[CLOCK]
        end = clock.monotonic() + PATIENCE
        while (now := view.test_result(sent.id)).state is NoticeState.WAITING and clock.monotonic() < end:
            await asyncio.sleep(0.1)  # of the browser's patience, not the house's time
        back = any(one.id == channel and one.buttons for one in view.recipient(key).channels)
        words, good = _result(now, channel, back)
    except Conflict as error:
        words, good = f"{error}", False
    return await _page(request, view, key=key, result=(channel, words, good))


async def carers(request: web.Request, view: View) -> web.Response:
    form = await request.post()
    person = str(form.get("person", ""))
    chosen = [str(one) for one in form.getall("carer", []) if one]
    await view.set_carers(person, chosen)
    return answer.done(request, HERE, "Kept: that is the order from now on.")


async def address(request: web.Request, view: View) -> web.Response:
    form = await request.post()
    try:
        await view.set_outside_address(str(form.get("address", "")))
    except BadReading as error:
        return await _page(request, view, problem=str(error), status=422)
    return answer.done(request, HERE, "Kept.")


async def browser_key(request: web.Request, view: View) -> web.Response:
    try:
        return web.json_response({"key": await view.browser_key()})
    except NotReady as error:
        return web.json_response({"problem": str(error)}, status=409)


async def add_browser(request: web.Request, view: View) -> web.Response:
    body = orjson.loads(await request.read() or b"null")
    try:
        await view.add_browser(body if isinstance(body, dict) else {}, browser_of(session.agent_of(request)))
    except (BadReading, Conflict, ValidationError) as error:
        text = str(error) if isinstance(error, HubError) else "this is no subscription of a browser"
        return web.json_response({"problem": text}, status=422)
    return web.json_response({"done": True})


async def browser_off(request: web.Request, view: View) -> web.Response:
    """This browser, by its endpoint; or another one of mine, by its id."""
    if request.content_type == "application/json":
        body = orjson.loads(await request.read() or b"null")
        await view.forget_endpoint(str(body.get("endpoint", "")) if isinstance(body, dict) else "")
        return web.json_response({"done": True})
    await view.remove_browser(str((await request.post()).get("browser", "")))
    return answer.done(request, HERE, "That browser is not told any more.")


async def _page(request: web.Request, view: View, *, key: str = "", status: int = 200, **more: Any) -> web.Response:
    everybody = view.recipients()
    key = key or request.query.get("who", "")
    one = next((each for each in everybody if each.key == key), everybody[0] if everybody else None)
    people = view.people() if view.manages else []
    choices = view.carer_choices() if view.manages else {}
    web_push = True
    try:
        await view.browser_key() if view.actor.session else None
    except HubError:
        web_push = False
    given = {"problem": "", "result": None, **more}
    return answer.page(
        request,
        "settings/notifications.html",
        status=status,
        one=one,
        everybody=everybody,
        days=DAYS,
        rows=[*(one.prefs.quiet.spans if one is not None else ()), None][:SPANS],
        icons=ICONS,
        zone=ZoneInfo(view.household().time_zone),
        browsers=view.browsers(),
        web_push=web_push,
        lines=[_line(each, view.carers(each.slug), choices) for each in people],
        choices=choices,
        outside=view.outside_address if view.manages else "",
        kinds=[item for item in view.integrations() if item.domain in view.channel_kinds] if view.manages else [],
        **given,
    )


def _line(
    person: Person, order: tuple[str, ...], choices: Mapping[str, str]
) -> tuple[Person, tuple[str, ...], list[str]]:
    """Who comes next about a person, and their names."""
    return person, order, [choices.get(one, one) for one in order]


def _spans(form: MultiDictProxy[Any]) -> list[Span]:
    found = []
    for row in range(SPANS):
        start, end = str(form.get(f"start{row}", "")).strip(), str(form.get(f"end{row}", "")).strip()
        if start or end:
            days = tuple(int(one) for one in form.getall(f"day{row}", []) if str(one) in "0123456")
            found.append(Span(start[:5], end[:5], days))
    return found


def _number(form: MultiDictProxy[Any], name: str) -> int:
    text = str(form.get(name, "")).strip()
    return int(text) if text.isdigit() and len(text) < 6 else 0


def _result(notice: Notice, channel: str, back: bool) -> tuple[str, bool]:
    """In words, and whether it is good; `back`: the channel can bring buttons back."""
    way = notice.ways.get(channel)
    if notice.state is NoticeState.FAILED:
        return f"It did not go out: {notice.why}", False
    if notice.state is NoticeState.WAITING:
        why = f" ({way.why})" if way is not None and way.why else ""
        return f"It is not out yet{why}. It is tried again by itself.", False
    if channel == "app":
        return "It is in your list, under the bell.", True
    more = "; if there is a button “It works”, press it to see that answers come back" if back else ""
    return f"It was handed over. Look at the device{more}.", True


def _at(key: str) -> str:
    return f"{HERE}?who={key}"


ROUTES = (
    PageRoute("GET", HERE, show),
    PageRoute("POST", HERE, wishes),
    PageRoute("POST", f"{HERE}/channel", switch),
    PageRoute("POST", f"{HERE}/test", test),
    PageRoute("POST", f"{HERE}/carers", carers),
    PageRoute("POST", f"{HERE}/address", address),
    PageRoute("GET", f"{HERE}/browser", browser_key),
    PageRoute("POST", f"{HERE}/browser", add_browser),
    PageRoute("POST", f"{HERE}/browser/off", browser_off),
)
