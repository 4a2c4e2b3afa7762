"""What one was told: the list, its buttons, the bell's stream, and answers that come without signing in."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Any, cast

import orjson
from aiohttp import web

from hub.model import AccessChanged, Event, NoticesChanged, NoticeState
from web import answer
from web.keys import ASSETS, VIEWS
from web.live import HEADERS, QUIET
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import View

HERE = "/notifications"
LONGEST = 8_192
"""Bytes of an answer by token."""


async def show(request: web.Request, view: View) -> web.Response:
    page = answer.page(request, "notifications/page.html", **_list(view))
    await view.see_notices()
    return page


async def only_list(request: web.Request, view: View) -> web.Response:
    """The list anew, for a page that is open."""
    page = answer.fragment(request, "notifications/list.html", **_list(view))
    await view.see_notices()
    return page


async def press(request: web.Request, view: View) -> web.Response:
    form = await request.post()
    action, reply = str(form.get("action", "")), str(form.get("reply", "")).strip()
    done = await view.answer_notice(request.match_info["notice"], action, reply)
    return _done(request, "Your answer is on its way." if done else "That was dealt with already.")


async def confirm(request: web.Request, view: View) -> web.Response:
    done = await view.confirm_notice(request.match_info["notice"])
    return _done(request, "Confirmed." if done else "That was dealt with already.")


async def clear(request: web.Request, view: View) -> web.Response:
    await view.clear_notice(request.match_info["notice"])
    return _done(request, "Cleared.")


async def clear_all(request: web.Request, view: View) -> web.Response:
    count = await view.clear_notices()
    return _done(request, f"{count} {'notice is' if count == 1 else 'notices are'} cleared. What waits for you stays.")


async def live(request: web.Request, view: View) -> web.StreamResponse:
    """The bell's stream: how many there are, and the newest."""
    response = web.StreamResponse(headers=HEADERS)
    await response.prepare(request)
    events = cast("AsyncGenerator[Event, None]", view.subscribe(NoticesChanged, AccessChanged, name="bell"))
    with contextlib.suppress(ConnectionResetError):
        async with contextlib.aclosing(events):
            news = asyncio.ensure_future(anext(events, None))
            try:
                await response.write(_bell(view))
                while True:
                    done, _ = await asyncio.wait({news}, timeout=QUIET)
                    if not done:
                        await response.write(b": quiet\n\n")
                        continue
                    if news.result() is None:
                        await response.write(b"event: ended\ndata: {}\n\n")
                        break
                    news = asyncio.ensure_future(anext(events, None))
                    await response.write(_bell(view))
            finally:
                news.cancel()
                with contextlib.suppress(asyncio.CancelledError, StopAsyncIteration):
                    await news
    return response


def _bell(view: View) -> bytes:
    newest = next((one for one in view.notices() if one.open and one.state is not NoticeState.SEEN), None)
    told = {"id": newest.id, "title": newest.title, "message": newest.message[:200]} if newest is not None else None
    body = orjson.dumps({"count": view.notices_waiting(), "told": told})
    return b"event: bell\ndata: " + body + b"\n\n"


async def by_token(request: web.Request) -> web.Response:
    """A service worker's answer: the token is for one notice and was sealed on its way."""
    if (request.content_length or 0) > LONGEST:
        raise web.HTTPRequestEntityTooLarge(LONGEST, request.content_length or 0)
    try:
        body: dict[str, Any] = orjson.loads(await request.read())
        token, action, reply = (str(body.get(name, "")) for name in ("token", "action", "reply"))
        state = NoticeState(str(body.get("state", "answered")))
    except (ValueError, AttributeError):
        return web.json_response({"problem": "This is no answer to a notice."}, status=400)
    if state not in (NoticeState.ANSWERED, NoticeState.DELIVERED, NoticeState.SEEN, NoticeState.CLEARED):
        return web.json_response({"problem": "A token answers, and nothing else."}, status=400)
    if state is NoticeState.ANSWERED and not action:
        return web.json_response({"problem": "Say which button."}, status=400)
    if request.app[VIEWS].told_by_token(token) is None:
        return web.json_response({"problem": "There is no such notice (any more)."}, status=404)
    done = await request.app[VIEWS].answer_by_token(token, action, reply, state)
    return web.json_response({"done": done})


async def ask_by_token(request: web.Request) -> web.Response:
    """Where a link in an e-mail leads: nothing is answered before somebody presses, since mail servers follow links."""
    token = request.match_info["token"]
    notice = request.app[VIEWS].told_by_token(token)
    if notice is None or not notice.open:
        return answer.page(request, "notifications/by-token.html", notice=None, token="", done=False, status=404)
    return answer.page(request, "notifications/by-token.html", notice=notice, token=token, done=False)


async def press_by_token(request: web.Request) -> web.Response:
    form = await request.post()
    token, action = request.match_info["token"], str(form.get("action", ""))[:200]
    done = await request.app[VIEWS].answer_by_token(token, action, "", NoticeState.ANSWERED) if action else False
    status = 200 if done else 404
    return answer.page(request, "notifications/by-token.html", notice=None, token="", done=done, status=status)


def _list(view: View) -> dict[str, Any]:
    found = view.notices()
    return {
        "open_ones": [one for one in found if one.open],
        "done_ones": [one for one in found if not one.open][:40],
        "name_of": view.notice_name,
        "next_of": view.next_in_line,
        "waiting": view.notices_waiting(),
    }


def _done(request: web.Request, text: str) -> web.Response:
    return answer.done(request, HERE, text)


async def worker(request: web.Request) -> web.StreamResponse:
    """The service worker, at the root so that it serves every page."""
    asset = request.app[ASSETS].get("sw.js")
    assert asset is not None
    headers = {"Cache-Control": "no-cache", "Content-Type": asset.content_type}
    return web.Response(body=asset.body, headers=headers)


ROUTES = (
    PageRoute("GET", HERE, show),
    PageRoute("GET", f"{HERE}/list", only_list),
    PageRoute("GET", f"{HERE}/live", live),
    PageRoute("POST", f"{HERE}/clear", clear_all),
    PageRoute("POST", f"{HERE}/by-token", by_token, open=True),
    PageRoute("GET", f"{HERE}/by-token/{{token}}", ask_by_token, open=True),
    PageRoute("POST", f"{HERE}/by-token/{{token}}", press_by_token, open=True),
    PageRoute("POST", f"{HERE}/{{notice}}/answer", press),
    PageRoute("POST", f"{HERE}/{{notice}}/confirm", confirm),
    PageRoute("POST", f"{HERE}/{{notice}}/clear", clear),
    PageRoute("GET", "/sw.js", worker, open=True),
)
