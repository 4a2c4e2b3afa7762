"""Notices out to the broker, and what comes back on their answer topics."""

from __future__ import annotations

import asyncio

import orjson

from hub.api import Context, Delivery, NoticeAnswer, NotReady, Outbound
from integrations.mqtt.connection import Connection
from integrations.mqtt.message import Incoming


class Notices:
    """`take` answers as they come; `hear` hands them on."""

    def __init__(self, ctx: Context, connection: Connection, base: str, household: str) -> None:
        self._ctx, self._connection = ctx, connection
        self._base = f"{base}/{household}/notify/"
        self._came: asyncio.Queue[bytes] = asyncio.Queue(200)

    @property
    def base(self) -> str:
        """How all topics of notices begin."""
        return self._base

    @property
    def pattern(self) -> str:
        return f"{self._base}+/answer"

    def tell(self, going: Outbound) -> Delivery:
        """At `.../notify/<person>`; raises NotReady without a connection."""
        notice = going.notice
        body = {
            "id": notice.id,
            "answer": going.token,
            "title": going.title,
            "message": going.message,
            "tag": notice.tag,
            "group": notice.group,
            "urgency": notice.urgency.value,
            "about": notice.about,
            "url": notice.uri,
            "actions": [{"action": one.action, "title": one.title, "reply": one.reply} for one in notice.buttons],
            "at": notice.at,
        }
        if not self._connection.publish(self._topic(going), orjson.dumps(body, option=orjson.OPT_UTC_Z), qos=1):
            raise NotReady("there is no connection to the broker")
        return Delivery(handle=True)

    def clear(self, going: Outbound) -> None:
        notice = going.notice
        body = {"id": notice.id, "tag": notice.tag, "clear": True, "state": notice.state.value}
        self._connection.publish(self._topic(going), orjson.dumps(body), qos=1)

    def take(self, message: Incoming) -> bool:
        if not message.topic.startswith(self._base) or not message.topic.endswith("/answer"):
            return False
        if not message.retain and not self._came.full():
            self._came.put_nowait(message.payload)
        return True

    async def hear(self) -> None:
        while True:
            payload = await self._came.get()
            try:
                said = orjson.loads(payload)
                token, action, reply = (str(said.get(name) or "") for name in ("answer", "action", "reply_text"))
            except (ValueError, AttributeError):
                self._ctx.log.warning("an answer to a notice is no JSON such as {answer, action}")
                continue
            # By the notice's token, which only who was told has: whoever may write to the broker can't guess it.
            if "." not in token or not action or not await self._ctx.answered(NoticeAnswer(token, action, reply)):
                self._ctx.log.warning("an answer came for a notice that is not open, or names no button of it")

    def _topic(self, going: Outbound) -> str:
        return f"{self._base}{going.notice.to.removeprefix('@')}"


async def send(ctx: Context, going: Outbound) -> Delivery:
    return _of(ctx).tell(going)


async def clear(ctx: Context, going: Outbound) -> None:
    _of(ctx).clear(going)


def _of(ctx: Context) -> Notices:
    from integrations.mqtt.session import session_of

    session = session_of(ctx)
    if not session.is_connected:
        raise NotReady("there is no connection to the broker")
    return session.notices
