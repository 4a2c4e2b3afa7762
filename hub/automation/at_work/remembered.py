"""Traces as they are kept over a restart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from hub.automation.seen_states import TemplateState
from hub.automation.trace import Outcome, Step, Trace
from hub.automation.world import Seen

LONGEST = 2_000
"""Characters of a text in a trace."""
DEEPEST = 8
WIDEST = 200


def plain(value: Any, depth: int = 0) -> Any:
    """What JSON can hold of a variable: states as Home Assistant shows them, the rest in words."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return value if len(value) <= LONGEST else f"{value[:LONGEST]}…"
    if depth >= DEEPEST:
        return "…"
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, TemplateState | Seen):
        return {
            "entity_id": value.entity_id,
            "state": value.state,
            "attributes": plain(dict(value.attributes), depth + 1),
            "last_changed": value.last_changed.isoformat(),
            "last_updated": value.last_updated.isoformat(),
        }
    if isinstance(value, Mapping):
        return {str(key): plain(one, depth + 1) for key, one in list(value.items())[:WIDEST]}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one, depth + 1) for one in list(value)[:WIDEST]]
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name), depth + 1) for one in fields(value)}
    return plain(str(value), depth)


def kept(trace: Trace) -> dict[str, Any]:
    return {
        "at": trace.at.isoformat(),
        "trigger": plain(trace.trigger),
        "run": trace.run,
        "outcome": trace.outcome.value,
        "why": trace.why,
        "left_out": trace.left_out,
        "ended": trace.ended.isoformat() if trace.ended is not None else None,
        "steps": [
            [step.path, step.at.isoformat(), step.kind, plain(step.result), step.error, step.took, plain(step.changed)]
            for step in trace.steps
        ],
    }


def trace_of(key: str, body: Mapping[str, Any]) -> Trace:
    steps = [
        Step(path, datetime.fromisoformat(at), kind, result, error, took, changed)
        for path, at, kind, result, error, took, changed in body["steps"]
    ]
    ended = body.get("ended")
    outcome, why = Outcome(body["outcome"]), body["why"]
    if outcome is Outcome.RUNNING:
        outcome, why = Outcome.CANCELLED, "the hub stopped in the middle of it"
    return Trace(
        key,
        datetime.fromisoformat(body["at"]),
        body["trigger"],
        body["run"],
        outcome,
        why,
        steps,
        body["left_out"],
        datetime.fromisoformat(ended) if ended else None,
    )
