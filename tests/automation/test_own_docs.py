"""What the guide shows is accepted as it stands."""

import re
from pathlib import Path

import pytest

from hub.automation.schema.automation import automation
from hub.automation.source import read

PAGE = Path(__file__).parents[2] / "docs" / "own-triggers.md"
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("text", EXAMPLES)
def test_every_example_of_our_own_triggers_and_conditions_loads(text: str) -> None:
    source = read(text)
    made = automation(source.value, source.lines)
    assert made.triggers or made.conditions


def test_every_kind_of_our_own_has_an_example() -> None:
    shown = "\n".join(EXAMPLES)
    for kind in ("journal", "reading", "missing_data", "prediction", "statistic"):
        assert f"trigger: {kind}" in shown
    for kind in ("journal", "quiet_hours", "presence", "baseline"):
        assert f"condition: {kind}" in shown
