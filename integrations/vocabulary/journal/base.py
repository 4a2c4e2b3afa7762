"""What all kinds of journal entries share: words in one spelling, and nothing of a source's record lost."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, model_validator


class EntryData(BaseModel):
    """Fields nobody knows here are kept under `extra` rather than refused or dropped."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    extra: dict[str, Any] = Field(
        default_factory=dict,
        title="More",
        description="What else the source said.",
        json_schema_extra={"form": "hidden"},
    )

    @model_validator(mode="before")
    @classmethod
    def _keep_unknown(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        names = _names(cls)
        known = {name: value for name, value in given.items() if name in names}
        unknown = {name: value for name, value in given.items() if name not in names}
        extra = known.get("extra")
        if unknown and (extra is None or isinstance(extra, dict)):
            known["extra"] = {**(extra or {}), **unknown}
        return known


def _names(model: type[BaseModel]) -> set[str]:
    """The names under which a model takes its fields."""
    names: set[str] = set()
    for name, field in model.model_fields.items():
        names.add(name)
        if isinstance(field.validation_alias, AliasChoices):
            names |= {choice for choice in field.validation_alias.choices if isinstance(choice, str)}
    return names


def _spell(value: Any) -> Any:
    """`Left breast`, `left-breast` and `left_breast` are one word; an empty one is none."""
    if not isinstance(value, str):
        return value
    return "_".join(value.lower().replace("-", " ").replace("_", " ").split()) or None


ONE_SPELLING = BeforeValidator(_spell)
"""For choices that other programs write with spaces or capitals."""

Name = Annotated[str, Field(max_length=200)]
Grams = Annotated[float, Field(ge=0, le=5_000)]
Milligrams = Annotated[float, Field(ge=0, le=100_000)]
Kilocalories = Annotated[float, Field(ge=0, le=20_000)]
Millilitres = Annotated[float, Field(ge=0, le=10_000)]
Minutes = Annotated[float, Field(ge=0, le=1_440)]
BeatsPerMinute = Annotated[float, Field(ge=10, le=350)]
