"""A template entry at work: a guest at the MQTT entry's connection, with a person and problems of its own."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta
from typing import cast
from zoneinfo import ZoneInfo

from hub.api import Context, NotReady, Sample, StorageUnavailable
from integrations.mqtt.live import EPOCH
from integrations.mqtt.message import Incoming
from integrations.mqtt.session import Session, running_beside
from integrations.mqtt.template.config import TemplateConfig
from integrations.mqtt.template.device import Found, TemplateDevice, Told

_LOOK_EVERY = 1.0
"""Seconds between looks whether MQTT is still the same session."""
_PATIENCE = 60.0
"""Seconds without MQTT after which the owner is told."""
_NAMED = 5
_REMEDY = "Compare the paths in this entry's options with what the device publishes."


class Guest:
    """Reads what its topics bring; nothing is acknowledged before `take` returns."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._config = cast(TemplateConfig, ctx.config)
        zone = ZoneInfo((ctx.person and ctx.person.time_zone) or ctx.household.time_zone)
        self._device = TemplateDevice(self._config, ctx.entry.title, zone, ctx.metric)
        self._described: set[str] = set()
        self._told = ""
        self.failed: Exception | None = None
        """Why it could not go on; its entry ends with it, and the connection goes on without."""

    @property
    def patterns(self) -> dict[str, int]:
        """Topic filters, each with its quality of service."""
        found = {self._config.pattern: 1}
        if self._config.availability_topic:
            found[self._config.availability_pattern] = 1
        return found

    async def take(self, messages: Sequence[Incoming]) -> None:
        """Record what the messages say; returns after the commit, and never raises but when cancelled."""
        if self.failed is not None:
            return
        try:
            await self._take(messages)
        except Exception as error:  # noqa: BLE001 # a guest must not hurt its host
            self.failed = error

    async def _take(self, messages: Sequence[Incoming]) -> None:
        samples: dict[tuple[str, str, str, object], Sample] = {}
        errors: list[str] = []
        understood = False
        for message in messages:
            there = self._device.available(message.topic, message.payload)
            if there is not None:
                known = [key for key in there[0] if key in self._described]
                await self._ctx.available(known, there[1])
                continue
            found = self._device.read(message.topic, message.payload, EPOCH + timedelta(microseconds=message.taken_us))
            if found is None:
                continue
            await self._describe(found)
            errors += found.errors
            for one in found.told:
                understood = True
                if not (message.retain and await self._is_known(message, one)):
                    sample = one.sample
                    samples[sample.metric, sample.entity, sample.source, sample.taken_at] = sample
        if samples:
            errors += await self._accept(list(samples.values()))
        if errors or understood:
            await self._tell(errors)

    async def _describe(self, found: Found) -> None:
        new = {key: one for key, one in found.entities.items() if key not in self._described}
        if new:
            await self._ctx.describe(found.devices.values(), new.values())
            self._described |= set(new)

    async def _is_known(self, message: Incoming, one: Told) -> bool:
        """A retained message repeats what was published some time ago; only what we never had is a reading."""
        if one.dated:
            return False  # it has an instant of its own, and a repeat changes nothing
        sample = one.sample
        last = await self._ctx.latest(sample.entity or sample.metric, sample.source)
        return last is not None and (message.repeated or last.value == sample.value)

    async def _accept(self, samples: list[Sample]) -> list[str]:
        """Record, however long storage is away; meanwhile nothing is acknowledged. Returns what was refused."""
        delay = 0.5
        while True:
            try:
                receipt = await self._ctx.accept(samples)
            except StorageUnavailable as error:
                await self._ctx.problem("storage", f"Messages wait at the broker: {error}", "It goes on by itself.")
                await self._ctx.clock.sleep(delay * (0.5 + random.random()))
                delay = min(30.0, delay * 2)
                continue
            if delay > 0.5:
                await self._ctx.problem("storage", "")
            return [
                f"{samples[one.index].metric or samples[one.index].entity}: {one.reason}" for one in receipt.rejected
            ]

    async def _tell(self, errors: list[str]) -> None:
        """The owner sees what could not be read, once, and that it is over."""
        different = list(dict.fromkeys(errors))
        more = f"; and {len(different) - _NAMED} more" if len(different) > _NAMED else ""
        told = "; ".join(different[:_NAMED]) + more
        if told != self._told:
            self._told = told
            await self._ctx.problem("readings", told, _REMEDY if told else "")


async def listen(ctx: Context) -> None:
    """Run until cancelled, at whichever MQTT session there is. Raises NotReady, ConfigInvalid."""
    guest = Guest(ctx)
    host: Session | None = None
    missed = ctx.clock.monotonic()
    try:
        while guest.failed is None:
            found = running_beside(ctx)
            if found is not host:
                if host is not None:
                    host.inbound.guests.leave(guest)
                host = found
                if host is not None:
                    host.inbound.guests.join(guest)
            if host is not None:
                missed = ctx.clock.monotonic()
            elif ctx.clock.monotonic() - missed > _PATIENCE:
                raise NotReady("MQTT is not running; look at its entry, or add the MQTT integration")
            await ctx.clock.sleep(_LOOK_EVERY)
        raise guest.failed
    finally:
        if host is not None:
            host.inbound.guests.leave(guest)
