"""What a backtest found, counted while it goes on, so that a year of triggers needs no more room than a day's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from hub.automation.at_work.remembered import plain
from hub.automation.past import PastRun
from hub.automation.trace import Outcome, Trace

MOST_RUNS, MOST_REFUSED, MOST_MARKS, MOST_REASONS = 2_500, 200, 3_000, 12
"""Told one by one; all are counted."""


class Tally:
    """Of one variant."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._runs: list[dict[str, Any]] = []
        self._refused: list[dict[str, Any]] = []
        self._outcomes: Counter[str] = Counter()
        self._days: dict[str, list[int]] = {}
        self._hours = [[0, 0] for _ in range(24)]
        self._reasons: dict[tuple[str, str], list[Any]] = {}
        self._marks: list[float] = []
        self._actions: Counter[str] = Counter()

    def add(self, run: PastRun) -> None:
        trace = run.trace
        ran = trace.ran
        self._outcomes[trace.outcome.value] += 1
        local = trace.at.astimezone(self._zone)
        self._days.setdefault(local.date().isoformat(), [0, 0])[not ran] += 1
        self._hours[local.hour][not ran] += 1
        for one in run.actions:
            self._actions[one.action] += 1
        if ran:
            if len(self._marks) < MOST_MARKS:
                self._marks.append(round(trace.at.timestamp(), 3))
            if len(self._runs) < MOST_RUNS:
                self._runs.append(told(run))
            return
        # The same condition says something else each time: it is counted by its place.
        place = (trace.outcome.value, failed_at(trace))
        known = self._reasons.setdefault(place, [0, trace.why])
        known[0] += 1
        if len(self._refused) < MOST_REFUSED:
            self._refused.append(told(run))

    def result(self, start: datetime, end: datetime, problems: list[str]) -> dict[str, Any]:
        ran = sum(days[0] for days in self._days.values())
        refused = sum(days[1] for days in self._days.values())
        reasons = sorted(
            ({"outcome": outcome, "path": path, "why": why, "count": count}
             for (outcome, path), (count, why) in self._reasons.items()),
            key=lambda one: -int(one["count"]),
        )  # fmt: skip
        return {
            "start": start.isoformat(), "end": end.isoformat(), "ran": ran, "refused": refused,
            "outcomes": dict(self._outcomes), "reasons": reasons[:MOST_REASONS], "actions": dict(self._actions),
            "days": self._days, "hours": self._hours, "marks": self._marks, "problems": problems,
            "runs": sorted([*self._runs, *self._refused], key=lambda one: str(one["at"])),
            "left_out": max(0, ran - len(self._runs)) + max(0, refused - len(self._refused)),
        }  # fmt: skip


def failed_at(trace: Trace) -> str:
    """The path of the condition that was not met; empty where it was something else."""
    if trace.outcome is not Outcome.CONDITION or not trace.steps:
        return ""
    return trace.steps[-1].path


def told(run: PastRun) -> dict[str, Any]:
    trace = run.trace
    return {
        "at": trace.at.isoformat(), "ended": trace.ended.isoformat() if trace.ended else None,
        "outcome": trace.outcome.value, "ran": trace.ran, "why": trace.why, "failed": failed_at(trace),
        "trigger": _trigger(trace.trigger),
        "actions": [{"at": one.at.isoformat(), "action": one.action, "data": plain(one.data)} for one in run.actions],
        "errors": [{"path": one.path, "error": one.error} for one in trace.steps if one.error][:5],
    }  # fmt: skip


def _trigger(told: Mapping[str, Any]) -> dict[str, Any]:
    """What set it off, in a few plain values."""
    found: dict[str, Any] = {
        name: plain(told[name]) for name in ("platform", "id", "idx", "entity_id", "description") if told.get(name)
    }
    for name in ("from_state", "to_state"):
        seen = told.get(name)
        if seen is not None and hasattr(seen, "state"):
            found[name] = seen.state
    return found
