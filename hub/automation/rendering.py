"""Home Assistant's templates over the states of a world; a rendering knows what it looked at."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from hub.automation.geometry import geometry
from hub.automation.grammar import is_template
from hub.automation.lookups import lookups
from hub.automation.seen_states import AllStates, Reads, StateReader
from hub.automation.versions import Version
from hub.automation.world import World
from hub.template import TemplateEnvironment

_CLOCKED = re.compile(r"\b(now|utcnow|today_at|relative_time|time_since|time_until)\b")
_LOOKING = ("is_state", "state_attr", "is_state_attr", "has_value", "expand")
_TESTS = ("is_state", "is_state_attr", "has_value", "is_device_attr", "is_hidden_entity")
_TRUE = ("true", "yes", "on", "enable", "1")


class Renderer:
    """Compiles once, renders often; one for each world."""

    def __init__(self, world: World) -> None:
        self.states = reader = StateReader(world)
        states = AllStates(reader)
        looking = {name: getattr(reader, name) for name in _LOOKING}
        looking |= {"states": states, **geometry(reader), **lookups(world)}
        looking |= {
            "state_translated": states,
            "state_attr_translated": reader.state_attr,
            "merge_response": merge_response,
            "version": Version,
        }
        tests = {name: looking[name] for name in _TESTS}
        tests["datetime"] = lambda value: isinstance(value, datetime)
        tests["apply"] = lambda value, test, *more, **named: bool(test(value, *more, **named))
        self._environment = TemplateEnvironment(
            world.clock, world.time_zone, functions=looking, filters=looking, tests=tests
        )

    def text(self, source: str, variables: Mapping[str, Any], reads: Reads | None = None) -> str:
        """Raises TemplateFailed."""
        self.states.noting(reads if reads is not None else Reads())
        return self._environment.compile(source).text(variables)

    def native(self, source: str, variables: Mapping[str, Any], reads: Reads | None = None) -> Any:
        """The rendered text as number, list, dictionary ... where it reads as one. Raises TemplateFailed."""
        self.states.noting(reads if reads is not None else Reads())
        return self._environment.compile(source).native(variables)

    def true(self, source: str, variables: Mapping[str, Any], reads: Reads | None = None) -> bool:
        """As a condition. Raises TemplateFailed."""
        return says_true(self.native(source, variables, reads))

    def whole(self, value: Any, variables: Mapping[str, Any]) -> Any:
        """Every template in lists and dictionaries, each rendered to its native value. Raises TemplateFailed."""
        if isinstance(value, str):
            return self.native(value, variables) if is_template(value) else value
        if isinstance(value, Mapping):
            return {self.whole(key, variables): self.whole(one, variables) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.whole(one, variables) for one in value]
        return value


@lru_cache(maxsize=8_192)
def clocked(source: str) -> bool:
    """Whether it looks at the clock, so that it changes by itself, every minute at the latest."""
    return bool(_CLOCKED.search(source))


def says_true(value: Any) -> bool:
    """Truth as a condition understands it: `on`, `yes`, `true`, and numbers other than 0."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return value != 0
    return isinstance(value, str) and value.strip().lower() in _TRUE


def merge_response(response: Any) -> list[Any]:
    """An action's answers of several entities as one list, each item with its `entity_id` (and `value_key`)."""
    if not isinstance(response, Mapping):
        raise TypeError("merge_response wants what an action answered, a dictionary of entities")
    merged: list[Any] = []
    for entity_id, told in response.items():
        if not isinstance(told, Mapping):
            raise TypeError(f"merge_response wants a dictionary for each entity, not {str(told)[:60]!r}")
        ((key, items),) = told.items() if len(told) == 1 else ((None, None),)
        whose = {"entity_id": entity_id}
        if isinstance(items, list):
            merged += [{**one, **whose, "value_key": key} if isinstance(one, Mapping) else one for one in items]
        else:
            merged.append({**told, **whose})
    return merged
