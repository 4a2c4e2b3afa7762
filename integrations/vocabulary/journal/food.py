"""Meals and drinks."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AliasChoices, Field

from hub.api import Family, JournalKind
from integrations.vocabulary.journal.base import (
    ONE_SPELLING,
    EntryData,
    Grams,
    Kilocalories,
    Milligrams,
    Millilitres,
    Minutes,
    Name,
)


class Meal(EntryData):
    name: Name = Field("", title="What", description="What was eaten, in your words.")
    meal_type: Annotated[Literal["breakfast", "lunch", "dinner", "snack", "other"] | None, ONE_SPELLING] = Field(
        None, title="Which meal"
    )
    energy: Kilocalories | None = Field(None, title="Energy", description="kcal")
    carbs: Grams | None = Field(
        None,
        title="Carbohydrates",
        description="g",
        validation_alias=AliasChoices("carbs", "carbohydrates"),
    )
    sugar: Grams | None = Field(None, title="Sugar", description="g")
    fibre: Grams | None = Field(None, title="Fibre", description="g", validation_alias=AliasChoices("fibre", "fiber"))
    protein: Grams | None = Field(None, title="Protein", description="g")
    fat: Grams | None = Field(None, title="Fat", description="g")
    saturated_fat: Grams | None = Field(None, title="Saturated fat", description="g")
    sodium: Milligrams | None = Field(None, title="Sodium", description="mg; 400 mg is in 1 g of salt")
    absorption_minutes: Minutes | None = Field(
        None, title="Absorption time", description="Minutes the carbohydrates take, as your app assumes."
    )


class Drink(EntryData):
    name: Name = Field("", title="What", description="Water, coffee, juice ...")
    amount: Millilitres | None = Field(None, title="Amount", description="mL")
    energy: Kilocalories | None = Field(None, title="Energy", description="kcal")
    carbs: Grams | None = Field(
        None,
        title="Carbohydrates",
        description="g",
        validation_alias=AliasChoices("carbs", "carbohydrates"),
    )
    caffeine: Milligrams | None = Field(None, title="Caffeine", description="mg")
    alcohol: Grams | None = Field(None, title="Alcohol", description="g of pure alcohol")


KINDS = (
    JournalKind("meal", "Meal", Meal, Family.FOOD, icon="utensils", summary="{name}"),
    JournalKind("drink", "Drink", Drink, Family.FOOD, icon="cup-soda", summary="{name}"),
)
