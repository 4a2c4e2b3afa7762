"""Automations tried on the past, as far as both the automation's account and who asks may see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hub.automation.blueprint import parse
from hub.automation.check import in_file
from hub.automation.flaws import AutomationInvalid, Flaw
from hub.automation.replay.drafts import Knob, knobs, of_blueprint, variants
from hub.automation.replay.order import Variant
from hub.automation.replay.room import BacktestJob
from hub.automation.source import read
from hub.automation.words import Names
from hub.errors import Conflict, NotFound
from hub.model import Actor
from hub.view.automation_words import names_of, say
from hub.view.automations import AutomationsView
from hub.view.base import subject_of
from hub.view.states import StatesView


@dataclass(frozen=True, slots=True)
class BacktestWish:
    """What is to be tried: one of `automation`, `text` and `body`."""

    automation: str = ""
    """Key of one that is kept."""
    text: str = ""
    """YAML of an automation, or of a blueprint."""
    body: Mapping[str, Any] | None = None
    inputs: Mapping[str, Any] = field(default_factory=dict)
    what_if: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    """Name -> values; every combination is tried, side by side."""
    start: datetime | None = None
    end: datetime | None = None
    as_received: bool = False


class BacktestsView(AutomationsView, StatesView):
    async def start_backtest(self, wish: BacktestWish) -> BacktestJob:
        """Another of the same account that goes on is cancelled.

        Raises AutomationInvalid, NotFound, Conflict, BadReading, Forbidden.
        """
        self._automates()
        actors, key, name = [self.actor], "", "An automation"
        if wish.automation:
            kept = self.automation(wish.automation)
            actors, key, name = [Actor(kept.account, kind="automation"), self.actor], kept.key, kept.name
            made = variants(kept.body, self._rooms.automations.shelf, wish.inputs, wish.what_if)
        else:
            made = self._drafted(wish)
            name = str(made[0].body.get("alias") or _name_of(wish.text) or name)
        job = self._rooms.backtests.start(
            made, actors, by=self._author, name=name, key=key, start=wish.start, end=wish.end,
            as_received=wish.as_received,
        )  # fmt: skip
        job.scope, job.notes = self.scope(), tuple(self._absent(made[0].body, self.actor))
        await self._note("automation.backtest", detail=key)
        return job

    def backtests(self) -> list[BacktestJob]:
        """One's own, the newest first; not those for which one could see more, or other things, than now."""
        self._automates()
        return [one for one in self._rooms.backtests.all if one.by == self._author and one.scope == self.scope()]

    def backtest(self, job: str) -> BacktestJob:
        """Raises NotFound also for somebody else's."""
        found = next((one for one in self.backtests() if one.id == job), None)
        if found is None:
            raise NotFound(f"there is no backtest {job!r} any more; they are kept for an hour")
        for entity in (self._rooms.entities.all.get(one) for one in found.result.get("entities", ())):
            if entity is not None:
                self._saw(entity.person, subject_of(entity))
        return found

    def cancel_backtest(self, job: str) -> BacktestJob:
        """Stop it, or forget its result. Raises NotFound."""
        self.backtest(job)
        return self._rooms.backtests.cancel(job)

    def knobs(self, wish: BacktestWish) -> list[Knob]:
        """What of it may be tried with other values; none of what can't be read yet."""
        try:
            body = self.automation(wish.automation).body if wish.automation else read(wish.text).value
            return knobs(body, self._rooms.automations.shelf) if isinstance(body, Mapping) else []
        except (AutomationInvalid, NotFound):
            return []

    def in_words(self, actions: Sequence[Mapping[str, Any]], names: Names | None = None) -> list[str]:
        """What would have been done, a line each: `Tell Anna “…”`."""
        names = names or names_of(self)
        return [_said(one, names) for one in actions]

    def told_backtest(self, result: Mapping[str, Any]) -> dict[str, Any]:
        """With `words` for each run, and the first variant's `runs` by themselves."""
        names, said = names_of(self), dict[str, list[str]]()

        def words(run: Mapping[str, Any]) -> list[str]:
            # Thousands of runs do the same few things.
            key = repr([(one["action"], one.get("data")) for one in run["actions"]])
            if key not in said:
                said[key] = self.in_words(run["actions"], names)
            return said[key]

        variants = [
            {**one, "runs": [{**run, "words": words(run)} for run in one["runs"]]} for one in result["variants"]
        ]
        return {"runs": _runs_of(variants), **result, "variants": variants}

    def _drafted(self, wish: BacktestWish) -> list[Variant]:
        shelf = self._rooms.automations.shelf
        if wish.body is not None:
            return variants(wish.body, shelf, wish.inputs, wish.what_if)
        if not wish.text.strip():
            raise Conflict("there is nothing to try yet; write the automation first")
        value = read(wish.text).value
        if isinstance(value, Mapping) and isinstance(value.get("blueprint"), Mapping):
            blueprint = parse(wish.text)
            try:
                return of_blueprint(blueprint, wish.inputs, wish.what_if)
            except AutomationInvalid as error:
                raise AutomationInvalid(in_file(one, blueprint) for one in error.flaws) from None
        body = self._rooms.automations.read_yaml(wish.text)
        if not isinstance(body, Mapping):
            raise AutomationInvalid([Flaw((), "an automation is a set of keys: alias, triggers, conditions, actions.")])
        return variants(body, shelf, wish.inputs, wish.what_if)


def _name_of(text: str) -> str:
    """Of a blueprint; empty for anything else."""
    value = read(text).value if text else None
    head = value.get("blueprint") if isinstance(value, Mapping) else None
    return str(head.get("name") or "") if isinstance(head, Mapping) else ""


def _runs_of(variants: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    told = ("ended", "trigger", "outcome", "why", "actions", "words", "errors")
    runs = variants[0]["runs"] if variants else []
    return [{"time": one["at"], **{name: one[name] for name in told}} for one in runs if one["ran"]]


def _said(one: Mapping[str, Any], names: Names) -> str:
    data = dict(one.get("data") or {})
    if one["action"] == "event":
        return f"Let the event {data.get('event_type', '')} happen"
    return say("actions", {"action": one["action"], "data": data}, names) or str(one["action"])
