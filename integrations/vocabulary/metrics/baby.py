"""A baby's growth and care, and pregnancy. Weight, length (height) and temperature are the metrics of everybody."""

from __future__ import annotations

from hub.api import Family
from integrations.vocabulary.metrics.rows import DAY, HOUR, WEEK, Fields, gauge, span, total

BABY = Family.BABY
_CARE: Fields = {"stale_after": DAY, "merge_interval": DAY}
_AMOUNT: Fields = {
    **_CARE, "display_units": ("[foz_us]", "[foz_br]"), "device_class": "volume", "icon": "milk",
    "plausible": (0, 2_000),
}  # fmt: skip
_GROWTH: Fields = {
    "merge_interval": DAY, "stale_after": 30 * DAY, "hold": WEEK, "hard": (0, 100), "precision": 0,
    "icon": "chart-line", "description": "Among children of the same age and sex, by the WHO's standard.",
}  # fmt: skip

METRICS = (
    total("feedings", "Feedings", "{feedings}", BABY, _CARE, plausible=(0, 30), icon="baby",
          description="Breast or bottle."),
    total("milk_intake", "Milk drunk", "mL", BABY, _AMOUNT, description="From a bottle or cup, whatever the milk."),
    total("formula_intake", "Formula drunk", "mL", BABY, _AMOUNT, description="Part of the milk drunk."),
    total("breast_milk_intake", "Breast milk from a bottle", "mL", BABY, _AMOUNT,
          description="Part of the milk drunk."),
    span("feeding_duration", "Time at the breast", BABY, icon="baby", plausible=(0, 600),
         description="Both sides together."),
    total("milk_expressed", "Milk pumped", "mL", BABY, _AMOUNT, description="By pump or hand."),
    total("solids_amount", "Solid food", "g", BABY, _CARE, device_class="weight", plausible=(0, 2_000), icon="carrot",
          display_units=("[oz_av]",), description="What was eaten, not what was offered."),
    total("nappies", "Nappies changed", "{nappies}", BABY, _CARE, plausible=(0, 30), icon="baby",
          description="Wet, dirty and dry ones."),
    total("nappies_wet", "Wet nappies", "{nappies}", BABY, _CARE, plausible=(0, 25), icon="droplet",
          description="Those with urine."),
    total("nappies_solid", "Dirty nappies", "{nappies}", BABY, _CARE, plausible=(0, 20), icon="baby",
          description="Those with stool."),
    span("tummy_time", "Tummy time", BABY, icon="baby", plausible=(0, 300), description="Awake on the belly."),
    span("crying_duration", "Crying", BABY, icon="volume-2", plausible=(0, 720), description="As you noted it."),
    gauge("head_circumference", "Head circumference", "cm", BABY, display_units=("[in_i]",), hard=(10, 80),
          plausible=(28, 62), precision=1, icon="ruler", device_class="distance", merge_interval=DAY,
          stale_after=30 * DAY, hold=WEEK, max_step=3, step_within=DAY, loinc="9843-4",
          description="Around brow and back of the head."),
    gauge("weight_percentile", "Weight percentile", "%", BABY, _GROWTH),
    gauge("height_percentile", "Length percentile", "%", BABY, _GROWTH),
    gauge("head_percentile", "Head percentile", "%", BABY, _GROWTH),
    gauge("bilirubin", "Bilirubin (skin)", "mg/dL", BABY, display_units=("umol/L",), hard=(0, 60), plausible=(0, 25),
          precision=1, icon="sun", stale_after=2 * DAY, merge_interval=HOUR, loinc="58941-6",
          description="Measured through the skin."),
    total("kicks", "Kicks felt", "{kicks}", BABY, _CARE, plausible=(0, 500), icon="footprints",
          description="Movements of an unborn child."),
    gauge("contraction_interval", "Between contractions", "min", BABY, hard=(0, 1_440), plausible=(1, 120), precision=0,
          icon="timer", device_class="duration", stale_after=6 * HOUR, merge_interval=HOUR,
          description="From the start of one to the start of the next."),
    gauge("fundal_height", "Height of the womb", "cm", BABY, hard=(0, 70), plausible=(8, 45), precision=0, icon="ruler",
          device_class="distance", stale_after=30 * DAY, merge_interval=DAY, description="As a midwife measures it."),
)  # fmt: skip
