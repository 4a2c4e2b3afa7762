"""Blueprints: looked at, brought, renewed, removed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import ConfigDict, Field
from typing_extensions import TypedDict

from hub.view import does
from web.rest.endpoint import Call, Endpoint
from web.rest.fields import Body
from web.rest.problem import FlawShape, Problem, flaw_shape

if TYPE_CHECKING:
    from hub.view import BlueprintItem, BlueprintPreview, BlueprintUpdate, Flaw, View

AT = "/hub/v1/blueprints"
_ONE = f"{AT}/{{path}}"
"""The slash in a path is written %2F."""
Path = Annotated[str, Field(min_length=1, max_length=500, description="E.g. `anna/night_light.yaml`.")]


class BlueprintInputShape(TypedDict):
    key: str
    name: str
    description: str
    section: str
    required: bool
    default: Any
    selector: dict[str, Any] | None


class BlueprintShape(TypedDict):
    path: str
    name: str
    origin: str
    """`shipped` or `own`."""
    loads: bool
    author: str
    description: str
    """Markdown, as it was written."""
    source_url: str
    min_version: str
    changed_at: datetime
    used_by: list[str]
    """Keys of automations."""
    errors: list[FlawShape]


class BlueprintList(TypedDict):
    blueprints: list[BlueprintShape]


class BlueprintDetail(BlueprintShape):
    text: str
    inputs: list[BlueprintInputShape]
    triggers: list[str]
    actions: list[str]
    """What it calls by name."""
    warnings: list[str]


class BlueprintPreviewShape(TypedDict):
    path: str
    """Where it would be kept."""
    source_url: str
    replaces: bool
    loads: bool
    name: str
    inputs: list[BlueprintInputShape]
    triggers: list[str]
    actions: list[str]
    warnings: list[str]
    notes: list[str]
    errors: list[FlawShape]
    text: str


class InputChanges(TypedDict):
    needed: list[str]
    """New, without a default."""
    added: list[str]
    removed: list[str]
    changed: list[str]


class BlueprintUpdateShape(TypedDict):
    path: str
    newer: bool
    digest: str
    """Send it back to keep exactly this."""
    diff: list[str]
    """Unified."""
    inputs: InputChanges
    breaks: list[str]
    """Automations that would not work any more."""
    notes: list[str]
    errors: list[FlawShape]


class BlueprintCheck(TypedDict):
    loads: bool
    valid: bool
    """The automation made with these inputs passes the whole schema."""
    errors: list[FlawShape]


class RemovedBlueprint(TypedDict):
    path: str


class NewBlueprint(Body):
    url: Annotated[str | None, Field(max_length=2000, description="Of GitHub, a gist, the forum or any text.")] = None
    text: Annotated[str | None, Field(max_length=1_000_000, description="The blueprint itself.")] = None
    path: Annotated[Path | None, Field(description="Left out: made of its address or name.")] = None
    replace: Annotated[bool, Field(description="Over one of one's own that lies there.")] = False


class KeepUpdate(Body):
    digest: Annotated[str, Field(max_length=64, description="As the preview told it; left out: whatever is there.")] = (
        ""
    )
    anyway: Annotated[bool, Field(description="Also where automations would not work any more.")] = False


class PreviewBlueprint(Body):
    url: Annotated[str | None, Field(max_length=2000)] = None
    text: Annotated[str | None, Field(max_length=1_000_000)] = None


class CheckBlueprint(Body):
    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)

    path: Annotated[Path | None, Field(description="Of one that is kept.")] = None
    text: Annotated[str | None, Field(max_length=1_000_000, description="The blueprint itself.")] = None
    inputs: Annotated[dict[str, Any], Field(default_factory=dict)]


async def list_blueprints(call: Call) -> BlueprintList:
    return {"blueprints": [_shape(call.view, one) for one in call.view.blueprints()]}


async def read_blueprint(call: Call) -> BlueprintDetail:
    return _detail(call.view, call.view.blueprint(call.path["path"]))


async def preview_blueprint(call: Call) -> BlueprintPreviewShape:
    found = await _found(call, call.body.url, call.body.text)
    told = does(found.blueprint) if found.blueprint is not None else None
    return {
        "path": found.path, "source_url": found.source_url, "replaces": found.replaces,
        "loads": found.blueprint is not None, "name": found.blueprint.name if found.blueprint is not None else "",
        "inputs": _inputs(found), "triggers": list(told.triggers) if told else [],
        "actions": list(told.actions) if told else [], "warnings": list(told.warnings) if told else [],
        "notes": list(found.notes), "errors": _flaws(found.flaws), "text": found.text,
    }  # fmt: skip


async def import_blueprint(call: Call) -> BlueprintDetail:
    asked: NewBlueprint = call.body
    found = await _found(call, asked.url, asked.text)
    path = asked.path or found.path
    return _detail(call.view, await call.view.keep_blueprint(found.text, path, found.source_url, replace=asked.replace))


async def look_for_update(call: Call) -> BlueprintUpdateShape:
    return _update(call.view, await call.view.look_for_update(call.path["path"]))


async def keep_update(call: Call) -> BlueprintDetail:
    path, asked = call.path["path"], call.body
    return _detail(call.view, await call.view.update_blueprint(path, digest=asked.digest, anyway=asked.anyway))


async def check_blueprint(call: Call) -> BlueprintCheck:
    asked: CheckBlueprint = call.body
    if (asked.path is None) == (asked.text is None):
        raise Problem(409, "cannot_work", "Give either `path` or `text`.", where="body")
    text = asked.text if asked.text is not None else call.view.blueprint(asked.path or "").text
    loads, flaws = call.view.check_blueprint_text(text, asked.inputs)
    return {"loads": loads, "valid": not flaws, "errors": _flaws(flaws)}


async def remove_blueprint(call: Call) -> RemovedBlueprint:
    return {"path": (await call.view.remove_blueprint(call.path["path"])).path}


async def _found(call: Call, url: str | None, text: str | None) -> BlueprintPreview:
    if (url is None) == (text is None):
        raise Problem(409, "cannot_work", "Give either `url` or `text`.", where="body")
    return await call.view.fetch_blueprint(url) if url is not None else call.view.preview_blueprint(text or "")


def _shape(view: View, one: BlueprintItem) -> BlueprintShape:
    blueprint = one.blueprint
    return {
        "path": one.path, "name": one.name, "origin": one.origin, "loads": blueprint is not None,
        "author": blueprint.author if blueprint is not None else "",
        "description": blueprint.description if blueprint is not None else "", "source_url": one.source_url,
        "min_version": blueprint.min_version if blueprint is not None else "", "changed_at": one.changed_at,
        "used_by": [each.key for each in view.made_of(one.path)], "errors": _flaws(one.flaws),
    }  # fmt: skip


def _detail(view: View, one: BlueprintItem) -> BlueprintDetail:
    told = does(one.blueprint) if one.blueprint is not None else None
    return {
        **_shape(view, one), "text": one.text, "inputs": _inputs(one),
        "triggers": list(told.triggers) if told else [], "actions": list(told.actions) if told else [],
        "warnings": list(told.warnings) if told else [],
    }  # fmt: skip


def _inputs(one: BlueprintItem | BlueprintPreview) -> list[BlueprintInputShape]:
    return [
        {
            "key": each.key, "name": each.name, "description": each.description, "section": each.section,
            "required": each.required, "default": None if each.required else each.default,
            "selector": dict(each.selector) if each.selector else None,
        }
        for each in (one.blueprint.inputs.values() if one.blueprint is not None else ())
    ]  # fmt: skip


def _update(view: View, found: BlueprintUpdate) -> BlueprintUpdateShape:
    changed = found.changes
    return {
        "path": found.path, "newer": bool(found.diff), "digest": found.digest, "diff": list(found.diff),
        "inputs": {"needed": list(changed.needed), "added": list(changed.added), "removed": list(changed.removed),
                   "changed": list(changed.changed)},
        "breaks": [one.key for one, _ in view.broken_by(found)], "notes": list(found.notes),
        "errors": _flaws(found.flaws),
    }  # fmt: skip


def _flaws(flaws: tuple[Flaw, ...]) -> list[FlawShape]:
    return [flaw_shape(one) for one in flaws]


_BESIDE = ("check", "preview")
_DONE = "Only who manages the household may."
ENDPOINTS = (
    Endpoint("GET", AT, "Blueprints that ship, and the household's own", "automations", list_blueprints, BlueprintList),
    Endpoint("POST", AT, "Bring a blueprint", "automations", import_blueprint, BlueprintDetail, body=NewBlueprint,
             status=201, largest=4 << 20, description=f"Give one of `url` and `text`. {_DONE}"),
    Endpoint("POST", f"{AT}/preview", "What a blueprint is, before it is kept", "automations", preview_blueprint,
             BlueprintPreviewShape, body=PreviewBlueprint, largest=4 << 20, description=f"Nothing is kept. {_DONE}"),
    Endpoint("POST", f"{AT}/check", "Whether a blueprint loads and makes a sound automation with inputs",
             "automations", check_blueprint, BlueprintCheck, body=CheckBlueprint, largest=4 << 20,
             description="Give one of `path` and `text`. Nothing is kept."),
    Endpoint("GET", f"{_ONE}/update", "Ask a blueprint's source what is newer", "automations",
             look_for_update, BlueprintUpdateShape, errors=(409,), description=f"Nothing is kept. {_DONE}"),
    Endpoint("POST", f"{_ONE}/update", "Keep what a blueprint's source has now", "automations", keep_update,
             BlueprintDetail, body=KeepUpdate, errors=(409,), description=f"The inputs of automations stay. {_DONE}"),
    Endpoint("GET", _ONE, "One blueprint with its inputs and text", "automations", read_blueprint, BlueprintDetail,
             beside=_BESIDE),
    Endpoint("DELETE", _ONE, "Remove one of the household's own", "automations", remove_blueprint, RemovedBlueprint,
             errors=(409,), description=f"Refused while automations use it. {_DONE}", beside=_BESIDE),
)  # fmt: skip
