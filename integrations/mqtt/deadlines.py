"""Values that expire, switches that fall back by themselves, and deliveries that waited for their reader."""

from __future__ import annotations

import math
from datetime import timedelta

from hub.api import Context
from integrations.mqtt.discovery.catalogue import Catalogue, Change
from integrations.mqtt.inbound import Inbound
from integrations.mqtt.live import EPOCH


async def watch(ctx: Context, catalogue: Catalogue, inbound: Inbound) -> None:
    """To the second, until cancelled."""
    while True:
        await ctx.clock.sleep(1.0)
        now = ctx.clock.monotonic()
        samples, there = [], {}
        for live in catalogue.lives.values():
            if live.expires_at <= now:
                live.expires_at, live.expired = math.inf, True
                if live.reckon():
                    there[live.thing.key] = live.available
            if live.off_at <= now:
                live.off_at = math.inf
                live.fields["state"] = "off"
                sample = live.sample((ctx.clock.now() - EPOCH) // timedelta(microseconds=1))
                if sample is not None and live.enabled:
                    samples.append(sample)
        if samples or there:
            await inbound.tell(Change(), samples, there)
        await inbound.release()
