"""What is told of automations: themselves, their versions, and traces of what they did."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from typing_extensions import TypedDict

from hub.view import plain
from web.rest.problem import FlawShape, flaw_shape

if TYPE_CHECKING:
    from hub.view import Kept, Trace, View


class AutomationShape(TypedDict):
    key: str
    entity_id: str
    name: str
    description: str
    account: str
    """Whose rights it has."""
    enabled: bool
    source: str
    """`page`, or `file:<name>` of one in the configuration's folder `automations`."""
    version: int
    changed_at: datetime
    changed_by: str
    blueprint: str | None
    body: dict[str, Any]
    flaws: list[FlawShape]
    """Why it does not load."""
    problems: list[str]
    """Of its triggers."""
    last_run: datetime | None
    last_outcome: str | None
    due: datetime | None
    """When the clock sets it off next, where it does."""


class AutomationDetail(AutomationShape):
    absent: list[str]
    """Entities and actions that it names and that are not there now: no flaw, for they may come."""


class AutomationList(TypedDict):
    automations: list[AutomationShape]


class VersionShape(TypedDict):
    version: int
    changed_at: datetime
    changed_by: str
    note: str
    enabled: bool
    removed: bool
    body: dict[str, Any]


class VersionList(TypedDict):
    versions: list[VersionShape]


class StepShape(TypedDict):
    path: str
    at: str
    kind: str
    result: Any
    error: str
    took: float
    """Seconds."""
    changed: dict[str, Any]
    """Variables that it set."""


class TraceShape(TypedDict):
    at: str
    ended: str | None
    run: str | None
    """None: the trigger led to no run; `why` says why."""
    outcome: str
    why: str
    trigger: dict[str, Any]
    steps: list[StepShape]
    left_out: int


class TraceList(TypedDict):
    traces: list[TraceShape]


class CheckShape(TypedDict):
    valid: bool
    flaws: list[FlawShape]


class VerdictShape(TypedDict):
    met: bool
    why: str


class Begun(TypedDict):
    traces: str
    """Where its trace will be."""


class RenderedShape(TypedDict):
    text: str


def automation_shape(view: View, one: Kept) -> AutomationShape:
    last = view.automation_last_run(one.key)
    return {
        "key": one.key, "entity_id": one.entity_id, "name": one.name, "description": one.description,
        "account": one.account, "enabled": one.enabled, "source": one.source, "version": one.version,
        "changed_at": one.changed_at, "changed_by": one.changed_by, "blueprint": one.blueprint or None,
        "body": dict(one.body), "flaws": [flaw_shape(flaw) for flaw in one.flaws],
        "problems": view.automation_problems(one.key), "last_run": last.at if last is not None else None,
        "last_outcome": last.outcome.value if last is not None else None, "due": view.automation_due(one.key),
    }  # fmt: skip


def automation_detail(view: View, one: Kept) -> AutomationDetail:
    return {**automation_shape(view, one), "absent": view.automation_absent(one.key)}


def version_shape(one: Kept) -> VersionShape:
    return {
        "version": one.version, "changed_at": one.changed_at, "changed_by": one.changed_by, "note": one.note,
        "enabled": one.enabled, "removed": one.removed, "body": dict(one.body),
    }  # fmt: skip


def trace_shape(one: Trace) -> TraceShape:
    return {
        "at": one.at.isoformat(), "ended": one.ended.isoformat() if one.ended is not None else None,
        "run": one.run or None, "outcome": one.outcome.value, "why": one.why, "trigger": plain(one.trigger),
        "steps": [
            {
                "path": step.path, "at": step.at.isoformat(), "kind": step.kind, "result": plain(step.result),
                "error": step.error, "took": step.took, "changed": plain(step.changed),
            }
            for step in one.steps
        ],
        "left_out": one.left_out,
    }  # fmt: skip
