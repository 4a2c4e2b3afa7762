"""A script: actions under a name, with fields that whoever calls it fills."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError, field_validator, model_validator

from hub.automation import selectors
from hub.automation.flaws import AutomationInvalid, Path
from hub.automation.schema.actions import Actions
from hub.automation.schema.automation import Traces, flaws_of
from hub.automation.schema.values import Part, Text, Truth, Variables, lower

_LEVELS = ("silent", "debug", "info", "warning", "warn", "error", "critical", "fatal")


class ScriptField(Part):
    name: Text | None = None
    description: Text | None = None
    required: Truth = False
    advanced: Truth = False
    default: Any = None
    example: Any = None
    selector: dict[str, Any] | str | None = None

    @field_validator("selector")
    @classmethod
    def _known(cls, value: Any) -> Any:
        if value is not None:
            selectors.check(value)
        return {value: None} if isinstance(value, str) else value


class ScriptBody(Part):
    alias: Text | None = None
    description: Text | None = None
    icon: Text | None = None
    mode: Literal["single", "restart", "queued", "parallel"] = "single"
    max: int = Field(default=10, ge=2)
    max_exceeded: Annotated[Literal[_LEVELS], BeforeValidator(lower)] = "warning"  # type: ignore[valid-type] # the table above
    trace: Traces = Traces()
    variables: Variables = Field(default_factory=dict)
    fields: dict[str, ScriptField] = Field(default_factory=dict)
    sequence: Actions

    @model_validator(mode="before")
    @classmethod
    def _shape(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            raise ValueError("a script is a set of keys: alias, fields, sequence")
        given = {key: one for key, one in value.items() if key not in ("use_blueprint", "id")}
        fields = given.get("fields")
        if isinstance(fields, Mapping):
            given["fields"] = {key: {} if one is None else one for key, one in fields.items()}
        return given


def script(value: Any, lines: Mapping[Path, int] | None = None) -> ScriptBody:
    """The model of what was read. Raises AutomationInvalid with every flaw, its line and what was meant."""
    try:
        return ScriptBody.model_validate(value)
    except ValidationError as error:
        raise AutomationInvalid(flaws_of(error, value, lines)) from None
