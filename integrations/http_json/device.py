"""Asks the device, and takes from its answer what the recipe names; what cannot be read is told, the rest is kept."""

from __future__ import annotations

import difflib
import json
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp

from hub.api import (
    AuthFailed,
    BadReading,
    ConfigInvalid,
    Context,
    DeviceDescription,
    EntityDescription,
    Kind,
    NothingThere,
    NotReady,
    ReadingRule,
    Sample,
    apply_rule,
    look_up_list,
    rule_entity,
)

_LARGEST = 4 << 20
_TOLD = 5
"""Errors named to the owner at a time."""
_DEVICE = "device"
Kinds = list[tuple[ReadingRule, Kind]]
_REMEDY = "Compare the paths in this entry's options with what the device answers."


async def ask(ctx: Context) -> None:
    """One question, one batch. Raises NotReady, AuthFailed, ConfigInvalid."""
    kinds = _kinds(ctx)
    answer = await _answer(ctx)
    try:
        parts = look_up_list(ctx.config.items, answer) if ctx.config.items else [answer]
    except NothingThere as error:
        raise NotReady(f"items: {error}") from None
    samples, errors = _samples(ctx, parts, kinds)
    if errors and not samples:
        raise NotReady(_told(errors))
    if samples:
        samples = await _described(ctx, samples)
        receipt = await ctx.accept(samples)
        errors += [f"{_label(samples[one.index])}: {one.reason}" for one in receipt.rejected]
    await ctx.problem("readings", _told(errors) if errors else "", _REMEDY if errors else "")


async def _described(ctx: Context, samples: list[Sample]) -> list[Sample]:
    """Describe the entities of the recipe's own, one device for each name that the answer gives."""
    rules = {rule.key: rule for rule in ctx.config.readings if not rule.metric}
    devices: dict[str, DeviceDescription] = {}
    entities: dict[str, EntityDescription] = {}
    made: list[Sample] = []
    for sample in samples:
        if sample.metric:
            made.append(sample)
            continue
        rule = rules[sample.entity]
        device = f"{_DEVICE}/{sample.source}" if rule.which else _DEVICE
        key = f"{rule.key}/{sample.source}" if rule.which else rule.key
        description = rule_entity(rule, device)
        assert description is not None
        title = f"{ctx.entry.title} {sample.source}" if rule.which else ctx.entry.title
        devices[device] = DeviceDescription(device, title)
        entities[key] = replace(description, key=key)
        made.append(replace(sample, entity=key, source=""))
    if entities:
        await ctx.describe(devices.values(), entities.values())
    return made


def _samples(ctx: Context, parts: list[Any], kinds: Kinds) -> tuple[list[Sample], list[str]]:
    now, zone = ctx.clock.now(), ZoneInfo((ctx.person and ctx.person.time_zone) or ctx.household.time_zone)
    samples: list[Sample] = []
    errors: list[str] = []
    for part in parts:
        for rule, kind in kinds:
            try:
                sample = apply_rule(rule, part, now, zone, kind)
            except NothingThere as error:
                if not rule.optional:
                    errors.append(f"{rule.label}: {error}")
                continue
            except BadReading as error:
                errors.append(f"{rule.label}: {error}")
                continue
            if sample is not None:
                samples.append(sample)
    return samples, errors


def _kinds(ctx: Context) -> Kinds:
    """What each rule's values are. Raises ConfigInvalid for a metric that there is not."""
    kinds: Kinds = []
    for rule in ctx.config.readings:
        metric = ctx.metric(rule.metric) if rule.metric else None
        if rule.metric and metric is None:
            near = difflib.get_close_matches(rule.metric, [one.key for one in ctx.metrics()], 1)
            hint = f"Did you mean {near[0]}?" if near else "Give it a `name` instead of a metric."
            raise ConfigInvalid(f"there is no metric {rule.metric!r}", key="readings.metric", hint=hint)
        kinds.append((rule, metric.kind if metric is not None else rule.kind))
    return kinds


async def _answer(ctx: Context) -> Any:
    config = ctx.config
    headers = {
        "Accept": "application/json",
        **config.headers,
    }
    if config.token.get_secret_value():
        headers["Authorization"] = f"Bearer {config.token.get_secret_value()}"
    if config.key_header:
        headers[config.key_header] = config.key.get_secret_value()
    if config.username:
        headers["Authorization"] = aiohttp.encode_basic_auth(config.username, config.password.get_secret_value())
    if config.method == "POST":
        headers.setdefault("Content-Type", "application/json")
    try:
        async with ctx.http.request(
            config.method,
            config.url,
            headers=headers,
            data=config.body.encode() if config.method == "POST" else None,
            ssl=config.verify_tls,
            allow_redirects=False,  # headers may hold secrets that are for this address alone
            timeout=aiohttp.ClientTimeout(total=config.timeout_seconds),
        ) as response:
            _check(response, ctx)
            return _json(await _body(response), response)
    except TimeoutError:
        raise NotReady(f"no answer within {config.timeout_seconds:g} s") from None
    except aiohttp.ClientConnectorCertificateError as error:
        raise ConfigInvalid(
            f"its certificate is not trusted: {error.certificate_error}",
            key="verify_tls",
            hint="Turn verify_tls off if the device signs its own.",
        ) from error
    except aiohttp.ClientError as error:
        raise NotReady(f"it cannot be reached: {error}") from error


def _check(response: aiohttp.ClientResponse, ctx: Context) -> None:
    status = response.status
    if status in (401, 403):
        raise AuthFailed(f"it refuses us (HTTP {status}); check name, password or token")
    if status in (404, 405, 410):
        raise ConfigInvalid(f"there is nothing to ask here (HTTP {status})", key="url", hint="Check the address.")
    if 300 <= status < 400:
        onward = response.headers.get("Location", "nowhere").split("?")[0]
        raise ConfigInvalid(f"it sends us on to {onward}", key="url", hint="Put that address there if you trust it.")
    if status >= 400:
        retry = response.headers.get("Retry-After", "")
        raise NotReady(f"it answers HTTP {status}", retry_after=float(retry) if retry.isdigit() else None)


async def _body(response: aiohttp.ClientResponse) -> bytes:
    body = b""
    async for chunk in response.content.iter_chunked(1 << 16):
        body += chunk
        if len(body) > _LARGEST:
            raise NotReady(f"its answer is longer than {_LARGEST >> 20} MB")
    return body


def _json(body: bytes, response: aiohttp.ClientResponse) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        what = response.headers.get("Content-Type", "no content type").split(";")[0]
        raise NotReady(f"its answer is not JSON ({what}, {len(body)} bytes)") from None


def _told(errors: list[str]) -> str:
    different = list(dict.fromkeys(errors))
    more = f"; and {len(different) - _TOLD} more" if len(different) > _TOLD else ""
    return "; ".join(different[:_TOLD]) + more


def _label(sample: Sample) -> str:
    return sample.metric or sample.entity
