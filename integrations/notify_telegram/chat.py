"""Messages to the chat, with a keyboard below."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from hub.api import BadReading, Context, Delivery, NoticeState, Outbound
from integrations.notify_telegram.wire import Moved, call

LONGEST = 4_096
REMEMBERED = 200
"""Messages whose replies are understood."""


async def chat_of(ctx: Context) -> str:
    """The chat's number; that of the options until it moved."""
    moved = await ctx.load("moved")
    if isinstance(moved, dict) and moved.get("from") == ctx.config.chat:
        return str(moved["to"])
    return str(ctx.config.chat)


async def send(ctx: Context, going: Outbound) -> Delivery:
    if isinstance(going.handle, int):
        # The new one alerts, the old one goes.
        with suppress(BadReading, Moved):
            await call(ctx, "deleteMessage", chat_id=await chat_of(ctx), message_id=going.handle)
    text = "\n\n".join(one for one in (going.title if going.title != "Homeostat" else "", going.message) if one)
    parameters: dict[str, Any] = {"text": text[:LONGEST], "link_preview_options": {"is_disabled": True}}
    keys = keyboard(going)
    if keys:
        parameters["reply_markup"] = {"inline_keyboard": keys}
    if going.notice.data.get("silent"):
        parameters["disable_notification"] = True
    try:
        sent = await call(ctx, "sendMessage", chat_id=await chat_of(ctx), **parameters)
    except Moved as moved:
        await ctx.save("moved", {"from": ctx.config.chat, "to": moved.chat})
        sent = await call(ctx, "sendMessage", chat_id=moved.chat, **parameters)
    number = int(sent["message_id"])
    if any(one.reply for one in going.notice.buttons):
        known = dict(await ctx.load("sent") or {})
        known[str(number)] = going.notice.id
        await ctx.save("sent", dict(list(known.items())[-REMEMBERED:]))
    return Delivery(handle=number)


def keyboard(going: Outbound) -> list[list[dict[str, str]]]:
    """A button a row; one that asks for a text says how to give it."""
    rows: list[list[dict[str, str]]] = []
    for number, button in enumerate(going.notice.buttons):
        if button.action == "URI":
            target = button.uri if button.uri.startswith("http") else f"{going.base}{button.uri}"
            if target.startswith("http"):
                rows.append([{"text": button.title, "url": target}])
        else:
            words = f"{button.title} (reply to this message)" if button.reply else button.title
            rows.append([{"text": words, "callback_data": f"{going.notice.id}:{number}"}])
    return rows


async def clear(ctx: Context, going: Outbound) -> None:
    if not isinstance(going.handle, int):
        return
    where: dict[str, Any] = {"chat_id": await chat_of(ctx), "message_id": going.handle}
    with suppress(BadReading, Moved):
        if going.notice.state is NoticeState.CLEARED:
            await call(ctx, "deleteMessage", **where)
        elif going.notice.buttons:
            await call(ctx, "editMessageReplyMarkup", **where, reply_markup={"inline_keyboard": []})
