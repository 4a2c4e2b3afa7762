"""From deliveries to readings: buffered as they come, recorded in batches, acknowledged after the commit."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta

from hub.api import Context, Entity, Sample, StorageUnavailable
from integrations.mqtt.connection import Connection
from integrations.mqtt.discovery.catalogue import Catalogue, Change
from integrations.mqtt.discovery.payload import is_discovery
from integrations.mqtt.guests import Guests
from integrations.mqtt.ledger import Ledger
from integrations.mqtt.live import EPOCH, Live, Reader
from integrations.mqtt.memory import Memory
from integrations.mqtt.message import Incoming
from integrations.mqtt.problems import Problems
from integrations.mqtt.repeats import Repeats
from integrations.mqtt.router import Router

BATCH = 4_000
"""Deliveries recorded by one commit."""
FULL, ROOM = 20_000, 5_000
"""Buffered deliveries at which reading pauses, and at which it goes on."""
FULL_BYTES = 64 << 20
_MICROSECOND = timedelta(microseconds=1)


class Inbound:
    """`arrived` is called for each delivery and returns at once; `run` does the rest."""

    def __init__(
        self,
        ctx: Context,
        catalogue: Catalogue,
        router: Router[Reader],
        ledger: Ledger,
        memory: Memory,
        problems: Problems,
    ) -> None:
        self._ctx, self._catalogue, self._router = ctx, catalogue, router
        self._memory, self._problems = memory, problems
        self.connection: Connection | None = None
        self.commands: Callable[[Incoming], bool] = lambda message: False
        """Takes commands and other messages that are no readings; True when a message was one."""
        self._buffer: deque[Incoming] = deque()
        self._bytes = 0
        self._some = asyncio.Event()
        self._last_us = 0
        self._repeats = Repeats(ledger, memory.payloads)
        self._entities: dict[str, Entity] = {}
        self.guests = Guests(ctx.clock, self._guests_changed, memory.guests)
        self.received = 0
        self.discovers = True
        self.always: dict[str, int] = {}
        """Filters to subscribe to whatever was discovered."""

    def arrived(self, message: Incoming) -> None:
        """Stamp and buffer; two messages never have the same instant."""
        now = (self._ctx.clock.now() - EPOCH) // _MICROSECOND
        self._last_us = message.taken_us = now if now > self._last_us else self._last_us + 1
        self._buffer.append(message)
        self._bytes += len(message.payload)
        self._some.set()
        if (len(self._buffer) >= FULL or self._bytes >= FULL_BYTES) and self.connection is not None:
            self.connection.pause()

    async def run(self) -> None:
        while True:
            await self._some.wait()
            batch = [self._buffer.popleft() for _ in range(min(BATCH, len(self._buffer)))]
            if not self._buffer:
                self._some.clear()
            self._bytes -= sum(len(message.payload) for message in batch)
            await self._take(batch)
            if len(self._buffer) <= ROOM and self.connection is not None:
                self.connection.resume()

    async def _take(self, batch: Sequence[Incoming]) -> None:
        self.received += len(batch)
        change, samples = Change(), dict[tuple[str, int], Sample]()
        there: dict[str, bool] = {}
        later: dict[str, Live] = {}
        """Those of which attributes alone have come."""
        fresh: list[Incoming] = []
        for message in batch:
            if self._is_copy(message):
                continue
            self._repeats.note(message)
            fresh.append(message)
            if self.discovers and is_discovery(self._catalogue.prefix, message.topic):
                self._discover(message, change)
            if self.commands(message):
                continue
            for reader in self._router[message.topic]:
                live = reader.live
                extra = live.extra
                changed, availability = reader(message)
                if live.thing.expire_after and message.topic == live.thing.config.get("state_topic"):
                    availability = self._revive(live) or availability
                if availability:
                    there[live.thing.key] = live.available
                if changed and self._problems.odd:
                    self._problems.fine(live)
                if changed and live.enabled:
                    sample = self._sample(live, message, change)
                    if sample is not None:
                        samples[(live.thing.key, message.taken_us)] = sample
                elif live.extra is not extra and live.enabled:
                    later[live.thing.key] = live
        await self.tell(change, list(samples.values()), there)
        if more := [sample for live in later.values() if (sample := self._attributes(live)) is not None]:
            await self._accept(more)
        held = {id(one) for one in await self.guests.take(fresh)}
        await self._problems.flush()
        self._finished([one for one in batch if id(one) not in held])

    async def release(self) -> None:
        """Hand on what waited for another entry; call it every second."""
        if free := await self.guests.release():
            self._finished(free)

    def _finished(self, messages: Sequence[Incoming]) -> None:
        """What is recorded counts as known, and the broker may forget it."""
        self._repeats.recorded(messages)
        if self.connection is not None:
            self.connection.ack(messages)

    async def tell(
        self,
        change: Change,
        samples: Sequence[Sample],
        told: Mapping[str, bool],
    ) -> None:
        """Describe, record, and say what is reachable; returns after the commit."""
        there = {**await self._describe(change), **told} if change else told
        if samples:
            await self._accept(samples)
        for available in (True, False):
            if keys := [key for key, said in there.items() if said is available]:
                await self._ctx.available(keys, available)
        if change.gone or change.gone_devices:
            await self._ctx.forget(devices=change.gone_devices, entities=change.gone)
        if change:
            self._memory.save_discovery()

    async def _describe(self, change: Change) -> dict[str, bool]:
        """Returns whether those that are new or changed are there."""
        there: dict[str, bool] = {}
        if change.devices or change.entities:
            await self._ctx.describe(change.devices.values(), change.entities.values())
            self._entities = {}
        new = [self._catalogue.lives[key] for key in change.entities if key in self._catalogue.lives]
        for live in new:
            entity = self.entity(live)
            live.enabled = entity.enabled if entity is not None else live.enabled
            # One that says no more whether it is there counts as there.
            there[live.thing.key] = live.available
        self._ask({reader.pattern for key in change.entities for reader in self._catalogue.readers(key)})
        return there

    def wanted(self) -> dict[str, int]:
        """What to subscribe to."""
        return {**self._router.wanted(), **self.always, **self.guests.patterns}

    def _guests_changed(self) -> None:
        self._memory.expect(self.guests.patterns)
        self._ask()

    def _ask(self, newly: Collection[str] = ()) -> None:
        if self.connection is not None and not self.connection.lost.is_set():
            self.connection.ask_for(self.wanted(), newly)

    async def _accept(self, samples: Sequence[Sample]) -> None:
        """Record, however long storage is away; meanwhile nothing is acknowledged."""
        delay, receipt = 0.5, None
        while receipt is None:
            try:
                receipt = await self._ctx.accept(samples)
            except StorageUnavailable as error:
                await self._problems.show(
                    "storage",
                    f"Messages wait at the broker, for nothing can be recorded now: {error}",
                    "Nothing is lost. It goes on by itself once the database takes readings again.",
                )
                await self._ctx.clock.sleep(delay * (0.5 + random.random()))
                delay = min(5.0, delay * 2)
        await self._problems.clear("storage")
        for refusal in receipt.rejected[:20]:
            await self._problems.show(
                f"refused:{samples[refusal.index].entity}",
                f"A reading of {self._name(samples[refusal.index].entity)} was not recorded: {refusal.reason}",
                "Look at what the device publishes.",
            )

    def _sample(self, live: Live, message: Incoming, change: Change) -> Sample | None:
        kind = live.misfits()
        if kind is not None:
            live.kind = kind
            change.entities[live.thing.key] = self._catalogue.rekind(live)
        self._locate(live)
        if live.thing.off_delay:
            off = live.fields.get("state") == "on"
            live.off_at = self._ctx.clock.monotonic() + live.thing.off_delay if off else float("inf")
        taken_us = live.taken_at(message)
        sample = live.sample(taken_us)
        if message.retain and sample is not None and self._is_known(live, message, sample):
            return self._attributes(live)
        return sample

    def _attributes(self, live: Live) -> Sample | None:
        """The reading that is there already, with what else its source says; None when nothing is new."""
        entity = self.entity(live)
        state = self._ctx.state(entity.id) if entity is not None else None
        said = live.attributes()
        if state is None or state.taken_at is None or live.thing.name == "event" or dict(state.attributes) == said:
            return None
        return Sample(entity=live.thing.key, value=state.value, taken_at=state.taken_at, attributes=said)

    def _is_known(self, live: Live, message: Incoming, sample: Sample) -> bool:
        """A retained message repeats what was published some time ago; only what we never had is a reading."""
        if live.thing.name == "event":
            return True
        entity = self.entity(live)
        state = self._ctx.state(entity.id) if entity is not None else None
        if state is None or state.value is None:
            return False
        return message.repeated or state.value == sample.value

    def readers(self, topic: str) -> tuple[Reader, ...]:
        return self._router[topic]

    def entity(self, live: Live) -> Entity | None:
        """What the hub made of it."""
        if not self._entities:
            entry = self._ctx.entry.id
            self._entities = {one.key: one for one in self._ctx.entities() if one.entry == entry}
        return self._entities.get(live.thing.key)

    def entities_changed(self) -> None:
        """Ask the hub anew: the owner may have enabled, disabled or assigned something."""
        self._entities = {}
        for live in self._catalogue.lives.values():
            entity = self.entity(live)
            if entity is not None:
                live.enabled = entity.enabled

    def _locate(self, live: Live) -> None:
        if live.place is None:
            return
        home = self._ctx.household
        if home.latitude is not None and home.longitude is not None:
            north, east = live.place[0] - home.latitude, live.place[1] - home.longitude
            # A degree is 111 km; at home is within a hundred metres.
            at_home = north**2 + (east * 0.65) ** 2 < (0.1 / 111.2) ** 2
            live.fields["state"] = "home" if at_home else "not_home"

    def _discover(self, message: Incoming, change: Change) -> None:
        found = self._catalogue.apply(message.topic, message.payload)
        merge(change, found)
        if found.ours:
            return
        if message.payload.strip() and not (found.refused and not found):
            self._memory.remember(message.topic, message.payload)
        elif not message.payload.strip():
            self._memory.forget(message.topic)
        self._problems.discovery(message.topic, found.refused)

    def _is_copy(self, message: Incoming) -> bool:
        if self.connection is None or message.dup:
            return False
        return self._repeats.is_copy(message, self.connection.subscriptions.copies(message.topic))

    def _revive(self, live: Live) -> bool:
        live.expires_at = self._ctx.clock.monotonic() + live.thing.expire_after
        live.expired = False
        return live.reckon()

    def _name(self, key: str) -> str:
        live = self._catalogue.lives.get(key)
        return str(live.thing.description.attributes.get("friendly_name", key)) if live is not None else key


def merge(change: Change, more: Change) -> None:
    """Add a later change to an earlier one."""
    for key in more.gone:
        change.entities.pop(key, None)
    for key in more.gone_devices:
        change.devices.pop(key, None)
    change.gone = (change.gone - set(more.entities)) | more.gone
    change.gone_devices = (change.gone_devices - set(more.devices)) | more.gone_devices
    change.devices.update(more.devices)
    change.entities.update(more.entities)
    change.refused += more.refused
