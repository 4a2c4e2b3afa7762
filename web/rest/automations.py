"""Automations: made, changed, switched, run and explained; templates and conditions tried."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from aiohttp import hdrs, web
from pydantic import ConfigDict, Field

from hub.view import AutomationInvalid
from web.rest.automation_shapes import (
    AutomationDetail,
    AutomationList,
    Begun,
    CheckShape,
    RenderedShape,
    TraceList,
    VerdictShape,
    VersionList,
    VersionShape,
    automation_detail,
    automation_shape,
    trace_shape,
    version_shape,
)
from web.rest.endpoint import Call, Endpoint, as_json
from web.rest.fields import Body, Key, Query, whole
from web.rest.problem import Problem, flaw_shape

if TYPE_CHECKING:
    from hub.view import Kept

AT = "/hub/v1/automations"
_ONE = f"{AT}/{{key}}"


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
    limit: Annotated[int, Field(ge=1, le=200, description="How many at most."), whole] = 50


class ToRender(Body):
    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)

    template: Annotated[str, Field(max_length=20_000, examples=["{{ states('sun.sun') }}"])]
    variables: Annotated[dict[str, Any], Field(default_factory=dict)]


class ToJudge(Body):
    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)

    condition: Annotated[Any, Field(description="One condition, or a list of them.")]
    variables: Annotated[dict[str, Any], Field(default_factory=dict)]


def _body(call: Call, given: _Given) -> Any:
    if (given.body is None) == (given.text is None):
        raise Problem(409, "cannot_work", "Give either `body` or `text`.", where="body")
    return given.body if given.body is not None else call.view.read_automation(given.text or "")


async def list_automations(call: Call) -> AutomationList:
    return {"automations": [automation_shape(call.view, one) for one in call.view.automations()]}


async def add_automation(call: Call) -> web.StreamResponse:
    asked: NewAutomation = call.body
    one = await call.view.add_automation(_body(call, asked), asked.enabled, asked.key)
    response = _whole(call, one, 201)
    response.headers[hdrs.LOCATION] = f"{AT}/{one.key}"
    return response


async def check_automation(call: Call) -> CheckShape:
    try:
        _, flaws = call.view.check_automation(_body(call, call.body))
    except AutomationInvalid as error:
        flaws = error.flaws
    return {"valid": not flaws, "flaws": [flaw_shape(one) for one in flaws]}


async def read_automation(call: Call) -> web.StreamResponse:
    return _whole(call, call.view.automation(call.path["key"]))


async def change_automation(call: Call) -> web.StreamResponse:
    asked: ChangedAutomation = call.body
    one = _seen(call)
    changed = await call.view.change_automation(one.key, _body(call, asked), asked.version, asked.note)
    return _whole(call, changed)


async def switch_automation(call: Call) -> web.StreamResponse:
    return _whole(call, await call.view.enable_automation(_seen(call).key, call.body.enabled))


async def remove_automation(call: Call) -> VersionShape:
    return version_shape(await call.view.remove_automation(_seen(call).key))


def _whole(call: Call, one: Kept, status: int = 200) -> web.Response:
    response = as_json(automation_detail(call.view, one), status)
    response.headers[hdrs.ETAG] = f'"{one.version}"'
    return response


def _seen(call: Call) -> Kept:
    """The automation, as the caller has seen it last. Raises Problem 412 where somebody was quicker."""
    one = call.view.automation(call.path["key"])
    wanted = call.request.headers.get(hdrs.IF_MATCH, "*")
    if wanted != "*" and f'"{one.version}"' not in [each.strip() for each in wanted.split(",")]:
        said = f"{one.name} was changed meanwhile (now version {one.version})."
        raise Problem(412, "conflict", said, where="header If-Match", hint="Read it again, then decide.")
    return one


async def run_automation(call: Call) -> web.StreamResponse:
    await call.view.run_automation(call.path["key"], conditions=call.body.conditions)
    return as_json({"traces": f"{AT}/{call.path['key']}/traces"}, 202)


async def list_versions(call: Call) -> VersionList:
    return {"versions": [version_shape(one) for one in await call.view.automation_versions(call.path["key"])]}


async def restore_automation(call: Call) -> web.StreamResponse:
    return _whole(call, await call.view.restore_automation(call.path["key"], call.body.version))


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


_TAG = "The header If-Match with the ETag that was seen refuses it where somebody was quicker."
ENDPOINTS = (
    Endpoint("GET", AT, "One's own automations; who manages the household sees all", "automations", list_automations,
             AutomationList),
    Endpoint("POST", AT, "Make an automation", "automations", add_automation, AutomationDetail, body=NewAutomation,
             status=201, description="It acts with the rights of the caller's account."),
    Endpoint("POST", "/hub/v1/checks/automation", "Check an automation without keeping it", "automations",
             check_automation, CheckShape, body=NewAutomation),
    Endpoint("GET", _ONE, "An automation", "automations", read_automation, AutomationDetail),
    Endpoint("PUT", _ONE, "Change an automation", "automations", change_automation, AutomationDetail,
             body=ChangedAutomation, errors=(412,),
             description=f"The version before stays in the list of versions. {_TAG}"),
    Endpoint("PATCH", _ONE, "Switch an automation on or off", "automations", switch_automation, AutomationDetail,
             body=Switched, errors=(412,), description=_TAG),
    Endpoint("DELETE", _ONE, "Remove an automation", "automations", remove_automation, VersionShape,
             errors=(409, 412), description=f"`restore` brings it back. {_TAG}"),
    Endpoint("POST", f"{_ONE}/run", "Run an automation now", "automations", run_automation, Begun, body=RunNow,
             status=202),
    Endpoint("GET", f"{_ONE}/versions", "Versions of an automation, oldest first", "automations", list_versions,
             VersionList),
    Endpoint("POST", f"{_ONE}/restore", "Go back to a version", "automations", restore_automation, AutomationDetail,
             body=Restored),
    Endpoint("GET", f"{_ONE}/traces", "What its runs did, and why triggers led to none; newest first", "automations",
             list_traces, TraceList, query=TracesQuery),
    Endpoint("POST", "/hub/v1/template", "Render a template", "automations", render_template, RenderedShape,
             body=ToRender, description="It sees what the caller sees."),
    Endpoint("POST", "/hub/v1/checks/condition", "Ask a condition now", "automations", judge_condition, VerdictShape,
             body=ToJudge),
)  # fmt: skip
