"""Automations and templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.automation.at_work.remembered import plain
from hub.automation.trace import Trace
from hub.console.operations.by_line import by_line
from hub.console.operations.site import Progress, Site
from hub.errors import Conflict
from hub.view import Kept, View


async def list_all(site: Site, _: Progress) -> list[dict[str, Any]]:
    return [_row(site.view, one) for one in site.view.automations()]


async def add(
    site: Site, _: Progress, *, text: str, account: str = "", enabled: bool = True, replace: bool = False
) -> list[dict[str, Any]]:
    """One, or all of a list; none is kept when one is wrong. `replace`: over those of the same name.

    Raises AutomationInvalid with a line for each flaw, Conflict for one that is there already.
    """
    view = site.hub.views.of_account(account) if account else site.view
    with by_line():
        bodies = view.read_automations(text)
        there = {one.name: one for one in view.automations() if not account or one.account == account}
        same = [there[name] for name in dict.fromkeys(map(_name, bodies)) if name in there]
        _may_replace(same, replace)
        kept = []
        for body in bodies:
            old = there.pop(_name(body), None)
            kept.append(
                await (view.change_automation(old.key, body) if old is not None else view.add_automation(body, enabled))
            )
    return [_whole(view, one) for one in kept]


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
    return {**_whole(site.view, site.view.automation(key)), "yaml": site.view.automation_yaml(key)}


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


async def render(
    site: Site, _: Progress, *, text: str, account: str = "", variables: dict[str, Any] | None = None
) -> str:
    view = site.hub.views.of_account(account) if account else site.view
    return view.render_template(text, variables or {})


def _row(view: View, one: Kept) -> dict[str, Any]:
    last = view.automation_last_run(one.key)
    return {
        "key": one.key, "name": one.name, "account": one.account, "enabled": one.enabled, "source": one.source,
        "version": one.version, "blueprint": one.blueprint, "flaws": [str(flaw) for flaw in one.flaws],
        "last_run": last.at if last is not None else None,
        "last_outcome": last.outcome.value if last is not None else None, "due": view.automation_due(one.key),
        "problems": view.automation_problems(one.key),
    }  # fmt: skip


def _whole(view: View, one: Kept) -> dict[str, Any]:
    return {**_row(view, one), "absent": view.automation_absent(one.key)}


def _may_replace(same: list[Kept], replace: bool) -> None:
    in_files = [one.key for one in same if not one.editable]
    if in_files:
        raise Conflict(f"{', '.join(in_files)}: it stands in a file of the configuration's folder; change it there")
    if same and not replace:
        raise Conflict(
            f"{', '.join(one.key for one in same)}: there is one of that name already, so nothing was added; "
            "--replace puts what the file says in its place, and another alias keeps both"
        )


def _name(body: Mapping[str, Any]) -> str:
    """Empty where the automation has none to be known by."""
    return str(body.get("alias") or "")


def _trace(one: Trace) -> dict[str, Any]:
    return {
        "at": one.at, "ended": one.ended, "run": one.run or None, "outcome": one.outcome.value, "why": one.why,
        "trigger": plain(one.trigger),
        "steps": [
            {
                "path": step.path, "at": step.at, "kind": step.kind, "result": plain(step.result),
                "error": step.error, "took": step.took, "changed": plain(step.changed),
            }
            for step in one.steps
        ],
        "left_out": one.left_out,
    }  # fmt: skip
