"""Automations: made, changed, switched, run and explained; templates and conditions tried."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from aiohttp import hdrs, web
from pydantic import ConfigDict, Field
from typing_extensions import TypedDict

from hub.view import AutomationInvalid, Flaw, plain
from web.rest.endpoint import Call, Endpoint, as_json
from web.rest.fields import Body, Key, Query

if TYPE_CHECKING:
    from hub.view import Kept, Trace, View

AT = "/hub/v1/automations"
_ONE = f"{AT}/{{key}}"


class FlawShape(TypedDict):
    where: str
    message: str
    hint: str
    line: int | None


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


class _Given(Body):
    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)

    body: Annotated[dict[str, Any] | None, Field(description="The automation as an object.")] = None
    text: Annotated[str | None, Field(max_length=1_000_000, description="The same as YAML; give one of both.")] = None


class NewAutomation(_Given):
    key: Annotated[Key | None, Field(description="Left out: made from the alias.")] = None
    enabled: bool = True


class ChangedAutomation(_Given):
    version: Annotated[int | None, Field(ge=1, description="That you have seen; another one is a conflict.")] = None
    note: Annotated[str, Field(max_length=500, description="What was changed, for the list of versions.")] = ""


class Switched(Body):
    enabled: bool


class RunNow(Body):
    conditions: Annotated[bool, Field(description="True: only when its conditions are met.")] = False


class Restored(Body):
    version: Annotated[int, Field(ge=1)]


class TracesQuery(Query):
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class ToRender(Body):
    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)

    template: Annotated[str, Field(max_length=20_000, examples=["{{ states('sun.sun') }}"])]
    variables: Annotated[dict[str, Any], Field(default_factory=dict)]


class ToJudge(Body):
    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)

    condition: Annotated[Any, Field(description="One condition, or a list of them.")]
    variables: Annotated[dict[str, Any], Field(default_factory=dict)]


def flaw_shape(one: Flaw) -> FlawShape:
    return {"where": ".".join(map(str, one.path)), "message": one.message, "hint": one.hint, "line": one.line}


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


def _body(call: Call, given: _Given) -> Any:
    if (given.body is None) == (given.text is None):
        raise AutomationInvalid([Flaw((), "give `body` or `text`, one of both.")])
    return given.body if given.body is not None else call.view.read_automation(given.text or "")


async def list_automations(call: Call) -> AutomationList:
    return {"automations": [automation_shape(call.view, one) for one in call.view.automations()]}


async def add_automation(call: Call) -> web.StreamResponse:
    asked: NewAutomation = call.body
    one = await call.view.add_automation(_body(call, asked), asked.enabled, asked.key)
    response = as_json(automation_shape(call.view, one), 201)
    response.headers[hdrs.LOCATION] = f"{AT}/{one.key}"
    return response


async def check_automation(call: Call) -> CheckShape:
    try:
        _, flaws = call.view.check_automation(_body(call, call.body))
    except AutomationInvalid as error:
        flaws = error.flaws
    return {"valid": not flaws, "flaws": [flaw_shape(one) for one in flaws]}


async def read_automation(call: Call) -> AutomationShape:
    return automation_shape(call.view, call.view.automation(call.path["key"]))


async def change_automation(call: Call) -> AutomationShape:
    asked: ChangedAutomation = call.body
    call.view.automation(call.path["key"])
    one = await call.view.change_automation(call.path["key"], _body(call, asked), asked.version, asked.note)
    return automation_shape(call.view, one)


async def switch_automation(call: Call) -> AutomationShape:
    return automation_shape(call.view, await call.view.enable_automation(call.path["key"], call.body.enabled))


async def remove_automation(call: Call) -> VersionShape:
    return version_shape(await call.view.remove_automation(call.path["key"]))


async def run_automation(call: Call) -> web.StreamResponse:
    await call.view.run_automation(call.path["key"], conditions=call.body.conditions)
    return as_json({"traces": f"{AT}/{call.path['key']}/traces"}, 202)


async def list_versions(call: Call) -> VersionList:
    return {"versions": [version_shape(one) for one in await call.view.automation_versions(call.path["key"])]}


async def restore_automation(call: Call) -> AutomationShape:
    return automation_shape(call.view, await call.view.restore_automation(call.path["key"], call.body.version))


async def list_traces(call: Call) -> TraceList:
    query: TracesQuery = call.query
    found = await call.view.automation_traces(call.path["key"], query.limit)
    return {"traces": [trace_shape(one) for one in found]}


async def render_template(call: Call) -> RenderedShape:
    asked: ToRender = call.body
    return {"text": call.view.render_template(asked.template, asked.variables)}


async def judge_condition(call: Call) -> VerdictShape:
    asked: ToJudge = call.body
    verdict = await call.view.judge_condition(asked.condition, asked.variables)
    return {"met": verdict.met, "why": verdict.why}


ENDPOINTS = (
    Endpoint("GET", AT, "One's own automations; who manages the household sees all", "automations", list_automations,
             AutomationList),
    Endpoint("POST", AT, "Make an automation", "automations", add_automation, AutomationShape, body=NewAutomation,
             status=201, description="It acts with the rights of the caller's account."),
    Endpoint("POST", "/hub/v1/checks/automation", "Check an automation without keeping it", "automations",
             check_automation, CheckShape, body=NewAutomation),
    Endpoint("GET", _ONE, "An automation", "automations", read_automation, AutomationShape),
    Endpoint("PUT", _ONE, "Change an automation", "automations", change_automation, AutomationShape,
             body=ChangedAutomation, description="The version before stays in the list of versions."),
    Endpoint("PATCH", _ONE, "Switch an automation on or off", "automations", switch_automation, AutomationShape,
             body=Switched),
    Endpoint("DELETE", _ONE, "Remove an automation", "automations", remove_automation, VersionShape,
             description="`restore` brings it back."),
    Endpoint("POST", f"{_ONE}/run", "Run an automation now", "automations", run_automation, Begun, body=RunNow,
             status=202),
    Endpoint("GET", f"{_ONE}/versions", "Versions of an automation, oldest first", "automations", list_versions,
             VersionList),
    Endpoint("POST", f"{_ONE}/restore", "Go back to a version", "automations", restore_automation, AutomationShape,
             body=Restored),
    Endpoint("GET", f"{_ONE}/traces", "What its runs did, and why triggers led to none; newest first", "automations",
             list_traces, TraceList, query=TracesQuery),
    Endpoint("POST", "/hub/v1/template", "Render a template", "automations", render_template, RenderedShape,
             body=ToRender, description="It sees what the caller sees."),
    Endpoint("POST", "/hub/v1/checks/condition", "Ask a condition now", "automations", judge_condition, VerdictShape,
             body=ToJudge),
)  # fmt: skip
