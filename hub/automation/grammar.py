"""Templates parsed without any state at hand: whether they can be understood, not what they say."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from hub.clock import RealClock
from hub.template import TemplateEnvironment, TemplateFailed

STATE_NAMES = (
    "area_devices", "area_entities", "area_id", "area_name", "closest", "config_entry_attr", "config_entry_id",
    "device_attr", "device_entities", "device_id", "device_name", "distance", "entity_name", "expand",
    "floor_areas", "floor_entities", "floor_id", "floor_name", "has_value", "integration_entities", "issue",
    "label_areas", "label_description", "label_devices", "label_entities", "label_id", "label_name", "labels",
    "state_attr", "state_attr_translated", "state_translated", "states", "merge_response", "version", "as_function",
    "areas", "floors", "issues",
)  # fmt: skip
"""Functions (and mostly filters) that look at states and registries."""
STATE_TESTS = ("apply", "has_value", "is_device_attr", "is_hidden_entity", "is_state", "is_state_attr", "datetime")


def is_template(value: object) -> bool:
    return isinstance(value, str) and ("{{" in value or "{%" in value or "{#" in value)


def check(source: str) -> None:
    """Raises ValueError when the template can't be parsed."""
    if is_template(source):
        try:
            _environment().compile(source)
        except TemplateFailed as error:
            raise ValueError(str(error)) from None


@lru_cache(maxsize=1)
def _environment() -> TemplateEnvironment:
    def unknown(*_: Any, **__: Any) -> Any:
        raise TemplateFailed("nothing is rendered here")

    names = (*STATE_NAMES, *STATE_TESTS)
    nothing: dict[str, Callable[..., Any]] = dict.fromkeys(names, unknown)
    return TemplateEnvironment(RealClock(), functions=nothing, filters=nothing, tests=dict.fromkeys(names, unknown))
