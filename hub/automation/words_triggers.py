"""What sets an automation off, in words that follow nothing or an `or`: `when ...`, `at ...`, `every ...`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import time
from typing import Any

from hub.automation.grammar import is_template
from hub.automation.schema import own_triggers as own
from hub.automation.schema import triggers as schema
from hub.automation.schema.trigger import Trigger
from hub.automation.words_parts import (
    Names,
    between,
    bound,
    clock,
    days,
    listed,
    moved,
    quoted,
    shortened,
    spaced,
    span,
    template,
)

TURNS: Mapping[str, tuple[str, str]] = {
    "": ("turns on", "turns off"),
    "motion": ("sees motion", "sees no more motion"),
    "occupancy": ("becomes occupied", "becomes empty"),
    "presence": ("notices somebody", "notices nobody any more"),
    "door": ("opens", "closes"),
    "garage_door": ("opens", "closes"),
    "window": ("opens", "closes"),
    "opening": ("opens", "closes"),
    "moisture": ("gets wet", "gets dry"),
    "smoke": ("detects smoke", "detects no more smoke"),
    "connectivity": ("connects", "loses its connection"),
    "battery": ("has a low battery", "has a good battery again"),
    "plug": ("is plugged in", "is unplugged"),
}
"""Device class -> what becoming `on` and `off` is called."""


def phrase(trigger: Trigger, names: Names) -> str:
    told = _SAID.get(type(trigger), _purpose)(trigger, names)
    return told if trigger.enabled is not False else f"{told} (switched off)"


def _lasting(told: str, length: Any) -> str:
    return f"{told} for {span(length)}" if length is not None else told


def _state(one: schema.StateTrigger, names: Names) -> str:
    what = names.entities(one.entity_id)
    if one.attribute is not None:
        what = f"{spaced(one.attribute)} of {what}"
    classes = {names.thing(entity_id).device_class for entity_id in one.entity_id}
    turns = TURNS.get(classes.pop() if len(classes) == 1 else "", TURNS[""])
    before = f" from {_states(one.from_)}" if one.from_ else ""
    if one.not_from:
        before = f" from anything but {_states(one.not_from)}"
    if one.attribute is None and one.to in (["on"], ["off"]) and one.from_ in (None, ["on"], ["off"]):
        told = f"{what} {turns[0] if one.to == ['on'] else turns[1]}"
    elif one.to:
        told = f"{what} changes{before} to {_states(one.to)}"
    elif one.not_to:
        told = f"{what} changes{before} to anything but {_states(one.not_to)}"
    else:
        told = f"{what} changes{before}"
    return "when " + _lasting(told, one.for_)


def _states(states: list[str]) -> str:
    return listed([spaced(one) for one in states], "or")


def _numeric(one: schema.NumericStateTrigger, names: Names) -> str:
    what = names.entities(one.entity_id)
    unit = names.thing(one.entity_id[0]).unit if one.entity_id else ""
    if one.attribute is not None:
        what, unit = f"{spaced(one.attribute)} of {what}", ""
    if one.value_template is not None:
        what, unit = f"{template(one.value_template)} for {what}", ""
    verb = "comes" if one.above is not None and one.below is not None else "rises" if one.above is not None else "falls"
    return "when " + _lasting(f"{what} {verb} {between(one.above, one.below, names, unit)}", one.for_)


def _time(one: schema.TimeTrigger, names: Names) -> str:
    told = listed([_moment(at, names) for at in one.at], "or")
    return f"{told} {days(one.weekday)}" if one.weekday else told


def _moment(at: time | schema.MovedTime | str, names: Names) -> str:
    if isinstance(at, time):
        return f"at {clock(at)}"
    if isinstance(at, schema.MovedTime):
        return moved(at.offset, f"the time of {names.thing(at.entity_id).name}", "at")
    return f"at the time that {shortened(at)} says" if is_template(at) else f"at the time of {names.thing(at).name}"


def _pattern(one: schema.TimePatternTrigger, names: Names) -> str:
    parts = []
    for unit, told in (("hour", one.hours), ("minute", one.minutes), ("second", one.seconds)):
        if told is None:
            continue
        if told == "*":
            parts.append(f"every {unit}")
        elif told.startswith("/"):
            parts.append(f"every {unit}" if told == "/1" else f"every {told[1:]} {unit}s")
        else:
            parts.append(f"at {unit} {told}")
    return ", ".join(parts)


def _event(one: schema.EventTrigger, names: Names) -> str:
    told = f"when the event {listed([shortened(name) for name in one.event_type], 'or')} happens"
    return told + (" with the data asked for" if one.event_data else "")


def _homeassistant(one: schema.HomeAssistantTrigger, names: Names) -> str:
    return "when the hub starts" if one.event == "start" else "when the hub is about to stop"


def _sun(one: schema.SunTrigger, names: Names) -> str:
    return moved(one.offset, one.event, "at")


def _zone(one: schema.ZoneTrigger, names: Names) -> str:
    verb = "arrives at" if one.event == "enter" else "leaves"
    return f"when {names.entities(one.entity_id)} {verb} {names.thing(one.zone).name}"


def _geo(one: schema.GeoLocationTrigger, names: Names) -> str:
    verb = "appears in" if one.event == "enter" else "leaves"
    return f"when something that {one.source} tells of {verb} {names.thing(one.zone).name}"


def _mqtt(one: schema.MqttTrigger, names: Names) -> str:
    told = f"when a message comes on the topic {shortened(one.topic)}"
    return told + (f" that says {quoted(one.payload)}" if one.payload is not None else "")


def _webhook(one: schema.WebhookTrigger, names: Names) -> str:
    return "when its webhook is called" + ("" if one.local_only else ", from outside too")


def _tag(one: schema.TagTrigger, names: Names) -> str:
    return f"when the tag {listed(one.tag_id, 'or')} is scanned"


def _calendar(one: schema.CalendarTrigger, names: Names) -> str:
    what = f"an event in {names.thing(one.entity_id).name} {'begins' if one.event == 'start' else 'ends'}"
    told = moved(one.offset, what, "")
    return f"when {what}" if told == what else told


def _conversation(one: schema.ConversationTrigger, names: Names) -> str:
    return f"when somebody says {listed([quoted(said) for said in one.command], 'or')}"


def _notification(one: schema.NotificationTrigger, names: Names) -> str:
    told = "changes" if len(one.update_type) > 2 else f"is {listed(list(one.update_type), 'or')}"
    which = f"the note {one.notification_id}" if one.notification_id else "a note of the hub"
    return f"when {which} {told}"


def _device(one: schema.DeviceTrigger, names: Names) -> str:
    more = one.model_extra or {}
    said = " ".join(spaced(str(part)) for part in (one.subtype, one.type) if part) or spaced(one.domain)
    entity_id = more.get("entity_id")
    what = names.thing(entity_id).name if isinstance(entity_id, str) and entity_id in names.things else ""
    return _lasting(f"when {what or names.place(one.device_id)} says {said}", more.get("for"))


def _journal(one: own.JournalTrigger, names: Names) -> str:
    what = f"{names.kind(one.entry)} of {names.person(one.person)}" if one.person else names.kind(one.entry)
    if one.event == "missing":
        return f"when no {what} has been logged for {span(one.for_)}"
    late = ", late ones too" if one.late else ""
    return f"when a {what} is {'logged' if one.event == 'added' else 'changed'}{late}"


def _reading(one: own.ReadingTrigger, names: Names) -> str:
    thing = names.thing(one.entity_id[0])
    what, unit = names.entities(one.entity_id), thing.unit
    said = []
    if one.rising_by is not None:
        said.append(f"rises by {bound(one.rising_by, names, unit)}")
    if one.falling_by is not None:
        said.append(f"falls by {bound(one.falling_by, names, unit)}")
    if one.above is not None or one.below is not None:
        crosses = f"is {between(one.above, one.below, names, unit)}"
        said.append(crosses + (f" (and {bound(one.hysteresis, names, unit)} back before it counts again)"
                               if one.hysteresis else ""))  # fmt: skip
    told = listed(said, "or") or "has a new reading"
    within = f" within {span(one.within)}" if one.within is not None else ""
    return f"when {what} {told}{within}" + (", late readings too" if one.late else "")


def _missing(one: own.MissingDataTrigger, names: Names) -> str:
    long = span(one.for_) if one.for_ is not None else "longer than usual"
    return f"when nothing has come from {names.entities(one.entity_id)} for {long}"


def _prediction(one: own.PredictionTrigger, names: Names) -> str:
    label = f" ({one.label})" if one.label else ""
    return moved(one.offset, f"the usual time of {names.person(one.person)}’s {names.kind(one.entry)}{label}", "at")


def _statistic(one: own.StatisticTrigger, names: Names) -> str:
    side = {"above": "rises above", "below": "falls below", "either": "leaves"}[one.direction]
    return f"when {names.person(one.person)}’s {names.metric(one.metric)} of the {one.period} {side} the usual range"


def _purpose(one: Trigger, names: Names) -> str:
    return f"when {spaced(one.trigger.replace('.', ' '))}" + targets(getattr(one, "target", None), names, " for ")


def targets(target: Any, names: Names, before: str = "") -> str:
    """What a target names, in words; empty for none."""
    if not isinstance(target, Mapping):
        return f"{before}{shortened(target)}" if target else ""
    said = [
        names.thing(str(one)).name if key == "entity_id" else names.place(str(one))
        for key, ids in target.items()
        for one in (ids if isinstance(ids, list) else [ids])
    ]
    return f"{before}{listed(said)}" if said else ""


_SAID: Mapping[type[Trigger], Callable[[Any, Names], str]] = {
    schema.StateTrigger: _state,
    schema.NumericStateTrigger: _numeric,
    schema.TimeTrigger: _time,
    schema.TimePatternTrigger: _pattern,
    schema.EventTrigger: _event,
    schema.TemplateTrigger: lambda one, names: (
        "when " + _lasting(f"{template(one.value_template)} becomes true", one.for_)
    ),
    schema.HomeAssistantTrigger: _homeassistant,
    schema.SunTrigger: _sun,
    schema.ZoneTrigger: _zone,
    schema.GeoLocationTrigger: _geo,
    schema.MqttTrigger: _mqtt,
    schema.WebhookTrigger: _webhook,
    schema.TagTrigger: _tag,
    schema.CalendarTrigger: _calendar,
    schema.ConversationTrigger: _conversation,
    schema.NotificationTrigger: _notification,
    schema.DeviceTrigger: _device,
    own.JournalTrigger: _journal,
    own.ReadingTrigger: _reading,
    own.MissingDataTrigger: _missing,
    own.PredictionTrigger: _prediction,
    own.StatisticTrigger: _statistic,
}
