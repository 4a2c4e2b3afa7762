"""Body composition, temperature, laboratory values and the cycle."""

from __future__ import annotations

from hub.api import Aggregation, Family
from integrations.vocabulary.metrics.rows import DAY, HOUR, MINUTE, WEEK, YEAR, Fields, choice, gauge, total

BODY = Family.BODY
_SCALE: Fields = {"merge_interval": DAY, "stale_after": 2 * WEEK, "hold": WEEK}
_MASS: Fields = {**_SCALE, "display_units": ("[lb_av]", "[stone_av]"), "device_class": "weight", "icon": "weight"}
_PART: Fields = {**_SCALE, "hard": (0, 100), "icon": "percent"}
_TAPE: Fields = {
    **_SCALE, "display_units": ("[in_i]",), "device_class": "distance", "icon": "ruler", "stale_after": 90 * DAY,
}  # fmt: skip
_WARM: Fields = {
    "display_units": ("[degF]",), "device_class": "temperature", "icon": "thermometer", "merge_interval": HOUR,
    "stale_after": DAY, "step_within": 10 * MINUTE,
}  # fmt: skip
_BLOOD: Fields = {
    "icon": "test-tube",
    "stale_after": YEAR,
    "merge_interval": DAY,
    "display_units": ("mmol/L",),
    "precision": 0,
}

METRICS = (
    gauge("weight", "Weight", "kg", BODY, _MASS, hard=(0.2, 700), plausible=(1.5, 300), max_step=5,
          step_within=12 * HOUR, precision=1, loinc="29463-7",
          description="Two weighings within 12 h that differ by more than 5 kg are marked: it may be somebody else."),
    gauge("height", "Height", "cm", BODY, _TAPE, display_units=("[in_i]", "[ft_i]", "m"), hard=(20, 280),
          plausible=(35, 230), stale_after=YEAR, loinc="8302-2",
          description="Lying down for those who cannot stand yet."),
    gauge("bmi", "Body mass index", "kg/m2", BODY, _SCALE, hard=(4, 200), plausible=(9, 70), precision=1, icon="scale",
          loinc="39156-5", description="Weight in kg divided by the square of the height in m."),
    gauge("body_fat", "Body fat", "%", BODY, _PART, plausible=(2, 70), loinc="41982-0",
          description="Share of the weight that is fat."),
    gauge("fat_mass", "Fat mass", "kg", BODY, _MASS, hard=(0, 600), plausible=(0.2, 200), description="Weight of fat."),
    gauge("lean_mass", "Lean mass", "kg", BODY, _MASS, hard=(0.1, 300), plausible=(1, 130), loinc="91557-9",
          description="Weight without fat."),
    gauge("muscle_mass", "Muscle mass", "kg", BODY, _MASS, hard=(0.1, 200), plausible=(0.5, 110), loinc="73964-9",
          description="Weight of muscle."),
    gauge("bone_mass", "Bone mass", "kg", BODY, _MASS, hard=(0, 30), plausible=(0.1, 8), precision=2,
          description="A scale's estimate."),
    gauge("body_water", "Body water", "%", BODY, _PART, plausible=(30, 85),
          description="Share of the weight that is water."),
    gauge("visceral_fat", "Visceral fat", "{rating}", BODY, _SCALE, hard=(0, 100), plausible=(1, 40), icon="scale",
          description="A scale's own rating; not comparable between makers."),
    gauge("metabolic_age", "Metabolic age", "a", BODY, _SCALE, hard=(0, 130), plausible=(5, 110), precision=0,
          icon="hourglass", description="The age that the resting energy would fit, by a scale's estimate."),
    gauge("basal_metabolic_rate", "Basal metabolic rate", "kcal/d", BODY, _SCALE, display_units=("kJ/d", "W"),
          hard=(0, 10_000), plausible=(150, 4_500), precision=0, icon="flame",
          description="Energy the body needs at full rest."),
    gauge("waist_circumference", "Waist", "cm", BODY, _TAPE, hard=(10, 400), plausible=(25, 220), loinc="8280-0",
          description="Around the navel."),
    gauge("hip_circumference", "Hips", "cm", BODY, _TAPE, hard=(10, 400), plausible=(25, 220),
          description="At the widest."),
    gauge("chest_circumference", "Chest", "cm", BODY, _TAPE, hard=(10, 400), plausible=(20, 220),
          description="At the nipples."),
    gauge("upper_arm_circumference", "Upper arm", "cm", BODY, _TAPE, hard=(3, 120), plausible=(6, 70),
          description="In the middle."),
    gauge("body_temperature", "Body temperature", "Cel", BODY, _WARM, hard=(20, 46), plausible=(34, 42), max_step=2,
          loinc="8310-5", description="Inside the body, however it was measured."),
    gauge("basal_body_temperature", "Basal body temperature", "Cel", BODY, _WARM, hard=(20, 46), plausible=(34, 40),
          precision=2, merge_interval=DAY, stale_after=36 * HOUR, description="On waking, before getting up."),
    gauge("skin_temperature", "Skin temperature", "Cel", BODY, _WARM, hard=(-10, 50), plausible=(20, 42),
          description="At wrist or finger; it follows the room."),
    gauge("skin_temperature_deviation", "Skin temperature, deviation", "Cel", BODY, hard=(-15, 15), plausible=(-4, 4),
          display_units=("[degF]",), precision=2, icon="thermometer", device_class="temperature_delta",
          merge_interval=DAY, stale_after=36 * HOUR, description="Compared with your own usual at night."),
    gauge("cholesterol_total", "Cholesterol", "mg/dL", BODY, _BLOOD, hard=(10, 2_000), plausible=(60, 600),
          loinc="2093-3", description="Total, from a blood test."),
    gauge("cholesterol_ldl", "LDL cholesterol", "mg/dL", BODY, _BLOOD, hard=(0, 2_000), plausible=(10, 500),
          loinc="2089-1", description="From a blood test."),
    gauge("cholesterol_hdl", "HDL cholesterol", "mg/dL", BODY, _BLOOD, hard=(0, 500), plausible=(10, 150),
          loinc="2085-9", description="From a blood test."),
    gauge("triglycerides", "Triglycerides", "mg/dL", BODY, _BLOOD, hard=(5, 20_000), plausible=(20, 2_000),
          loinc="2571-8", description="From a blood test."),
    gauge("blood_alcohol", "Blood alcohol", "%", BODY, hard=(0, 2), plausible=(0, 0.5), precision=3, icon="wine",
          stale_after=6 * HOUR, merge_interval=HOUR, description="0.05 % is 0.5 g in a litre."),
    total("falls", "Falls", "{falls}", BODY, plausible=(0, 20), icon="triangle-alert", merge_interval=DAY,
          stale_after=YEAR, description="Number of falls."),
    choice("menstrual_flow", "Menstrual flow", BODY, options=("none", "spotting", "unspecified", "light", "medium",
           "heavy"),
           icon="droplets", hold=DAY, merge_interval=DAY, stale_after=2 * DAY, description="As noted that day."),
    choice("ovulation_test", "Ovulation test", BODY, options=("negative", "positive", "high", "inconclusive"),
           icon="test-tube",
           hold=DAY, merge_interval=DAY, stale_after=2 * DAY, description="Result of a test strip."),
    choice("cervical_mucus", "Cervical mucus", BODY,
           options=("dry", "sticky", "creamy", "watery", "egg_white", "unusual", "unspecified"), icon="droplet",
           hold=DAY,
           merge_interval=DAY, stale_after=2 * DAY, description="As noted that day."),
    gauge("cycle_day", "Day of the cycle", "d", BODY, aggregation=Aggregation.LAST, hard=(1, 400), plausible=(1, 60),
          precision=0, icon="calendar", merge_interval=DAY, stale_after=2 * DAY, device_class="duration",
          description="Counted from the first day of bleeding."),
)  # fmt: skip
