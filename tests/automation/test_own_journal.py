"""The trigger `journal`."""

from datetime import timedelta

from hub.automation.world import Context
from tests.automation.house import START
from tests.automation.own import SAY, OwnHouse
from tests.insight.making import entry

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
MISSING = f"triggers: [{{trigger: journal, entry: feeding, person: mia, event: missing, for: '03:00'}}]\n{SAY}"


async def test_an_entry_of_the_kind_and_person_sets_it_off_with_what_it_says() -> None:
    house = OwnHouse()
    house.add(
        "triggers: [{trigger: journal, entry: meal, person: anna, id: ate}]\n"
        "actions: [{action: notify.say, data: {text: '{{ trigger.platform }} {{ trigger.id }} {{ trigger.person }} "
        "{{ trigger.entry.data.carbs }} {{ trigger.entry.start.hour }} {{ trigger.event }}'}}]"
    )
    await house.log("meal", carbs=40)
    await house.log("drink")
    await house.log("meal", person="ben")
    assert house.texts == ["journal ate anna 40 8 added"]


async def test_whoever_it_is_where_no_person_is_named() -> None:
    house = OwnHouse()
    house.add(f"triggers: [{{trigger: journal, entry: meal}}]\n{SAY}")
    await house.log("meal", person="ben")
    await house.log("meal")
    assert house.texts == ["meal of ben added", "meal of anna added"]


async def test_what_was_long_ago_is_left_out_unless_asked_for() -> None:
    for late, expected in (("false", 2), ("true", 4)):
        house = OwnHouse()
        house.add(f"triggers: [{{trigger: journal, entry: sleep, late: {late}}}]\n{SAY}")
        await house.log("sleep", ago=15 * MINUTE)
        await house.log("sleep", ago=8 * HOUR, lasted=8 * HOUR)
        await house.later(60)
        await house.log("sleep", ago=16 * MINUTE)
        await house.log("sleep", ago=9 * HOUR, lasted=8 * HOUR)
        assert len(house.texts) == expected


async def test_a_change_is_no_addition_and_a_removal_is_neither() -> None:
    house = OwnHouse()
    house.add(f"triggers: [{{trigger: journal, entry: meal}}]\n{SAY}")
    house.add(
        "triggers: [{trigger: journal, entry: meal, event: changed}]\n"
        "actions:\n"
        "  - {action: notify.say, data: {text: '{{ trigger.from_entry.data.carbs }}-{{ trigger.entry.data.carbs }}'}}",
        "other",
    )
    meal = await house.log("meal", carbs=40)
    changed = await house.log(old=meal, carbs=60)
    gone = await house.log(old=changed, deleted=True)
    assert house.texts == ["meal of anna added", "40-60"]
    await house.log(old=gone, carbs=60)
    assert house.texts[2:] == ["60-60"]


async def test_missing_fires_once_when_nothing_came_for_that_long_since_the_last_began() -> None:
    house = OwnHouse()
    house.add(MISSING)
    await house.log("feeding", person="mia", ago=HOUR)
    await house.log("feeding", person="ben")
    await house.later(2 * 3_600 - 1)
    assert house.texts == []
    await house.later(1)
    assert house.texts == ["the last feeding was 3 h ago"]
    await house.later(86_400)
    assert len(house.texts) == 1
    await house.log("feeding", person="mia")
    await house.later(3 * 3_600)
    assert len(house.texts) == 2


async def test_missing_counts_from_when_it_began_to_watch_where_none_ever_came() -> None:
    house = OwnHouse()
    house.add(MISSING)
    await house.later(3 * 3_600 - 1)
    assert house.texts == []
    await house.later(2)
    assert house.texts == ["there is no feeding yet"]
    assert house.times == [START + 3 * HOUR]


async def test_an_entry_that_is_logged_late_moves_the_time_and_one_that_is_removed_moves_it_back() -> None:
    house = OwnHouse(entries=[entry(START - HOUR, "feeding", person="mia")])
    house.add(MISSING)
    await house.later(3_600)
    other = await house.log("feeding", person="mia", ago=30 * MINUTE)
    await house.later(3_600)
    assert house.texts == []
    await house.log(old=other, deleted=True)
    assert house.texts == ["the last feeding was 3 h ago"]
    assert house.times == [START + 2 * HOUR]


async def test_what_was_missing_when_it_began_is_told_only_if_nobody_watched_when_it_came_due() -> None:
    long_ago = [entry(START - 10 * HOUR, "feeding", person="mia")]
    house = OwnHouse(entries=long_ago)
    house.add(MISSING)
    await house.later(86_400)
    assert house.texts == []
    for down_for, expected in ((8 * HOUR, 1), (6 * HOUR, 0)):
        house = OwnHouse(entries=long_ago)
        house.past.unwatched_since = START - down_for
        house.add(MISSING)
        await house.later(60)
        assert len(house.texts) == expected, down_for


async def test_a_wait_for_an_entry_goes_on_when_it_comes() -> None:
    house = OwnHouse()
    house.add(
        "triggers: [{trigger: event, event_type: go}]\n"
        "actions:\n"
        "  - wait_for_trigger: [{trigger: journal, entry: medication, person: anna}]\n"
        "    timeout: '01:00'\n"
        "  - {action: notify.say, data: {text: '{{ wait.trigger.entry.data.name }}'}}"
    )
    house.fire("go", {}, Context())
    await house.later(60)
    await house.log("medication", name="iron")
    assert house.texts == ["iron"]
