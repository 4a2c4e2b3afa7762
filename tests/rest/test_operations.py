"""Health, readiness, figures."""

from collections.abc import Callable

from hub import __version__
from tests.rest.conftest import House

Ago = Callable[[float], str]


async def test_health_says_ok_and_the_version_to_everyone(house: House) -> None:
    answer = await house.get("/healthz", token=None)
    assert answer.status == 200
    assert answer.json == {"status": "ok", "version": __version__}


async def test_readiness_speaks_of_storage_and_entries(house: House) -> None:
    answer = await house.get("/readyz", token=None)
    assert answer.status == 200
    assert answer.json["storage"]["ok"] is True


async def test_figures_count_readings_and_commits_and_name_nobody(house: House, ago: Ago) -> None:
    for value in (61, 4000):
        await house.record({"person": "anna", "metric": "heart_rate", "value": value, "taken_at": ago(1)})
    text = (await house.get("/metrics")).body.decode()
    assert 'homeostat_readings_total{outcome="accepted"} 1.0' in text
    assert 'homeostat_readings_total{outcome="rejected"} 1.0' in text
    assert "homeostat_commit_seconds_count 1.0" in text
    assert "process_resident_memory_bytes" in text
    assert "homeostat_database_bytes" in text
    assert "anna" not in text
    assert "heart" not in text


async def test_figures_are_not_for_a_token_of_one_person(house: House) -> None:
    assert (await house.get("/metrics", token="anna only")).status == 403
