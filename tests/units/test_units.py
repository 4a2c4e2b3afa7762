"""Conversions against definitions, and every spelling that Home Assistant writes."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub import units
from hub.errors import BadReading

DEFINED = [
    (1.0, "mmol/L", "mg/dL", "blood_glucose", 18.01559),
    (180.0, "mg/dL", "mmol/L", "interstitial_glucose", 180 / 18.01559),
    (98.6, "°F", "°C", "body_temperature", 37.0),
    (1.8, "°F", "°C", "skin_temperature_deviation", 1.0),
    (0.0, "Cel", "K", "", 273.15),
    (1.0, "lb", "kg", "weight", 0.45359237),
    (11.0, "st", "kg", "weight", 69.85322498),
    (1.0, "kcal", "kJ", "energy_active", 4.184),
    (1.0, "mi", "m", "distance", 1609.344),
    (6.0, "ft", "cm", "height", 182.88),
    (760.0, "mmHg", "hPa", "air_pressure", 1013.25),
    (0.97, "1", "%", "oxygen_saturation", 97.0),
    (7.0, "%", "mmol/mol", "hba1c", 52.9951),
    (53.0, "mmol/mol", "%", "hba1c", 7.00044),
    (1.0, "ppb", "μg/m³", "ozone", 1.995344),
    (100.0, "µg/m³", "ppb", "nitrogen_dioxide", 52.2872),
    (5.0, "mmol/L", "mg/dL", "cholesterol_ldl", 193.35),
    (100.0, "W", "kcal/d", "basal_metabolic_rate", 2065.0096),
    (8.0, "fl. oz.", "mL", "water", 236.5882365),
    (85.0, "%", "{score}", "sleep_score", 85.0),
    (72.0, "bpm", "Hz", "heart_rate", 1.2),
    (4000.0, "count", "{steps}", "steps", 4000.0),
    (4000.0, "Steps", "{steps}", "steps", 4000.0),
    (60.0, "mph", "km/h", "wind_speed", 96.56064),
]

HOME_ASSISTANT = """
% A B B/s BTU/(h⋅ft²) BTU/h Bq/m³ CCF GB GHz GJ GW GWh Gcal GiB Hz J K KiB L L/h L/min L/s MB MCF
MHz MJ MV MW MWh Mcal MiB Pa S/cm TB TW TWh V W W/m² Wh ac atm bar bit cal cbar cm cm² d dBA dBm
fl._oz. ft ft/s ft² ft³ ft³/min g g/m³ gal gal/d gal/h gal/min h hPa ha in in/d in/h in/s inHg inH₂O
in² kHz kJ kPa kV kW kWh kcal kg km km/h km² kn kB lb lx m m/min m/s mA mHz mL mL/s mPa mS/cm mV mW
mWh mbar mg mg/dL mg/m³ mi mi² min mm mm/d mm/h mm/s mmHg mmol/L mph ms m² m³ m³/h m³/min m³/s nmi
oz pCi/L ppb ppm psi s st thm yd yd² ° °C °F μA μS/cm μV μg μg/m³ μs µS/cm µV µg µg/m³ µs
"""
NOT_TURNED = {"B/s"}


@pytest.mark.parametrize(("value", "source", "target", "metric", "expected"), DEFINED)
def test_a_conversion_is_right_to_six_digits_both_ways(
    value: float, source: str, target: str, metric: str, expected: float
) -> None:
    assert units.convert(value, source, target, metric=metric) == pytest.approx(expected, rel=2e-6)
    assert units.convert(expected, target, source, metric=metric) == pytest.approx(value, rel=2e-6, abs=1e-9)


def test_glucose_goes_by_18_01559_exactly_and_fever_has_no_stray_digits() -> None:
    assert units.convert(10, "mmol/L", "mg/dL", metric="blood_glucose") == 180.1559
    assert units.convert(180.1559, "mg/dL", "mmol/L") == 10
    assert units.convert(98.6, "degF", "Cel") == 37
    assert units.converter("mmol/L", "mg/dL", "blood_glucose") == (18.01559, 0.0)


@given(st.floats(-1e6, 1e6), st.sampled_from([row for row in DEFINED if row[3] != "hba1c"]))
def test_there_and_back_gives_the_value_again(value: float, row: tuple[float, str, str, str, float]) -> None:
    _, source, target, metric, _ = row
    there = units.convert(value, source, target, metric=metric)
    assert units.convert(there, target, source, metric=metric) == pytest.approx(value, rel=1e-10, abs=1e-9)


@pytest.mark.parametrize("spelling", [unit for unit in HOME_ASSISTANT.split() if unit not in NOT_TURNED])
def test_every_unit_that_home_assistant_writes_is_known(spelling: str) -> None:
    assert units.known(spelling.replace("_", " "))


@pytest.mark.parametrize(
    ("spelling", "code"),
    [
        ("bpm", "/min"),
        ("BPM", "/min"),
        ("count/min", "/min"),
        ("℃", "Cel"),
        (" °c ", "Cel"),
        ("degC", "Cel"),
        ("lbs", "[lb_av]"),
        ("mmHg", "mm[Hg]"),
        ("mmol<180.1558800000541>/L", "mmol/L"),
        ("Cal", "kcal"),
        ("cal", "cal"),
        ("mW", "mW"),
        ("MW", "MW"),
        ("µg/m³", "ug/m3"),
        ("mL/min·kg", "mL/(kg.min)"),
        ("IU", "[IU]"),
        ("hr", "h"),
        ("wibble", "wibble"),
    ],
)
def test_spellings_become_ucum(spelling: str, code: str) -> None:
    assert units.normalise(spelling) == code
    assert units.normalise(code) == code


@pytest.mark.parametrize(
    ("unit", "read"),
    [
        ("/min", "bpm"),
        ("Cel", "°C"),
        ("mm[Hg]", "mmHg"),
        ("{steps}", "steps"),
        ("1", ""),
        ("[lb_av]", "lb"),
        ("x", "x"),
    ],
)
def test_labels_are_what_people_read(unit: str, read: str) -> None:
    assert units.label(unit) == read


def test_units_that_do_not_fit_are_named_with_those_that_would() -> None:
    with pytest.raises(units.UnitError, match=r"'mg' cannot be turned into 'kg/m2' for bmi; send one of: kg/m²"):
        units.convert(70, "mg", "kg/m2", metric="bmi")
    with pytest.raises(BadReading, match=r"the unit 'wibble' for weight is not known; send one of: kg, g, mg"):
        units.convert(70, "wibble", "kg", metric="weight")
    assert units.converter("mg/dL", "mmol/L", "calcium") is None
    assert not units.compatible("ppb", "ug/m3", "pm25")
    assert "lb" in units.mismatch("s", "kg")


def test_a_unit_nobody_knows_fits_only_itself() -> None:
    assert units.converter("wibble", "wibble") == (1.0, 0.0)
    assert units.converter("wibble", "wobble") is None


def test_a_looked_up_pair_costs_next_to_nothing() -> None:
    started = time.perf_counter()
    for _ in range(40_000):
        units.converter("°F", "Cel", "body_temperature")
    assert time.perf_counter() - started < 0.2
