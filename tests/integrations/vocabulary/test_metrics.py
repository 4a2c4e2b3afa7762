"""The tables as a whole, and the rows that others rely on."""

from __future__ import annotations

import re

import pytest

from hub import units
from hub.api import Aggregation, Family, Kind, Metric
from hub.registry import Vocabulary
from integrations import vocabulary
from integrations.vocabulary.metrics import METRICS
from tests.integrations.vocabulary.rules import DEVICE_CLASSES, LOINC, STATE_CLASSES

BY_KEY = {metric.key: metric for metric in METRICS}
NUMERIC = (Kind.GAUGE, Kind.COUNTER, Kind.DURATION)
SUMMED = {Kind.COUNTER: Aggregation.SUM, Kind.ENUM: Aggregation.STATES, Kind.TEXT: Aggregation.LAST}


def loinc_is_well_formed(code: str) -> bool:
    """The last digit of a LOINC code follows from the others (mod 10, Luhn)."""
    match = re.fullmatch(r"(\d{1,7})-(\d)", code)
    if match is None:
        return False
    total = 0
    for place, digit in enumerate(reversed(match[1])):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled // 10 + doubled % 10
    return (10 - total % 10) % 10 == int(match[2])


def test_the_hub_accepts_every_row_and_no_key_comes_twice() -> None:
    registered = Vocabulary()
    vocabulary.register_metrics(registered.add_metric)
    assert len(registered.metrics) == len(METRICS) >= 120


def test_every_family_has_metrics() -> None:
    assert {metric.family for metric in METRICS} == set(Family)


def test_the_keys_that_others_name_are_there() -> None:
    wanted = [
        "heart_rate",
        "resting_heart_rate",
        "weight",
        "height",
        "blood_glucose",
        "interstitial_glucose",
        "steps",
        "body_temperature",
        "blood_pressure_systolic",
        "blood_pressure_diastolic",
        "oxygen_saturation",
        "respiratory_rate",
        "sleep_duration",
        "sleep_stage",
        "sleep_score",
        "hrv_rmssd",
        "hrv_sdnn",
        "energy_active",
        "energy_basal",
        "distance",
        "floors_climbed",
        "bmi",
        "body_fat",
        "water_intake",
        "carbohydrate_intake",
        "protein_intake",
        "head_circumference",
        "tummy_time",
        "nappies",
        "milk_intake",
        "mood",
        "pain",
        "carbon_dioxide",
        "pm25",
        "noise",
        "illuminance",
        "uv_index",
        "aqi",
        "pollen_birch",
        "temperature_indoor",
        "temperature_outdoor",
        "battery",
        "signal_strength",
    ]
    assert [key for key in wanted if key not in BY_KEY] == []


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.key)
def test_a_row_is_whole(metric: Metric) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", metric.key)
    assert metric.name[0].isupper()
    assert metric.description.endswith(".")
    assert re.fullmatch(r"[a-z0-9-]+", metric.icon), "a lucide name"
    assert min(metric.stale_after, metric.hold, metric.merge_interval) >= 60
    assert metric.step_within <= 86_400
    if metric.kind in SUMMED:
        assert metric.aggregation is SUMMED[metric.kind]
    if metric.kind in NUMERIC:
        low, high = metric.hard
        assert low is not None or high is not None, "what is impossible for a number is said"
    else:
        assert (metric.unit, metric.state_class) == ("", None)
    if metric.kind is Kind.ENUM:
        assert metric.device_class == "enum"
        assert len(set(metric.options)) == len(metric.options) > 1
        assert {*metric.transitions}.union(*metric.transitions.values()) <= {*metric.options}


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.key)
def test_what_is_plausible_is_possible(metric: Metric) -> None:
    (low, high), (odd_low, odd_high) = metric.hard, metric.plausible
    assert low is None or odd_low is None or low <= odd_low
    assert high is None or odd_high is None or odd_high <= high
    assert odd_low is None or odd_high is None or odd_low < odd_high
    if metric.max_step is not None and low is not None and high is not None:
        assert 0 < metric.max_step < high - low


@pytest.mark.parametrize("metric", [one for one in METRICS if one.kind in NUMERIC], ids=lambda metric: metric.key)
def test_units_are_ucum_and_can_be_shown_otherwise(metric: Metric) -> None:
    assert units.normalise(metric.unit) == metric.unit
    assert units.known(metric.unit)
    for shown in metric.display_units:
        assert shown != metric.unit
        assert units.compatible(metric.unit, shown, metric.key)
    if metric.ha_unit is not None:
        assert units.compatible(metric.ha_unit, metric.unit, metric.key), "what Home Assistant sends back fits"


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.key)
def test_home_assistant_accepts_class_unit_and_state_class(metric: Metric) -> None:
    assert metric.state_class is None or metric.state_class in STATE_CLASSES
    if metric.device_class in (None, "enum"):
        return
    assert metric.device_class in DEVICE_CLASSES
    allowed, state_classes = DEVICE_CLASSES[metric.device_class]
    assert metric.ha_unit in allowed
    assert metric.state_class in state_classes


def test_loinc_codes_are_well_formed_unique_and_those_of_fhir() -> None:
    codes = [metric.loinc for metric in METRICS if metric.loinc]
    assert [code for code in codes if not loinc_is_well_formed(code)] == []
    assert len(set(codes)) == len(codes)
    assert {key: BY_KEY[key].loinc for key in LOINC} == LOINC


def test_a_wrong_loinc_digit_would_be_seen() -> None:
    assert loinc_is_well_formed("8867-4")
    assert not loinc_is_well_formed("8867-5")
    assert not loinc_is_well_formed("LP203183-1")


def test_a_heart_rate_jumps_by_at_most_fifty_between_neighbours() -> None:
    metric = BY_KEY["heart_rate"]
    assert (metric.max_step, metric.unit, metric.kind) == (50, "/min", Kind.GAUGE)


def test_nobody_is_in_deep_sleep_right_after_getting_up() -> None:
    following = BY_KEY["sleep_stage"].transitions
    assert "deep" not in following["out_of_bed"] | following["awake"] | following["in_bed"]
    assert "deep" in following["light"]
    assert all(stage in after for stage, after in following.items()), "a repeat is no transition"


def test_rmssd_and_sdnn_are_two_metrics() -> None:
    assert BY_KEY["hrv_rmssd"].loinc is None
    assert BY_KEY["hrv_sdnn"].loinc == "80404-7"


def test_descriptions_are_sentences_for_people_not_for_programs() -> None:
    for metric in METRICS:
        assert "`" not in metric.description, metric.key
        assert metric.description[:1].isupper() or not metric.description[:1].isalpha(), metric.key
        assert metric.description.endswith("."), metric.key
        assert not re.search(r"\b(coefficient|serum|session)\b", metric.description, re.I), metric.key
