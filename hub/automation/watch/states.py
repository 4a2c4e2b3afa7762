"""Triggers that look at states: state, numeric_state, template, zone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hub.automation.geometry import kilometres
from hub.automation.judging import Verdict, says
from hub.automation.rendering import clocked
from hub.automation.schema.triggers import NumericStateTrigger, StateTrigger, TemplateTrigger, ZoneTrigger
from hub.automation.seen_states import Reads, TemplateState
from hub.automation.watch.base import Attaching, Watcher
from hub.automation.world import UNAVAILABLE, UNKNOWN, Seen
from hub.template import TemplateFailed


def _told(seen: Seen | None) -> TemplateState | None:
    return TemplateState(seen) if seen is not None else None


class _Holding(Watcher):
    """Something that must stay so for some time, for each entity on its own."""

    def __init__(self, trigger: Any, index: int, attaching: Attaching) -> None:
        super().__init__(trigger, index, attaching)
        self._waiting: dict[str, asyncio.Task[None]] = {}

    def hold(self, entity_id: str, span: Any, then: Callable[[timedelta | None], None], **variables: Any) -> None:
        """Call `then` at once, or once it has held for `span`."""
        if span is None:
            then(None)
            return
        length = self.span(span, **variables)
        if length is not None:
            self.let_go(entity_id)
            self._waiting[entity_id] = self.later(self.now + length, lambda: then(length), lasting=True)

    def let_go(self, entity_id: str) -> None:
        waiting = self._waiting.pop(entity_id, None)
        if waiting is not None:
            waiting.cancel()


class StateWatcher(_Holding):
    """From one state to another, of a state or an attribute."""

    trigger: StateTrigger

    def __init__(self, trigger: StateTrigger, index: int, attaching: Attaching) -> None:
        super().__init__(trigger, index, attaching)
        self.entities = frozenset(trigger.entity_id)
        given = trigger.model_fields_set
        self._any = trigger.attribute is None and not given & {"to", "from_", "not_to", "not_from"}
        self._left = "from_" in given and "to" not in given
        """With `for`: it holds as long as it is not again what it was."""
        self._held: dict[str, Any] = {}

    def _value(self, seen: Seen | None) -> Any:
        if seen is None:
            return None
        return seen.state if self.trigger.attribute is None else seen.attributes.get(self.trigger.attribute)

    def changed(self, old: Seen | None, new: Seen | None) -> None:
        one = self.trigger
        before, after = self._value(old), self._value(new)
        entity_id = (new or old).entity_id  # type: ignore[union-attr] # one of them is there
        if entity_id in self._waiting and (after == self._held.get(entity_id)) is self._left:
            self.let_go(entity_id)
        if before == after and not (self._any and old is not None and new is not None):
            return
        if not _fits(before, one.from_, one.not_from) or not _fits(after, one.to, one.not_to):
            return
        self._held[entity_id] = before if self._left else after

        def then(length: timedelta | None) -> None:
            self.fire(
                new.context if new is not None else None,
                entity_id=entity_id,
                from_state=_told(old),
                to_state=_told(new),
                attribute=one.attribute,
                description=f"state of {entity_id}",
                **{"for": length},
            )

        told = {"trigger": {"entity_id": entity_id, "from_state": _told(old), "to_state": _told(new)}}
        self.hold(entity_id, one.for_, then, **told)


def _fits(value: Any, wanted: list[str] | None, unwanted: list[str] | None) -> bool:
    if wanted is not None:
        return says(value, wanted)
    return unwanted is None or not says(value, unwanted)


class NumericWatcher(_Holding):
    """A number that comes into a range, having been outside of it."""

    trigger: NumericStateTrigger

    def __init__(self, trigger: NumericStateTrigger, index: int, attaching: Attaching) -> None:
        super().__init__(trigger, index, attaching)
        self.entities = frozenset(trigger.entity_id)
        self._armed: set[str] = set()

    def start(self) -> None:
        for entity_id in self.entities:
            seen = self._at.world.get(entity_id)
            if seen is None or not self._judge(seen).met:
                self._armed.add(entity_id)

    def _judge(self, seen: Seen) -> Verdict:
        one = self.trigger
        try:
            return self._at.judge.number(
                seen, one.above, one.below, one.attribute, one.value_template, self._at.variables
            )
        except TemplateFailed as error:
            self._at.failed(str(error))
            return Verdict(False, str(error))

    def changed(self, old: Seen | None, new: Seen | None) -> None:
        if new is None:
            if old is not None:
                self._armed.add(old.entity_id)
                self.let_go(old.entity_id)
            return
        entity_id, one = new.entity_id, self.trigger
        if not self._judge(new).met:
            self._armed.add(entity_id)
            self.let_go(entity_id)
            return
        if entity_id not in self._armed:
            return
        self._armed.discard(entity_id)

        def then(length: timedelta | None) -> None:
            self.fire(
                new.context, entity_id=entity_id, above=one.above, below=one.below, attribute=one.attribute,
                from_state=_told(old), to_state=_told(new), description=f"numeric state of {entity_id}",
                **{"for": length},
            )  # fmt: skip

        told = {"trigger": {"entity_id": entity_id, "from_state": _told(old), "to_state": _told(new)}}
        self.hold(entity_id, one.for_, then, **told)


class TemplateWatcher(_Holding):
    """A template that becomes true."""

    trigger: TemplateTrigger

    def __init__(self, trigger: TemplateTrigger, index: int, attaching: Attaching) -> None:
        super().__init__(trigger, index, attaching)
        self._was = False
        self._tick: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._was = self._now_true()
        if clocked(self.trigger.value_template):
            self._each_minute()

    def _now_true(self) -> bool:
        reads = Reads()
        try:
            return self._at.renderer.true(self.trigger.value_template, self._at.variables, reads)
        except TemplateFailed as error:
            self._at.failed(str(error))
            return False
        finally:
            self._follow(reads)

    def _follow(self, reads: Reads) -> None:
        looked = (frozenset(reads.entities), frozenset(reads.domains), reads.everything)
        if looked != (self.entities, self.domains, self.everything):
            self.entities, self.domains, self.everything = looked
            self._at.again(self)

    def _each_minute(self) -> None:
        def tick() -> None:
            self._look(None, None)
            self._each_minute()

        self._tick = self.later(self.now.replace(second=0, microsecond=0) + timedelta(minutes=1), tick)

    def set_back(self) -> None:
        if self._tick is not None:
            self._tick.cancel()
            self._each_minute()

    def changed(self, old: Seen | None, new: Seen | None) -> None:
        self._look(old, new)

    def _look(self, old: Seen | None, new: Seen | None) -> None:
        is_true = self._now_true()
        if is_true is self._was:
            return
        self._was = is_true
        if not is_true:
            self.let_go("")
            return
        seen = new or old

        def then(length: timedelta | None) -> None:
            self.fire(
                new.context if new is not None else None,
                entity_id=seen.entity_id if seen is not None else None,
                from_state=_told(old),
                to_state=_told(new),
                description=f"template {self.trigger.value_template[:80]}",
                **{"for": length},
            )

        self.hold("", self.trigger.for_, then)


class ZoneWatcher(Watcher):
    """Somebody comes into a zone or leaves it."""

    trigger: ZoneTrigger

    def __init__(self, trigger: ZoneTrigger, index: int, attaching: Attaching) -> None:
        super().__init__(trigger, index, attaching)
        self.entities = frozenset(trigger.entity_id)

    def changed(self, old: Seen | None, new: Seen | None) -> None:
        zone = self._at.world.get(self.trigger.zone)
        if new is None or new.state in (UNAVAILABLE, UNKNOWN) or zone is None:
            return
        was, is_in = _inside(old, zone), _inside(new, zone)
        if was is is_in or was is not (self.trigger.event == "leave"):
            return
        self.fire(
            new.context,
            entity_id=new.entity_id,
            from_state=_told(old),
            to_state=_told(new),
            zone=_told(zone),
            event=self.trigger.event,
            description=f"{new.entity_id} {self.trigger.event} {zone.name}",
        )


def _inside(seen: Seen | None, zone: Seen) -> bool:
    """By place where both have one, else by the zone's name."""
    if seen is None:
        return False
    try:
        one = float(seen.attributes["latitude"]), float(seen.attributes["longitude"])
        middle = float(zone.attributes["latitude"]), float(zone.attributes["longitude"])
    except (KeyError, TypeError, ValueError):
        return seen.state == ("home" if zone.entity_id == "zone.home" else zone.name)
    away = kilometres(one, middle) * 1_000 - float(seen.attributes.get("gps_accuracy") or 0)
    return away < float(zone.attributes.get("radius") or 100)
