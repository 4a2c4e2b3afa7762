"""Health Auto Export's names of metrics, and ours."""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    metric: str
    share: bool = False
    """Shares of one are per cent."""
    unit: str | None = ""
    """Empty: as the body says; None: ours, whatever it says; else: this one."""


ROWS: dict[str, Row] = {
    # activity
    "step_count": Row("steps", unit=None),
    "active_energy": Row("energy_active"),
    "active_energy_burned": Row("energy_active"),
    "basal_energy_burned": Row("energy_basal"),
    "resting_energy": Row("energy_basal"),
    "walking_running_distance": Row("distance"),
    "cycling_distance": Row("distance_cycling"),
    "swimming_distance": Row("distance_swimming"),
    "wheelchair_distance": Row("distance_wheelchair"),
    "downhill_snow_sports": Row("distance_snow_sports"),
    "distance_downhill_snow_sports": Row("distance_snow_sports"),
    "flights_climbed": Row("floors_climbed", unit=None),
    "wheelchair_push_count": Row("wheelchair_pushes", unit=None),
    "push_count": Row("wheelchair_pushes", unit=None),
    "swim_stroke_count": Row("swimming_strokes", unit=None),
    "swimming_stroke_count": Row("swimming_strokes", unit=None),
    "apple_exercise_time": Row("exercise_duration"),
    "apple_move_time": Row("active_duration"),
    "apple_stand_time": Row("standing_duration"),
    "apple_stand_hour": Row("stand_hours", unit=None),
    "physical_effort": Row("physical_effort"),
    "vo2max": Row("vo2_max"),
    "vo2_max": Row("vo2_max"),
    "cycling_cadence": Row("cycling_cadence"),
    "cycling_functional_threshold_power": Row("functional_threshold_power"),
    "cycling_power": Row("cycling_power"),
    "cycling_speed": Row("cycling_speed"),
    "running_power": Row("running_power"),
    "running_speed": Row("running_speed"),
    "running_ground_contact_time": Row("ground_contact_time"),
    "running_stride_length": Row("running_stride_length"),
    "running_vertical_oscillation": Row("vertical_oscillation"),
    "walking_speed": Row("walking_speed"),
    "walking_step_length": Row("walking_step_length"),
    "walking_asymmetry_percentage": Row("walking_asymmetry"),
    "walking_double_support_percentage": Row("walking_double_support"),
    "apple_walking_steadiness": Row("walking_steadiness", share=True),
    "six_minute_walking_test_distance": Row("six_minute_walk"),
    "stair_speed_up": Row("stair_speed_up"),
    "stair_speed_down": Row("stair_speed_down"),
    # body
    "weight_body_mass": Row("weight"),
    "body_mass": Row("weight"),
    "height": Row("height"),
    "waist_circumference": Row("waist_circumference"),
    "body_fat_percentage": Row("body_fat", share=True),
    "body_mass_index": Row("bmi", unit=None),
    "lean_body_mass": Row("lean_mass"),
    "body_temperature": Row("body_temperature"),
    "basal_body_temperature": Row("basal_body_temperature"),
    "apple_sleeping_wrist_temperature": Row("skin_temperature"),
    "blood_alcohol_content": Row("blood_alcohol"),
    "number_of_times_fallen": Row("falls", unit=None),
    "number_of_time_fallen": Row("falls", unit=None),
    # heart and breath
    "resting_heart_rate": Row("resting_heart_rate"),
    "walking_heart_rate_average": Row("walking_heart_rate"),
    "walking_heart_rate": Row("walking_heart_rate"),
    "heart_rate_variability": Row("hrv_sdnn"),
    "heart_rate_variability_sdnn": Row("hrv_sdnn"),
    "cardio_recovery": Row("heart_rate_recovery"),
    "heart_rate_recovery_one_minute": Row("heart_rate_recovery"),
    "atrial_fibrillation_burden": Row("atrial_fibrillation_burden", share=True),
    "respiratory_rate": Row("respiratory_rate"),
    "blood_oxygen_saturation": Row("oxygen_saturation", share=True, unit=None),
    "oxygen_saturation": Row("oxygen_saturation", share=True, unit=None),
    "peripheral_perfusion_index": Row("perfusion_index"),
    "peak_expiratory_flow_rate": Row("peak_expiratory_flow"),
    "forced_expiratory_volume": Row("forced_expiratory_volume"),
    "forced_expiratory_volume_1": Row("forced_expiratory_volume"),
    "forced_vital_capacity": Row("forced_vital_capacity"),
    "inhaler_usage": Row("inhaler_uses", unit=None),
    "electrodermal_activity": Row("skin_conductance"),
    "breathing_disturbances": Row("breathing_disturbances", unit=None),
    # glucose
    "blood_glucose": Row("blood_glucose"),
    # surroundings and habits
    "environmental_audio": Row("noise"),
    "environmental_audio_exposure": Row("noise"),
    "headphone_audio": Row("headphone_level"),
    "headphone_audio_exposure": Row("headphone_level"),
    "uv_exposure": Row("uv_index", unit=None),
    "time_in_daylight": Row("daylight_duration"),
    "underwater_temperature": Row("water_temperature"),
    "under_water_temperature": Row("water_temperature"),
    "mindful_minutes": Row("mindfulness_duration"),
    "toothbrushing": Row("toothbrushing_duration"),
    # food
    "dietary_energy": Row("energy_intake"),
    "dietary_energy_consumed": Row("energy_intake"),
    "dietary_water": Row("water_intake"),
    "dietary_sugar": Row("sugar_intake"),
    "dietary_cholesterol": Row("cholesterol_intake"),
    "cholesterol": Row("cholesterol_intake"),
    "carbohydrates": Row("carbohydrate_intake"),
    "protein": Row("protein_intake"),
    "total_fat": Row("fat_intake"),
    "saturated_fat": Row("saturated_fat_intake"),
    "monounsaturated_fat": Row("monounsaturated_fat_intake"),
    "monosaturated_fat": Row("monounsaturated_fat_intake"),
    "polyunsaturated_fat": Row("polyunsaturated_fat_intake"),
    "fiber": Row("fibre_intake"),
    "dietary_caffeine": Row("caffeine_intake"),
    "number_of_alcoholic_beverages": Row("alcoholic_drinks", unit=None),
    "alcohol_consumption": Row("alcoholic_drinks", unit=None),
    **{
        name: Row(f"{name}_intake")
        for name in (
            "biotin", "caffeine", "calcium", "chloride", "chromium", "copper", "folate", "iodine", "iron", "magnesium",
            "manganese", "molybdenum", "niacin", "pantothenic_acid", "phosphorus", "potassium", "riboflavin",
            "selenium", "sodium", "thiamin", "vitamin_a", "vitamin_b6", "vitamin_b12", "vitamin_c", "vitamin_d",
            "vitamin_e", "vitamin_k", "zinc",
        )
    },
}  # fmt: skip
STAGES = {
    "awake": "awake", "core": "light", "deep": "deep", "rem": "rem", "asleep": "asleep", "unspecified": "asleep",
    "asleep unspecified": "asleep", "in bed": "", "inbed": "",
}  # fmt: skip
"""Words of loose sleep stretches; the empty one is time in bed."""
SEVERITIES = {"not present": 0.0, "mild": 3.0, "moderate": 6.0, "severe": 9.0}
ECG = {
    "sinus rhythm": "sinus_rhythm", "atrial fibrillation": "atrial_fibrillation",
    "inconclusive low heart rate": "low_heart_rate", "low heart rate": "low_heart_rate",
    "inconclusive high heart rate": "high_heart_rate", "high heart rate": "high_heart_rate",
    "inconclusive poor reading": "poor_recording", "inconclusive": "inconclusive",
    "inconclusive other": "inconclusive", "unrecognized": "inconclusive", "not set": "inconclusive",
}  # fmt: skip
CYCLE = {
    "menstrual flow": ("menstrual_flow", {
        "unspecified": "unspecified", "light": "light", "medium": "medium", "heavy": "heavy", "none": "none",
    }),
    "intermenstrual bleeding": ("menstrual_flow", {"": "spotting"}),
    "spotting": ("menstrual_flow", {"": "spotting"}),
    "ovulation test result": ("ovulation_test", {
        "negative": "negative", "positive": "positive", "luteinizing hormone surge": "positive",
        "estrogen surge": "high", "indeterminate": "inconclusive",
    }),
    "cervical mucus quality": ("cervical_mucus", {
        "dry": "dry", "sticky": "sticky", "creamy": "creamy", "watery": "watery", "egg white": "egg_white",
    }),
}  # fmt: skip
"""Name of a cycle event -> metric and its words; the empty word stands for any."""
