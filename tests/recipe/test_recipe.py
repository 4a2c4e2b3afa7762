"""Recipes: readings found in answers, and errors that say what was there instead."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from hub.errors import BadReading
from hub.model import Kind
from hub.recipe import (
    NothingThere,
    PathInvalid,
    ReadingRule,
    apply_rule,
    compiled,
    instant,
    look_up,
    look_up_list,
    rule_entity,
)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MADRID = ZoneInfo("Europe/Madrid")
ANSWER = {
    "data": {"weight": 72.4, "heart-rate": 61, "note": None, "empty": {}},
    "sensors": [{"id": "a", "value": 20.5}, {"id": "b", "value": 21}],
    "ok": True,
}


def rule(**fields: Any) -> ReadingRule:
    return ReadingRule(**{"metric": "weight", **fields})


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("data.weight", 72.4),
        ("$.data.weight", 72.4),
        ('data."heart-rate"', 61),
        ("sensors[0].value", 20.5),
        ("sensors[-1].id", "b"),
        ("sensors[?id=='b'].value | [0]", 21),
        ("$", ANSWER),
        ("", ANSWER),
        ("ok", True),
        ("data.note", None),
    ],
)
def test_a_path_finds_what_is_there(path: str, found: object) -> None:
    assert look_up(path, ANSWER) == found


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("data.wieght", "there is no 'wieght' in an object with weight, heart-rate, note, empty"),
        ("date.weight", "there is no 'date' in an object with data, sensors, ok"),
        ("data.weight.kg", "'kg' was looked for in a number"),
        ("sensors[2].value", "there is no [2] in a list of 2"),
        ("sensors.value", "'value' was looked for in a list of 2"),
        ("data.empty.x", "there is no 'x' in an empty object"),
        ("data.note.x", "'note' is null"),
        ("data[0]", "[0] was looked for in an object with weight"),
        ("sensors[?id=='c'].value | [0]", "the answer is an object with data, sensors, ok"),
    ],
)
def test_a_path_that_leads_nowhere_says_what_was_there(path: str, said: str) -> None:
    with pytest.raises(NothingThere) as caught:
        look_up(path, ANSWER)
    assert said in str(caught.value)
    assert path in str(caught.value)


def test_no_value_of_the_answer_is_in_an_error() -> None:
    with pytest.raises(NothingThere) as caught:
        look_up("data.weight.kg", ANSWER)
    assert "72" not in str(caught.value)


def test_a_path_that_cannot_be_read_says_how_to_write_it() -> None:
    with pytest.raises(PathInvalid, match="double quotes"):
        compiled("data.heart-rate.")


def test_items_are_a_list_or_one_object() -> None:
    assert len(look_up_list("sensors", ANSWER)) == 2
    assert look_up_list("data", ANSWER) == [ANSWER["data"]]
    assert look_up_list("", [1, 2]) == [1, 2]
    with pytest.raises(NothingThere, match="a number where a list was expected"):
        look_up_list("data.weight", ANSWER)


def test_a_reading_has_value_unit_source_and_now_as_its_instant() -> None:
    sample = apply_rule(rule(path="data.weight", unit="kg", source="scale"), ANSWER, NOW, UTC)
    assert sample is not None
    assert (sample.metric, sample.value, sample.unit, sample.source) == ("weight", 72.4, "kg", "scale")
    assert sample.taken_at == NOW


def test_scale_and_offset_are_applied_in_this_order() -> None:
    sample = apply_rule(rule(path="f", scale=0.5, offset=-16), {"f": "68"}, NOW, UTC)
    assert sample is not None
    assert sample.value == pytest.approx(18.0)


def test_a_condition_that_does_not_hold_gives_nothing_and_no_error() -> None:
    assert apply_rule(rule(path="nowhere", when="status == 'ok'"), ANSWER, NOW, UTC) is None
    assert apply_rule(rule(path="data.weight", when="ok"), ANSWER, NOW, UTC) is not None
    assert apply_rule(rule(path="data.weight", when="sensors[?value > `21`]"), ANSWER, NOW, UTC) is None


def test_a_null_gives_nothing() -> None:
    assert apply_rule(rule(path="data.note"), ANSWER, NOW, UTC) is None
    assert apply_rule(rule(path="data.weight", taken_at="data.note"), ANSWER, NOW, UTC) is None


@pytest.mark.parametrize(
    ("raw", "form", "expected"),
    [
        (1_795_000_000, "", "2026-11-18T11:06:40"),
        (1_795_000_000_000, "", "2026-11-18T11:06:40"),
        ("1795000000", "", "2026-11-18T11:06:40"),
        (1_795_000_000.5, "", "2026-11-18T11:06:40.5"),
        ("2026-11-18T12:06:40+01:00", "", "2026-11-18T11:06:40"),
        ("2026-11-18T11:06:40Z", "", "2026-11-18T11:06:40"),
        ("2026-11-18 12:06:40", "", "2026-11-18T11:06:40"),
        ("18.11.2026 12:06", "%d.%m.%Y %H:%M", "2026-11-18T11:06"),
        ("18/11/2026 12:06 +0300", "%d/%m/%Y %H:%M %z", "2026-11-18T09:06"),
    ],
)
def test_instants_come_in_many_forms_and_local_ones_are_in_the_household_s_zone(
    raw: object, form: str, expected: str
) -> None:
    assert instant(raw, form, MADRID) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(("raw", "form"), [("soon", ""), ("18.11.2026", ""), ("x", "%j %Y"), (True, ""), (1e300, "")])
def test_what_is_no_instant_is_refused_with_the_wanted_form(raw: object, form: str) -> None:
    with pytest.raises(BadReading, match="is no instant; wanted is"):
        instant(raw, form, UTC)


def test_words_are_mapped_and_text_is_no_number() -> None:
    asleep = rule(metric="sleep_stage", path="s", values={"2": "light", "true": "asleep"})
    for raw, meant in ((2, "light"), ("2", "light"), (True, "asleep")):
        sample = apply_rule(asleep, {"s": raw}, NOW, UTC, Kind.ENUM)
        assert sample is not None
        assert sample.value == meant
    with pytest.raises(BadReading, match="is text where a number"):
        apply_rule(rule(path="w"), {"w": "heavy"}, NOW, UTC)
    with pytest.raises(BadReading, match="true or false"):
        apply_rule(rule(path="w"), {"w": True}, NOW, UTC)
    with pytest.raises(BadReading, match="go on to the value inside"):
        apply_rule(rule(path="data"), ANSWER, NOW, UTC)


def test_a_reading_without_a_metric_makes_an_entity_of_its_own() -> None:
    own = ReadingRule(name="Wassertiefe (Brunnen)", path="d", unit="cm", kind=Kind.GAUGE, device_class="distance")
    described = rule_entity(own, "well")
    assert described is not None
    assert (described.key, described.name, described.unit) == ("wassertiefe_brunnen", "Wassertiefe (Brunnen)", "cm")
    sample = apply_rule(own, {"d": 120}, NOW, UTC)
    assert sample is not None
    assert (sample.metric, sample.entity, sample.value) == ("", "wassertiefe_brunnen", 120)
    assert rule_entity(rule(path="d"), "well") is None


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"metric": "weight", "name": "Weight"}, "either a metric or a name"),
        ({"path": "x"}, "either a metric or a name"),
        ({"metric": "weight", "path": "data..x"}, "cannot be read"),
        ({"metric": "weight", "when": "a ==="}, "cannot be read"),
        ({"metric": "weight", "scale": 0}, "scale is not 0"),
        ({"metric": "weight", "pfad": "x"}, "Extra inputs"),
    ],
)
def test_a_rule_that_cannot_work_is_refused_before_it_runs(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        ReadingRule(**fields)


def test_each_of_several_devices_in_a_list_keeps_a_source_of_its_own() -> None:
    inside = rule(metric="temperature_indoor", path="value", which="id")
    samples = [apply_rule(inside, part, NOW, UTC) for part in ANSWER["sensors"]]  # type: ignore[attr-defined] # a list
    assert [(one.source, one.value) for one in samples if one] == [("a", 20.5), ("b", 21)]
    with pytest.raises(BadReading, match="where the name of a device was expected"):
        apply_rule(inside, {"value": 1, "id": {}}, NOW, UTC)
