"""Every state and recorded reading out to the broker."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import orjson

from hub.api import (
    HOUSEHOLD,
    Context,
    EntitiesChanged,
    Entity,
    Event,
    Lagged,
    PeopleChanged,
    Reading,
    ReadingsRecorded,
    ReadingsRemoved,
    State,
    StateChanged,
    slugify,
)
from integrations.mqtt.announce import announcement, config_topic, unit_of
from integrations.mqtt.config import Config
from integrations.mqtt.connection import Connection

CROWDED, CLEAR = 5_000, 500
"""Packets waiting to be sent at which we wait, and until when."""


class Outbound:
    """`run` listens to the hub; `connected` begins anew after every connection."""

    def __init__(self, ctx: Context, config: Config, connection: Connection, version: str) -> None:
        self._ctx, self._config, self._connection, self._version = ctx, config, connection, version
        self.household = slugify(ctx.household.id)
        self._last: dict[str, tuple[datetime | None, Any, bool]] = {}
        self._topics: dict[str, tuple[str, str]] = {}
        """Entity id -> its state topic and its discovery topic ("" when it is not announced)."""
        self.by_topic: dict[str, str] = {}
        """State topic -> entity id."""
        self.entities: dict[str, Entity] = {}
        self._left: dict[str, list[str]] = {}
        self._saved: dict[str, list[str]] = {}

    # -- topics

    @property
    def status(self) -> str:
        return f"{self._config.base}/{self.household}/status"

    def state_topic(self, entity: Entity) -> str:
        name = entity.id.partition(".")[2]
        return f"{self._config.base}/{self.household}/{entity.person or HOUSEHOLD}/{name}"

    # -- from the hub

    async def prepare(self) -> None:
        """Know what an earlier run left at the broker."""
        left = await self._ctx.load("published")
        self._left = {key: list(topics) for key, topics in left.items()} if isinstance(left, dict) else {}

    async def run(self) -> None:
        kinds = (StateChanged, ReadingsRecorded, ReadingsRemoved, EntitiesChanged, PeopleChanged)
        async for event in self._ctx.events(*kinds, limit=20_000):
            await self._on(event)
            if self._connection.backlog > CROWDED:
                await self._until_clear()

    async def _on(self, event: Event) -> None:
        if isinstance(event, StateChanged):
            self._state(event.entity, event.new)
        elif isinstance(event, ReadingsRecorded):
            self._readings(event.entity, event.readings)
        elif isinstance(event, EntitiesChanged):
            await self._entities_changed(event)
        elif isinstance(event, (Lagged, PeopleChanged)):
            await self.connected()
        elif isinstance(event, ReadingsRemoved):
            state = self._ctx.state(event.entity.id)
            if state is not None:
                self._last.pop(event.entity.id, None)
                self._state(event.entity, state)

    async def connected(self) -> None:
        """Say that we are here, what there is, and how it stands."""
        if not self._config.publish or self._connection.lost.is_set():
            return
        self._connection.publish(self.status, b"online", qos=1, retain=True)
        self._last.clear()
        entities = [one for one in self._ctx.entities() if self._is_published(one)]
        gone = set(self._left) - {one.id for one in entities}
        for entity_id in gone:
            self._clear(self._left.pop(entity_id))
        for index, entity in enumerate(entities):
            self._announce(entity)
            state = self._ctx.state(entity.id)
            if state is not None:
                self._state(entity, state)
            if index % 100 == 99 and self._connection.backlog > CLEAR:
                await self._until_clear()
        await self._remember()

    def goodbye(self) -> None:
        self._connection.publish(self.status, b"offline", qos=1, retain=True)

    async def _entities_changed(self, event: EntitiesChanged) -> None:
        for entity in event.gone:
            self._withdraw(entity.id)
        for entity in event.entities:
            if not self._is_published(entity):
                self._withdraw(entity.id)
                continue
            self._announce(entity)
            state = self._ctx.state(entity.id)
            if state is not None:
                self._state(entity, state)
        await self._remember()

    def _is_published(self, entity: Entity) -> bool:
        return self._config.publish and bool(entity.person) and entity.enabled

    def _announce(self, entity: Entity) -> None:
        topic = self.state_topic(entity)
        own = entity.entry == self._ctx.entry.id
        announced = self._config.announce and (self._config.announce_discovered or not own)
        config = config_topic(self._config.prefix, self.household, entity) if announced else ""
        known = self._topics.get(entity.id)
        if known is not None and known != (topic, config):
            self._withdraw(entity.id)
        left = self._left.pop(entity.id, None)
        if left is not None:
            self._clear([one for one in left if one not in (topic, config)])
        self._topics[entity.id] = (topic, config)
        self.by_topic[topic] = entity.id
        self.entities[entity.id] = entity
        if config:
            metric = self._ctx.metric(entity.metric) if entity.metric else None
            person = next((one for one in self._ctx.people() if one.slug == entity.person), None)
            message = announcement(
                entity,
                metric,
                self._ctx.household,
                person,
                topic=topic,
                status=self.status,
                version=self._version,
            )
            self._connection.publish(config, orjson.dumps(message), qos=1, retain=True)

    def _withdraw(self, entity_id: str) -> None:
        topics = self._topics.pop(entity_id, None)
        self.entities.pop(entity_id, None)
        self._last.pop(entity_id, None)
        if topics is not None:
            self.by_topic.pop(topics[0], None)
            self._clear([one for one in reversed(topics) if one])

    def _clear(self, topics: list[str]) -> None:
        for topic in topics:
            self._connection.publish(topic, b"", qos=1, retain=True)

    async def _remember(self) -> None:
        published = {key: [topic for topic in topics if topic] for key, topics in self._topics.items()}
        if published != self._saved:
            self._saved = published
            await self._ctx.save("published", published)

    def _state(self, entity: Entity, state: State) -> None:
        topics = self._topics.get(entity.id)
        if topics is None:
            return
        now = (state.taken_at, state.value, state.available)
        last = self._last.get(entity.id)
        if last == now:
            return
        self._last[entity.id] = now
        self._send(topics[0], entity, state.value, state.taken_at, state.available, late=False)

    def _readings(self, entity: Entity, readings: tuple[Reading, ...]) -> None:
        topics = self._topics.get(entity.id)
        if topics is None:
            return
        last, state = self._last.get(entity.id), self._ctx.state(entity.id)
        available = state is None or state.available
        for reading in readings:
            if last is not None and last[0] == reading.taken_at and last[1] == reading.value:
                continue  # the state already said so
            newer = last is None or last[0] is None or reading.taken_at > last[0]
            if newer and not reading.late:
                last = self._last[entity.id] = (reading.taken_at, reading.value, available)
            self._send(
                topics[0],
                entity,
                reading.value,
                reading.taken_at,
                available,
                late=reading.late,
                imported=reading.imported,
                retain=newer and not reading.late,
            )

    def _send(
        self,
        topic: str,
        entity: Entity,
        value: Any,
        taken_at: datetime | None,
        available: bool,
        *,
        late: bool,
        imported: bool = False,
        retain: bool = True,
    ) -> None:
        metric = self._ctx.metric(entity.metric) if entity.metric else None
        message = {
            "value": value,
            "unit": unit_of(entity, metric),
            "taken_at": taken_at,
            "late": late,
            "available": available,
        }
        if imported:
            message["imported"] = True
        self._connection.publish(topic, orjson.dumps(message, option=orjson.OPT_UTC_Z), retain=retain)

    async def _until_clear(self) -> None:
        while self._connection.backlog > CLEAR and not self._connection.lost.is_set():
            await asyncio.sleep(0.01)
