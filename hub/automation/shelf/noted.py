"""Where a blueprint came from, written into its own text, which else stays as it is."""

from __future__ import annotations

import json
import re

from hub.automation.blueprint import parse
from hub.automation.flaws import AutomationInvalid


def noted(text: str, source_url: str) -> str:
    """The text with this `source_url`; as it is where that would make another blueprint of it."""
    try:
        before = parse(text)
    except AutomationInvalid:
        return text
    if before.source_url == source_url:
        return text
    lines = text.split("\n")
    at = before.lines.get(("blueprint", "source_url"))
    top = before.lines.get(("blueprint",))
    if top is None:
        return text
    if at is not None:
        indent = re.match(r"\s*", lines[at - 1])
        lines[at - 1] = f"{indent[0] if indent else '  '}source_url: {json.dumps(source_url)}"
    else:
        inner = min(
            (line for path, line in before.lines.items() if len(path) == 2 and path[0] == "blueprint"), default=0
        )
        indent = re.match(r"\s*", lines[inner - 1]) if inner else None
        lines.insert(inner - 1, f"{indent[0] if indent else '  '}source_url: {json.dumps(source_url)}")
    made = "\n".join(lines)
    try:
        after = parse(made)
    except AutomationInvalid:
        return text
    same = (after.body, dict(after.inputs), after.name) == (before.body, dict(before.inputs), before.name)
    return made if same and after.source_url == source_url else text
