"""What docs/helpers.md says: its configuration starts, its table names every kind with its commands."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from hub.config import load_settings
from hub.model import EntryState
from integrations.helpers.kinds import KINDS
from tests.integrations.helpers.lived import until
from tests.support.house import house

PAGE = (Path(__file__).parents[3] / "docs" / "helpers.md").read_text()
CONFIGURATION, TRIGGER = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
"""hub.yaml, and a trigger."""


def test_the_table_has_every_kind_with_its_commands() -> None:
    told = {row[0]: row[1] for row in re.findall(r"^\|[^|]+\| `(\w+)\.x` \|[^|]+\| ?([^|]*)\|$", PAGE, re.MULTILINE)}
    commands = {domain: set(re.findall(r"`(\w+)`", re.sub(r"\(.*?\)", "", text))) for domain, text in told.items()}
    assert commands == {domain: set(kind.commands) for domain, kind in KINDS.items()}


async def test_its_configuration_starts(tmp_path: Path) -> None:
    (tmp_path / "hub.yaml").write_text(CONFIGURATION)
    declared = load_settings(tmp_path).entries
    assert len(declared) == len(yaml.safe_load(CONFIGURATION)["integrations"]) == 12
    async with house(tmp_path / "data"):
        """Anna is there."""
    async with house(tmp_path / "data", entries=declared) as hub:
        supervisor = hub.rooms.supervisor
        await until(lambda: len({one.entry for one in hub.rooms.entities.all.values()}) == len(declared))
        broken = {one: supervisor.status(one).problem for one in supervisor.entries if supervisor.status(one).problem}
        assert not broken
        assert all(supervisor.status(one).state is not EntryState.MISCONFIGURED for one in supervisor.entries)
        assert {"group.somebody_is_here", "zone.school", "sensor.above_the_alarm"} <= set(hub.rooms.entities.all)
