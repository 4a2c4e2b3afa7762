"""Shadow mode: both run, and what differs is told record by record."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hub.model import EntryState, Verb
from integrations.nightscout.differences import compared
from tests.integrations.nightscout.conftest import MakeSite, Site, limited, running_site
from tests.integrations.nightscout.test_entries import minutes_ago, sgv
from tests.integrations.nightscout.test_following import follower, settled
from tests.integrations.nightscout.test_treatments import MEAL, iso
from tests.support.house import everything


async def upload(site: Site, entries: list[dict[str, Any]], treatments: list[dict[str, Any]]) -> None:
    await site.post("/ns/ben/api/v1/entries", entries)
    await site.post("/ns/ben/api/v1/treatments", treatments)


async def test_two_sites_are_compared_record_by_record(tmp_path: Path) -> None:
    at = minutes_ago(20)
    shared = [sgv(minutes_ago(5 * index), 100 + index) for index in range(3)]
    meal, note = {**MEAL, "created_at": iso(at)}, {"eventType": "Note", "created_at": iso(at), "notes": "same"}
    async with running_site(tmp_path / "old") as old:
        family = await limited_all(old)
        await upload(family, [*shared, sgv(minutes_ago(40), 70)], [{**meal, "carbs": 50}, note])
        entry = follower(old.base + "/ns/ben", api_secret=family.token, shadow=True)
        async with running_site(tmp_path / "new", entries=(entry,)) as new:
            everyone = await limited_all(new)
            await upload(everyone, [*shared, sgv(minutes_ago(50), 75)], [meal, note])
            assert await settled(new.hub) is EntryState.RUNNING
            headers = {"Authorization": f"Bearer {everyone.token}"}
            told = await everyone.get("/hub/v1/nightscout/differences?person=ben", headers=headers)
            by_name = {one["collection"]: one for one in told["collections"]}
            entries, treatments = by_name["entries"], by_name["treatments"]
            assert (entries["same"], entries["missing_here"], entries["missing_there"], entries["different"]) == (
                3,
                1,
                1,
                0,
            )
            assert entries["records"]["missing_here"][0]["what"]["sgv"] == 70
            assert entries["records"]["missing_there"][0]["what"]["sgv"] == 75
            assert (treatments["same"], treatments["different"]) == (1, 1)
            assert treatments["records"]["different"][0]["fields"] == {"carbs": [45, 50]}
            assert told["same"] is False
            # Comparing brings nothing over.
            merged = await everything(new.hub).readings("ben", "blood_glucose", minutes_ago(60), minutes_ago(0))
            assert 70 not in {one.value for one in merged.readings}
            page = await everyone.call("GET", "/nightscout/differences?person=ben", headers=headers)
            text = await page.text()
            assert page.content_type == "text/html"
            assert "carbs: 45 here, 50 there" in text
            stranger = await everyone.as_("").call("GET", "/hub/v1/nightscout/differences?person=ben")
            assert stranger.status in (401, 403)
            anna = await limited(new, Verb.VIEW, persons=["anna"])
            headers = {"Authorization": f"Bearer {anna.token}"}
            refused = await anna.call("GET", "/hub/v1/nightscout/differences?person=ben", headers=headers)
            assert refused.status == 404


async def limited_all(site: Site) -> Site:
    return await limited(site, *Verb)


async def test_without_a_follower_the_comparison_says_what_to_do(make_site: MakeSite) -> None:
    async with make_site() as site:
        headers = {"Authorization": f"Bearer {site.token}"}
        response = await site.call("GET", "/hub/v1/nightscout/differences?person=anna", headers=headers)
        assert response.status == 404
        assert "Only compare" in await response.text()


def test_records_are_paired_by_name_then_by_moment_and_what_servers_make_is_no_difference() -> None:
    at = minutes_ago(5)
    here = [{**sgv(at, 100), "_id": "a" * 24, "sysTime": iso(at), "utcOffset": 60, "delta": 0}]
    there = [{**sgv(at, 100), "_id": "b" * 24, "date": sgv(at)["date"] + 400, "sgv": 100.0}]
    assert compared("entries", here, there).clean
    moved = compared(
        "treatments", [{"_id": "c" * 24, "created_at": iso(at)}], [{"_id": "c" * 24, "created_at": iso(minutes_ago(9))}]
    )
    assert [list(one["fields"]) for one in moved.different] == [["created_at"]]
    twice = compared("entries", here, [*there, *there])
    assert (twice.same, len(twice.missing_here)) == (1, 1)
