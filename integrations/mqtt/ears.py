"""Hears for automations what they wait for: messages of topics, words of devices, tags."""

from __future__ import annotations

import asyncio
import random
from collections import Counter, deque
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from hub.api import AuthFailed, Context, DeviceFound, HubError, NotReady, TriggersChanged
from integrations.mqtt.address import Address
from integrations.mqtt.connection import Connection
from integrations.mqtt.discovery.catalogue import Catalogue
from integrations.mqtt.discovery.words import Word
from integrations.mqtt.message import Incoming
from integrations.mqtt.problems import Problems
from integrations.mqtt.together import together
from integrations.mqtt.topics import check_filter, covers, is_pattern, matches, widest

FULL, ROOM = 5_000, 500
"""Messages that wait to be told at which reading pauses, and at which it goes on."""
COPY_SECONDS = 1.0
"""Within which brokers send a message once more for each filter that it fits."""
_KEY = "listening"


class Ears:
    """A connection of its own while anybody waits for anything; the broker forgets it as soon as it ends.

    So nothing that waited at the broker while the hub was away sets an automation off hours late, and the readings'
    connection is asked for nothing that is no reading.
    """

    def __init__(
        self,
        ctx: Context,
        address: Address,
        client_id: str,
        problems: Problems,
        catalogue: Catalogue,
        about: Callable[[str], Sequence[str] | None],
    ) -> None:
        """`about`: topic -> ids of the entities that it tells of; None for what nobody may overhear."""
        self._ctx, self._address, self._client_id, self._problems = ctx, address, client_id, problems
        self._catalogue, self._about = catalogue, about
        catalogue.reworded = self.renew
        self.connection: Connection | None = None
        self._session = 0
        self._asked: Counter[str] = Counter()
        self._exact: frozenset[str] = frozenset()
        self._wild: set[str] = set()
        self._spoken: dict[str, list[Word]] = {}
        self._wanted: dict[str, int] = {}
        self._some, self._moved = asyncio.Event(), asyncio.Event()
        self._waiting: deque[Incoming] = deque()
        self._refused: set[str] = set()
        self._copies: dict[tuple[str, bytes], tuple[int, float]] = {}

    async def run(self) -> None:
        await together([self._follow(), self._stay_connected(), self._tell()])

    @property
    def settled(self) -> bool:
        """Whether the broker brings all that is waited for now."""
        self.renew()
        if not self._wanted:
            return True
        one = self.connection
        return one is not None and not one.lost.is_set() and one.subscriptions.settled.is_set()

    # -- what to listen for

    async def _follow(self) -> None:
        news = self._ctx.events(TriggersChanged, DeviceFound)
        self.renew()
        async for _ in news:
            self.renew()

    def renew(self) -> None:
        """Ask automations and devices anew what is waited for."""
        topics = [(str(one["topic"]), int(one["qos"])) for one in self._ctx.awaited("mqtt")]
        self._exact = frozenset(topic for topic, _ in topics if not is_pattern(topic))
        self._wild = {topic for topic, _ in topics if is_pattern(topic)}
        self._spoken = {}
        for word in self._heeded():
            self._spoken.setdefault(word.topic, []).append(word)
        asked = Counter(topic for topic, _ in topics) + Counter(self._spoken.keys())
        topics += [(word.topic, word.qos) for words in self._spoken.values() for word in words]
        if asked == self._asked:
            return
        newly = [topic for topic in asked if asked[topic] > self._asked[topic]]
        self._asked = asked
        self._wanted = fewest(topics)
        self._moved.set()
        if self.connection is not None:
            self.connection.ask_for(self._wanted, newly)

    def _heeded(self) -> list[Word]:
        """Every reader of tags, and what devices tell that an automation waits for."""
        words = self._catalogue.words.values()
        wishes = [one for one in self._ctx.awaited("device") if one.get("domain") == "mqtt"] if words else []
        keys = self._devices() if wishes else {}
        return [word for word in words if word.is_tag or any(_meant(one, word, keys) for one in wishes)]

    def _devices(self) -> dict[str, str]:
        """Key -> the hub's id."""
        own = self._ctx.entry.id
        return {one.description.key: one.id for one in self._ctx.devices() if one.entry == own}

    # -- the connection

    async def _stay_connected(self) -> None:
        delay = 0.5
        while True:
            while not self._wanted:
                self._moved.clear()
                await self._moved.wait()
            one = Connection(self._address, self._client_id, self._ctx.clock, self._ctx.log, self._arrived, None, False)
            one.subscriptions.on_refused = self._refuse
            try:
                await one.open()
            except (NotReady, AuthFailed) as error:
                await self._problems.show(
                    _KEY,
                    f"Automations hear nothing of the broker: {error}",
                    "They wait on a second connection with the same login. It is tried again.",
                )
                await self._ctx.clock.sleep(delay * (0.5 + random.random()))
                delay = min(15.0, delay * 2)
                continue
            delay = 0.5
            await self._problems.clear(_KEY)
            self._session += 1
            self.connection = one
            try:
                one.ask_for(self._wanted)
                await self._while_wanted(one)
            finally:
                self.connection = None
                await one.close()
            if self._wanted:
                # Two hubs of one name would throw each other out without a pause.
                await self._ctx.clock.sleep(delay * (0.5 + random.random()))

    async def _while_wanted(self, one: Connection) -> None:
        while self._wanted and not one.lost.is_set():
            self._moved.clear()
            waits = [asyncio.ensure_future(event.wait()) for event in (self._moved, one.lost)]
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in waits:
                    wait.cancel()

    def _refuse(self, pattern: str) -> None:
        self._refused.add(pattern)
        self._some.set()

    # -- what comes

    def _arrived(self, message: Incoming) -> None:
        self._waiting.append(message)
        self._some.set()
        if len(self._waiting) >= FULL and self.connection is not None:
            self.connection.pause()

    async def _tell(self) -> None:
        while True:
            await self._some.wait()
            self._some.clear()
            while self._refused:
                await self._say_refused(self._refused.pop())
            while self._waiting:
                message = self._waiting.popleft()
                try:
                    await self._one(message)
                except HubError as error:
                    self._ctx.log.warning("a message on %s could not be told: %s", message.topic, error)
                if self.connection is not None:
                    self.connection.ack([message])
                    if len(self._waiting) <= ROOM:
                        self.connection.resume()
                # A flood must not keep everybody else from their turn.
                await asyncio.sleep(0)

    async def _one(self, message: Incoming) -> None:
        about = self._about(message.topic)
        if about is None or self._is_copy(message):
            return
        facts = {
            "topic": message.topic,
            "payload": message.payload,
            "qos": message.qos,
            "retain": message.retain,
            "session": self._session,
        }
        if message.topic in self._exact or any(matches(one, message.topic) for one in self._wild):
            await self._ctx.heard("mqtt", facts, entities=about)
        for word in self._spoken.get(message.topic, ()):
            said = word.said(message) if not message.retain else None
            if said is not None:
                await self._say(word, said, facts)

    async def _say(self, word: Word, said: str, facts: Mapping[str, Any]) -> None:
        device = self._devices().get(word.device, "") if word.device else ""
        devices = [device] if word.device else []
        if word.is_tag:
            told = {"tag_id": said, **({"device_id": device} if device else {})}
            await self._ctx.heard("tag", told, devices=devices)
            return
        words = {"type": word.type, "subtype": word.subtype, "discovery_id": word.id}
        await self._ctx.heard(
            "device", {**facts, "domain": "mqtt", "device_id": device, **words}, devices=devices
        )  # fmt: skip

    async def _say_refused(self, pattern: str) -> None:
        await self._problems.show(
            f"{_KEY}:{pattern}",
            f"The broker does not let the hub listen to {pattern}, so automations hear nothing of it.",
            "Give the hub's login the right to read it at the broker.",
        )

    def _is_copy(self, message: Incoming) -> bool:
        """One more of the copies that a broker sends where several filters fit."""
        one = self.connection
        copies = one.subscriptions.copies(message.topic) if one is not None else 1
        if copies < 2:
            return False
        key, now = (message.topic, message.payload), self._ctx.clock.monotonic()
        left, since = self._copies.pop(key, (0, now))
        if left and now - since < COPY_SECONDS:
            if left > 1:
                self._copies[key] = (left - 1, since)
            return True
        if len(self._copies) > FULL:
            self._copies.clear()
        self._copies[key] = (copies - 1, now)
        return False


def _meant(wish: Mapping[str, Any], word: Word, devices: Mapping[str, str]) -> bool:
    words = [wish[name] == said for name, said in (("type", word.type), ("subtype", word.subtype)) if name in wish]
    known = wish.get("device_id") == devices.get(word.device) or wish.get("discovery_id") == word.id
    return known and all(words)


def fewest(topics: Collection[tuple[str, int]]) -> dict[str, int]:
    """The fewest filters that bring all of these, each with the highest quality of service among what it brings."""
    good = []
    for topic, qos in topics:
        try:
            good.append((check_filter(topic), qos))
        except ValueError:
            continue
    kept = widest(topic for topic, _ in good)
    return {
        one: max(qos for topic, qos in good if topic == one or (is_pattern(one) and covers(one, topic)))
        for one in sorted(kept)
    }
