"""Conditions that ask other rooms: quiet hours, presence, journal, baseline, devices, and those with a purpose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Literal

from hub.automation import device_conditions
from hub.automation.judging import Variables, Verdict
from hub.automation.memory import Memory
from hub.automation.purpose import PURPOSES, aimed, known
from hub.automation.rendering import Renderer
from hub.automation.schema import conditions as schema
from hub.automation.spans import span_of
from hub.automation.spoken import ago, length, number
from hub.automation.world import Seen, World
from hub.insight import Baseline
from hub.template import TemplateFailed

_LOOKS_BACK = timedelta(days=30)
"""To say when the last entry was, where it was before what is asked for."""


class OtherRooms:
    """The `Elsewhere` of a world, live or past: it asks the world's memory."""

    def __init__(self, world: World, renderer: Renderer | None = None) -> None:
        self._world, self._renderer = world, renderer or Renderer(world)

    @property
    def _memory(self) -> Memory:
        return self._world.memory

    async def judge(self, condition: schema.Condition, variables: Variables) -> Verdict:
        """Raises TemplateFailed, also for what is not known here."""
        match condition:
            case schema.QuietHoursCondition():
                return self._quiet(condition, variables)
            case schema.PresenceCondition():
                return self._presence(condition, variables)
            case schema.JournalCondition():
                return await self._journal(condition, variables)
            case schema.BaselineCondition():
                return await self._baseline(condition)
            case schema.DeviceCondition():
                return self._device(condition, variables)
            case schema.PurposeCondition():
                return self._purpose(condition, variables)
            case _:
                raise TemplateFailed(f"the condition {condition.condition!r} can't be asked here")

    def _true(self, told: bool | str, variables: Variables) -> bool:
        return self._renderer.true(told, variables) if isinstance(told, str) else told

    # People

    def _quiet(self, condition: schema.QuietHoursCondition, variables: Variables) -> Verdict:
        """Where no quiet hours are set it is never quiet."""
        wanted, quiet = self._true(condition.during, variables), self._memory.quiet(condition.person)
        whose = f" for {condition.person}" if condition.person else ""
        if quiet is None:
            return Verdict(not wanted, f"no quiet hours are set{whose}")
        return Verdict(quiet is wanted, f"it is quiet time{whose}" if quiet else f"it is not quiet time{whose}")

    def _presence(self, condition: schema.PresenceCondition, variables: Variables) -> Verdict:
        """Everybody that is named; where nobody is, anybody at home (`home: false`: nobody)."""
        wanted = self._true(condition.home, variables)
        if condition.person:
            for person in condition.person:
                home = self._home(person)
                if home is not wanted:
                    return Verdict(False, _where(person, home))
            return Verdict(True, f"{' and '.join(condition.person)} {'at home' if wanted else 'away'}")
        everybody = {one.object_id: self._home(one.object_id) for one in self._world.of_domain("person")}
        at_home = sorted(person for person, home in everybody.items() if home)
        if wanted:
            return Verdict(bool(at_home), f"{' and '.join(at_home)} at home" if at_home else "nobody is at home")
        unsure = next((person for person, home in everybody.items() if home is None), None)
        if at_home or unsure is not None or not everybody:
            return Verdict(False, _where(at_home[0], True) if at_home else _where(unsure or "anybody", None))
        return Verdict(True, "nobody is at home")

    def _home(self, person: str) -> bool | None:
        home = self._memory.home(person)
        if home is not None:
            return home
        seen = self._world.get(f"person.{person}")
        return seen.state == "home" if seen is not None and known(seen) else None

    # What was recorded

    async def _journal(self, condition: schema.JournalCondition, variables: Variables) -> Verdict:
        wanted, now = self._true(condition.present, variables), self._world.clock.now()
        within = span_of(condition.within, self._renderer, variables)
        back = max(within, _LOOKS_BACK)
        entries = await self._memory.entries(condition.entry, condition.person, now - back, now + timedelta(minutes=15))
        what = condition.entry.replace("_", " ")
        if not entries:
            return Verdict(not wanted, f"there was no {what} in the last {length(back)}")
        last = now - entries[-1].start
        # Exclusive, so that it agrees with `event: missing` of the same span at the instant when that fires.
        return Verdict((last < within) is wanted, f"the last {what} was {ago(last)}")

    async def _baseline(self, condition: schema.BaselineCondition) -> Verdict:
        """The day's value so far, or the day's before where this one has none yet."""
        usual = await self._memory.baseline(condition.person, condition.metric, "day")
        what = f"{condition.metric.replace('_', ' ')} of {condition.person}"
        if usual is None:
            return Verdict(False, f"the usual {what} is not known yet: it needs seven days with a value")
        present, of = usual.present, usual
        if not _tells(usual, condition.direction) and usual.previous is not None:
            present, of = usual.previous.present or present, usual.previous
        if present is None:
            return Verdict(False, f"the {what} has no value today or yesterday")
        low, high = of.range(condition.deviations)
        told = f"the {what} is {number(present.value)}; usual is {number(low)} to {number(high)}"
        if condition.direction == "within":
            return Verdict(of.outside(present.value, "either", condition.deviations) is None, told)
        return Verdict(of.outside(present.value, condition.direction, condition.deviations) is not None, told)

    # Devices

    def _device(self, condition: schema.DeviceCondition, variables: Variables) -> Verdict:
        extra = {name: self._renderer.whole(one, variables) for name, one in (condition.model_extra or {}).items()}
        asked = {**extra, "device_id": condition.device_id, "domain": condition.domain, "type": condition.type}
        ids = device_conditions.entities(asked, self._world)
        if not ids:
            return Verdict(False, f"the device {condition.device_id} has no {condition.domain} here")
        first = Verdict(False, "")
        for entity_id in ids:
            seen = self._world.get(entity_id)
            verdict = self._of_device(asked, entity_id, seen, variables)
            if verdict.met:
                return verdict
            first = first if first.why else verdict
        return first

    def _of_device(self, asked: Mapping[str, Any], entity_id: str, seen: Seen | None, variables: Variables) -> Verdict:
        if seen is None:
            return Verdict(False, f"there is no {entity_id}")
        met = device_conditions.met(asked, seen)
        if met is None:
            raise TemplateFailed(f"the device condition {asked['type']!r} of {seen.domain} is not known here")
        return self._lasting(Verdict(met, f"{entity_id} is {seen.state}"), seen, asked.get("for"), variables)

    def _purpose(self, condition: schema.PurposeCondition, variables: Variables) -> Verdict:
        options = self._renderer.whole(condition.options or {}, variables)
        target = self._renderer.whole(condition.target or {}, variables)
        if condition.condition in ("zone.in_zone", "zone.not_in_zone"):
            return self._in_zone(condition.condition == "zone.in_zone", target, options)
        ask = PURPOSES.get(condition.condition)
        if ask is None:
            raise TemplateFailed(f"the condition {condition.condition!r} is not known here")
        aim = aimed(target, self._world) or (["sun.sun"] if ask.domains == ("sun",) else [])
        looked = [seen for one in aim if (seen := self._world.get(one)) is not None and ask.about(seen) and known(seen)]
        if not looked:
            return Verdict(False, f"{condition.condition}: none of what it is about is there")
        verdicts = [
            self._lasting(
                Verdict(ask.met(one, self._bound(options)), f"{one.entity_id} is {ask.said(one)}"),
                one, options.get("for"), variables,
            )
            for one in looked
        ]  # fmt: skip
        return _together(verdicts, every=options.get("behavior") == "all")

    def _bound(self, options: Mapping[str, Any]) -> Mapping[str, Any]:
        """With numbers where entities stand in a threshold."""
        told = options.get("threshold")
        if not isinstance(told, Mapping):
            return options
        return {**options, "threshold": {name: self._value(one) for name, one in told.items()}}

    def _value(self, told: Any) -> Any:
        entity_id = told.get("entity") if isinstance(told, Mapping) else told
        seen = self._world.get(entity_id) if isinstance(entity_id, str) and "." in entity_id else None
        return seen.state if seen is not None else told

    def _in_zone(self, wanted: bool, target: Any, options: Mapping[str, Any]) -> Verdict:
        zones = options.get("zone") or []
        names = set()
        for one in zones if isinstance(zones, list) else [zones]:
            seen = self._world.get(str(one))
            names.add("home" if one == "zone.home" else seen.name if seen is not None else str(one).partition(".")[2])
        looked = [
            seen for one in aimed(target, self._world) if (seen := self._world.get(one)) is not None and known(seen)
        ]
        verdicts = [Verdict((one.state in names) is wanted, f"{one.entity_id} is {one.state}") for one in looked]
        return _together(verdicts, every=options.get("behavior") == "all") if verdicts else Verdict(False, "nobody")

    def _lasting(self, verdict: Verdict, seen: Seen, span: Any, variables: Variables) -> Verdict:
        if not verdict.met or not span:
            return verdict
        wanted = span_of(span, self._renderer, variables)
        lasted = self._world.clock.now() - seen.last_changed
        return verdict if lasted >= wanted else Verdict(False, f"{verdict.why} only for {length(lasted)}")


def _tells(usual: Baseline, direction: Literal["above", "below", "either", "within"]) -> bool:
    """Whether the value so far says anything about the day."""
    if usual.present is None:
        return False
    if direction == "above" or direction == "below":
        return usual.decided(direction)
    return usual.decided(usual.outside(usual.present.value, "either", 0.0) or "above")


def _together(verdicts: Sequence[Verdict], *, every: bool) -> Verdict:
    for one in verdicts:
        if one.met is not every:
            return one
    return verdicts[0]


def _where(person: str, home: bool | None) -> str:
    if home is None:
        return f"it is not known where {person} is"
    return f"{person} is {'at home' if home else 'away'}"
