"""The same on SQLite and on PostgreSQL, and over a restart."""

from __future__ import annotations

from pathlib import Path

from tests.integrations.nightscout.conftest import running_site
from tests.integrations.nightscout.test_entries import minutes_ago, sgv
from tests.integrations.nightscout.test_treatments import MEAL, iso
from tests.support import house


async def test_everything_is_there_after_a_restart_on_either_database(tmp_path: Path, database_url: str) -> None:
    at = minutes_ago(3)
    strange = "\x00" + "long" * 200
    async with running_site(tmp_path, url=database_url) as site:
        entries = await site.post(
            "/api/v1/entries", [sgv(at, 101, noise=1), sgv(minutes_ago(8), 95, identifier=strange)]
        )
        treatments = await site.post("/api/v1/treatments", [{**MEAL, "created_at": iso(at)}])
        token = site.token
    async with running_site(tmp_path, url=database_url) as site:
        again = site.as_(token)
        read = await again.get("/api/v1/entries.json")
        assert [one["_id"] for one in read] == [one["_id"] for one in entries]
        assert read[1]["identifier"] == strange
        assert [one["_id"] for one in await again.get("/api/v1/treatments.json")] == [treatments[0]["_id"]]
        history = (await again.get("/api/v3/treatments/history/0", headers={"Authorization": f"Bearer {token}"}))[
            "result"
        ]
        assert [one["carbs"] for one in history] == [45]
        assert await house.token(site.hub)
