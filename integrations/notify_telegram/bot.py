"""What comes back: pressed buttons and replies, by long polling; one poll for all the chats of a bot."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from hub.api import BadReading, Context, NoticeAnswer
from integrations.notify_telegram.chat import chat_of
from integrations.notify_telegram.wire import Moved, call

WAIT = 50
"""Seconds for which Telegram holds a question back."""


class Bot:
    """Telegram answers one asker at a time: of a bot's chats one asks, and the others are told."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.chats: list[Context] = []


bots: dict[tuple[int, str, str], Bot] = {}


async def listen(ctx: Context) -> None:
    key = (id(asyncio.get_running_loop()), str(ctx.config.server), ctx.config.token.get_secret_value())
    bot = bots.setdefault(key, Bot())
    bot.chats.append(ctx)
    try:
        async with bot.lock:
            await call(ctx, "getMe")
            await _ask(ctx, bot)
    finally:
        bot.chats.remove(ctx)
        if not bot.chats:
            bots.pop(key, None)


async def _ask(ctx: Context, bot: Bot) -> None:
    after = 0
    while True:
        wanted = {"timeout": WAIT, "allowed_updates": ["message", "callback_query"]}
        updates = await call(ctx, "getUpdates", patience=WAIT + 15.0, offset=after, **wanted)
        for update in updates if isinstance(updates, list) else ():
            if isinstance(update, dict):
                after = max(after, int(update.get("update_id", 0)) + 1)
                await _take(ctx, bot, update)


async def _take(ctx: Context, bot: Bot, update: dict[str, Any]) -> None:
    if isinstance(query := update.get("callback_query"), dict):
        notice, _, number = str(query.get("data", "")).partition(":")
        chat = str(((query.get("message") or {}).get("chat") or {}).get("id", ""))
        done = await _answered(bot, chat, NoticeAnswer(notice, f"#{number}"))
        with suppress(BadReading, Moved):
            words = "Thank you" if done else "That was dealt with already."
            await call(ctx, "answerCallbackQuery", callback_query_id=str(query.get("id", "")), text=words)
    elif isinstance(message := update.get("message"), dict):
        await _message(bot, message)


async def _message(bot: Bot, message: dict[str, Any]) -> None:
    chat = str((message.get("chat") or {}).get("id", ""))
    if (moved := message.get("migrate_to_chat_id")) is not None:
        for one in bot.chats:
            if await chat_of(one) == chat:
                await one.save("moved", {"from": one.config.chat, "to": str(moved)})
        return
    number = str((message.get("reply_to_message") or {}).get("message_id", ""))
    text = str(message.get("text", ""))
    for one in bot.chats:
        if number and text and await chat_of(one) == chat:
            notice = (await one.load("sent") or {}).get(number)
            if notice:
                await one.answered(NoticeAnswer(str(notice), "#reply", text))


async def _answered(bot: Bot, chat: str, answer: NoticeAnswer) -> bool:
    """Only in the chat to which it was told."""
    for one in bot.chats:
        if await chat_of(one) == chat and await one.answered(answer):
            return True
    return False
