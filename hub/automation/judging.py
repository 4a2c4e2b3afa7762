"""Whether conditions are met, and in words why not."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from hub.automation.rendering import Renderer
from hub.automation.schema import conditions as schema
from hub.automation.schema.values import WEEKDAYS
from hub.automation.spans import offset_of, span_of
from hub.automation.sun import Sun, SunEvent
from hub.automation.world import UNAVAILABLE, UNKNOWN, Seen, World
from hub.template import TemplateFailed

Variables = Mapping[str, Any]
_ABSENT = (UNKNOWN, UNAVAILABLE)


class Verdict(NamedTuple):
    met: bool
    why: str = ""
    """What was seen, in words; of the first condition that is not met where there are several."""
    error: str = ""
    """Why it could not be judged."""


class Elsewhere(Protocol):
    """Conditions that ask other rooms: sun, quiet hours, presence, journal, baseline, devices."""

    async def judge(self, condition: schema.Condition, variables: Variables) -> Verdict: ...


class Judge:
    def __init__(self, world: World, renderer: Renderer, elsewhere: Elsewhere | None = None) -> None:
        self._world, self._renderer, self._elsewhere = world, renderer, elsewhere
        self._zone = ZoneInfo(world.time_zone)

    async def all(self, conditions: list[schema.Condition], variables: Variables) -> Verdict:
        """Met when every one is; raises TemplateFailed."""
        failed: TemplateFailed | None = None
        for one in conditions:
            try:
                verdict = await self.one(one, variables)
            except TemplateFailed as error:
                failed = failed or error
                continue
            if not verdict.met:
                return verdict
        if failed is not None:
            raise failed
        return Verdict(True)

    async def one(self, condition: schema.Condition, variables: Variables) -> Verdict:
        enabled = condition.enabled
        if isinstance(enabled, str):
            enabled = self._renderer.true(enabled, variables)
        if not enabled:
            return Verdict(True, "switched off")
        verdict = await self._one(condition, variables)
        return verdict if not condition.alias or verdict.met else Verdict(False, f"{condition.alias}: {verdict.why}")

    async def _one(self, condition: schema.Condition, variables: Variables) -> Verdict:  # one branch a kind
        match condition:
            case schema.TemplateCondition():
                value = self._renderer.text(condition.value_template, variables)
                return Verdict(_truth(value), f"the template says {value[:80]!r}")
            case schema.StateCondition():
                return self._state(condition, variables)
            case schema.NumericStateCondition():
                return self._numeric(condition, variables)
            case schema.TimeCondition():
                return self._time(condition)
            case schema.TriggerCondition():
                trigger = variables.get("trigger")
                told = trigger.get("id") if isinstance(trigger, Mapping) else None
                return Verdict(told in condition.id, f"the trigger is {told!r}, not {' or '.join(condition.id)}")
            case schema.AndCondition():
                return await self.all(condition.conditions, variables)
            case schema.OrCondition():
                return await self._any(condition.conditions, variables)
            case schema.NotCondition():
                verdict = await self._any(condition.conditions, variables)
                return Verdict(not verdict.met, f"what should not be so is so{_because(verdict)}")
            case schema.ZoneCondition():
                return self._zones(condition)
            case schema.SunCondition():
                return self._sun(condition, variables)
            case _:
                if self._elsewhere is None:
                    raise TemplateFailed(f"the condition {condition.condition!r} can't be asked here")
                return await self._elsewhere.judge(condition, variables)

    async def _any(self, conditions: list[schema.Condition], variables: Variables) -> Verdict:
        why, failed = "", None
        for one in conditions:
            try:
                verdict = await self.one(one, variables)
            except TemplateFailed as error:
                failed = failed or error
                continue
            if verdict.met:
                return verdict
            why = why or verdict.why
        if failed is not None:
            raise failed
        return Verdict(False, why or "none of them is so")

    def _state(self, condition: schema.StateCondition, variables: Variables) -> Verdict:
        first = Verdict(condition.match == "all" or not condition.entity_id, "")
        for entity_id in condition.entity_id:
            verdict = self._state_of(entity_id, condition, variables)
            if verdict.met is (condition.match == "any"):
                return verdict
            first = first if first.why else verdict
        return first

    def _state_of(self, entity_id: str, condition: schema.StateCondition, variables: Variables) -> Verdict:
        seen = self._world.get(entity_id)
        if seen is None:
            return Verdict(False, f"there is no {entity_id}")
        value: Any = seen.state if condition.attribute is None else seen.attributes.get(condition.attribute)
        wanted = [self._state_text(one) for one in condition.state]
        if not says(value, wanted):
            return Verdict(False, f"{entity_id} is {value}, not {' or '.join(wanted)}")
        if condition.for_ is not None:
            span = span_of(condition.for_, self._renderer, variables)
            since = seen.last_changed if condition.attribute is None else seen.last_updated
            if self._world.clock.now() - since < span:
                return Verdict(False, f"{entity_id} is {value} for less than {span}")
        return Verdict(True, f"{entity_id} is {value}")

    def _state_text(self, told: str) -> str:
        """What a helper's state is, where one is named instead of a state."""
        if told.startswith(("input_boolean.", "input_number.", "input_select.", "input_text.", "input_datetime.")):
            seen = self._world.get(told)
            return seen.state if seen is not None else told
        return told

    def _numeric(self, condition: schema.NumericStateCondition, variables: Variables) -> Verdict:
        for entity_id in condition.entity_id:
            seen = self._world.get(entity_id)
            if seen is None:
                return Verdict(False, f"there is no {entity_id}")
            verdict = self.number(
                seen, condition.above, condition.below, condition.attribute, condition.value_template, variables
            )
            if not verdict.met:
                return verdict
        return Verdict(True)

    def number(
        self,
        seen: Seen,
        above: float | str | None,
        below: float | str | None,
        attribute: str | None,
        template: str | None,
        variables: Variables,
    ) -> Verdict:
        """Whether an entity's number lies above and below what is asked. Raises TemplateFailed."""
        if template is not None:
            state = self._renderer.states.one(seen.entity_id)
            value: Any = self._renderer.text(template, {**variables, "state": state})
        elif attribute is not None:
            value = seen.attributes.get(attribute)
        else:
            value = seen.state
        if value in _ABSENT or value is None:
            return Verdict(False, f"{seen.entity_id} is {value}")
        number = _number(value)
        if number is None:
            return Verdict(False, f"{seen.entity_id} is {value!r}, which is no number")
        for limit, sign, word in ((above, 1, "above"), (below, -1, "below")):
            if limit is None:
                continue
            bound = self._bound(limit)
            if bound is None:
                return Verdict(False, f"{limit} is no number")
            if (number - bound) * sign <= 0:
                return Verdict(False, f"{seen.entity_id} is {number:g}, not {word} {bound:g}")
        return Verdict(True, f"{seen.entity_id} is {number:g}")

    def _bound(self, limit: float | str) -> float | None:
        if not isinstance(limit, str):
            return limit
        seen = self._world.get(limit)
        return _number(seen.state) if seen is not None else None

    def _time(self, condition: schema.TimeCondition) -> Verdict:
        now = self._world.clock.now().astimezone(self._zone)
        if condition.weekday is not None and WEEKDAYS[now.weekday()] not in condition.weekday:
            return Verdict(False, f"it is {WEEKDAYS[now.weekday()]}, not {', '.join(condition.weekday)}")
        after, before = self._moment(condition.after), self._moment(condition.before)
        if (condition.after is not None and after is None) or (condition.before is not None and before is None):
            return Verdict(False, "the time that it asks for is not there")
        at = now.time()
        if after is not None and before is not None and after > before:
            met = at >= after or at < before
        else:
            met = (after is None or at >= after) and (before is None or at < before)
        return Verdict(met, f"it is {at:%H:%M}")

    def _moment(self, told: time | str | None) -> time | None:
        if not isinstance(told, str):
            return told
        seen = self._world.get(told)
        return time_of(seen, self._zone) if seen is not None else None

    def _sun(self, condition: schema.SunCondition, variables: Variables) -> Verdict:
        """Of today's sunrise and sunset; `after: sunset, before: sunrise` is the night, on both sides of midnight."""
        place = self._world.place
        if place is None:
            return Verdict(False, "the household has no place")
        now, sun = self._world.clock.now(), Sun(*place, self._zone)
        today = now.astimezone(self._zone).date()

        def at(event: SunEvent, offset: Any) -> datetime | None:
            found = sun.on(today, event)
            moved = offset_of(offset, self._renderer, variables) if offset is not None else timedelta(0)
            return found + moved if found is not None else None

        after = at(condition.after, condition.after_offset) if condition.after is not None else None
        before = at(condition.before, condition.before_offset) if condition.before is not None else None
        if (condition.after is not None and after is None) or (condition.before is not None and before is None):
            return Verdict(False, "the sun does not rise or set today")
        late, early = after is None or now >= after, before is None or now < before
        night = condition.after == "sunset" and condition.before == "sunrise"
        told = " and ".join(
            f"{name} is at {one.astimezone(self._zone):%H:%M}"
            for name, one in ((condition.after, after), (condition.before, before))
            if one is not None
        )
        return Verdict((late or early) if night else (late and early), told)

    def _zones(self, condition: schema.ZoneCondition) -> Verdict:
        names = {self._zone_name(one) for one in condition.zone}
        for entity_id in condition.entity_id:
            seen = self._world.get(entity_id)
            where = seen.state if seen is not None else "unknown"
            if where not in names:
                return Verdict(False, f"{entity_id} is {where}")
        return Verdict(True)

    def _zone_name(self, zone: str) -> str:
        seen = self._world.get(zone)
        return "home" if zone == "zone.home" else seen.name if seen is not None else zone.partition(".")[2]


def says(value: Any, wanted: Collection[str]) -> bool:
    """Whether a state or attribute is one of these texts; an attribute's truth is also `on` or `off`."""
    if isinstance(value, bool):
        return str(value) in wanted or ("on" if value else "off") in wanted
    return value is not None and str(value) in wanted


def time_of(seen: Seen, zone: ZoneInfo) -> time | None:
    """The time of day that a helper or a timestamp sensor says."""
    if "hour" in seen.attributes:
        return time(int(seen.attributes["hour"]), int(seen.attributes["minute"]), int(seen.attributes.get("second", 0)))
    try:
        return time.fromisoformat(seen.state)
    except ValueError:
        pass
    try:
        told = datetime.fromisoformat(seen.state)
    except ValueError:
        return None
    return told.astimezone(zone).time() if told.tzinfo is not None else told.time()


def _truth(value: str) -> bool:
    return value.strip().lower() in ("true", "yes", "on", "enable", "1") or (_number(value) or 0) != 0


def _because(verdict: Verdict) -> str:
    return f": {verdict.why}" if verdict.why else ""


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
