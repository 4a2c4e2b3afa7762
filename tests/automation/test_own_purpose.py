"""Triggers with a purpose look at their target."""

from tests.automation.own import SAY, OwnHouse
from tests.automation.test_own_conditions import a_room


def added(trigger: str) -> OwnHouse:
    house = a_room()
    house.set("light.bed", "off", brightness=0)
    house.set("binary_sensor.move", "off", device_class="motion")
    house.add(f"triggers: [{{{trigger}}}]\nmode: queued\n{SAY}")
    return house


async def test_motion_in_an_area_and_that_it_is_over() -> None:
    house = added("trigger: motion.detected, target: {area_id: bedroom}")
    house.set("binary_sensor.move", "on", device_class="motion")
    house.set("light.bed", "on")
    await house.later()
    house.set("binary_sensor.move", "unavailable", device_class="motion")
    house.set("binary_sensor.move", "on", device_class="motion")
    await house.later()
    assert house.texts == ["motion.detected of binary_sensor.move"]
    house = added("trigger: motion.cleared, target: {area_id: bedroom}, options: {for: '00:05'}")
    house.set("binary_sensor.move", "on", device_class="motion")
    house.set("binary_sensor.move", "off", device_class="motion")
    await house.later(299)
    assert house.texts == []
    await house.later(1)
    assert house.texts == ["motion.cleared of binary_sensor.move"]


async def test_the_first_the_last_or_each_of_several() -> None:
    for behavior, expected in (("first", ["bed"]), ("last", ["desk"]), ("each", ["bed", "desk"])):
        house = added(f"trigger: light.turned_on, target: {{area_id: bedroom}}, options: {{behavior: {behavior}}}")
        for one in ("bed", "desk"):
            house.set(f"light.{one}", "on")
            await house.later()
        assert house.texts == [f"light.turned_on of light.{one}" for one in expected]


async def test_a_threshold_is_crossed_and_a_value_changes() -> None:
    above = ", options: {threshold: {type: above, value: 22}}"
    for name, options, expected in (("crossed_threshold", above, 1), ("changed", "", 3)):
        house = added(f"trigger: temperature.{name}, target: {{area_id: bedroom}}{options}")
        for value in (21.9, 22.4, 22.6):
            house.set("sensor.t", value, device_class="temperature")
            await house.later()
        house.set("sensor.t", 22.6, device_class="temperature", battery=3)
        await house.later()
        assert len(house.texts) == expected


async def test_one_that_is_not_known_is_told() -> None:
    house = OwnHouse()
    attached = house.add(f"triggers: [{{trigger: light.sang, target: {{entity_id: light.bed}}}}]\n{SAY}")
    assert attached.problems == ["the trigger 'light.sang' is not understood here"]
