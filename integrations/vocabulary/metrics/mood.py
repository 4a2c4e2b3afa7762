"""Mood, symptoms and practices, by the person's own account."""

from __future__ import annotations

from hub.api import Family, Metric
from integrations.vocabulary.metrics.rows import DAY, HOUR, WEEK, Fields, gauge, score, span, total

MOOD, PRACTICE = Family.MOOD, Family.PRACTICE
_FELT: Fields = {"merge_interval": HOUR, "stale_after": DAY, "hold": 4 * HOUR}
_FORM: Fields = {"merge_interval": DAY, "stale_after": 30 * DAY, "hold": WEEK, "icon": "clipboard-list"}


def _felt(key: str, name: str, icon: str, low: str, high: str) -> Metric:
    return score(key, name, MOOD, 1, 10, _FELT, icon=icon, description=f"1 is {low}, 10 is {high}.")


def _symptom(key: str, name: str, icon: str = "thermometer-sun", loinc: str | None = None) -> Metric:
    return score(
        key, name, MOOD, 0, 10, _FELT, icon=icon, loinc=loinc, description="0 is none, 10 is the worst there is."
    )


METRICS = (
    _felt("mood", "Mood", "smile", "very low", "very good"),
    _felt("energy_level", "Energy", "battery-medium", "exhausted", "full of energy"),
    _felt("stress", "Stress felt", "brain", "at ease", "overwhelmed"),
    _felt("anxiety", "Anxiety", "cloud-lightning", "none", "very strong"),
    _felt("irritability", "Irritability", "angry", "none", "very strong"),
    _felt("focus", "Focus", "crosshair", "scattered", "fully there"),
    _felt("motivation", "Motivation", "rocket", "none", "very strong"),
    _felt("calm", "Calm", "leaf", "restless", "very calm"),
    _felt("connection", "Connection to others", "users", "alone", "very close"),
    _felt("sleep_quality", "Sleep quality felt", "moon", "very bad", "very good"),
    _felt("soreness", "Muscle soreness", "dumbbell", "none", "very strong"),
    gauge("mood_valence", "Pleasantness", "{valence}", MOOD, _FELT, hard=(-1, 1), precision=2, icon="smile",
          description="-1 is very unpleasant, 1 is very pleasant, as phones ask it."),
    _symptom("pain", "Pain", "zap", loinc="72514-3"),
    _symptom("headache", "Headache"),
    _symptom("migraine", "Migraine"),
    _symptom("fatigue", "Fatigue", "battery-low"),
    _symptom("nausea", "Nausea"),
    _symptom("dizziness", "Dizziness"),
    _symptom("cough", "Cough", "wind"),
    _symptom("sore_throat", "Sore throat"),
    _symptom("congestion", "Blocked nose"),
    _symptom("shortness_of_breath", "Shortness of breath", "wind"),
    _symptom("abdominal_pain", "Belly ache"),
    _symptom("bloating", "Bloating"),
    _symptom("heartburn", "Heartburn", "flame"),
    _symptom("itching", "Itching"),
    _symptom("joint_pain", "Joint pain"),
    _symptom("back_pain", "Back pain"),
    _symptom("cramps", "Cramps"),
    _symptom("hot_flushes", "Hot flushes", "flame"),
    _symptom("allergy_symptoms", "Allergy", "flower-2"),
    gauge("stool_form", "Stool form", "{type}", MOOD, _FELT, hard=(1, 7), precision=0, icon="list",
          description="Bristol scale, 1 to 7."),
    score("phq9_score", "PHQ-9", MOOD, 0, 27, _FORM, loinc="44261-6",
          description="Questionnaire on low mood; no diagnosis."),
    score("gad7_score", "GAD-7", MOOD, 0, 21, _FORM, loinc="70274-6",
          description="Questionnaire on anxiety; no diagnosis."),
    score("who5_score", "WHO-5", MOOD, 0, 100, _FORM, description="Questionnaire on well-being, 0 to 100."),
    span("mindfulness_duration", "Mindfulness", PRACTICE, icon="flower-2", plausible=(0, 480),
         description="Time of meditation and the like."),
    span("breathing_exercise_duration", "Breathing exercise", PRACTICE, icon="wind", plausible=(0, 240),
         description="Guided or free."),
    span("daylight_duration", "Time in daylight", PRACTICE, icon="sun", plausible=(0, 960), merge_interval=HOUR,
         description="Time outdoors by day."),
    span("screen_duration", "Screen time", PRACTICE, icon="smartphone", merge_interval=HOUR,
         description="As the phone counts it."),
    span("stretching_duration", "Stretching", PRACTICE, icon="person-standing", plausible=(0, 240),
         description="Time of stretching."),
    span("sauna_duration", "Sauna", PRACTICE, icon="flame", plausible=(0, 180), description="Time in the heat."),
    span("cold_exposure_duration", "Cold exposure", PRACTICE, icon="snowflake", plausible=(0, 60),
         description="Time in the cold."),
    span("light_therapy_duration", "Light therapy", PRACTICE, icon="lamp", plausible=(0, 240),
         description="Time before a bright light."),
    total("handwashing_events", "Hand washing", "{times}", PRACTICE, merge_interval=DAY, stale_after=DAY, icon="hand",
          plausible=(0, 100), description="How often you washed your hands."),
    span("toothbrushing_duration", "Tooth brushing", PRACTICE, icon="sparkles", plausible=(0, 60),
         description="Time of a day."),
    score("habit_adherence", "Habits kept", PRACTICE, 0, 100, icon="check",
          description="Share of what you meant to do."),
)  # fmt: skip
