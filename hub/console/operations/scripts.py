"""Scripts and scenes."""

from __future__ import annotations

from typing import Any

from hub.console.operations.by_line import by_line
from hub.console.operations.site import Progress, Site
from hub.view import KeptScene, KeptScript


async def list_scripts(site: Site, progress: Progress) -> list[dict[str, Any]]:
    return [_script(one) for one in site.view.scripts()]


async def add_script(site: Site, progress: Progress, *, text: str, key: str | None = None) -> dict[str, Any]:
    """Raises AutomationInvalid with lines."""
    view = site.view
    with by_line():
        return _script(await view.add_script(view.read_script(text), key))


async def show_script(site: Site, progress: Progress, *, key: str) -> dict[str, Any]:
    return {**_script(site.view.script(key)), "yaml": site.view.script_yaml(key)}


async def remove_script(site: Site, progress: Progress, *, key: str) -> dict[str, Any]:
    await site.view.remove_script(key)
    return {"removed": key}


async def run_script(site: Site, progress: Progress, *, key: str, variables: dict[str, Any]) -> dict[str, Any]:
    """Its answer, when it is over."""
    return dict(await site.view.run_script(key, variables))


async def list_scenes(site: Site, progress: Progress) -> list[dict[str, Any]]:
    return [_scene(one) for one in site.view.scenes()]


async def add_scene(site: Site, progress: Progress, *, text: str, key: str | None = None) -> dict[str, Any]:
    """Raises AutomationInvalid with lines."""
    view = site.view
    with by_line():
        return _scene(await view.add_scene(view.read_scene(text), key))


async def take_scene(site: Site, progress: Progress, *, name: str, entities: list[str]) -> dict[str, Any]:
    """A scene of how these are now."""
    view = site.view
    return _scene(await view.add_scene(view.snapshot(name, entities)))


async def show_scene(site: Site, progress: Progress, *, key: str) -> dict[str, Any]:
    return {**_scene(site.view.scene(key)), "yaml": site.view.scene_yaml(key)}


async def remove_scene(site: Site, progress: Progress, *, key: str) -> dict[str, Any]:
    await site.view.remove_scene(key)
    return {"removed": key}


async def run_scene(site: Site, progress: Progress, *, key: str) -> dict[str, Any]:
    return dict(await site.view.run_scene(key))


def _script(one: KeptScript) -> dict[str, Any]:
    fields = list(one.script.fields) if one.script is not None else []
    return {
        "key": one.key, "name": one.name, "fields": fields, "source": one.written.source,
        "version": one.written.version, "last": one.last_triggered, "running": len(one.runs),
        "flaws": [str(flaw) for flaw in one.flaws],
    }  # fmt: skip


def _scene(one: KeptScene) -> dict[str, Any]:
    return {
        "key": one.key, "name": one.name, "entities": list(one.states),
        "source": one.written.source if one.written is not None else "automation", "last": one.activated,
        "flaws": [str(flaw) for flaw in one.flaws],
    }  # fmt: skip
