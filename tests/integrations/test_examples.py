"""The examples in the guides of these integrations work as they stand."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from hub.model import ConfigEntry
from integrations.demo import DemoConfig
from integrations.http_json import HttpJsonConfig
from integrations.mqtt.template.config import TemplateConfig
from integrations.open_meteo import OpenMeteoConfig
from integrations.vocabulary.metrics import METRICS

DOCS = Path(__file__).parents[2] / "docs"
MODELS: dict[str, type[BaseModel]] = {
    "demo": DemoConfig,
    "http_json": HttpJsonConfig,
    "mqtt_template": TemplateConfig,
    "open_meteo": OpenMeteoConfig,
}


def examples() -> list[tuple[str, dict[str, Any]]]:
    found = []
    for domain in MODELS:
        text = (DOCS / f"{domain}.md").read_text()
        for block in re.findall(r"```yaml\n(.*?)```", text, re.S):
            found += [(domain, entry) for entry in yaml.safe_load(block)["integrations"]]
    return found


@pytest.mark.parametrize(("domain", "entry"), examples())
def test_an_example_of_the_guide_is_a_valid_entry(domain: str, entry: dict[str, Any]) -> None:
    assert entry["domain"] == domain
    assert {*entry} - {"domain"} <= set(ConfigEntry.__slots__)
    config = MODELS[domain].model_validate(entry["options"])
    for rule in getattr(config, "readings", ()):
        assert not rule.metric or rule.metric in {metric.key for metric in METRICS}


def test_every_guide_has_an_example() -> None:
    assert {domain for domain, _ in examples()} == set(MODELS)
