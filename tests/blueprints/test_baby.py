"""A baby's days: feedings, naps, nappies."""

from __future__ import annotations

from datetime import timedelta

from hub.model import JournalEntry
from tests.blueprints.fortnight import Fortnight, entry, local


async def test_a_feeding_that_is_due_is_told_twice_and_taken_back_when_one_is_logged() -> None:
    house = Fortnight()
    house.use("feeding_due", baby="mia", tell=["anna", "ben"])
    for day in range(14):
        for at in ("06:30", "09:00", "11:30", "14:00", "16:30", "19:00", "21:30"):
            if (day, at) not in ((3, "14:00"), (3, "16:30"), (9, "11:30")):
                house.do(local(day, at), lambda: house.log("feeding", person="mia"))
    # Logged at 12:10 that it was at 11:35: late, and it counts.
    house.do(local(9, "12:10"), lambda: house.log("feeding", person="mia", ago=timedelta(minutes=35)))
    await house.live()
    # The feeding that was logged late took back what had been said before it, and kept it from being said again.
    assert house.when == ["thu 19 14:30", "thu 19 15:00", "wed 25 12:00"]
    assert [one.message for one in house.said[:2]] == [
        "No feeding is logged for a while.",
        "Still no feeding is logged.",
    ]
    withdrawn = [data for _, data in house.done("notify.send_message") if data["message"] == "clear_notification"]
    assert {one["data"]["tag"] for one in withdrawn} == {house.said[0].data["tag"]}
    nights = [one.why for one in house.ended if one.why.startswith("a condition among the actions")]
    assert nights
    assert all(one.to == ("anna", "ben") for one in house.said)


def naps(first: int, last: int) -> list[JournalEntry]:
    shift = (0, 6, -4, 8, -7, 3, 1)
    return [
        entry(
            "sleep",
            (start := local(day, at) + timedelta(minutes=shift[(day + place) % 7])),
            start + timedelta(hours=1),
            "mia",
            nap=True,
        )
        for day in range(first, last)
        for place, at in enumerate(("09:30", "13:30"))
    ]


async def test_the_usual_nap_is_told_a_little_before_and_a_nappy_that_is_long_not_logged() -> None:
    house = Fortnight(before=naps(-28, 0))
    house.use("baby_rhythm", baby="mia", tell=["anna"])
    for day in range(14):
        for at in ("07:00", "10:45", "15:00", "18:30"):
            if (day, at) != (5, "10:45"):
                house.do(local(day, at), lambda: house.log("nappy", person="mia"))
        # On the seventh day she is asleep already.
        at = "09:00" if day == 6 else "09:30"
        house.do(local(day, at), lambda: house.log("sleep", person="mia"))
        house.do(local(day, "13:30"), lambda: house.log("sleep", person="mia"))
    await house.live()
    naps_told = [one for one in house.said if one.title == "Nap soon"]
    mornings = [one for one in naps_told if one.at < local((one.at - local(0, "00:00")).days, "11:00")]
    assert 12 <= len(mornings) <= 13
    assert not any(local(6, "09:00") < one.at < local(6, "11:00") for one in naps_told)
    assert all(local((one.at - local(0, "00:00")).days, "09:05") <= one.at for one in mornings)
    nappies = [one.at for one in house.said if one.title == "A nappy?"]
    assert nappies == [local(0, "06:00"), local(5, "13:00")]
