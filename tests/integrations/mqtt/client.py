"""A device's side of a broker, for tests."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Self

from paho.mqtt.client import Client as Paho
from paho.mqtt.client import MQTTMessage, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion


@dataclass(frozen=True)
class Message:
    topic: str
    payload: bytes
    retain: bool


class Client:
    """Publishes and listens; use it in an `async with`."""

    def __init__(
        self,
        port: int,
        *,
        name: str = "",
        password: str = "",
        client_id: str = "",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._paho = Paho(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=MQTTv311)
        if name:
            self._paho.username_pw_set(name, password)
        if tls is not None:
            self._paho.tls_set_context(tls)
        self._port = port
        self._loop = asyncio.get_running_loop()
        self._answer: asyncio.Future[int] = self._loop.create_future()
        self.messages: list[Message] = []
        self.newest: dict[str, Message] = {}
        self._paho.on_connect = lambda *given: self._later(self._connected, int(given[3].value))
        self._paho.on_message = lambda _, __, message: self._later(self._arrived, message)

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self._paho.connect, "127.0.0.1", self._port)
        self._paho.loop_start()
        try:
            async with asyncio.timeout(30):
                code = await self._answer
            if code:
                raise PermissionError(f"the broker answers {code}")
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        self._paho.disconnect()
        await asyncio.to_thread(self._paho.loop_stop)
        self._paho._reset_sockets()  # those by which it wakes its thread; it leaves them to the collector

    async def publish(self, topic: str, payload: str | bytes, *, qos: int = 1, retain: bool = False) -> None:
        """Returns when the broker has acknowledged it (QoS 1)."""
        info = self._paho.publish(topic, payload, qos, retain)
        if qos:
            await asyncio.to_thread(info.wait_for_publish, 30)

    async def subscribe(self, pattern: str) -> None:
        """Returns when the broker has answered."""
        answered = asyncio.Event()
        self._paho.on_subscribe = lambda *_: self._later(answered.set)
        self._paho.subscribe(pattern, 1)
        async with asyncio.timeout(30):
            await answered.wait()

    async def value(self, topic: str) -> bytes:
        """The newest payload of a topic, waited for."""
        await until(lambda: topic in self.newest)
        return self.newest[topic].payload

    def _later(self, function: Callable[..., None], *arguments: Any) -> None:
        self._loop.call_soon_threadsafe(function, *arguments)

    def _connected(self, code: int) -> None:
        if not self._answer.done():
            self._answer.set_result(code)

    def _arrived(self, message: MQTTMessage) -> None:
        found = Message(message.topic, bytes(message.payload), bool(message.retain))
        self.messages.append(found)
        self.newest[found.topic] = found


async def until(
    condition: Callable[[], Any] | Callable[[], Awaitable[Any]], seconds: float = 30.0, what: str = ""
) -> Any:
    """Wait until the condition gives something true; returns it."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        found = condition()
        if isinstance(found, Awaitable):
            found = await found
        if found:
            return found
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(what or "it did not come about in time")
        await asyncio.sleep(0.01)
