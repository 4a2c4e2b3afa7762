"""Feedings and nappies."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AliasChoices, Field, model_validator

from hub.api import Family, JournalKind
from integrations.vocabulary.journal.base import ONE_SPELLING, EntryData, Grams, Millilitres, Minutes, Name

FeedingType = Literal["breast_milk", "formula", "fortified_breast_milk", "mixed", "solid_food", "other"]
FeedingMethod = Literal["left_breast", "right_breast", "both_breasts", "bottle", "tube", "parent_fed", "self_fed"]
HEAVIEST = 5_000
"""Grams of one feeding, as the limit of `Grams`."""
AT_BREAST = frozenset({"left_breast", "right_breast", "both_breasts"})


class Feeding(EntryData):
    type: Annotated[FeedingType | None, ONE_SPELLING] = Field(None, title="What")
    method: Annotated[FeedingMethod | None, ONE_SPELLING] = Field(None, title="How")
    amount: Millilitres | None = Field(None, title="Milk", description="mL")
    solids: Grams | None = Field(None, title="Solid food", description="g")
    left_minutes: Minutes | None = Field(None, title="Left", description="Minutes at the left breast.")
    right_minutes: Minutes | None = Field(None, title="Right", description="Minutes at the right breast.")
    food: Name = Field("", title="Food", description="Which solid food.")

    @model_validator(mode="after")
    def _solid_food_is_weighed(self) -> Self:
        # Other programs have one amount for everything; of solid food it is a weight.
        if self.type == "solid_food" and self.amount is not None:
            if self.solids is not None:
                raise ValueError("solid food has no mL of milk; give grams alone, or choose mixed")
            if self.amount > HEAVIEST:
                raise ValueError(f"solid food of more than {HEAVIEST:,} g; correct the amount")
            self.solids, self.amount = self.amount, None
        return self

    @model_validator(mode="after")
    def _breast_gives_breast_milk(self) -> Self:
        if self.method in AT_BREAST and self.type is None:
            self.type = "breast_milk"
        if self.method in AT_BREAST and self.type in ("formula", "solid_food"):
            raise ValueError(
                f"{self.type.replace('_', ' ')} does not come from the breast; choose another type or method"
            )
        return self


class Nappy(EntryData):
    wet: bool = Field(False, title="Wet")
    solid: bool = Field(False, title="Dirty", validation_alias=AliasChoices("solid", "dirty"))
    colour: Annotated[Literal["yellow", "brown", "green", "black", "red", "white", "other"] | None, ONE_SPELLING] = (
        Field(None, title="Colour", validation_alias=AliasChoices("colour", "color"))
    )
    amount: float | None = Field(None, title="Amount", description="g, or your own measure.", ge=0, le=5_000)
    rash: bool = Field(False, title="Sore skin")


KINDS = (
    JournalKind("feeding", "Feeding", Feeding, Family.BABY, icon="milk", lasts=True, max_hours=24, summary="{method}"),
    JournalKind("nappy", "Nappy", Nappy, Family.BABY, icon="baby", summary="{colour}"),
)
