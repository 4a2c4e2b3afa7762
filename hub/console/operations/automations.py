"""Automations and templates."""

from __future__ import annotations

from typing import Any

from hub.automation.at_work.remembered import plain
from hub.automation.trace import Trace
from hub.console.operations.site import Progress, Site
from hub.errors import Conflict
from hub.view import Kept, View


async def list_all(site: Site, _: Progress) -> list[dict[str, Any]]:
    return [_row(site.view, one) for one in site.view.automations()]


async def add(site: Site, _: Progress, *, text: str, account: str = "", enabled: bool = True) -> list[dict[str, Any]]:
    """One, or all of a list; none is kept when one is wrong. Raises AutomationInvalid."""
    view = site.hub.views.of_account(account) if account else site.view
    bodies = view.read_automations(text)
    return [_row(view, await view.add_automation(one, enabled)) for one in bodies]


async def enable(site: Site, _: Progress, *, key: str, on: bool) -> dict[str, Any]:
    return _row(site.view, await site.view.enable_automation(key, on))


async def remove(site: Site, _: Progress, *, key: str) -> dict[str, Any]:
    one = await site.view.remove_automation(key)
    return {"key": one.key, "version": one.version}


async def restore(site: Site, _: Progress, *, key: str, version: int | None = None) -> dict[str, Any]:
    """The version before the present one when none is named."""
    versions = await site.view.automation_versions(key)
    wanted = version if version is not None else max(1, versions[-1].version - 1)
    return _row(site.view, await site.view.restore_automation(key, wanted))


async def show(site: Site, _: Progress, *, key: str) -> dict[str, Any]:
    return {**_row(site.view, site.view.automation(key)), "yaml": site.view.automation_yaml(key)}


async def run(site: Site, _: Progress, *, key: str, conditions: bool = False) -> dict[str, Any]:
    if not site.hub.rooms.automations.running:
        raise Conflict("an automation runs in a hub that runs; start it with `homeostat run`")
    await site.view.run_automation(key, conditions=conditions)
    return {"key": key}


async def traces(site: Site, _: Progress, *, key: str, limit: int = 20) -> list[dict[str, Any]]:
    return [_trace(one) for one in await site.view.automation_traces(key, limit)]


async def reload(site: Site, _: Progress) -> list[dict[str, Any]]:
    await site.view.reload_automations()
    return await list_all(site, _)


async def render(site: Site, _: Progress, *, text: str, account: str = "") -> str:
    view = site.hub.views.of_account(account) if account else site.view
    return view.render_template(text)


def _row(view: View, one: Kept) -> dict[str, Any]:
    last = view.automation_last_run(one.key)
    return {
        "key": one.key, "name": one.name, "account": one.account, "enabled": one.enabled, "source": one.source,
        "version": one.version, "blueprint": one.blueprint, "flaws": [str(flaw) for flaw in one.flaws],
        "last_run": last.at if last is not None else None,
        "last_outcome": last.outcome.value if last is not None else None, "due": view.automation_due(one.key),
    }  # fmt: skip


def _trace(one: Trace) -> dict[str, Any]:
    return {
        "at": one.at, "ended": one.ended, "run": one.run or None, "outcome": one.outcome.value, "why": one.why,
        "trigger": plain(one.trigger),
        "steps": [
            {"path": step.path, "kind": step.kind, "result": plain(step.result), "error": step.error, "took": step.took}
            for step in one.steps
        ],
    }  # fmt: skip
