"""An automation, from a file or a page."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from hub.automation.flaws import AutomationInvalid, Flaw, Path, line_of
from hub.automation.schema.actions import Actions
from hub.automation.schema.conditions import Conditions
from hub.automation.schema.triggers import Triggers
from hub.automation.schema.values import Part, Text, Truth, Variables, lower, plain_truth

OLD = {"trigger": "triggers", "condition": "conditions", "action": "actions"}
"""Old spelling -> new."""
_LEVELS = ("silent", "debug", "info", "warning", "warn", "error", "critical", "fatal")


class Traces(Part):
    stored_traces: int = Field(default=5, ge=0)


class Automation(Part):
    id: Text | None = None
    alias: Text | None = None
    description: Text | None = None
    initial_state: Truth | None = None
    mode: Literal["single", "restart", "queued", "parallel"] = "single"
    max: int = Field(default=10, ge=2)
    max_exceeded: Annotated[Literal[_LEVELS], BeforeValidator(lower)] = "warning"  # type: ignore[valid-type] # the table above
    trace: Traces = Traces()
    variables: Variables = Field(default_factory=dict)
    trigger_variables: Variables = Field(default_factory=dict)
    triggers: Triggers
    conditions: Conditions = Field(default_factory=list)
    actions: Actions
    missed: Literal["skip", "catch_up"] = "skip"
    """Of a run by time that was due over five minutes ago: the hub was down, or its clock was wrong."""
    account: Text | None = None
    """Whose rights it has; left out: who made it."""

    @model_validator(mode="before")
    @classmethod
    def _spelling(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            raise ValueError("an automation is a set of keys: alias, triggers, conditions, actions")
        given = dict(value)
        for old, new in OLD.items():
            if old in given:
                if new in given:
                    raise ValueError(f"`{old}` is the old word for `{new}`; give one of them")
                given[new] = given.pop(old)
        given.pop("use_blueprint", None)
        if isinstance(hidden := given.pop("hide_entity", None), str):
            plain_truth(hidden)
        return given


def automation(value: Any, lines: Mapping[Path, int] | None = None) -> Automation:
    """The model of what was read. Raises AutomationInvalid with every flaw, its line and what was meant."""
    try:
        return Automation.model_validate(value)
    except ValidationError as error:
        raise AutomationInvalid(flaws_of(error, value, lines)) from None


def flaws_of(error: ValidationError, value: Any, lines: Mapping[Path, int] | None) -> list[Flaw]:
    """Of a model made of such parts: where each stands, and what was meant."""
    return [_flaw(one, value, lines) for one in error.errors(include_url=False)]


def _flaw(error: Any, value: Any, lines: Mapping[Path, int] | None) -> Flaw:
    path = place_in(value, error["loc"])
    kind, said = error["type"], str(error["msg"])
    hint = ""
    if kind == "extra_forbidden":
        key = str(error["loc"][-1])
        near = difflib.get_close_matches(key.lower(), _known(), n=1)
        said = f"there is no key {key!r} here."
        hint = f"Did you mean {near[0]!r}?" if near and near[0] != key else ""
    elif kind == "missing":
        said = f"{error['loc'][-1]!s} is missing."
    elif kind == "value_error":
        said = said.removeprefix("Value error, ")
        said += "" if said.endswith("?") else "."
    elif kind == "literal_error":
        said = f"{error['input']!r} is not one of {error['ctx']['expected']}."
    elif kind == "too_short":
        said = "at least one goes here."
    else:
        said += "."
    return Flaw(path, said, hint, line_of(path, lines) if lines is not None else None)


_BACK = {new: old for old, new in OLD.items()} | {"action": "service", "trigger": "platform"}
_OF_KINDS = frozenset(
    {"triggers", "wait_for_trigger", "conditions", "while", "until", "if"}
    | {"actions", "sequence", "then", "else", "default", "parallel"}
)
"""Lists whose items are of one kind or another; pydantic puts the kind behind the item's number."""


def place_in(value: Any, loc: Path) -> Path:
    """A pydantic place as keys of what was read: without the kinds, and with the spelling that stands there."""
    path: list[str | int] = []
    here, parts, key = value, list(loc), ""
    while parts:
        part = parts.pop(0)
        if isinstance(part, int):
            if isinstance(here, list) and part < len(here):
                path.append(part)
                here = here[part]
            if key in _OF_KINDS and parts and parts.pop(0) == "condition":
                # A condition among actions stands there without a key of its own.
                del parts[:2]
            key = ""
            continue
        key = part
        found = part if isinstance(here, Mapping) and part in here else _BACK.get(part, part)
        if isinstance(here, Mapping) and found in here:
            path.append(found)
            here = here[found]
    return tuple(path)


def _known() -> list[str]:
    from hub.automation.schema import actions, conditions, triggers

    models: list[type[Part]] = [
        Automation,
        *triggers.KINDS.values(),
        *conditions.KINDS.values(),
        *actions.KINDS.values(),
    ]
    return sorted({field.alias or name for model in models for name, field in model.model_fields.items()})
