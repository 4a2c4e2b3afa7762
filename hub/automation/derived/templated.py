"""Template sensors and binary sensors."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from typing import Any

from hub.automation.derived.following import Follower, Told
from hub.automation.derived.options import TemplateOptions
from hub.automation.engine import Engine
from hub.automation.rendering import Renderer, clocked, says_true
from hub.automation.seen_states import Reads, TemplateState
from hub.automation.world import UNAVAILABLE, UNKNOWN
from hub.automation.world import Context as Led
from hub.model import EntityDescription, Kind
from hub.plugin import Context
from hub.template import TemplateFailed

_NONE = ("", "none", UNKNOWN)
_WAITING = 100
"""Triggers that may wait for a template; older ones are dropped."""


def described(ctx: Context, config: TemplateOptions) -> EntityDescription:
    kind = Kind.GAUGE if config.numeric else Kind.TEXT
    return EntityDescription(
        key=config.type,
        name=ctx.entry.title,
        component=config.type,
        kind=Kind.ENUM if config.type == "binary_sensor" else kind,
        options=("on", "off") if config.type == "binary_sensor" else (),
        unit=config.unit_of_measurement if config.type == "sensor" else "",
        device_class=config.device_class,
        state_class=config.state_class if config.type == "sensor" else "",
        object_id=ctx.entry.title,
        icon="zap",
    )


async def work(ctx: Context, engine: Engine) -> None:
    config: TemplateOptions = ctx.config
    follower = Follower(ctx, engine, described(ctx, config))
    await follower.open()
    if config.triggers:
        await _at_triggers(follower, config)
    else:
        sources = [config.state, config.icon, config.availability, *_texts(config.attributes)]

        def reckon(reads: Reads) -> Told:
            return reckoned(config, engine.renderer, _this(engine, follower.entity_id), reads)

        await follower.follow(reckon, clocked=any(clocked(one) for one in sources))


async def _at_triggers(follower: Follower, config: TemplateOptions) -> None:
    """Anew only when a trigger fires; the state stands between."""
    engine = follower.engine
    waiting: deque[Mapping[str, Any]] = deque(maxlen=_WAITING)
    stirred = asyncio.Event()

    def fired(told: Mapping[str, Any], _: Led) -> None:
        waiting.append(told)
        stirred.set()

    problems: list[str] = []
    watchers = engine.watch(config.triggers, fired, problems.append)
    try:
        if problems:
            await follower.tell(Told(available=False, problem=problems[0]))
        while True:
            await stirred.wait()
            stirred.clear()
            while waiting:
                given = {**_this(engine, follower.entity_id), "trigger": waiting.popleft()}
                await follower.tell(reckoned(config, engine.renderer, given, Reads()))
    finally:
        for one in watchers:
            engine.leave(one)


def reckoned(config: TemplateOptions, renderer: Renderer, given: Mapping[str, Any], reads: Reads) -> Told:
    """What the templates say now; one that fails makes it unavailable, and says why."""
    place = "availability"
    try:
        if config.availability and not renderer.true(config.availability, given, reads):
            return Told(available=False)
        place = "state"
        text = renderer.text(config.state, given, reads).strip()
        attributes: dict[str, Any] = {}
        for place, source in config.attributes.items():
            attributes[place] = _whole(renderer, source, given, reads)
        place = "icon"
        if config.icon and (icon := renderer.text(config.icon, given, reads).strip()):
            attributes["icon"] = icon
    except TemplateFailed as error:
        return Told(available=False, problem=f"its {place} can't be worked out: {error}")
    if text.lower() == UNAVAILABLE:
        return Told(available=False, attributes=attributes)
    if text.lower() in _NONE:
        return Told(None, attributes=attributes)
    if config.type == "binary_sensor":
        return Told("on" if says_true(_number(text)) else "off", attributes=attributes)
    if not config.numeric:
        return Told(text[:4_096], attributes=attributes)
    number = _number(text)
    if isinstance(number, str) or number != number or number in (float("inf"), float("-inf")):
        why = f"its state says {text[:60]!r}, which is no number; leave the unit out for texts"
        return Told(available=False, attributes=attributes, problem=why)
    return Told(number, attributes=attributes)


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _whole(renderer: Renderer, value: Any, given: Mapping[str, Any], reads: Reads) -> Any:
    """As `Renderer.whole`, noting what is read."""
    if isinstance(value, str):
        return renderer.native(value, given, reads)
    if isinstance(value, Mapping):
        return {str(key): _whole(renderer, one, given, reads) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_whole(renderer, one, given, reads) for one in value]
    return value


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for one in value.values() for text in _texts(one)]
    return [text for one in value for text in _texts(one)] if isinstance(value, list | tuple) else []


def _this(engine: Engine, entity_id: str) -> dict[str, Any]:
    seen = engine.world.get(entity_id)
    return {"this": TemplateState(seen) if seen is not None else None}
