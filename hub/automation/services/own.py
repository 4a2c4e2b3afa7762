"""Actions with code of their own, described in the same words as those of devices."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from hub.automation.services.described import Service, parameters_of
from hub.model import HOUSEHOLD, Actor, Verb
from hub.plugin import ActionSpec

Run = Callable[[Actor, Any], Awaitable[Mapping[str, Any] | None]]
Whose = Callable[[Any], tuple[str, str | None]]


def household(_: Any) -> tuple[str, None]:
    return HOUSEHOLD, None


def own_spec(service: Service, run: Run, verb: Verb = Verb.ACT, whose: Whose = household) -> ActionSpec:
    """Asked for by the one rule."""
    return ActionSpec(
        service.name, service.title, parameters_of(service), verb, run, whose=whose, description=service.description
    )


def inner_spec(service: Service, run: Run) -> ActionSpec:
    """One that only calls others, or asks the rule itself for each thing."""
    return ActionSpec(
        service.name, service.title, parameters_of(service), Verb.ACT, run, description=service.description, inner=True
    )
