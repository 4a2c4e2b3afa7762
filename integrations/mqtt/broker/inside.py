"""amqtt in the hub's own process, for machines without mosquitto."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amqtt.broker import Broker as AmqttBroker
from amqtt.contexts import Action
from amqtt.plugins.base import BaseAuthPlugin, BaseTopicPlugin

from hub.api import Context, NotReady
from integrations.mqtt.broker.accounts import Accounts
from integrations.mqtt.topics import covers

_accounts: dict[str, Accounts] = {}
"""amqtt makes its plugins itself, from names; this is how they find the accounts, by the broker's folder."""
_HERE = "integrations.mqtt.broker.inside"


class Passwords(BaseAuthPlugin):  # type: ignore[misc] # amqtt has no types
    """Names and passwords of the accounts."""

    @dataclass
    class Config:
        folder: str = ""

    async def authenticate(self, *, session: Any) -> bool | None:
        accounts = _accounts.get(self.config.folder)
        login = accounts.logins.get(session.username or "") if accounts is not None else None
        if accounts is None or login is None or not login.accepts(session.password or ""):
            return False
        # amqtt asks nobody about a will, so who leaves one to topics of others is not let in at all.
        will = getattr(session, "will_topic", None) or ""
        return not will or accounts.allows(login.name, will, write=True)


class Topics(BaseTopicPlugin):  # type: ignore[misc] # amqtt has no types
    """Topics of the accounts."""

    @dataclass
    class Config:
        folder: str = ""

    async def topic_filtering(
        self, *, session: Any = None, topic: str | None = None, action: Action | None = None
    ) -> bool | None:
        accounts = _accounts.get(self.config.folder)
        if accounts is None or session is None or topic is None:
            return False
        name = session.username or ""
        if action == Action.SUBSCRIBE:
            login = accounts.logins.get(name)
            return login is not None and any(
                pattern == topic or covers(pattern, topic) for pattern in login.reads(accounts.prefix)
            )
        return accounts.allows(name, topic, write=action == Action.PUBLISH)


class _Broker(AmqttBroker):  # type: ignore[misc] # amqtt has no types
    """Ends every connection; amqtt itself leaves those open that break off while they begin, or that outlast it."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self._connections: set[asyncio.Task[Any]] = set()

    async def stream_connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, listener_name: str
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)
        try:
            await super().stream_connected(reader, writer, listener_name)
        except OSError:  # the other side is gone
            pass
        finally:
            writer.close()

    async def shutdown(self) -> None:
        try:
            await super().shutdown()
        finally:
            for task in self._connections:
                task.cancel()
            await asyncio.gather(*self._connections, return_exceptions=True)


class InsideBroker:
    kind = "amqtt"
    version = 4

    def __init__(self, ctx: Context, folder: Path, accounts: Accounts, host: str, port: int) -> None:
        self._ctx, self._folder, self._host = ctx, str(folder), host
        self.accounts, self.port = accounts, port
        self._broker: _Broker | None = None

    async def start(self) -> None:
        logging.getLogger("amqtt").setLevel(logging.ERROR)
        logging.getLogger("transitions").setLevel(logging.ERROR)
        _accounts[self._folder] = self.accounts
        broker = _Broker(
            {
                "listeners": {"default": {"type": "tcp", "bind": f"{self._host}:{self.port}"}},
                "plugins": {
                    f"{_HERE}.Passwords": {"folder": self._folder},
                    f"{_HERE}.Topics": {"folder": self._folder},
                },
            }
        )
        try:
            await broker.start()
        except Exception as error:  # noqa: BLE001 # it wraps whatever went wrong in errors of many kinds
            raise NotReady(f"the broker inside the hub cannot listen on port {self.port}: {error}") from None
        self._broker = broker

    async def watch(self) -> None:
        """It lives and ends with the hub."""
        while True:
            await self._ctx.clock.sleep(3_600.0)

    async def stop(self) -> None:
        broker, self._broker = self._broker, None
        _accounts.pop(self._folder, None)
        if broker is not None:
            await broker.shutdown()

    async def reload(self) -> None:
        """Accounts are asked at every connection and message."""
