"""Android's Health Connect: what its constants mean, sent as numbers, numbers in text, or words."""

from __future__ import annotations

from typing import Any

STAGES = {
    0: "asleep", 1: "awake", 2: "asleep", 3: "out_of_bed", 4: "light", 5: "deep", 6: "rem", 7: "awake",
    "unknown": "asleep", "awake": "awake", "sleeping": "asleep", "asleep": "asleep", "out_of_bed": "out_of_bed",
    "light": "light", "deep": "deep", "rem": "rem", "awake_in_bed": "awake", "core": "light",
}  # fmt: skip
EXERCISES = {
    0: "other", 2: "badminton", 4: "baseball", 5: "basketball", 8: "cycling", 9: "stationary_cycling", 10: "boot_camp",
    11: "boxing", 13: "calisthenics", 14: "cricket", 16: "dancing", 25: "elliptical", 26: "exercise_class",
    27: "fencing", 28: "american_football", 29: "australian_football", 31: "frisbee", 32: "golf",
    33: "guided_breathing", 34: "gymnastics", 35: "handball", 36: "high_intensity_interval_training", 37: "hiking",
    38: "ice_hockey", 39: "ice_skating", 44: "martial_arts", 46: "paddling", 47: "paragliding", 48: "pilates",
    50: "racquetball", 51: "rock_climbing", 52: "roller_hockey", 53: "rowing", 54: "rowing_machine", 55: "rugby",
    56: "running", 57: "treadmill_running", 58: "sailing", 59: "scuba_diving", 60: "skating", 61: "skiing",
    62: "snowboarding", 63: "snowshoeing", 64: "soccer", 65: "softball", 66: "squash", 68: "stair_climbing",
    69: "stair_climbing_machine", 70: "strength_training", 71: "stretching", 72: "surfing",
    73: "open_water_swimming", 74: "pool_swimming", 75: "table_tennis", 76: "tennis", 78: "volleyball", 79: "walking",
    80: "water_polo", 81: "weightlifting", 82: "wheelchair", 83: "yoga",
}  # fmt: skip
_SAME_EXERCISES = {"biking": "cycling", "biking_stationary": "stationary_cycling", "other_workout": "other"}
FLOWS = {0: "unspecified", 1: "light", 2: "medium", 3: "heavy"}
OVULATION = {0: "inconclusive", 1: "positive", 2: "high", 3: "negative"}
MUCUS = {0: "unspecified", 1: "dry", 2: "sticky", 3: "creamy", 4: "watery", 5: "egg_white", 6: "unusual"}
MEALS = {1: "breakfast", 2: "lunch", 3: "dinner", 4: "snack"}
SOURCES = {
    "android": "phone", "com.google.android.apps.fitness": "google_fit", "com.fitbit.FitbitMobile": "fitbit",
    "com.sec.android.app.shealth": "samsung_health", "com.withings.wiscale2": "withings",
    "com.ouraring.oura": "oura", "com.garmin.android.apps.connectmobile": "garmin", "com.whoop.android": "whoop",
    "com.xiaomi.wearable": "xiaomi", "com.mi.health": "xiaomi", "com.huami.watch.hmwatchmanager": "zepp",
    "nodomain.freeyourgadget.gadgetbridge": "gadgetbridge", "com.myfitnesspal.android": "myfitnesspal",
    "com.cronometer.android.gold": "cronometer", "com.polar.polarflow": "polar", "com.strava": "strava",
    "com.urbandroid.sleep": "sleep_as_android", "com.dexcom.g7": "dexcom", "com.yazio.android": "yazio",
    "com.health.connect": "health_connect", "com.google.android.healthconnect.controller": "health_connect",
}  # fmt: skip
"""Android package -> the word its readings are told apart by."""
_EMPTY_WORDS = frozenset(
    {"com", "org", "net", "de", "io", "app", "apps", "android", "mobile", "wear", "health", "gold"}
)


def meaning(table: dict[Any, str], given: Any) -> str | None:
    """What a constant means, given as 5, "5", "deep" or "STAGE_TYPE_DEEP"; None when unknown."""
    if isinstance(given, bool):
        return None
    if isinstance(given, (int, float)):
        return table.get(int(given))
    if not isinstance(given, str):
        return None
    text = "_".join(given.strip().lower().replace("-", " ").replace("_", " ").split())
    if text.isdigit():
        return table.get(int(text))
    for prefix in ("sleep_stage_type_", "stage_type_", "sleep_stage_", "exercise_type_", "flow_", "result_"):
        text = text.removeprefix(prefix)
    if text in table:
        return table[text]
    return text if text in table.values() else None


def stage(given: Any) -> str | None:
    return meaning(STAGES, given)


def exercise(given: Any) -> str:
    """A workout's activity; words nobody knows stay as they are."""
    found = meaning(EXERCISES, given)
    if found is not None:
        return found
    text = "_".join(str(given).strip().lower().replace("-", " ").replace("_", " ").split()).removeprefix(
        "exercise_type_"
    )
    return _SAME_EXERCISES.get(text, text)[:100] or "other"


def source(metadata: Any) -> str:
    """A short word for the app that measured; empty when it is not said."""
    if not isinstance(metadata, dict):
        return ""
    origin = metadata.get("data_origin") or metadata.get("dataOrigin") or ""
    package = str(origin.get("packageName", "")) if isinstance(origin, dict) else str(origin)
    if package in SOURCES:
        return SOURCES[package]
    words = [word for word in package.split(".") if word.lower() not in _EMPTY_WORDS]
    return "_".join(words[-2:] if len(words) > 1 and len(words[-1]) < 4 else words[-1:]).lower()[:40]
