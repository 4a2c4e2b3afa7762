"""An announced sensor that counts as a metric: its history comes along, in the metric's unit, whatever happens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.daemon import Hub
from hub.errors import Conflict, NotFound
from hub.model import ConfigEntry, DeviceDescription, EntityDescription, Kind, Sample
from hub.registry import candidates, likely
from tests.support.house import everything, house

ENTRY = ConfigEntry("scale", "mqtt", "Scale")
NOW = datetime.now(UTC).replace(microsecond=0)


async def announced(hub: Hub, unit: str, name: str = "Weight", key: str = "w") -> str:
    """The id of a scale's sensor."""
    device = DeviceDescription("d", "Scale")
    sensor = EntityDescription(key, name, device="d", unit=unit, kind=Kind.GAUGE, device_class="weight")
    await hub.rooms.entities.describe(ENTRY, [device], [sensor])
    found = hub.rooms.entities.described("scale", key)
    assert found is not None
    return found.id


async def sent(hub: Hub, value: float, unit: str, minutes_ago: int, key: str = "w") -> None:
    sample = Sample(entity=key, value=value, unit=unit, taken_at=NOW - timedelta(minutes=minutes_ago))
    receipt = await hub.rooms.intake.accept(ENTRY, [sample])
    assert receipt.accepted == 1, receipt


async def kept(hub: Hub, entity_id: str) -> list[Any]:
    series = hub.rooms.entities.get(entity_id).series
    return [one.value for one in await hub.rooms.recorder.readings([series], 0, 1 << 62)]


async def given(hub: Hub, entity_id: str) -> None:
    await hub.rooms.entities.assign(hub.rooms.entities.get(entity_id).device, "anna")


async def test_a_scale_gives_its_persons_weight_from_its_first_reading_on(tmp_path: Path) -> None:
    async with house(tmp_path) as hub:
        scale = await announced(hub, "kg")
        await sent(hub, 70.5, "kg", 60)
        await given(hub, scale)
        await everything(hub).count_as(scale, "weight")
        await sent(hub, 71.5, "kg", 5)
        (source,) = hub.rooms.entities.sources("anna", "weight")
        assert (source.id, await kept(hub, scale)) == (scale, [70.5, 71.5])
        await hub.rooms.entities.describe(ENTRY, [], [EntityDescription("w", "Weight", device="d", unit="kg")])
        assert hub.rooms.entities.get(scale).metric == "weight"


async def test_history_in_pounds_is_told_in_kilograms_and_back(tmp_path: Path) -> None:
    async with house(tmp_path) as hub:
        scale = await announced(hub, "lb")
        for minutes, pounds in ((60, 150.0), (30, 151.0)):
            await sent(hub, pounds, "lb", minutes)
        await given(hub, scale)
        old = hub.rooms.entities.get(scale).series
        await everything(hub).count_as(scale, "weight")
        await sent(hub, 152.0, "lb", 5)
        assert await kept(hub, scale) == pytest.approx([68.0388555, 68.49244787, 68.94604024])
        state = hub.rooms.states.get(scale)
        assert state is not None
        assert state.value == pytest.approx(68.94604024)
        assert await hub.rooms.recorder.readings([old], 0, 1 << 62) == []
        await everything(hub).count_as(scale, "")
        assert hub.rooms.entities.get(scale).unit == "lb"
        assert await kept(hub, scale) == pytest.approx([150, 151, 152])


async def test_what_a_stop_interrupted_is_finished_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path) as hub:
        scale = await announced(hub, "lb")
        await sent(hub, 150.0, "lb", 60)
        await given(hub, scale)
        with monkeypatch.context() as patch:
            patch.setattr(hub.rooms.recorder, "erase_series", _stopped)
            patch.setattr(hub.rooms.recorder, "write", _stopped)
            with pytest.raises(KeyboardInterrupt):
                await everything(hub).count_as(scale, "weight")
        assert await kept(hub, scale) == []
    async with house(tmp_path) as hub:
        assert await kept(hub, scale) == pytest.approx([68.0388555])
        state = hub.rooms.states.get(scale)
        assert state is not None
        assert state.value == pytest.approx(68.0388555)


async def _stopped(*_: Any) -> None:
    raise KeyboardInterrupt


async def test_what_cannot_count_says_why(tmp_path: Path) -> None:
    async with house(tmp_path) as hub:
        scale = await announced(hub, "kg")
        with pytest.raises(Conflict, match="is in kg, which can't be told in"):
            await everything(hub).count_as(scale, "heart_rate")
        with pytest.raises(NotFound, match="weight"):
            await everything(hub).count_as(scale, "wieght")


async def test_the_likeliest_metric_is_the_one_the_sensor_is_named_after(tmp_path: Path) -> None:
    async with house(tmp_path) as hub:
        metrics = list(hub.rooms.vocabulary.metrics.values())
        for name, key, unit in (
            ("Weight", "weight", "kg"),
            ("Mi scale weight", "weight", "lb"),
            ("Body fat", "body_fat", "%"),
            ("Heart rate", "heart_rate", "bpm"),
            ("Battery", "battery", "%"),
        ):
            entity = hub.rooms.entities.get(await announced(hub, unit, name, key=name))
            found = likely(entity, metrics)
            assert (found.key if found else "") in (key, "device_battery"), name
        odd = hub.rooms.entities.get(await announced(hub, "kg", "Load", key="load"))
        assert likely(odd, metrics) is None
        assert {one.unit for one in candidates(odd, metrics)} <= {"kg", "g", "mg", "ug"}
