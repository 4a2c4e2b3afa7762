"""The Bot API, as a bot that tells and listens needs it: long polls, offsets, refusals in Telegram's words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

TOKEN = "123456:ABC-right"


class Telegram:
    def __init__(self) -> None:
        self.messages: dict[int, dict[str, Any]] = {}
        self.answered: list[dict[str, Any]] = []
        self.refusing: list[tuple[int, dict[str, Any]]] = []
        self.chats = {"77", "88"}
        self.moved: dict[str, int] = {}
        self.url = ""
        self.conflicts = 0
        self._updates: list[dict[str, Any]] = []
        self._news = asyncio.Event()
        self._polling = False

    def press(self, message: int, button: int = 0, chat: str = "") -> None:
        told = self.messages[message]
        data = told["reply_markup"]["inline_keyboard"][button][0]["callback_data"]
        where = {"chat": {"id": int(chat or told["chat_id"])}, "message_id": message}
        self._push({"callback_query": {"id": "q1", "data": data, "message": where}})

    def reply(self, message: int, text: str) -> None:
        chat = {"id": int(self.messages[message]["chat_id"])}
        self._push({"message": {"chat": chat, "text": text, "reply_to_message": {"message_id": message}}})

    def _push(self, update: dict[str, Any]) -> None:
        self._updates.append({"update_id": len(self._updates) + 1, **update})
        self._news.set()

    async def take(self, request: web.Request) -> web.Response:
        if request.match_info["token"] != TOKEN:
            return self._no(401, "Unauthorized")
        method, body = request.match_info["method"], await request.json()
        if method == "getUpdates":
            return await self._poll(body)
        if method == "getMe":
            return self._yes({"id": 123456, "is_bot": True})
        if self.refusing and method == "sendMessage":
            status, more = self.refusing.pop(0)
            return self._no(status, more.pop("description", "refused"), **more)
        if method == "answerCallbackQuery":
            self.answered.append(body)
            return self._yes(True)
        chat = str(body.get("chat_id"))
        if chat in self.moved:
            return self._no(400, "group chat was upgraded", migrate_to_chat_id=self.moved[chat])
        if chat not in self.chats:
            return self._no(400, "Bad Request: chat not found")
        if method == "sendMessage":
            number = len(self.messages) + 100
            self.messages[number] = {**body, "gone": False}
            return self._yes({"message_id": number, "chat": {"id": int(chat)}})
        if method == "deleteMessage":
            self.messages[body["message_id"]]["gone"] = True
            return self._yes(True)
        if method == "editMessageReplyMarkup":
            self.messages[body["message_id"]]["reply_markup"] = body["reply_markup"]
            return self._yes(True)
        return self._no(404, "Not Found")

    async def _poll(self, body: dict[str, Any]) -> web.Response:
        if self._polling:
            self.conflicts += 1
            return self._no(409, "Conflict: terminated by other getUpdates request")
        self._polling = True
        try:
            found = [one for one in self._updates if one["update_id"] >= body.get("offset", 0)]
            if not found:
                self._news.clear()
                await asyncio.wait_for(self._news.wait(), min(body.get("timeout", 0), 5))
        except TimeoutError:
            pass
        finally:
            self._polling = False
        return self._yes([one for one in self._updates if one["update_id"] >= body.get("offset", 0)])

    def _yes(self, result: Any) -> web.Response:
        return web.json_response({"ok": True, "result": result})

    def _no(self, status: int, description: str, **parameters: Any) -> web.Response:
        body = {"ok": False, "error_code": status, "description": description, "parameters": parameters}
        return web.json_response(body, status=status)


@asynccontextmanager
async def telegram() -> AsyncIterator[Telegram]:
    service, app = Telegram(), web.Application()
    app.router.add_post("/bot{token}/{method}", service.take)
    async with TestServer(app) as server:
        service.url = str(server.make_url("")).rstrip("/")
        yield service
