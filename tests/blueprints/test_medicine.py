"""Medicines: asked for, answered, counted; never dosed."""

from __future__ import annotations

from tests.blueprints.fortnight import DAYS, FOLDER, Fortnight, local

KEY = "ANNA_LEVOTHYROXINE"


async def test_a_medicine_is_asked_for_until_it_is_answered_and_a_carer_hears_when_nobody_does() -> None:
    house = Fortnight()
    house.use("medication", person="anna", medicine="Levothyroxine", carer=["ben"])
    for day in range(DAYS):
        if day == 4:
            continue
        answer = "SKIPPED" if day == 2 else "TAKEN"
        at = "08:14" if day == 1 else "08:03"
        house.do(local(day, at), lambda answer=answer: house.press(f"{answer}_{KEY}"))  # type: ignore[misc] # bound now
    await house.live()
    asked = [one for one in house.said if one.title == "Levothyroxine"]
    assert len(asked) == DAYS + 1 + 2
    [carer] = [one for one in house.said if one.to == ("ben",)]
    assert carer.at == local(4, "08:30")
    assert carer.title == "Levothyroxine is not confirmed"
    logged = [data["data"]["taken"] for _, data in house.done("journal.add")]
    assert len(logged) == DAYS - 1
    assert logged.count(False) == 1
    assert logged[2] is False


async def test_a_stock_counts_down_and_is_told_once_as_it_runs_low() -> None:
    house = Fortnight()
    house.set("input_number.tablets", 30)
    house.use(
        "medicine_running_out", person="anna", medicine="levothyroxine", stock="input_number.tablets", doses_a_day=2,
        days=7, tell=["anna"],
    )  # fmt: skip
    house.on_call = lambda name, data: (
        house.set("input_number.tablets", data["value"]) if name == "input_number.set_value" else None
    )
    for day in range(DAYS):
        for at in ("08:00", "20:00"):
            house.do(local(day, at), lambda: house.log("medication", name="Levothyroxine", taken=True))
    house.do(local(3, "12:00"), lambda: house.log("medication", name="Ibuprofen", taken=True))
    house.do(local(3, "13:00"), lambda: house.log("medication", name="Levothyroxine", taken=False))
    await house.live()
    assert float(house.get("input_number.tablets").state) == 2  # type: ignore[union-attr] # it was set
    assert house.when == ["tue 24 08:00"]
    assert house.said[0].message == "13 left: about 6 days."


def test_no_blueprint_names_a_dose() -> None:
    for path in FOLDER.glob("*.yaml"):
        text = path.read_text().lower()
        for word in (" mg ", "units of insulin", "take two", "correct with", "bolus"):
            assert word not in text, (path.name, word)
