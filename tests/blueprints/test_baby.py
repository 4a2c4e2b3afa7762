"""A baby's days: feedings, naps, nappies."""

from __future__ import annotations

from tests.blueprints.fortnight import Fortnight, local
from tests.blueprints.scenes import lived


async def test_a_feeding_that_is_due_is_told_twice_and_taken_back_when_one_is_logged() -> None:
    house = await lived("feeding_due")
    # The feeding that was logged late took back what had been said before it, and kept it from being said again.
    assert house.when == ["thu 19 14:30", "thu 19 15:00", "wed 25 12:00"]
    assert [one.message for one in house.said[:2]] == [
        "No feeding is logged for a while.",
        "Still no feeding is logged.",
    ]
    withdrawn = [data for _, data in house.done("notify.send_message") if data["message"] == "clear_notification"]
    assert {one["data"]["tag"] for one in withdrawn} == {house.said[0].data["tag"]}
    # The nights are left in peace.
    assert any(one.why.startswith("It is due by day") for one in house.ended if one.outcome == "condition")
    assert all((one.to, one.title) == (("anna", "ben"), "Mia: feeding due") for one in house.said)


async def test_by_night_feedings_have_a_time_of_their_own_and_only_where_it_is_wished() -> None:
    house, asleep = Fortnight(), Fortnight()
    house.use("feeding_due", baby="mia", tell=["anna"], at_night=True, by_night={"hours": 5})
    asleep.use("feeding_due", baby="mia", tell=["anna"])
    for one in (house, asleep):
        one.do(local(0, "20:30"), lambda one=one: one.log("feeding", person="mia"))  # type: ignore[misc] # bound now
        await one.live(local(1, "07:45"))
    # At 07:00 the day begins, and by day three hours are long.
    assert house.when[-4:] == ["tue 17 01:30", "tue 17 02:00", "tue 17 07:00", "tue 17 07:30"]
    assert [one.data["urgency"] for one in house.said[-4:]] == ["critical", "critical", "important", "important"]
    assert not any(one < "tue 17 06:59" for one in asleep.when if one.startswith("tue"))
    assert asleep.when[-2:] == ["tue 17 07:00", "tue 17 07:30"]


async def test_the_usual_nap_is_told_a_little_before_and_a_nappy_that_is_long_not_logged() -> None:
    house = await lived("baby_rhythm")
    naps_told = [one for one in house.said if one.title == "Mia: sleep soon"]
    mornings = [one for one in naps_told if one.at < local((one.at - local(0, "00:00")).days, "11:00")]
    assert 12 <= len(mornings) <= 13
    assert not any(local(6, "09:00") < one.at < local(6, "11:00") for one in naps_told)
    assert all(local((one.at - local(0, "00:00")).days, "09:05") <= one.at for one in mornings)
    # One that is due at night is told when the day begins, and not where one is logged by then.
    nappies = [one.at for one in house.said if one.title == "Mia: a nappy?"]
    assert nappies == [local(5, "13:00"), local(11, "08:00")]


async def test_twins_are_told_apart() -> None:
    house = Fortnight()
    for twin in ("mia", "tom"):
        house.use("feeding_due", f"feeding_due_{twin}", baby=twin, tell=["anna"])
    for twin, at in (("mia", "08:00"), ("tom", "08:30")):
        house.do(local(0, at), lambda twin=twin: house.log("feeding", person=twin))  # type: ignore[misc] # bound now
    house.do(local(0, "11:10"), lambda: house.log("feeding", person="mia"))
    await house.live(local(0, "12:15"))
    said = [f"{when[-5:]} {one.title}" for when, one in zip(house.when, house.said, strict=True)]
    assert said[-3:] == ["11:00 Mia: feeding due", "11:30 tom: feeding due", "12:00 tom: feeding due"]
    assert len({one.data["tag"] for one in house.said[-3:]}) == 2
