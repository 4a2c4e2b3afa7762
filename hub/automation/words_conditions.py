"""What must be so, in words that follow an `if`; and the same denied."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hub.automation.schema import conditions as schema
from hub.automation.words_parts import (
    Names,
    between,
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
from hub.automation.words_triggers import targets

IS: Mapping[str, tuple[str, str]] = {
    "": ("on", "off"),
    "motion": ("seeing motion", "seeing no motion"),
    "occupancy": ("occupied", "empty"),
    "presence": ("noticing somebody", "noticing nobody"),
    "door": ("open", "closed"),
    "garage_door": ("open", "closed"),
    "window": ("open", "closed"),
    "opening": ("open", "closed"),
    "moisture": ("wet", "dry"),
    "connectivity": ("connected", "not connected"),
    "plug": ("plugged in", "unplugged"),
}
"""Device class -> what being `on` and `off` is called."""


def phrase(condition: schema.Condition, names: Names, denied: bool = False) -> str:
    told = _SAID.get(type(condition), _purpose)(condition, names, denied)
    return told if condition.enabled is not False else f"{told} (switched off)"


def together(conditions: Sequence[schema.Condition], names: Names, last: str = "and", denied: bool = False) -> str:
    """Several as one; `everything is as it is` for none."""
    parts = []
    for one in conditions:
        told = phrase(one, names, denied)
        within = getattr(one, "conditions", ())
        parts.append(f"({told})" if len(conditions) > 1 and len(within) > 1 else told)
    return listed(parts, last) if parts else ("never" if last == "or" or denied else "always")


def _not(denied: bool) -> str:
    return "not " if denied else ""


def _state(one: schema.StateCondition, names: Names, denied: bool) -> str:
    last = "and" if one.match == "all" else "or"
    what = names.entities(one.entity_id, last)
    verb = "are" if len(one.entity_id) > 1 and one.match == "all" else "is"
    if one.attribute is not None:
        what, verb = f"{spaced(one.attribute)} of {what}", "is"
    classes = {names.thing(entity_id).device_class for entity_id in one.entity_id}
    words = IS.get(classes.pop() if len(classes) == 1 else "", IS[""])
    named = {"on": words[0], "off": words[1], "home": "at home", "not_home": "away"} if one.attribute is None else {}
    states = listed([named.get(state) or names.things[state].name if state in {*named, *names.things}
                     else spaced(state) for state in one.state], "or")  # fmt: skip
    lasting = f" for {span(one.for_)}" if one.for_ is not None else ""
    return f"{what} {verb} {_not(denied)}{states}{lasting}"


def _numeric(one: schema.NumericStateCondition, names: Names, denied: bool) -> str:
    what = names.entities(one.entity_id, "and")
    unit = names.thing(one.entity_id[0]).unit if one.entity_id else ""
    if one.attribute is not None:
        what, unit = f"{spaced(one.attribute)} of {what}", ""
    if one.value_template is not None:
        what, unit = f"{template(one.value_template)} for {what}", ""
    verb = "are" if len(one.entity_id) > 1 and one.attribute is None and one.value_template is None else "is"
    return f"{what} {verb} {_not(denied)}{between(one.above, one.below, names, unit)}"


def _template(one: schema.TemplateCondition, names: Names, denied: bool) -> str:
    return f"{template(one.value_template)} is {'false' if denied else 'true'}"


def _time(one: schema.TimeCondition, names: Names, denied: bool) -> str:
    def moment(at: Any) -> str:
        return f"the time of {names.thing(at).name}" if isinstance(at, str) else clock(at)

    if one.after is not None and one.before is not None:
        said = f"between {moment(one.after)} and {moment(one.before)}"
    elif one.after is not None:
        said = f"after {moment(one.after)}"
    elif one.before is not None:
        said = f"before {moment(one.before)}"
    else:
        said = ""
    on = days(one.weekday) if one.weekday else ""
    if not said:
        on = on.removeprefix("on ").removeprefix("at ")
        on = {"weekdays": "a weekday", "weekends": "the weekend", "every day": "any day"}.get(on, on)
        on = on.replace(" and ", " or ")
    return f"it is {_not(denied)}{' '.join(part for part in (said, on) if part)}"


def _trigger(one: schema.TriggerCondition, names: Names, denied: bool) -> str:
    return f"it was {_not(denied)}set off by {listed([quoted(id) for id in one.id], 'or')}"


def _sun(one: schema.SunCondition, names: Names, denied: bool) -> str:
    if one.after == "sunset" and one.before == "sunrise" and not one.after_offset and not one.before_offset:
        return f"it is {_not(denied)}night"
    said = [
        f"{word} {event if offset is None else moved(offset, event, '').strip()}"
        for word, event, offset in (("after", one.after, one.after_offset), ("before", one.before, one.before_offset))
        if event is not None
    ]
    return f"it is {_not(denied)}{listed(said)}"


def _zone(one: schema.ZoneCondition, names: Names, denied: bool) -> str:
    verb = "are" if len(one.entity_id) > 1 else "is"
    where = "at home" if one.zone == ["zone.home"] else f"in {names.entities(one.zone)}"
    return f"{names.entities(one.entity_id, 'and')} {verb} {_not(denied)}{where}"


def _device(one: schema.DeviceCondition, names: Names, denied: bool) -> str:
    more = one.model_extra or {}
    entity_id = more.get("entity_id")
    known = isinstance(entity_id, str) and entity_id in names.things
    what = names.thing(str(entity_id)).name if known else names.place(one.device_id)
    said = spaced(one.type or one.domain).removeprefix("is ")
    return f"{what} is {_not(denied)}{said}"


def _quiet(one: schema.QuietHoursCondition, names: Names, denied: bool) -> str:
    whose = f" for {names.person(one.person)}" if one.person else ""
    if isinstance(one.during, str):
        return f"it is quiet time{whose} as {shortened(one.during)} says"
    return f"it is {_not(one.during is denied)}quiet time{whose}"


def _presence(one: schema.PresenceCondition, names: Names, denied: bool) -> str:
    if isinstance(one.home, str):
        return (
            f"{listed([names.person(slug) for slug in one.person]) or 'somebody'} is home as {shortened(one.home)} says"
        )
    home = one.home is not denied
    if not one.person:
        return "somebody is at home" if home else "nobody is at home"
    who = listed([names.person(slug) for slug in one.person])
    return f"{who} {'is' if len(one.person) == 1 else 'are'} {'at home' if home else 'away'}"


def _journal(one: schema.JournalCondition, names: Names, denied: bool) -> str:
    whose = f" of {names.person(one.person)}" if one.person else ""
    what = f"{names.kind(one.entry)}{whose}"
    present = one.present is not denied if not isinstance(one.present, str) else not denied
    article = "a " if present else "no "
    return f"{article}{what} was logged in the last {span(one.within)}"


def _baseline(one: schema.BaselineCondition, names: Names, denied: bool) -> str:
    side = {"above": "above", "below": "below", "either": "outside of", "within": "within"}[one.direction]
    return f"{names.person(one.person)}’s {names.metric(one.metric)} is {_not(denied)}{side} the usual range"


def _purpose(one: schema.Condition, names: Names, denied: bool) -> str:
    said = spaced(one.condition.replace(".", " "))
    return f"{_not(denied)}{said}" + targets(getattr(one, "target", None), names, " for ")


_SAID: Mapping[type[schema.Condition], Callable[[Any, Names, bool], str]] = {
    schema.AndCondition: lambda one, names, denied: together(one.conditions, names, "or" if denied else "and", denied),
    schema.OrCondition: lambda one, names, denied: together(one.conditions, names, "and" if denied else "or", denied),
    schema.NotCondition: lambda one, names, denied: together(
        one.conditions, names, "or" if denied else "and", not denied
    ),
    schema.StateCondition: _state,
    schema.NumericStateCondition: _numeric,
    schema.TemplateCondition: _template,
    schema.TimeCondition: _time,
    schema.TriggerCondition: _trigger,
    schema.SunCondition: _sun,
    schema.ZoneCondition: _zone,
    schema.DeviceCondition: _device,
    schema.QuietHoursCondition: _quiet,
    schema.PresenceCondition: _presence,
    schema.JournalCondition: _journal,
    schema.BaselineCondition: _baseline,
}
