"""paho on the hub's event loop: no thread, deliveries acknowledged by hand, both protocol versions."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from paho.mqtt.client import Client, MQTTMessage, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from hub.api import AuthFailed, Clock, NotReady
from integrations.mqtt.address import Address, Will
from integrations.mqtt.message import Incoming
from integrations.mqtt.subscriptions import Subscriptions
from integrations.mqtt.wire import Wire, connect

IN_FLIGHT = 2_000
"""Deliveries a broker may have under way to us before the first is acknowledged."""
SESSION_SECONDS = 7 * 86_400
KEEP_ALIVE = 30
LARGEST_PACKET = 64 << 20
AT_ONCE = 400
"""Packets read before other tasks get their turn."""
_REFUSED_FOREVER = {
    4: "name or password is wrong", 5: "it is not allowed", 134: "name or password is wrong", 135: "it is not allowed",
}  # fmt: skip
_OTHER_VERSION = (1, 132)


class _Client(Client):
    """paho with a socket that is already connected."""

    wire: Wire | None = None

    def _create_socket(self) -> Any:
        return self.wire


class Connection:
    """One session, `lasting` at the broker while we are away; `open` again when lost. `on_message` returns at once."""

    def __init__(
        self,
        address: Address,
        client_id: str,
        clock: Clock,
        log: logging.LoggerAdapter[logging.Logger],
        on_message: Callable[[Incoming], None],
        will: Will | None,
        lasting: bool = True,
    ) -> None:
        self.address, self.client_id = address, client_id
        self._clock, self._log, self._on_message, self._will = clock, log, on_message, will
        self._lasting = lasting
        self._tls = address.context()
        self._version = address.version
        self._client: _Client | None = None
        self._wire: Wire | None = None
        self._loop = asyncio.get_running_loop()
        self._misc: asyncio.Task[None] | None = None
        self._answer: asyncio.Future[tuple[int, bool]] | None = None
        self._paused = False
        self.lost = asyncio.Event()
        """Set while there is no connection."""
        self.lost.set()
        self.generation = 0
        self.session_present = False
        self.subscriptions = Subscriptions()

    # -- coming and going

    async def open(self) -> None:
        """Raises NotReady when the broker cannot be reached now, AuthFailed when it does not want us."""
        for version in dict.fromkeys((self._version, MQTTv311)):
            code, present = await self._try(version)
            if code == 0:
                self._version = version
                self.session_present = present
                self.generation += 1
                self.lost.clear()
                self._misc = self._loop.create_task(self._keep_alive(), name=f"mqtt:{self.client_id}")
                return
            if code in _REFUSED_FOREVER:
                raise AuthFailed(f"the broker at {self.address.host} lets us in no more: {_REFUSED_FOREVER[code]}")
            if code not in _OTHER_VERSION and code >= 0:
                raise NotReady(f"the broker at {self.address.host} refuses the connection (reason {code})")
        raise NotReady(f"the broker at {self.address.host} closes the connection without a word")

    async def _try(self, version: int) -> tuple[int, bool]:
        """The broker's answer: reason code (-1: it closed the connection) and whether it knew the session."""
        self._wire = await connect(self.address.host, self.address.port, self._tls, self._clock)
        self._answer = self._loop.create_future()
        client = self._client
        if client is None or client.protocol != version:
            client = self._client = self._make(version)
        client.wire = self._wire
        options: dict[str, Any] = {}
        if version == MQTTv5:
            properties: Any = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call] # paho has no types here
            properties.SessionExpiryInterval = SESSION_SECONDS if self._lasting else 0
            properties.ReceiveMaximum = IN_FLIGHT
            properties.MaximumPacketSize = LARGEST_PACKET
            options = {"clean_start": not self._lasting, "properties": properties}
        client.connect(self.address.host, self.address.port, KEEP_ALIVE, **options)
        try:
            # Brokers that know only the older version may wait for the rest of what they cannot read.
            return await self._clock.wait_for(asyncio.shield(self._answer), 4.0 if version == MQTTv5 else 10.0)
        except TimeoutError:
            self._drop()
            if version == MQTTv5:
                return -1, False
            raise NotReady(f"the broker at {self.address.host} does not answer") from None
        except BaseException:
            self._drop()
            raise

    def _make(self, version: int) -> _Client:
        client = _Client(
            CallbackAPIVersion.VERSION2,
            client_id=self.client_id,
            protocol=version,  # type: ignore[arg-type] # paho's own constants are plain integers here
            clean_session=None if version == MQTTv5 else not self._lasting,
            manual_ack=True,
            reconnect_on_failure=False,
        )
        if self.address.username:
            client.username_pw_set(self.address.username, self.address.password)
        if self._will is not None:
            client.will_set(self._will.topic, self._will.payload, qos=1, retain=True)
        client.on_connect = self._connected
        client.on_disconnect = self._disconnected
        client.on_message = self._message
        client.on_subscribe = self.subscriptions.answered
        client.on_socket_open = lambda *_: self._listen()
        client.on_socket_close = lambda *_: self._unlisten()
        client.on_socket_register_write = lambda *_: self._want_write(True)
        client.on_socket_unregister_write = lambda *_: self._want_write(False)
        return client

    async def close(self) -> None:
        """Say goodbye and end; safe to call twice."""
        if self._misc is not None:
            self._misc.cancel()
            self._misc = None
        client, wire = self._client, self._wire
        if client is not None and not self.lost.is_set():
            client.disconnect()
            if wire is not None:
                wire.corked = False
                wire.flush()
            client.loop_write()
        self._drop()

    def _drop(self) -> None:
        self._unlisten()
        if self._wire is not None:
            self._wire.close()
            self._wire = None
        self.lost.set()
        self.subscriptions.forget()

    async def _keep_alive(self) -> None:
        while not self.lost.is_set():
            await self._clock.sleep(1.0)
            # Whoever does not read cannot see that the broker answered.
            if self._client is not None and not self._paused:
                self._client.loop_misc()

    # -- the socket

    def _listen(self) -> None:
        if self._wire is not None and not self._paused:
            self._loop.add_reader(self._wire.fileno(), self._read)

    def _unlisten(self) -> None:
        if self._wire is not None and self._wire.fileno() >= 0:
            self._loop.remove_reader(self._wire.fileno())
            self._loop.remove_writer(self._wire.fileno())

    def _read(self) -> None:
        client, wire = self._client, self._wire
        if client is None or wire is None or self._paused:
            return
        for _ in range(AT_ONCE):
            client.loop_read()
            if wire is not self._wire or self._paused:
                return
            if not wire.waiting:
                return
        self._loop.call_soon(self._read)

    def _want_write(self, wanted: bool) -> None:
        wire = self._wire
        if wire is None or wire.fileno() < 0:
            return
        if wanted or wire.unsent:
            self._loop.add_writer(wire.fileno(), self._write)
        else:
            self._loop.remove_writer(wire.fileno())

    def _write(self) -> None:
        client, wire = self._client, self._wire
        if client is None or wire is None:
            return
        wire.corked = True
        try:
            client.loop_write()
        finally:
            wire.corked = False
            wire.flush()
        if wire is self._wire:
            self._want_write(client.want_write())

    def pause(self) -> None:
        """Read no more until `resume`; the broker has to wait."""
        if not self._paused:
            self._paused = True
            if self._wire is not None and self._wire.fileno() >= 0:
                self._loop.remove_reader(self._wire.fileno())

    def resume(self) -> None:
        if self._paused:
            self._paused = False
            self._listen()
            self._loop.call_soon(self._read)

    # -- what paho tells

    def _connected(self, client: Client, userdata: Any, flags: Any, reason: Any, properties: Any) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result((int(reason.value), bool(flags.session_present)))

    def _disconnected(self, client: Client, userdata: Any, flags: Any, reason: Any, properties: Any) -> None:
        if client is not self._client:
            return
        if self._answer is not None and not self._answer.done():
            self._answer.set_result((-1, False))
        self._drop()

    def _message(self, client: Client, userdata: Any, message: MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            client.ack(message.mid, message.qos)
            return
        self._on_message(
            Incoming(
                topic,
                bytes(message.payload),
                qos=message.qos,
                mid=message.mid,
                retain=bool(message.retain),
                dup=bool(message.dup),
                generation=self.generation,
            )
        )

    # -- what we tell the broker

    def ask_for(self, wanted: Mapping[str, int], newly: Collection[str] = ()) -> None:
        """Subscribe to these filters and to no others; `newly` are those that have new readers."""
        if self._client is not None and not self.lost.is_set():
            self.subscriptions.ask(self._client, wanted, newly)

    def ack(self, messages: Iterable[Incoming]) -> None:
        """Acknowledge deliveries of this connection; those of an earlier one will come again."""
        client, wire = self._client, self._wire
        if client is None or wire is None or self.lost.is_set():
            return
        wire.corked = True
        try:
            for message in messages:
                if message.qos and message.generation == self.generation:
                    client.ack(message.mid, message.qos)
            client.loop_write()
        finally:
            wire.corked = False
            wire.flush()
            if wire.unsent:
                self._want_write(True)

    def publish(self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> bool:
        """False when there is no connection; QoS 1 messages are then kept and sent later."""
        client = self._client
        if client is None or (self.lost.is_set() and qos == 0):
            return False
        client.publish(topic, payload, qos, retain)
        return not self.lost.is_set()

    @property
    def backlog(self) -> int:
        """Packets that wait to be sent."""
        client = self._client
        return 0 if client is None else len(client._out_packet)
