"""Open-Meteo through a real hub and a server that answers as the real one does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from pydantic import ValidationError

from hub.api import NotReady
from hub.daemon import Hub
from hub.model import HOUSEHOLD, EntryState, Flag
from integrations.open_meteo import OpenMeteoConfig
from integrations.open_meteo.client import _until_reset
from integrations.open_meteo.parse import current, hours, place
from integrations.open_meteo.tables import AIR, CONDITIONS, POLLEN, WEATHER, Variable
from integrations.vocabulary.metrics import METRICS
from tests.integrations.open_meteo.server import HOUR, OpenMeteo, refusal, value
from tests.support.house import house


@pytest.fixture
async def service() -> AsyncIterator[OpenMeteo]:
    running = OpenMeteo()
    await running.start()
    yield running
    await running.stop()


async def add(hub: Hub, service: OpenMeteo, **options: Any) -> str:
    given = {
        "latitude": 40.41678, "longitude": -3.70379, "backfill_days": 0,
        "forecast_url": f"{service.url}/forecast", "air_quality_url": f"{service.url}/air-quality",
    }  # fmt: skip
    return (await hub.rooms.supervisor.add("open_meteo", {**given, **options}, title="Weather", person=HOUSEHOLD)).id


async def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not come to pass")


async def kept(hub: Hub, entity_id: str) -> dict[int, tuple[float, int]]:
    """Seconds since 1970 -> (value, flags) of a household entity's readings."""
    series = hub.rooms.entities.get(entity_id).series
    rows = await hub.rooms.recorder.readings([series], 0, 1 << 62, limit=100_000)
    return {row.taken_us // 1_000_000: (float(row.value), int(row.flags)) for row in rows}


def settled(hub: Hub, entry: str) -> bool:
    status = hub.rooms.supervisor.status(entry)
    return status.last_success is not None and status.state is EntryState.RUNNING


async def test_the_hours_of_today_and_the_present_are_kept_and_no_forecast(tmp_path: Path, service: OpenMeteo) -> None:
    async with house(tmp_path) as hub:
        entry = await add(hub, service)
        await until(lambda: settled(hub, entry))
        now = int(datetime.now(UTC).timestamp())
        temperatures = await kept(hub, "sensor.household_temperature_outdoor")
        assert max(temperatures) <= now
        midnight = now // 86_400 * 86_400
        assert {at: value("temperature_2m", at) for at in range(midnight, now, HOUR)}.items() <= {
            at: found for at, (found, _) in temperatures.items()
        }.items()
        assert now - max(temperatures) < 900 + 60, "the present weather is at most a quarter of an hour old"
        assert hub.rooms.supervisor.status(entry).rejected == 0
        visibility = await kept(hub, "sensor.household_visibility")
        assert {round(found, 2) for found, _ in visibility.values()} == {24.14}, "metres were not made kilometres"
        state = hub.rooms.states.get("sensor.household_weather_condition")
        assert state is not None
        assert state.value in CONDITIONS.values()
        assert "Open-Meteo" in state.attributes["attribution"]
        assert "sensor.household_pollen_birch" in hub.rooms.entities.all
        assert "sensor.household_pollen_grass" not in hub.rooms.entities.all, "what has no value makes no entity"


async def test_rain_is_an_amount_of_the_hour_before(tmp_path: Path, service: OpenMeteo) -> None:
    async with house(tmp_path) as hub:
        entry = await add(hub, service, air_quality=False, pollen=False, backfill_days=1)
        await until(lambda: settled(hub, entry))
        rain = await kept(hub, "sensor.household_precipitation")
        assert rain
        for at, (amount, flags) in rain.items():
            assert at % HOUR == 0
            assert amount == value("precipitation", at + HOUR)
            assert flags & Flag.INCREMENT


async def test_one_request_for_each_service_a_round_and_the_place_is_rounded(
    tmp_path: Path, service: OpenMeteo
) -> None:
    async with house(tmp_path) as hub:
        entry = await add(hub, service)
        await until(lambda: settled(hub, entry))
        assert [endpoint for endpoint, _ in service.asked] == ["forecast", "air-quality"]
        for _, query in service.asked:
            assert (query["latitude"], query["longitude"]) == ("40.42", "-3.70")
        first = hub.rooms.intake.figures.accepted
        await hub.rooms.supervisor.reload(entry)
        await until(lambda: len(service.asked) == 4)
        await until(lambda: settled(hub, entry))
        assert hub.rooms.intake.figures.accepted - first <= 30, "hours that were kept were sent again"


async def test_past_days_come_in_pages_and_go_on_where_they_were_interrupted(
    tmp_path: Path, service: OpenMeteo
) -> None:
    pages: list[tuple[str, str]] = []

    def note(endpoint: str, query: dict[str, str]) -> web.Response | None:
        if "start_date" in query:
            if len(pages) == 1 and not interrupted:
                interrupted.append(True)
                return refusal(429, "Minutely API request limit exceeded. Please try again in one minute.")
            pages.append((query["start_date"], query["end_date"]))
        return None

    interrupted: list[bool] = []
    service.fail = note
    async with house(tmp_path) as hub:
        entry = await add(hub, service, backfill_days=40, air_quality=False, pollen=False)
        supervisor = hub.rooms.supervisor
        await until(lambda: supervisor.status(entry).state is EntryState.RETRYING)
        status = supervisor.status(entry)
        assert "Minutely API request limit exceeded" in status.problem
        assert status.next_try is not None
        assert 60 <= (status.next_try - datetime.now(UTC)).total_seconds() <= 120
        await supervisor.reload(entry)
        await until(lambda: len(pages) == 3 and settled(hub, entry))
        today = datetime.now(UTC).date()
        ends = [(today - timedelta(days=first), today - timedelta(days=last)) for first, last in
                ((14, 1), (28, 15), (40, 29))]  # fmt: skip
        assert pages == [(start.isoformat(), end.isoformat()) for start, end in ends]
        temperatures = await kept(hub, "sensor.household_temperature_outdoor")
        start = int(datetime(*(today - timedelta(days=40)).timetuple()[:3], tzinfo=UTC).timestamp())
        now = int(datetime.now(UTC).timestamp())
        assert set(range(start, now, HOUR)) <= set(temperatures)
        assert supervisor.status(entry).progress is None


@pytest.mark.parametrize(
    ("answer", "expected", "said"),
    [
        (lambda: refusal(400, "Latitude must be in range"), EntryState.MISCONFIGURED, "Latitude must be in range"),
        (lambda: refusal(200, "odd"), EntryState.MISCONFIGURED, "refuses the request: odd"),
        (lambda: refusal(500, "internal"), EntryState.RETRYING, "problem of its own (500)"),
        (lambda: refusal(429, "Daily API request limit exceeded. Please try again tomorrow."), EntryState.RETRYING,
         "Daily API request limit"),
        (lambda: refusal(403, "key"), EntryState.NEEDS_OWNER, "refuses us: key"),
        (lambda: web.Response(status=502, text="<html>Bad gateway"), EntryState.RETRYING, "(502): HTTP 502"),
        (lambda: web.Response(text="<html>Sign in"), EntryState.RETRYING, "not JSON"),
        (lambda: web.json_response([]), EntryState.RETRYING, "a list where an object was expected"),
        (lambda: web.json_response({"hourly": {"time": [1, 2], "temperature_2m": [3]}}), EntryState.RETRYING,
         "one value for each"),
        (lambda: web.json_response({"daily": {}}), EntryState.RETRYING, "no 'hourly'; it has daily"),
    ],
)  # fmt: skip
async def test_each_failure_is_told_as_what_it_is(
    tmp_path: Path, service: OpenMeteo, answer: Callable[[], web.Response], expected: EntryState, said: str
) -> None:
    service.fail = lambda *_: answer()
    async with house(tmp_path) as hub:
        entry = await add(hub, service)
        await until(lambda: hub.rooms.supervisor.status(entry).state is expected)
        assert said in hub.rooms.supervisor.status(entry).problem


async def test_retry_after_is_honoured(tmp_path: Path, service: OpenMeteo) -> None:
    service.fail = lambda *_: refusal(503, "maintenance", **{"Retry-After": "777"})
    async with house(tmp_path) as hub:
        entry = await add(hub, service)
        await until(lambda: hub.rooms.supervisor.status(entry).state is EntryState.RETRYING)
        status = hub.rooms.supervisor.status(entry)
        assert status.next_try is not None
        assert 760 < (status.next_try - datetime.now(UTC)).total_seconds() < 780


async def test_a_slow_answer_is_waited_for(tmp_path: Path, service: OpenMeteo) -> None:
    service.fail = lambda *_: 1.0
    async with house(tmp_path) as hub:
        entry = await add(hub, service, pollen=False, air_quality=False)
        await until(lambda: settled(hub, entry))
        assert "sensor.household_temperature_outdoor" in hub.rooms.entities.all


async def test_without_a_place_nothing_is_asked(tmp_path: Path, service: OpenMeteo) -> None:
    async with house(tmp_path) as hub:
        entry = await add(hub, service, latitude=None, longitude=None)
        await until(lambda: hub.rooms.supervisor.status(entry).state is EntryState.MISCONFIGURED)
        assert "has no place yet. Set it in Settings" in hub.rooms.supervisor.status(entry).problem
        assert service.asked == []


def test_the_daily_limit_ends_at_midnight_and_the_hourly_one_at_the_full_hour() -> None:
    now = datetime(2026, 11, 21, 21, 30, tzinfo=UTC)
    assert _until_reset("Daily API request limit exceeded.", now) == 2.5 * 3600 + 90
    assert _until_reset("Hourly API request limit exceeded.", now) == 1800 + 90
    assert _until_reset("Too many concurrent requests", now) == 90


def test_local_times_as_text_are_read_with_the_answers_offset() -> None:
    answer = {
        "utc_offset_seconds": 7200,
        "hourly_units": {"temperature_2m": "°F"},
        "hourly": {"time": ["2026-07-01T00:00", "2026-07-01T01:00"], "temperature_2m": [68, None]},
        "current": {"time": "2026-07-01T00:15", "temperature_2m": 70},
    }
    (sample,), newest = hours(place([answer]), WEATHER, 0, 2e9)
    assert sample.taken_at == datetime(2026, 6, 30, 22, tzinfo=UTC)
    assert (sample.value, sample.unit) == (68, "°F")
    assert newest == sample.taken_at.timestamp(), "an hour without values is asked for again"
    (present,), at = current(answer, WEATHER)
    assert at == datetime(2026, 6, 30, 22, 15, tzinfo=UTC).timestamp()
    assert present.unit is None


@pytest.mark.parametrize("at", [None, "noon", {}])
def test_a_time_that_is_none_is_said_so(at: object) -> None:
    with pytest.raises(NotReady, match="neither seconds nor a date"):
        hours({"hourly": {"time": [at], "temperature_2m": [1]}}, WEATHER, 0, 2e9)


def test_numbers_that_are_none_are_left_out() -> None:
    answer = {"hourly": {"time": [3600], "temperature_2m": [float("nan")], "uv_index": ["3"], "weather_code": [42]}}
    assert hours(answer, WEATHER, 0, 2e9) == ([], 0)


@pytest.mark.parametrize("variable", [*WEATHER, *AIR, *POLLEN], ids=lambda one: str(one.name))
def test_every_variable_has_its_metric(variable: Variable) -> None:
    metric = {one.key: one for one in METRICS}[variable.metric]
    if variable.words:
        assert set(CONDITIONS.values()) <= set(metric.options)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"latitude": 91, "longitude": 0}, "latitude"),
        ({"latitude": 10}, "both, or neither"),
        ({"weather": False, "air_quality": False, "pollen": False}, "at least one"),
        ({"forecast_url": "file:///etc/passwd"}, "forecast_url"),
        ({"backfill_days": 93}, "backfill_days"),
    ],
)
def test_options_that_cannot_work_are_refused_with_a_reason(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        OpenMeteoConfig.model_validate(options)
