"""Scripts and scenes: made, changed, run."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from aiohttp import hdrs, web
from pydantic import ConfigDict, Field
from typing_extensions import TypedDict

from web.rest.automation_shapes import TraceList, trace_shape
from web.rest.automations import TracesQuery
from web.rest.endpoint import Call, Endpoint, as_json
from web.rest.fields import Body, Key
from web.rest.problem import FlawShape, Problem, flaw_shape

if TYPE_CHECKING:
    from hub.view import KeptScene, KeptScript

SCRIPTS, SCENES = "/hub/v1/scripts", "/hub/v1/scenes"
_SCRIPT, _SCENE = f"{SCRIPTS}/{{key}}", f"{SCENES}/{{key}}"


class ScriptShape(TypedDict):
    key: str
    entity_id: str
    name: str
    source: str
    """`page`, or `file:<name>` of one in the configuration's folder `scripts`."""
    version: int
    changed_at: datetime
    changed_by: str
    body: dict[str, Any]
    flaws: list[FlawShape]
    running: int
    last_run: datetime | None


class ScriptList(TypedDict):
    scripts: list[ScriptShape]


class SceneShape(TypedDict):
    key: str
    entity_id: str
    name: str
    source: str
    """`page`, `file:<name>`, or `automation` of one that lasts until the hub is started anew."""
    version: int
    entities: dict[str, Any]
    flaws: list[FlawShape]
    last_activated: datetime | None


class SceneList(TypedDict):
    scenes: list[SceneShape]


class Answered(TypedDict):
    answer: dict[str, Any]


class Gone(TypedDict):
    removed: str


class _Written(Body):
    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)

    body: Annotated[dict[str, Any] | None, Field(description="As an object.")] = None
    text: Annotated[str | None, Field(max_length=1_000_000, description="The same as YAML; give one of both.")] = None


class NewScript(_Written):
    key: Annotated[Key | None, Field(description="Left out: made from the alias.")] = None


class ChangedScript(_Written):
    version: Annotated[int | None, Field(ge=1, description="That you have seen; another one is a conflict.")] = None


class RunScript(Body):
    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)

    variables: Annotated[dict[str, Any], Field(default_factory=dict, description="Values of its fields.")]
    wait: Annotated[bool, Field(description="False: do not wait for its end, and get no answer.")] = True


class RunScene(Body):
    transition: Annotated[float | None, Field(ge=0, le=6553, description="Seconds that lights take.")] = None


def script_shape(one: KeptScript) -> ScriptShape:
    written = one.written
    return {
        "key": one.key, "entity_id": one.entity_id, "name": one.name, "source": written.source,
        "version": written.version, "changed_at": written.changed_at, "changed_by": written.changed_by,
        "body": dict(written.body), "flaws": [flaw_shape(flaw) for flaw in one.flaws], "running": len(one.runs),
        "last_run": one.last_triggered,
    }  # fmt: skip


def scene_shape(one: KeptScene) -> SceneShape:
    return {
        "key": one.key, "entity_id": one.entity_id, "name": one.name,
        "source": one.written.source if one.written is not None else "automation",
        "version": one.written.version if one.written is not None else 1,
        "entities": {key: {"state": state, **attributes} for key, (state, attributes) in one.states.items()},
        "flaws": [flaw_shape(flaw) for flaw in one.flaws], "last_activated": one.activated,
    }  # fmt: skip


def _body(given: _Written, read: Any) -> Any:
    if (given.body is None) == (given.text is None):
        raise Problem(409, "cannot_work", "Give either `body` or `text`.", where="body")
    return given.body if given.body is not None else read(given.text or "")


def _made(shape: Any, at: str) -> web.StreamResponse:
    response = as_json(shape, 201)
    response.headers[hdrs.LOCATION] = f"{at}/{shape['key']}"
    return response


async def list_scripts(call: Call) -> ScriptList:
    return {"scripts": [script_shape(one) for one in call.view.scripts()]}


async def add_script(call: Call) -> web.StreamResponse:
    asked: NewScript = call.body
    return _made(script_shape(await call.view.add_script(_body(asked, call.view.read_script), asked.key)), SCRIPTS)


async def read_script(call: Call) -> ScriptShape:
    return script_shape(call.view.script(call.path["key"]))


async def change_script(call: Call) -> ScriptShape:
    asked: ChangedScript = call.body
    call.view.script(call.path["key"])
    body = _body(asked, call.view.read_script)
    return script_shape(await call.view.change_script(call.path["key"], body, asked.version))


async def remove_script(call: Call) -> Gone:
    await call.view.remove_script(call.path["key"])
    return {"removed": call.path["key"]}


async def run_script(call: Call) -> Answered:
    asked: RunScript = call.body
    return {"answer": dict(await call.view.run_script(call.path["key"], asked.variables, wait=asked.wait))}


async def list_script_traces(call: Call) -> TraceList:
    query: TracesQuery = call.query
    return {"traces": [trace_shape(one) for one in call.view.script_traces(call.path["key"])[: query.limit]]}


async def list_scenes(call: Call) -> SceneList:
    return {"scenes": [scene_shape(one) for one in call.view.scenes()]}


async def add_scene(call: Call) -> web.StreamResponse:
    asked: NewScript = call.body
    return _made(scene_shape(await call.view.add_scene(_body(asked, call.view.read_scene), asked.key)), SCENES)


async def read_scene(call: Call) -> SceneShape:
    return scene_shape(call.view.scene(call.path["key"]))


async def change_scene(call: Call) -> SceneShape:
    asked: ChangedScript = call.body
    call.view.scene(call.path["key"])
    body = _body(asked, call.view.read_scene)
    return scene_shape(await call.view.change_scene(call.path["key"], body, asked.version))


async def remove_scene(call: Call) -> Gone:
    await call.view.remove_scene(call.path["key"])
    return {"removed": call.path["key"]}


async def run_scene(call: Call) -> Answered:
    return {"answer": dict(await call.view.run_scene(call.path["key"], call.body.transition))}


ENDPOINTS = (
    Endpoint("GET", SCRIPTS, "Scripts that the caller may run", "automations", list_scripts, ScriptList),
    Endpoint("POST", SCRIPTS, "Make a script", "automations", add_script, ScriptShape, body=NewScript, status=201,
             description="It becomes the action `script.<key>` and runs with the rights of whoever calls it."),
    Endpoint("GET", _SCRIPT, "A script", "automations", read_script, ScriptShape),
    Endpoint("PUT", _SCRIPT, "Change a script", "automations", change_script, ScriptShape, body=ChangedScript),
    Endpoint("DELETE", _SCRIPT, "Remove a script", "automations", remove_script, Gone),
    Endpoint("POST", f"{_SCRIPT}/run", "Run a script and wait for its answer", "automations", run_script, Answered,
             body=RunScript),
    Endpoint("GET", f"{_SCRIPT}/traces", "What its runs did; newest first", "automations", list_script_traces,
             TraceList, query=TracesQuery),
    Endpoint("GET", SCENES, "Scenes that the caller may bring about", "automations", list_scenes, SceneList),
    Endpoint("POST", SCENES, "Make a scene", "automations", add_scene, SceneShape, body=NewScript, status=201),
    Endpoint("GET", _SCENE, "A scene", "automations", read_scene, SceneShape),
    Endpoint("PUT", _SCENE, "Change a scene", "automations", change_scene, SceneShape, body=ChangedScript),
    Endpoint("DELETE", _SCENE, "Remove a scene", "automations", remove_scene, Gone),
    Endpoint("POST", f"{_SCENE}/run", "Bring a scene about", "automations", run_scene, Answered, body=RunScene),
)  # fmt: skip
