"""docs/actions.md says what the registry says, and its examples are accepted as they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from hub.automation.schema.automation import automation
from hub.automation.schema.script import script
from hub.config import load_settings
from hub.daemon import Hub
from tests.automation.services.reference import MARK, PAGE, tables
from tests.automation.services.rooms import run
from tests.support.house import house

TEXT = PAGE.read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)


def calls(node: Any) -> Iterator[Mapping[str, Any]]:
    """Every step that calls an action, also those within others."""
    if isinstance(node, Mapping):
        if "action" in node:
            yield node
        for one in node.values():
            yield from calls(one)
    elif isinstance(node, list):
        for one in node:
            yield from calls(one)


def flaws(hub: Hub, call: Mapping[str, Any]) -> list[str]:
    """What the action's parameters say of a call, templates left out."""
    name = call["action"]
    if name not in hub.rooms.actions.all:
        return [f"there is no {name}"]
    given = {**call.get("data", {}), **call.get("target", {})}
    filled = {key for key, one in given.items() if "{{" in str(one)}
    plain = {key: one for key, one in given.items() if key not in filled}
    try:
        hub.rooms.actions.get(name).parameters.model_validate(plain)
    except ValidationError as error:
        return [f"{name}: {one['loc']}: {one['msg']}" for one in error.errors() if not filled & {*one["loc"]}]
    return []


async def test_the_guide_to_actions_is_true(tmp_path: Path) -> None:
    (tmp_path / "hub.yaml").write_text(next(one for one in EXAMPLES if one.startswith("rest_command")))
    (tmp_path / "secrets.yaml").write_text("door: Bearer abc\n")
    async with house(tmp_path / "data") as hub:
        assert TEXT.partition(MARK)[2] == "\n" + tables(hub), "python -m tests.automation.services.reference"
    commands = load_settings(tmp_path).rest_commands
    async with house(tmp_path / "data", rest_commands=commands) as hub:
        scripts = hub.rooms.deeds.scripts
        wrong = []
        for one in EXAMPLES:
            told = yaml.safe_load(one) if "!secret" not in one else {}
            if "sequence" in told:
                script(told)
                await scripts.add(scripts.read_yaml(one), "anna", by="test")
            elif told:
                automation({"triggers": [], **told})
            wrong += [flaw for call in calls(told) for flaw in flaws(hub, call)]
        assert not wrong, "\n".join(wrong)
        lists = next(one for one in EXAMPLES if "todo.create_list" in one)
        trace = await run(hub, lists)
        assert trace.outcome == "done", trace.why
        assert [one.summary for one in hub.rooms.deeds.lists.get("shopping").items] == ["Milk"]
