"""What the guides to automations and backtests show is accepted as it stands, and what they count is so."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from hub.automation.at_work.store import bodies_of
from hub.automation.at_work.traces import MOST_KEPT
from hub.automation.replay.drafts import MOST_VARIANTS
from hub.automation.schema.automation import automation
from tests.cli.test_help import ALL, options_of
from web.backtests import SPANS
from web.pages.automations.telling import OUTCOMES

DOCS = Path(__file__).parents[2] / "docs"
GUIDE, BACKTEST = ((DOCS / name).read_text(encoding="utf-8") for name in ("automations.md", "backtest.md"))


@pytest.mark.parametrize("text", re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL))
def test_every_automation_in_the_guide_loads(text: str) -> None:
    found = list(bodies_of(text))
    assert found
    for body, flaws in found:
        assert not flaws
        made = automation(body)
        assert made.triggers
        assert made.actions


def test_the_guide_explains_every_outcome_and_mode() -> None:
    told = set(re.findall(r"^\| ([^|]+?) \|", GUIDE, re.MULTILINE))
    assert {one.name for key, one in OUTCOMES.items() if key != "running"} <= told
    assert {"`single`", "`restart`", "`queued`", "`parallel`"} <= told
    assert MOST_KEPT == 20
    assert "The newest twenty" in GUIDE


def test_the_guide_to_backtests_names_commands_and_limits_that_there_are() -> None:
    (line,) = re.findall(r"```sh\nhomeostat (.*?)\n```", BACKTEST)
    called = shlex.split(line)
    assert {word for word in called if word.startswith("--")} <= options_of(ALL[("backtest",)])
    assert MOST_VARIANTS == 8
    assert "At most eight" in BACKTEST
    assert set(SPANS) == {"1", "7", "30", "90", "other"}
    assert "a day, 7, 30 or 90 days, or *Other*" in BACKTEST
