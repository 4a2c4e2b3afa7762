"""One round of asking: the hours since the last round, the present, and a page of the past while some is missing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hub.api import ConfigInvalid, Context
from integrations.open_meteo.client import ask
from integrations.open_meteo.parse import current, hours
from integrations.open_meteo.tables import AIR, POLLEN, WEATHER, Variable

_PAGE = timedelta(days=14)
"""A longer request counts as several with Open-Meteo."""
_MOST_DAYS = 92
_DAY = timedelta(days=1)
_PAUSE = 1.0
"""Seconds between pages, out of courtesy."""


@dataclass(frozen=True, slots=True)
class Service:
    """One of Open-Meteo's endpoints and what is wanted of it."""

    key: str
    url: str
    variables: Sequence[Variable]


async def watch(ctx: Context) -> None:
    """Accept what is new of every wanted service. Raises NotReady, ConfigInvalid, AuthFailed."""
    where = _where(ctx)
    config = ctx.config
    air = (*(AIR if config.air_quality else ()), *(POLLEN if config.pollen else ()))
    services = [Service("weather", config.forecast_url, WEATHER if config.weather else ())]
    services.append(Service("air", config.air_quality_url, air))
    for service in services:
        if service.variables:
            await _now(ctx, service, where)
    for service in services:
        if service.variables:
            await _past(ctx, service, where)


async def _now(ctx: Context, service: Service, where: dict[str, str]) -> None:
    """The present and every full hour since the last one that was kept."""
    now = ctx.clock.now()
    told: dict[str, Any] = await ctx.load(service.key) or {}
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    last = float(told.get("until", (midnight - timedelta(seconds=1)).timestamp()))
    missed = max(0, min(_MOST_DAYS, math.ceil((midnight.timestamp() - last) / 86_400)))
    answer = await ask(
        ctx,
        service.url,
        {**where, **_wanted(service), "current": _names(service), "past_days": str(missed), "forecast_days": "1"},
    )
    samples, until = hours(answer, service.variables, last, now.timestamp())
    present, at = current(answer, service.variables)
    if at <= now.timestamp() + 600:
        samples += [one for one in present if not any(_alike(one, other) for other in samples)]
    await ctx.accept(samples)
    kept = {"until": until, "from": told.get("from", midnight.date().isoformat())}
    if kept != told:
        await ctx.save(service.key, kept)


async def _past(ctx: Context, service: Service, where: dict[str, str]) -> None:
    """Past days, page by page, the newest first; goes on where it was interrupted."""
    told: dict[str, Any] = await ctx.load(service.key) or {}
    oldest = date.fromisoformat(told["from"])
    today = ctx.clock.now().astimezone(UTC).date()
    first = today - timedelta(days=ctx.config.backfill_days)
    total = max(1, (oldest - first).days)
    while oldest > first:
        start = max(first, oldest - _PAGE)
        await ctx.progress(
            1 - (oldest - first).days / total, f"Bringing in the {service.key} since {first.isoformat()}"
        )
        span = {"start_date": start.isoformat(), "end_date": (oldest - _DAY).isoformat()}
        answer = await ask(ctx, service.url, {**where, **_wanted(service), **span})
        end = datetime.combine(oldest, datetime.min.time(), UTC).timestamp()
        begin = datetime.combine(start, datetime.min.time(), UTC).timestamp()
        samples, _ = hours(answer, service.variables, begin - 1, end - 1)
        await ctx.accept([replace(one, imported=True) for one in samples])
        oldest = start
        told = {**told, "from": oldest.isoformat()}
        await ctx.save(service.key, told)
        await ctx.clock.sleep(_PAUSE)
    await ctx.progress(None)


def _where(ctx: Context) -> dict[str, str]:
    """The place, rounded to about a kilometre: the weather is the same, and nobody learns the address."""
    config = ctx.config
    latitude, longitude = config.latitude, config.longitude
    if latitude is None:
        latitude, longitude = ctx.household.latitude, ctx.household.longitude
    if latitude is None or longitude is None:
        raise ConfigInvalid(
            "the household has no place yet", hint="Set it in Settings, or latitude and longitude in this entry."
        )
    return {"latitude": f"{latitude:.2f}", "longitude": f"{longitude:.2f}"}


def _wanted(service: Service) -> dict[str, str]:
    return {"hourly": _names(service), "timeformat": "unixtime", "timezone": "GMT"}


def _names(service: Service) -> str:
    return ",".join(variable.name for variable in service.variables)


def _alike(one: Any, other: Any) -> bool:
    return bool(one.metric == other.metric and one.taken_at == other.taken_at)
