"""An integration's entry actions as entries of the action registry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, Field, create_model

from hub.model import HOUSEHOLD, Actor
from hub.plugin import ActionSpec, Context, EntryAction, Integration


def action_spec(integration: Integration, action: EntryAction, context: Callable[[str, str], Context]) -> ActionSpec:
    """`context(domain, entry id or "")` gives the running entry's context, or raises."""
    parameters: type[BaseModel] = action.parameters
    if not integration.single:
        parameters = create_model(
            f"{action.parameters.__name__}OfEntry",
            __base__=action.parameters,
            entry=(str, Field(default="", description="Id of the config entry, where there are several.")),
        )

    def running(given: Any) -> Context:
        return context(integration.domain, getattr(given, "entry", ""))

    async def run(_: Actor, given: Any) -> Mapping[str, Any] | None:
        return await action.run(running(given), given)

    def whose(given: Any) -> tuple[str, str | None]:
        return running(given).entry.person or HOUSEHOLD, None

    return ActionSpec(
        action.name, action.title, parameters, action.verb, run, whose=whose, description=action.description
    )
