"""Glucose, insulin and what belongs to them. Shown, never judged: no dose is ever suggested."""

from __future__ import annotations

from hub.api import Aggregation, Family
from integrations.vocabulary.metrics.rows import DAY, HOUR, MINUTE, WEEK, Fields, choice, flowing, gauge, total

GLUCOSE = Family.GLUCOSE
_LEVEL: Fields = {
    "display_units": ("mmol/L",), "hard": (10, 1_500), "plausible": (40, 500), "precision": 0, "icon": "droplet",
    "device_class": "blood_glucose_concentration",
}  # fmt: skip
_SHARE: Fields = {
    "hard": (0, 100), "precision": 0, "icon": "target", "merge_interval": DAY, "stale_after": 36 * HOUR,
}  # fmt: skip
_DOSE: Fields = {"precision": 2, "icon": "syringe", "stale_after": DAY, "merge_interval": HOUR}

METRICS = (
    gauge("blood_glucose", "Blood glucose", "mg/dL", GLUCOSE, _LEVEL, stale_after=6 * HOUR, merge_interval=5 * MINUTE,
          max_step=150, step_within=5 * MINUTE, loinc="2339-0",
          description="As a meter, a laboratory or an app told it; some apps give sensor values under this name too."),
    flowing("interstitial_glucose", "Glucose (sensor)", "mg/dL", GLUCOSE, _LEVEL, stale_after=15 * MINUTE,
            hold=10 * MINUTE, merge_interval=5 * MINUTE, max_step=40, step_within=5 * MINUTE + 30, loinc="99504-3",
            description="From a sensor under the skin; it follows the blood with a few minutes' delay."),
    gauge("glucose_rate", "Glucose change", "mg/dL/min", GLUCOSE, display_units=("mmol/L/min",), hard=(-30, 30),
          plausible=(-8, 8), precision=1, icon="trending-up", stale_after=15 * MINUTE, hold=10 * MINUTE,
          merge_interval=5 * MINUTE, description="How fast the sensor's glucose rises or falls."),
    choice("glucose_trend", "Glucose trend", GLUCOSE,
           options=("double_down", "single_down", "forty_five_down", "flat", "forty_five_up", "single_up", "double_up",
            "not_computable", "out_of_range"),
           icon="move-up-right", stale_after=15 * MINUTE, hold=10 * MINUTE, merge_interval=5 * MINUTE,
           description="The sensor's arrow: flat is less than 1 mg/dL a minute, double is more than 3."),
    gauge("hba1c", "HbA1c", "%", GLUCOSE, display_units=("mmol/mol",), hard=(2, 25), plausible=(3.5, 16), precision=1,
          icon="test-tube", stale_after=180 * DAY, merge_interval=DAY, loinc="4548-4",
          description="Average of about three months, from a blood test."),
    gauge("glucose_management_indicator", "Glucose management indicator", "%", GLUCOSE, hard=(2, 25),
          plausible=(4, 14), precision=1, icon="target", stale_after=WEEK, merge_interval=DAY, loinc="97506-0",
          description="The HbA1c that would go with the sensor's average glucose."),
    gauge("glucose_time_in_range", "Glucose in range", "%", GLUCOSE, _SHARE, loinc="97510-2",
          description="Share of readings from 70 to 180 mg/dL."),
    gauge("glucose_time_below_range", "Glucose below range", "%", GLUCOSE, _SHARE,
          description="Share of readings under 70 mg/dL."),
    gauge("glucose_time_above_range", "Glucose above range", "%", GLUCOSE, _SHARE,
          description="Share of readings over 180 mg/dL."),
    gauge("glucose_variation", "Glucose variation", "%", GLUCOSE, _SHARE, hard=(0, 200), plausible=(5, 80),
          loinc="104638-2", description="How much glucose goes up and down: its spread as a share of its mean."),
    total("insulin_bolus", "Insulin, bolus", "[IU]", GLUCOSE, _DOSE, hard=(0, 100_000), plausible=(0, 300),
          description="Units taken for meals and corrections, as recorded."),
    total("insulin_basal", "Insulin, basal", "[IU]", GLUCOSE, _DOSE, hard=(0, 100_000), plausible=(0, 300),
          description="Units of background insulin, as recorded."),
    total("insulin_automatic", "Insulin, automatic", "[IU]", GLUCOSE, _DOSE, hard=(0, 100_000), plausible=(0, 300),
          description="Units that a loop gave by itself in small doses, as recorded."),
    flowing("insulin_basal_rate", "Basal rate", "[IU]/h", GLUCOSE, hard=(0, 100), plausible=(0, 10), precision=2,
            icon="syringe", stale_after=HOUR, hold=DAY, merge_interval=5 * MINUTE,
            description="Background insulin that a pump gives in an hour."),
    flowing("insulin_on_board", "Insulin on board", "[IU]", GLUCOSE, hard=(-50, 300), plausible=(-5, 50), precision=2,
            icon="syringe", stale_after=15 * MINUTE, hold=10 * MINUTE, merge_interval=5 * MINUTE,
            description="Insulin still acting, by the app's estimate."),
    flowing("carbohydrates_on_board", "Carbohydrates on board", "g", GLUCOSE, hard=(0, 1_000), plausible=(0, 300),
            precision=0, icon="wheat", stale_after=15 * MINUTE, hold=10 * MINUTE, merge_interval=5 * MINUTE,
            device_class="weight", description="Carbohydrates still to be absorbed, by the app's estimate."),
    gauge("insulin_reservoir", "Insulin left", "[IU]", GLUCOSE, aggregation=Aggregation.LAST, hard=(0, 1_000),
          plausible=(0, 400), precision=0, icon="battery-medium", stale_after=6 * HOUR, merge_interval=HOUR,
          description="What is left in the pump."),
    gauge("blood_ketones", "Blood ketones", "mmol/L", GLUCOSE, display_units=("mg/dL",), hard=(0, 30),
          plausible=(0, 8), precision=1, icon="test-tube", stale_after=DAY, merge_interval=HOUR,
          description="Beta-hydroxybutyrate, from a drop of blood."),
)  # fmt: skip
