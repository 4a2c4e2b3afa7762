"""Devices over HTTP by recipe, through a real hub and a real device server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import encode_basic_auth, web
from pydantic import ValidationError

from hub.daemon import Hub
from hub.model import EntryState
from integrations.http_json import HttpJsonConfig
from tests.support.house import house


class DeviceServer:
    """A device on loopback; `answer` is what it says next."""

    def __init__(self) -> None:
        self.answer: Callable[[web.Request], Awaitable[web.StreamResponse]] | None = None
        self.said: Any = {}
        self.seen: list[web.Request] = []
        self.bodies: list[str] = []
        self.url = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(request)
        self.bodies.append(await request.text())
        return await self.answer(request) if self.answer is not None else web.json_response(self.said)


@pytest.fixture
async def device() -> AsyncIterator[DeviceServer]:
    server = DeviceServer()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield server
    await runner.cleanup()


async def add(hub: Hub, device: DeviceServer, person: str = "anna", **options: Any) -> str:
    entry = await hub.rooms.supervisor.add(
        "http_json", {"url": f"{device.url}/last", **options}, title="Scale", person=person
    )
    return entry.id


async def until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not come to pass")


def state(hub: Hub, entity_id: str) -> Any:
    found = hub.rooms.states.get(entity_id)
    return found.value if found is not None else None


async def test_a_device_is_a_dozen_lines_of_yaml(tmp_path: Path, device: DeviceServer) -> None:
    device.said = {"data": {"w": 72.4, "fat": "21.5", "at": "2026-11-20T07:31:00+01:00"}, "battery": 81}
    recipe = yaml.safe_load(
        """
        every_seconds: 30
        token: abc123
        readings:
          - {metric: weight, path: data.w, unit: kg, taken_at: data.at}
          - {metric: body_fat, path: data.fat, taken_at: data.at}
          - {name: Scale battery, path: battery, unit: "%", device_class: battery}
        """
    )
    async with house(tmp_path) as hub:
        entry = await add(hub, device, **recipe)
        await until(lambda: state(hub, "sensor.scale_scale_battery") is not None)
        assert state(hub, "sensor.anna_weight") == 72.4
        assert state(hub, "sensor.anna_body_fat") == 21.5
        taken = hub.rooms.states.get("sensor.anna_weight")
        assert taken is not None
        assert taken.taken_at == datetime(2026, 11, 20, 6, 31, tzinfo=UTC)
        battery = hub.rooms.entities.get("sensor.scale_scale_battery")
        assert (battery.person, battery.unit, battery.device_class) == ("anna", "%", "battery")
        assert hub.rooms.supervisor.status(entry).state is EntryState.RUNNING
        assert device.seen[0].headers["Authorization"] == "Bearer abc123"


async def test_the_same_answer_twice_adds_nothing(tmp_path: Path, device: DeviceServer) -> None:
    device.said = [{"w": 70, "t": 1_795_000_000}, {"w": 71, "t": 1_795_086_400}]
    async with house(tmp_path) as hub:
        await add(
            hub, device, items="@", every_seconds=5, readings=[{"metric": "weight", "path": "w", "taken_at": "t"}]
        )
        await until(lambda: hub.rooms.intake.figures.accepted == 2)
        await until(lambda: len(device.seen) >= 2, 10)
        await until(lambda: hub.rooms.intake.figures.unchanged >= 2)
        assert hub.rooms.intake.figures.accepted == 2
        assert state(hub, "sensor.anna_weight") == 71


async def test_what_cannot_be_read_is_named_and_the_rest_is_kept(tmp_path: Path, device: DeviceServer) -> None:
    device.said = {"weight": 70, "fett": 20, "pulse": "quick"}
    rules = [
        {"metric": "weight", "path": "weight"},
        {"metric": "body_fat", "path": "fat"},
        {"metric": "heart_rate", "path": "pulse"},
        {"metric": "body_water", "path": "water", "optional": True},
        {"metric": "bmi", "path": "weight", "scale": 100},
    ]
    async with house(tmp_path) as hub:
        await add(hub, device, every_seconds=5, readings=rules)
        await until(lambda: bool(hub.rooms.problems))
        assert state(hub, "sensor.anna_weight") == 70
        (told,) = (text for _, text, _ in hub.rooms.problems.values())
        assert "body_fat: nothing at 'fat': there is no 'fat' in an object with weight, fett, pulse" in told
        assert "heart_rate: 'pulse' is text where a number was expected" in told
        assert "bmi: bmi cannot be 7000" in told
        assert "quick" not in told
        assert "body_water" not in told
        device.said = {"weight": 71, "fat": 20, "pulse": 60}
        await until(lambda: state(hub, "sensor.anna_heart_rate") == 60, 10)


async def test_a_list_of_devices_makes_each_of_them(tmp_path: Path, device: DeviceServer) -> None:
    device.said = {"sensors": [{"id": "Attic", "c": 11.5, "bat": 90}, {"id": "Cellar", "c": 8, "bat": 70}]}
    rules = [
        {"metric": "temperature_indoor", "path": "c", "which": "id"},
        {"name": "Battery", "path": "bat", "unit": "%", "which": "id"},
    ]
    async with house(tmp_path) as hub:
        await add(hub, device, person="household", items="sensors", readings=rules)
        await until(lambda: hub.rooms.intake.figures.accepted == 4)
        assert state(hub, "sensor.household_temperature_indoor") == 11.5
        assert state(hub, "sensor.household_temperature_indoor_cellar") == 8
        assert state(hub, "sensor.scale_attic_battery") == 90
        assert state(hub, "sensor.scale_cellar_battery") == 70
        assert len(hub.rooms.entities.devices) == 2


@pytest.mark.parametrize(
    ("answer", "expected", "said"),
    [
        (lambda: web.Response(status=401), EntryState.NEEDS_OWNER, "refuses us (HTTP 401)"),
        (lambda: web.Response(status=404), EntryState.MISCONFIGURED, "nothing to ask here (HTTP 404)"),
        (lambda: web.Response(status=503), EntryState.RETRYING, "HTTP 503"),
        (lambda: web.Response(text="<p>hello", content_type="text/html"), EntryState.RETRYING, "not JSON (text/html"),
        (lambda: web.Response(body=b"\x00" * 5_000_000), EntryState.RETRYING, "longer than 4 MB"),
        (lambda: web.Response(text="[" * 100_000), EntryState.RETRYING, "not JSON"),
        (lambda: web.json_response({"other": 1}), EntryState.RETRYING, "there is no 'w' in an object with other"),
        (lambda: web.Response(status=302, headers={"Location": "http://elsewhere/x?key=1"}), EntryState.MISCONFIGURED,
         "sends us on to http://elsewhere/x key"),
    ],
)  # fmt: skip
async def test_each_failure_is_told_as_what_it_is(
    tmp_path: Path, device: DeviceServer, answer: Callable[[], web.Response], expected: EntryState, said: str
) -> None:
    async def respond(_: web.Request) -> web.Response:
        return answer()

    device.answer = respond
    async with house(tmp_path) as hub:
        entry = await add(hub, device, readings=[{"metric": "weight", "path": "w"}])
        status = hub.rooms.supervisor
        await until(lambda: status.status(entry).state is expected)
        told = status.status(entry).problem
        for part in said.split(" key"):
            assert part in told
        assert "key=1" not in told


async def test_a_slow_device_is_given_up_and_asked_again_later(tmp_path: Path, device: DeviceServer) -> None:
    async def respond(_: web.Request) -> web.Response:
        await asyncio.sleep(3)
        return web.json_response({})

    device.answer = respond
    async with house(tmp_path) as hub:
        entry = await add(hub, device, timeout_seconds=1, readings=[{"metric": "weight", "path": "w"}])
        await until(lambda: hub.rooms.supervisor.status(entry).state is EntryState.RETRYING)
        assert "no answer within 1 s" in hub.rooms.supervisor.status(entry).problem


async def test_an_unknown_metric_names_the_one_that_was_probably_meant(tmp_path: Path, device: DeviceServer) -> None:
    async with house(tmp_path) as hub:
        entry = await add(hub, device, readings=[{"metric": "wieght", "path": "w"}])
        await until(lambda: hub.rooms.supervisor.status(entry).state is EntryState.MISCONFIGURED)
        assert "Did you mean weight?" in hub.rooms.supervisor.status(entry).problem
        assert not device.seen, "a recipe that cannot work must not be tried on the device"


async def test_post_basic_auth_and_secret_headers_arrive(tmp_path: Path, device: DeviceServer) -> None:
    device.said = {"w": 70}
    async with house(tmp_path) as hub:
        await add(
            hub, device, person="household", method="POST", body='{"q": 1}', username="me", password="pass word",
            headers={"X-Plain": "p"}, key_header="X-Api-Key", key="k", readings=[{"name": "Load", "path": "w"}],
        )  # fmt: skip
        await until(lambda: state(hub, "sensor.scale_load") == 70)
        request = device.seen[0]
        assert request.method == "POST"
        assert device.bodies[0] == '{"q": 1}'
        assert request.headers["Authorization"] == encode_basic_auth("me", "pass word")
        assert request.headers["X-Api-Key"] == "k"
        assert request.headers["X-Plain"] == "p"
        assert hub.rooms.entities.get("sensor.scale_load").person == "household"


def test_secrets_never_show_in_the_options() -> None:
    config = HttpJsonConfig(
        url="http://a.b",
        token="very-secret",
        key_header="k",
        key="hidden",
        readings=[{"metric": "weight"}],
    )
    assert "very-secret" not in repr(config)
    assert "hidden" not in repr(config)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"url": "ftp://x", "readings": [{"metric": "weight"}]}, "url"),
        ({"url": "http://me:pw@x/y", "readings": [{"metric": "weight"}]}, "addresses end up in logs"),
        ({"url": "http://x", "readings": []}, "at least 1"),
        ({"url": "http://x", "key": "k", "readings": [{"metric": "weight"}]}, "belong together"),
        ({"url": "http://x", "token": "t", "username": "u", "readings": [{"metric": "weight"}]}, "not both"),
        ({"url": "http://x", "readings": [{"name": "A b"}, {"name": "a-b"}]}, "same name"),
        ({"url": "http://x", "readings": [{"metric": "weight", "path": "a.."}]}, "cannot be read"),
    ],
)
def test_options_that_cannot_work_are_refused_with_a_reason(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        HttpJsonConfig.model_validate(options)
