"""What was eaten and drunk: amounts at a meal, summed over the day."""

from __future__ import annotations

from hub.api import Family, Metric
from integrations.vocabulary.metrics.rows import DAY, Fields, total

FOOD = Family.FOOD
_EATEN: Fields = {"merge_interval": DAY, "stale_after": DAY}
_GRAMS: Fields = {**_EATEN, "device_class": "weight", "display_units": ("[oz_av]",), "precision": 0}
_TRACE: Fields = {**_EATEN, "device_class": "weight"}
_LIQUID: Fields = {
    **_EATEN, "device_class": "volume", "display_units": ("L", "[foz_us]", "[cup_us]"), "icon": "glass-water",
}  # fmt: skip


def _trace(key: str, name: str, unit: str, highest: float, icon: str = "pill") -> Metric:
    """A vitamin or mineral; more than `highest` in one reading is odd."""
    precision = 0 if highest >= 100 else 1
    return total(f"{key}_intake", name, unit, FOOD, _TRACE, hard=(0, highest * 1_000), plausible=(0, highest),
    icon=icon,
                 precision=precision, description="Eaten and drunk, with supplements.")  # fmt: skip


METRICS = (
    total("energy_intake", "Energy eaten", "kcal", FOOD, _EATEN, display_units=("kJ",), device_class="energy",
          hard=(0, 1_000_000), plausible=(0, 10_000), icon="utensils", loinc="9052-2",
          description="From food and drink."),
    total("carbohydrate_intake", "Carbohydrates", "g", FOOD, _GRAMS, plausible=(0, 1_000), icon="wheat",
          description="Sugar included; fibre left out where the source counts it apart."),
    total("sugar_intake", "Sugar", "g", FOOD, _GRAMS, plausible=(0, 500), icon="candy", description="All sugars."),
    total("added_sugar_intake", "Added sugar", "g", FOOD, _GRAMS, plausible=(0, 500), icon="candy",
          description="Sugar that was added in making the food."),
    total("fibre_intake", "Fibre", "g", FOOD, _GRAMS, plausible=(0, 150), icon="leaf", description="Dietary fibre."),
    total("protein_intake", "Protein", "g", FOOD, _GRAMS, plausible=(0, 500), icon="beef", description="All protein."),
    total("fat_intake", "Fat", "g", FOOD, _GRAMS, plausible=(0, 500), icon="droplet", description="All fat."),
    total("saturated_fat_intake", "Saturated fat", "g", FOOD, _GRAMS, plausible=(0, 250), icon="droplet",
          description="Part of the fat eaten."),
    total("monounsaturated_fat_intake", "Monounsaturated fat", "g", FOOD, _GRAMS, plausible=(0, 250), icon="droplet",
          description="Part of the fat eaten."),
    total("polyunsaturated_fat_intake", "Polyunsaturated fat", "g", FOOD, _GRAMS, plausible=(0, 250), icon="droplet",
          description="Part of the fat eaten."),
    total("trans_fat_intake", "Trans fat", "g", FOOD, _GRAMS, plausible=(0, 50), icon="droplet", precision=1,
          description="Part of the fat eaten."),
    total("cholesterol_intake", "Cholesterol eaten", "mg", FOOD, _TRACE, plausible=(0, 3_000), icon="egg",
          description="Not the cholesterol of a blood test."),
    total("sodium_intake", "Sodium", "mg", FOOD, _TRACE, plausible=(0, 15_000), icon="cooking-pot",
          description="1 g of salt holds 400 mg."),
    total("salt_intake", "Salt", "g", FOOD, _GRAMS, plausible=(0, 40), icon="cooking-pot", precision=1,
          description="As the packet says; 1 g holds 400 mg of sodium."),
    total("water_intake", "Water drunk", "mL", FOOD, _LIQUID, plausible=(0, 12_000), description="All drinks."),
    total("caffeine_intake", "Caffeine", "mg", FOOD, _TRACE, plausible=(0, 1_500), icon="coffee",
          description="From any source."),
    total("alcohol_intake", "Alcohol", "g", FOOD, _GRAMS, plausible=(0, 300), icon="wine", description="Pure alcohol."),
    total("alcoholic_drinks", "Alcoholic drinks", "{drinks}", FOOD, _EATEN, plausible=(0, 30), icon="wine", precision=1,
          description="Standard drinks, as the source counts them."),
    _trace("potassium", "Potassium", "mg", 12_000, "banana"),
    _trace("calcium", "Calcium", "mg", 5_000, "milk"),
    _trace("phosphorus", "Phosphorus", "mg", 6_000),
    _trace("magnesium", "Magnesium", "mg", 2_000),
    _trace("iron", "Iron", "mg", 150),
    _trace("zinc", "Zinc", "mg", 150),
    _trace("copper", "Copper", "mg", 20),
    _trace("manganese", "Manganese", "mg", 50),
    _trace("iodine", "Iodine", "ug", 2_000),
    _trace("selenium", "Selenium", "ug", 1_000),
    _trace("chromium", "Chromium", "ug", 2_000),
    _trace("molybdenum", "Molybdenum", "ug", 2_000),
    _trace("chloride", "Chloride", "mg", 20_000),
    _trace("vitamin_a", "Vitamin A", "ug", 10_000, "carrot"),
    _trace("vitamin_b6", "Vitamin B6", "mg", 200),
    _trace("vitamin_b12", "Vitamin B12", "ug", 5_000),
    _trace("vitamin_c", "Vitamin C", "mg", 5_000, "citrus"),
    _trace("vitamin_d", "Vitamin D", "ug", 1_250, "sun"),
    _trace("vitamin_e", "Vitamin E", "mg", 1_000),
    _trace("vitamin_k", "Vitamin K", "ug", 2_000, "salad"),
    _trace("thiamin", "Thiamin (B1)", "mg", 300),
    _trace("riboflavin", "Riboflavin (B2)", "mg", 300),
    _trace("niacin", "Niacin (B3)", "mg", 1_000),
    _trace("pantothenic_acid", "Pantothenic acid (B5)", "mg", 1_000),
    _trace("biotin", "Biotin (B7)", "ug", 15_000),
    _trace("folate", "Folate (B9)", "ug", 5_000, "leaf"),
)  # fmt: skip
