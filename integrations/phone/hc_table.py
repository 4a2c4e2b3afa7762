"""Field by field, what Health Connect's records mean: from HC Webhook and, with other spellings, from HCGateway."""

from __future__ import annotations

from typing import NamedTuple

from integrations.phone.health_connect import FLOWS, MUCUS, OVULATION


class Row(NamedTuple):
    metric: str
    field: str
    unit: str | None
    share: bool = False


WEBHOOK: dict[str, tuple[Row, ...]] = {
    "steps": (Row("steps", "count", None),),
    "heart_rate": (Row("heart_rate", "bpm", "/min"),),
    "heart_rate_variability": (Row("hrv_rmssd", "rmssd_millis", "ms"),),
    "resting_heart_rate": (Row("resting_heart_rate", "bpm", "/min"),),
    "distance": (Row("distance", "meters", "m"),),
    "active_calories": (Row("energy_active", "calories", "kcal"),),
    "total_calories": (Row("energy_total", "calories", "kcal"),),
    "weight": (Row("weight", "kilograms", "kg"),),
    "height": (Row("height", "meters", "m"),),
    "blood_pressure": (
        Row("blood_pressure_systolic", "systolic", "mm[Hg]"),
        Row("blood_pressure_diastolic", "diastolic", "mm[Hg]"),
    ),
    "blood_glucose": (Row("blood_glucose", "mmol_per_liter", "mmol/L"),),
    "oxygen_saturation": (Row("oxygen_saturation", "percentage", "%", share=True),),
    "body_temperature": (Row("body_temperature", "celsius", "Cel"),),
    "basal_body_temperature": (Row("basal_body_temperature", "celsius", "Cel"),),
    "respiratory_rate": (Row("respiratory_rate", "rate", None),),
    "hydration": (Row("water_intake", "liters", "L"),),
    "basal_metabolic_rate": (Row("basal_metabolic_rate", "watts", "W"),),
    "body_fat": (Row("body_fat", "percentage", "%", share=True),),
    "lean_body_mass": (Row("lean_mass", "kilograms", "kg"),),
    "bone_mass": (Row("bone_mass", "kilograms", "kg"),),
    "vo2_max": (Row("vo2_max", "ml_per_kg_per_min", "mL/(kg.min)"),),
    "elevation_gained": (Row("elevation_gain", "meters", "m"),),
    "floors_climbed": (Row("floors_climbed", "floors", None),),
    "wheelchair_pushes": (Row("wheelchair_pushes", "count", None),),
}
"""HC Webhook: array -> what is measured, in which field, in which unit."""

# HCGateway passes on what react-native-health-connect reads; `a.b` is a field in a field.
GATEWAY: dict[str, tuple[Row, ...]] = {
    "steps": (Row("steps", "count", None),),
    "distance": (Row("distance", "distance.inMeters", "m"),),
    "elevationGained": (Row("elevation_gain", "elevation.inMeters", "m"),),
    "floorsClimbed": (Row("floors_climbed", "floors", None),),
    "wheelchairPushes": (Row("wheelchair_pushes", "count", None),),
    "activeCaloriesBurned": (Row("energy_active", "energy.inKilocalories", "kcal"),),
    "totalCaloriesBurned": (Row("energy_total", "energy.inKilocalories", "kcal"),),
    "hydration": (Row("water_intake", "volume.inLiters", "L"),),
    "restingHeartRate": (Row("resting_heart_rate", "beatsPerMinute", "/min"),),
    "heartRateVariabilityRmssd": (Row("hrv_rmssd", "heartRateVariabilityMillis", "ms"),),
    "weight": (Row("weight", "weight.inKilograms", "kg"),),
    "height": (Row("height", "height.inMeters", "m"),),
    "bodyFat": (Row("body_fat", "percentage", "%", share=True),),
    "leanBodyMass": (Row("lean_mass", "mass.inKilograms", "kg"),),
    "boneMass": (Row("bone_mass", "mass.inKilograms", "kg"),),
    "basalMetabolicRate": (
        Row("basal_metabolic_rate", "basalMetabolicRate.inKilocaloriesPerDay", "kcal/d"),
        Row("basal_metabolic_rate", "basalMetabolicRate.inWatts", "W"),
    ),
    "bloodPressure": (
        Row("blood_pressure_systolic", "systolic.inMillimetersOfMercury", "mm[Hg]"),
        Row("blood_pressure_diastolic", "diastolic.inMillimetersOfMercury", "mm[Hg]"),
    ),
    "bloodGlucose": (
        Row("blood_glucose", "level.inMillimolesPerLiter", "mmol/L"),
        Row("blood_glucose", "level.inMilligramsPerDeciliter", "mg/dL"),
    ),
    "oxygenSaturation": (Row("oxygen_saturation", "percentage", "%", share=True),),
    "respiratoryRate": (Row("respiratory_rate", "rate", None),),
    "bodyTemperature": (Row("body_temperature", "temperature.inCelsius", "Cel"),),
    "basalBodyTemperature": (Row("basal_body_temperature", "temperature.inCelsius", "Cel"),),
    "vo2Max": (Row("vo2_max", "vo2MillilitersPerMinuteKilogram", "mL/(kg.min)"),),
}
"""HCGateway: record type -> fields; of two rows of one metric the first that is there counts."""
SERIES: dict[str, Row] = {
    "heartRate": Row("heart_rate", "beatsPerMinute", "/min"),
    "speed": Row("speed", "speed.inMetersPerSecond", "m/s"),
    "power": Row("exercise_power", "power.inWatts", "W"),
    "stepsCadence": Row("cadence", "rate", None),
    "cyclingPedalingCadence": Row("cycling_cadence", "revolutionsPerMinute", None),
}
"""HCGateway: record types with `samples` of their own times."""
WORDS: dict[str, tuple[str, str, dict[int, str]]] = {
    "menstruation_flow": ("menstrual_flow", "flow", FLOWS),
    "menstruationFlow": ("menstrual_flow", "flow", FLOWS),
    "ovulation_test": ("ovulation_test", "result", OVULATION),
    "ovulationTest": ("ovulation_test", "result", OVULATION),
    "cervical_mucus": ("cervical_mucus", "appearance", MUCUS),
    "cervicalMucus": ("cervical_mucus", "appearance", MUCUS),
}
"""Metric, field and constants of what is a word."""
NUTRIENTS: tuple[tuple[str, str, str, str, str], ...] = (
    # HC Webhook's field, HCGateway's, the metric, the unit of the first, the journal's field
    ("calories", "energy.inKilocalories", "energy_intake", "kcal", "energy"),
    ("protein_grams", "protein.inGrams", "protein_intake", "g", "protein"),
    ("carbs_grams", "totalCarbohydrate.inGrams", "carbohydrate_intake", "g", "carbs"),
    ("fat_grams", "totalFat.inGrams", "fat_intake", "g", "fat"),
    ("sugar_grams", "sugar.inGrams", "sugar_intake", "g", "sugar"),
    ("sodium_grams", "sodium.inGrams", "sodium_intake", "g", "sodium"),
    ("dietary_fiber_grams", "dietaryFiber.inGrams", "fibre_intake", "g", "fibre"),
    ("", "saturatedFat.inGrams", "saturated_fat_intake", "g", "saturated_fat"),
    ("", "monounsaturatedFat.inGrams", "monounsaturated_fat_intake", "g", ""),
    ("", "polyunsaturatedFat.inGrams", "polyunsaturated_fat_intake", "g", ""),
    ("", "transFat.inGrams", "trans_fat_intake", "g", ""),
    ("", "cholesterol.inGrams", "cholesterol_intake", "g", ""),
    ("", "caffeine.inGrams", "caffeine_intake", "g", ""),
    ("", "potassium.inGrams", "potassium_intake", "g", ""),
    ("", "calcium.inGrams", "calcium_intake", "g", ""),
    ("", "iron.inGrams", "iron_intake", "g", ""),
    ("", "magnesium.inGrams", "magnesium_intake", "g", ""),
    ("", "zinc.inGrams", "zinc_intake", "g", ""),
    ("", "iodine.inGrams", "iodine_intake", "g", ""),
    ("", "folate.inGrams", "folate_intake", "g", ""),
    ("", "vitaminA.inGrams", "vitamin_a_intake", "g", ""),
    ("", "vitaminB6.inGrams", "vitamin_b6_intake", "g", ""),
    ("", "vitaminB12.inGrams", "vitamin_b12_intake", "g", ""),
    ("", "vitaminC.inGrams", "vitamin_c_intake", "g", ""),
    ("", "vitaminD.inGrams", "vitamin_d_intake", "g", ""),
    ("", "vitaminE.inGrams", "vitamin_e_intake", "g", ""),
    ("", "vitaminK.inGrams", "vitamin_k_intake", "g", ""),
)
MILLIGRAMS = frozenset({"sodium"})
"""Fields of the journal that are in mg."""
