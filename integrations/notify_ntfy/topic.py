"""Publishing to a topic, and hearing what phones answer on the other one."""

from __future__ import annotations

from typing import Any

import aiohttp
import orjson

from hub.api import AuthFailed, BadReading, Context, Delivery, NoticeAnswer, NoticeState, NotReady, Outbound, Urgency

PRIORITY = {Urgency.INFO: 3, Urgency.IMPORTANT: 4, Urgency.CRITICAL: 5}
LONGEST = 4_000
"""Bytes of a message; what is longer becomes a file there."""
MOST_BUTTONS = 3
SILENCE = 150.0
"""Seconds without a line after which the server is gone; it sends one every 45."""
CHECK = 6 * 3_600.0


async def send(ctx: Context, going: Outbound) -> Delivery:
    body = message(ctx, going)
    try:
        async with ctx.http.post(_server(ctx), data=orjson.dumps(body), headers=_headers(ctx)) as response:
            if response.status == 200:
                told = await response.json()
                return Delivery(handle=str(told.get("id", "")))
            _check(response)
            raise BadReading(f"the ntfy server refused it ({response.status})")
    except (aiohttp.ClientError, ValueError) as error:
        raise NotReady(f"the ntfy server can't be reached ({type(error).__name__})") from None


def message(ctx: Context, going: Outbound) -> dict[str, Any]:
    """As ntfy's JSON publishing takes it."""
    notice, answers = going.notice, ctx.config.answers.get_secret_value()
    text = going.message.encode()[:LONGEST].decode(errors="ignore")
    body: dict[str, Any] = {
        "topic": ctx.config.topic.get_secret_value(),
        "title": going.title[:250],
        "message": text,
        "priority": PRIORITY[notice.urgency],
    }
    link = notice.uri if notice.uri.startswith("http") else f"{going.base}{notice.uri or '/notifications'}"
    if link.startswith("http"):
        body["click"] = link
    actions: list[dict[str, Any]] = []
    for number, button in enumerate(notice.buttons[:MOST_BUTTONS]):
        if button.action == "URI":
            target = button.uri if button.uri.startswith("http") else f"{going.base}{button.uri}"
            if target.startswith("http"):
                actions.append({"action": "view", "label": button.title, "url": target})
        elif answers and not button.reply:
            said = orjson.dumps({"notice": going.token, "action": f"#{number}"}).decode()
            # No Authorization header: it would be shown to everybody who may read the topic.
            actions.append(
                {"action": "http", "label": button.title, "url": f"{_server(ctx)}/{answers}", "method": "POST",
                 "body": said, "clear": True}
            )  # fmt: skip
    if actions:
        body["actions"] = actions
    return body


async def listen(ctx: Context) -> None:
    """Hear answers for ever; without a topic for them, look now and then whether the server is there."""
    if not ctx.config.answers.get_secret_value():
        while True:
            await _health(ctx)
            await ctx.clock.sleep(CHECK)
    url = f"{_server(ctx)}/{ctx.config.answers.get_secret_value()}/json"
    since = str(await ctx.load("since") or int(ctx.clock.now().timestamp()))
    patience = aiohttp.ClientTimeout(total=None, sock_read=SILENCE)
    try:
        async with ctx.http.get(url, params={"since": since}, headers=_headers(ctx), timeout=patience) as response:
            _check(response)
            if response.status != 200:
                raise NotReady(f"the ntfy server does not let us listen ({response.status})")
            async for line in response.content:
                if line.strip():
                    await _heard(ctx, line)
    except aiohttp.ClientError as error:
        raise NotReady(f"the ntfy server went away ({type(error).__name__})") from None
    raise NotReady("the ntfy server ended the stream", retry_after=2)


async def _heard(ctx: Context, line: bytes) -> None:
    try:
        event = orjson.loads(line)
        said = orjson.loads(event["message"]) if event.get("event") == "message" else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return
    if isinstance(said, dict):
        # By the notice's token: anybody may write to a topic.
        token, action = str(said.get("notice", "")), str(said.get("action", ""))
        if "." in token and action:
            await ctx.answered(NoticeAnswer(token, action, state=NoticeState.ANSWERED))
    if event.get("event") == "message" and event.get("id"):
        await ctx.save("since", event["id"])


async def _health(ctx: Context) -> None:
    try:
        async with ctx.http.get(f"{_server(ctx)}/v1/health", headers=_headers(ctx)) as response:
            _check(response)
            if response.status != 200:
                raise NotReady(f"the ntfy server is not well ({response.status})")
    except aiohttp.ClientError as error:
        raise NotReady(f"the ntfy server can't be reached ({type(error).__name__})") from None


def _check(response: aiohttp.ClientResponse) -> None:
    if response.status in (401, 403):
        raise AuthFailed("the ntfy server wants another access token for this topic")
    if response.status == 429 or response.status >= 500:
        wait = response.headers.get("Retry-After", "")
        patience = float(wait) if wait.isdigit() else 60.0
        raise NotReady(f"the ntfy server asks for patience ({response.status})", retry_after=patience)


def _server(ctx: Context) -> str:
    return str(ctx.config.server).rstrip("/")


def _headers(ctx: Context) -> dict[str, str]:
    token = ctx.config.token.get_secret_value()
    return {"Authorization": f"Bearer {token}"} if token else {}
