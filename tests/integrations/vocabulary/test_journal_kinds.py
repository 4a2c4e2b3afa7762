"""What an entry of each kind may hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.api import BadReading, JournalDraft, JournalEntry, JournalKind
from hub.journal import rules
from hub.registry import Vocabulary
from integrations import vocabulary
from web.journal.telling import details_of

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
REGISTERED = Vocabulary()
vocabulary.register_journal_kinds(REGISTERED.add_journal_kind)
KINDS = REGISTERED.journal_kinds


def kept(kind: str, **data: Any) -> dict[str, Any]:
    draft = JournalDraft(kind, NOW - timedelta(hours=2), NOW - timedelta(hours=1), data)
    return rules.check(KINDS[kind], draft, NOW)[2]


def test_the_eleven_kinds_are_there() -> None:
    assert {*KINDS} == {
        "meal", "drink", "sleep", "workout", "medication", "insulin", "note", "symptom", "mood", "feeding", "nappy",
    }  # fmt: skip


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.key)
def test_a_form_can_be_made_of_every_kind(kind: JournalKind) -> None:
    fields = kind.model.model_json_schema()["properties"]
    assert all(field.get("title") for field in fields.values())
    numbers = [name for name, field in kind.model.model_fields.items() if field.annotation == float | None]
    assert [name for name in numbers if not kind.model.model_fields[name].description] in ([], ["steps"])


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.key)
def test_what_a_source_says_beyond_the_model_is_kept(kind: JournalKind) -> None:
    required = {"name": "x"} if kind.key in ("medication", "symptom") else {}
    assert kept(kind.key, **required, mystery=[1, {"a": 2}])["extra"] == {"mystery": [1, {"a": 2}]}


def test_extra_that_was_kept_before_stays_when_saved_again() -> None:
    once = kept("meal", name="Soup", flavour="leek")
    assert kept("meal", **once)["extra"] == {"flavour": "leek"}


@pytest.mark.parametrize("kind", ["sleep", "workout", "feeding"])
def test_a_session_ends_after_it_starts_and_within_a_day(kind: str) -> None:
    for end in (NOW - timedelta(hours=50), NOW - timedelta(hours=21)):
        draft = JournalDraft(kind, NOW - timedelta(hours=48), end)
        with pytest.raises(BadReading, match=r"is before start|lasts at most 24 hours"):
            rules.check(KINDS[kind], draft, NOW)


def test_words_have_one_spelling() -> None:
    feeding = kept("feeding", type="Breast Milk", method="left breast", amount=90)
    assert (feeding["type"], feeding["method"], feeding["amount"]) == ("breast_milk", "left_breast", 90)
    assert kept("nappy", wet=True, dirty=True, color="Yellow", note="?")["colour"] == "yellow"


def test_the_breast_gives_breast_milk_and_no_formula() -> None:
    assert kept("feeding", method="both breasts")["type"] == "breast_milk"
    with pytest.raises(BadReading, match="formula does not come from the breast"):
        kept("feeding", method="left_breast", type="formula")


@pytest.mark.parametrize(
    ("kind", "data", "field"),
    [
        ("meal", {"carbs": -5}, "carbs"),
        ("meal", {"energy": "a lot"}, "energy"),
        ("drink", {"amount": 50_000}, "amount"),
        ("insulin", {"units": 2_000}, "units"),
        ("medication", {}, "name"),
        ("symptom", {"name": "Cough", "severity": 11}, "severity"),
        ("mood", {"valence": 4}, "valence"),
        ("workout", {"mean_heart_rate": 900}, "mean_heart_rate"),
        ("nappy", {"colour": "plaid"}, "colour"),
        ("sleep", {"stages": [{"stage": "deep", "start": NOW, "end": NOW - timedelta(hours=1)}]}, "stages.0"),
        ("sleep", {"stages": [{"stage": "flying", "start": NOW, "end": NOW}]}, "stages.0.stage"),
    ],
)
def test_what_cannot_be_is_refused_by_name(kind: str, data: dict[str, Any], field: str) -> None:
    with pytest.raises(BadReading, match=rf"{kind}: {field}"):
        kept(kind, **data)


def test_stages_come_back_as_they_went_in() -> None:
    stages = [{"stage": "REM", "start": "2026-11-20T02:00:00Z", "end": "2026-11-20T02:30:00Z"}]
    assert kept("sleep", asleep=30, stages=stages)["stages"] == [
        {"stage": "rem", "start": "2026-11-20T02:00:00Z", "end": "2026-11-20T02:30:00Z"}
    ]


def test_milk_is_measured_in_millilitres_and_solid_food_in_grams() -> None:
    def told(**data: Any) -> str:
        entry = JournalEntry("1", "feeding", "mia", "anna", NOW, None, data, "", "", "", 1, False, NOW, NOW)
        return details_of(entry).replace("\u202f", " ")

    milk = kept("feeding", type="formula", method="bottle", amount=120)
    assert (milk["amount"], told(**milk)) == (120, "120 mL")
    for given in ({"amount": 14}, {"solids": 14}):
        food = kept("feeding", type="solid_food", food="Pumpkin", **given)
        assert "amount" not in food
        assert (food["solids"], told(**food)) == (14, "14 g, Pumpkin")
    assert told(type="solid_food", amount=14) == "14 g"
    both = kept("feeding", type="mixed", amount=90, solids=20)
    assert told(**both) == "90 mL, 20 g"
    with pytest.raises(BadReading, match="no mL of milk"):
        kept("feeding", type="solid_food", amount=90, solids=20)
