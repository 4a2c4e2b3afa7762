"""Blueprints: brought, listed, renewed, removed, used."""

from __future__ import annotations

from typing import Any

from hub.console.operations.by_line import by_line
from hub.console.operations.site import Progress, Site
from hub.errors import Conflict
from hub.view import BlueprintItem, BlueprintPreview, BlueprintUpdate, body_of, does


async def list_all(site: Site, progress: Progress) -> list[dict[str, Any]]:
    return [_item(site, one) for one in site.view.blueprints()]


async def show(site: Site, progress: Progress, *, path: str) -> dict[str, Any]:
    """Raises NotFound."""
    one = site.view.blueprint(path)
    blueprint = one.blueprint
    inputs = blueprint.inputs.values() if blueprint is not None else ()
    told = [
        {"key": each.key, "name": each.name, "required": each.required,
         "default": None if each.required else each.default,
         "selector": dict(each.selector) if each.selector else None, "section": each.section}
        for each in inputs
    ]  # fmt: skip
    what = does(blueprint) if blueprint is not None else None
    return {
        **_item(site, one), "text": one.text, "inputs": told,
        "does": {"triggers": what.triggers, "actions": what.actions, "warnings": what.warnings} if what else None,
    }  # fmt: skip


async def bring(
    site: Site, progress: Progress, *, url: str = "", text: str = "", path: str = "", replace: bool = False
) -> dict[str, Any]:
    """From a web address or as text. Raises Conflict, AutomationInvalid."""
    found = await site.view.fetch_blueprint(url) if url else site.view.preview_blueprint(text)
    _sound(found)
    kept = await site.view.keep_blueprint(found.text, path or found.path, found.source_url, replace=replace)
    return {**_item(site, kept), "notes": list(found.notes)}


async def update(site: Site, progress: Progress, *, path: str, apply: bool, anyway: bool = False) -> dict[str, Any]:
    """Look what its source has now, and with `apply` keep it. Raises NotFound, Conflict."""
    found = await site.view.look_for_update(path)
    told = _update(site, found)
    if apply and found.diff and found.blueprint is not None:
        await site.view.update_blueprint(path, digest=found.digest, anyway=anyway)
        told["applied"] = True
    return told


async def remove(site: Site, progress: Progress, *, path: str) -> dict[str, Any]:
    """Raises NotFound; Conflict while automations use it."""
    return {"path": (await site.view.remove_blueprint(path)).path}


async def use(
    site: Site, progress: Progress, *, path: str, inputs: dict[str, Any], name: str, account: str = ""
) -> dict[str, Any]:
    """Make an automation of it. Raises NotFound, AutomationInvalid."""
    item = site.view.blueprint(path)
    body = body_of(item, inputs, name)
    with by_line():
        kept = await site.view.add_automation(body)
    return {"key": kept.key, "name": kept.name, "enabled": kept.enabled}


def _sound(found: BlueprintPreview) -> None:
    if found.blueprint is None:
        raise Conflict("this is no sound blueprint:\n" + "\n".join(str(one) for one in found.flaws))


def _item(site: Site, one: BlueprintItem) -> dict[str, Any]:
    blueprint = one.blueprint
    return {
        "path": one.path,
        "name": one.name,
        "origin": one.origin,
        "loads": blueprint is not None,
        "author": blueprint.author if blueprint is not None else "",
        "source_url": one.source_url,
        "inputs_needed": sum(each.required for each in blueprint.inputs.values()) if blueprint is not None else 0,
        "used_by": [each.key for each in site.view.made_of(one.path)],
        "errors": [str(each) for each in one.flaws],
    }


def _update(site: Site, found: BlueprintUpdate) -> dict[str, Any]:
    return {
        "path": found.path,
        "newer": bool(found.diff),
        "loads": found.blueprint is not None,
        "errors": [str(one) for one in found.flaws],
        "diff": list(found.diff),
        "inputs": {
            "needed": list(found.changes.needed), "added": list(found.changes.added),
            "removed": list(found.changes.removed), "changed": list(found.changes.changed),
        },
        "breaks": {one.key: [str(each) for each in flaws] for one, flaws in site.view.broken_by(found)},
        "notes": list(found.notes),
        "applied": False,
    }  # fmt: skip
