"""Medicines: asked for, answered, counted; never dosed."""

from __future__ import annotations

from tests.blueprints.fortnight import DAYS, FOLDER, Fortnight, local
from tests.blueprints.of_health import STOCK
from tests.blueprints.scenes import lived


async def test_a_medicine_is_asked_for_until_it_is_answered_and_a_carer_hears_when_nobody_does() -> None:
    house = await lived("medication")
    asked = [one for one in house.said if one.title == "Levothyroxine"]
    assert len(asked) == DAYS + 1 + 2
    [carer] = [one for one in house.said if one.to == ("ben",)]
    assert carer.at == local(4, "08:30")
    assert (carer.title, carer.message) == ("Anna: Levothyroxine is not confirmed", "Anna was asked 3 times.")
    logged = [data["data"]["taken"] for _, data in house.done("journal.add")]
    assert len(logged) == DAYS - 2
    assert logged.count(False) == 1
    assert logged[2] is False


async def test_a_dose_that_is_logged_by_hand_is_not_asked_for_again_and_another_medicine_is_no_answer() -> None:
    house = await lived("medication")
    assert [one for one in house.when if one.startswith("wed 25")] == ["wed 25 08:00"]
    cleared = [at for at, data in house.done("notify.send_message") if data["message"] == "clear_notification"]
    assert cleared == [local(9, "08:06")]
    other = Fortnight()
    other.use("medication", person="anna", medicine="Levothyroxine")
    other.do(local(0, "08:02"), lambda: other.log("medication", name="Ibuprofen"))
    await other.live(local(0, "12:00"))
    assert other.when == ["mon 16 08:00", "mon 16 08:10", "mon 16 08:20"]


async def test_a_medicine_may_be_due_many_times_a_day() -> None:
    house = Fortnight()
    house.use("medication", person="anna", medicine="Eye drops", at=["08:00", "14:00", "22:00"], times=1)
    await house.live(local(1, "00:00"))
    assert house.when == ["mon 16 08:00", "mon 16 14:00", "mon 16 22:00"]


async def test_a_stock_counts_down_and_is_told_once_as_it_runs_low_and_once_when_it_is_gone() -> None:
    house = await lived("medicine_running_out")
    assert float(house.get(STOCK).state) == 0  # type: ignore[union-attr] # it was set
    assert house.when == ["sun 22 08:00", "sat 28 20:00"]
    assert [one.message for one in house.said] == [
        "13 left: about 6 days.",
        "By the doses that were logged none is left.",
    ]


async def test_a_stock_that_nobody_knows_is_left_alone_and_so_are_doses_of_long_ago() -> None:
    from datetime import timedelta

    house = Fortnight()
    house.use("medicine_running_out", person="anna", medicine="Iron", stock=STOCK, tell=["anna"])
    house.do(local(0, "08:00"), lambda: house.log("medication", name="Iron"))
    house.do(local(1, "08:00"), lambda: house.set(STOCK, 14))
    house.do(local(1, "09:00"), lambda: house.log("medication", name="Iron", ago=timedelta(days=9)))
    await house.live()
    assert house.called == []


def test_no_blueprint_names_a_dose() -> None:
    for path in FOLDER.glob("*.yaml"):
        text = path.read_text().lower()
        for word in (" mg ", "units of insulin", "take two", "correct with", "bolus"):
            assert word not in text, (path.name, word)
