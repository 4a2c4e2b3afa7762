"""Who gets in: the ways to show a credential, whose data each reaches, and what strangers are told."""

from __future__ import annotations

import asyncio
import hashlib
import time

from hub.clock import VirtualClock
from hub.model import Credential, Verb
from integrations.nightscout.surface.throttle import Throttle, TooMany
from tests.integrations.nightscout.conftest import MakeSite, Site, limited
from tests.integrations.nightscout.test_entries import minutes_ago, sgv
from tests.support import house


async def test_every_way_to_show_a_token_is_taken(site: Site) -> None:
    token = site.token
    sha1, sha512 = hashlib.sha1(token.encode()).hexdigest(), hashlib.sha512(token.encode()).hexdigest()
    stranger = site.as_("")
    for headers in (
        {"api-secret": sha1},
        {"API-SECRET": sha1.upper()},
        {"api-secret": sha512},
        {"api-secret": f"token={token}"},
        {"api-secret": token},
        {"Authorization": f"Bearer {token}"},
    ):
        assert (await stranger.call("GET", "/api/v1/entries.json", headers=headers)).status == 200, headers
    for query in (f"secret={sha1}", f"token={token}"):
        assert (await stranger.call("GET", f"/api/v1/entries.json?{query}")).status == 200, query


async def test_a_secret_in_the_body_is_taken_and_not_kept(site: Site) -> None:
    stranger = site.as_("")
    sha1 = hashlib.sha1(site.token.encode()).hexdigest()
    await stranger.post("/api/v1/entries", [{**sgv(minutes_ago(1)), "secret": sha1}])
    await stranger.post("/api/v1/treatments", {"eventType": "Note", "notes": "n", "token": site.token})
    [entry] = await site.get("/api/v1/entries.json")
    [treatment] = await site.get("/api/v1/treatments.json")
    assert "secret" not in entry
    assert "token" not in treatment


async def test_a_secret_in_the_address_uploads_only_where_the_owner_said_so(make_site: MakeSite) -> None:
    async with make_site() as site:
        path = f"/api/v1/entries?token={site.token}"
        assert (await site.as_("").call("POST", path, json=[sgv(minutes_ago(1))])).status == 401
    async with make_site(secret_in_address=True) as site:
        token = await house.token(site.hub, persons=["anna"])
        assert (
            await site.as_("").call("POST", f"/api/v1/entries?token={token}", json=[sgv(minutes_ago(1))])
        ).status == 200


async def test_strangers_are_refused_in_nightscouts_words(site: Site) -> None:
    stranger = site.as_("")
    for path in ("/api/v1/entries.json", "/api/v1/status.json", "/api/v1/experiments/test", "/pebble"):
        response = await stranger.call("GET", path)
        assert response.status == 401, path
        assert (await response.json())["message"] == "Unauthorized"
    told = (await stranger.get("/api/v1/verifyauth"))["message"]
    assert (told["canRead"], told["message"], told["rolefound"]) == (False, "UNAUTHORIZED", "NOTFOUND")
    assert (await site.get("/api/v1/verifyauth"))["message"] == {
        "canRead": True,
        "canWrite": True,
        "isAdmin": True,
        "message": "OK",
        "rolefound": "FOUND",
        "permissions": "ROLE",
    }
    version = await stranger.get("/api/v3/version")
    assert version["result"]["apiVersion"].startswith("3.")
    assert (await stranger.call("GET", "/api/v3/entries")).status == 401


async def test_a_token_that_may_only_read_cannot_write(site: Site) -> None:
    reader = await limited(site, Verb.VIEW, persons=["anna"])
    assert await reader.get("/api/v1/entries.json") == []
    assert (await reader.get("/api/v1/verifyauth"))["message"]["canWrite"] is False
    for method, path in (("POST", "/api/v1/entries"), ("PUT", "/api/v1/treatments"), ("POST", "/api/v1/devicestatus")):
        assert (await reader.call(method, path, json=[sgv(minutes_ago(1))])).status == 401, path
    assert (await reader.call("DELETE", "/api/v1/entries?find[sgv]=1")).status == 401
    assert await site.get("/api/v1/entries.json") == []


async def test_the_token_chooses_the_person(site: Site) -> None:
    ben = await limited(site, Verb.VIEW, Verb.RECORD, persons=["ben"])
    await site.post("/api/v1/entries", [sgv(minutes_ago(1), 100)])
    await ben.post("/api/v1/entries", [sgv(minutes_ago(1), 200)])
    assert [one["sgv"] for one in await site.get("/api/v1/entries.json")] == [100]
    assert [one["sgv"] for one in await ben.get("/api/v1/entries.json")] == [200]


async def test_a_token_for_several_reaches_who_has_glucose_or_whom_the_address_names(site: Site) -> None:
    family = await limited(site, Verb.VIEW, Verb.RECORD)
    mia = await limited(site, Verb.VIEW, Verb.RECORD, persons=["mia"])
    await mia.post("/api/v1/entries", [sgv(minutes_ago(1), 111)])
    assert [one["sgv"] for one in await family.get("/api/v1/entries.json")] == [111]
    await family.post("/ns/ben/api/v1/entries", [sgv(minutes_ago(1), 222)])
    assert [one["sgv"] for one in await family.get("/ns/ben/api/v1/entries/sgv.json")] == [222]
    assert [one["sgv"] for one in (await family.get("/ns/ben/pebble"))["bgs"]] == ["222"]
    assert (await mia.call("GET", "/ns/ben/api/v1/entries.json")).status == 404
    assert (await family.call("GET", "/ns/nobody/api/v1/entries.json")).status == 404


async def test_readers_without_a_token_get_in_only_by_the_owners_choice(make_site: MakeSite) -> None:
    async with make_site() as site:
        reader = await house.token(site.hub, Verb.VIEW, persons=["anna"])
        await site.post("/api/v1/entries", [sgv(minutes_ago(1), 123)])
    async with make_site(anonymous_token=reader) as site:
        stranger = site.as_("")
        assert [one["sgv"] for one in await stranger.get("/api/v1/entries.json")] == [123]
        told = (await stranger.get("/api/v1/verifyauth"))["message"]
        assert (told["canRead"], told["canWrite"], told["message"]) == (True, False, "UNAUTHORIZED")
        assert (await stranger.get("/api/v1/status.json"))["settings"]["authDefaultRoles"] == "readable"
        assert (await stranger.call("POST", "/api/v1/entries", json=[sgv(minutes_ago(2))])).status == 401
        careless = await house.token(site.hub, Verb.VIEW, Verb.RECORD, persons=["anna"])
    async with make_site(anonymous_token=careless) as site:
        stranger = site.as_("")
        assert [one["sgv"] for one in await stranger.get("/api/v1/entries.json")] == [123]
        assert (await stranger.call("POST", "/api/v1/entries", json=[sgv(minutes_ago(2))])).status == 401


async def test_browsers_of_other_sites_are_let_in_only_by_the_owners_choice(make_site: MakeSite) -> None:
    async with make_site() as site:
        assert "Access-Control-Allow-Origin" not in (await site.call("GET", "/api/v1/entries.json")).headers
    async with make_site(cors_origin="https://nightguard.example") as site:
        token = await house.token(site.hub, persons=["anna"])
        asked = await site.as_("").call(
            "OPTIONS", "/api/v1/entries.json", headers={"Origin": "https://nightguard.example"}
        )
        assert asked.status == 200
        assert asked.headers["Access-Control-Allow-Origin"] == "https://nightguard.example"
        assert "api-secret" in asked.headers["Access-Control-Allow-Headers"]
        answer = await site.as_(token).call("GET", "/api/v1/entries.json")
        assert answer.headers["Access-Control-Allow-Origin"] == "https://nightguard.example"


async def test_a_ticket_stands_for_its_token_until_it_is_revoked_and_over_a_restart(make_site: MakeSite) -> None:
    async with make_site() as site:
        stranger = site.as_("")
        given = await stranger.get(f"/api/v2/authorization/request/{site.token}")
        assert given["exp"] - given["iat"] == 8 * 3600
        assert site.token not in given["token"]
        bearer = {"Authorization": f"Bearer {given['token']}"}
        assert (await stranger.call("GET", "/api/v3/status", headers=bearer)).status == 200
        forged = {"Authorization": f"Bearer {given['token'][:-4]}AAAA"}
        assert (await stranger.call("GET", "/api/v3/status", headers=forged)).status == 401
        wrong = await stranger.call("GET", "/api/v2/authorization/request/anna-0123456789abcdef")
        assert wrong.status == 401
    async with make_site() as site:
        assert (await site.as_("").call("GET", "/api/v3/status", headers=bearer)).status == 200
        for token in site.hub.rooms.accounts.tokens:
            await site.hub.rooms.accounts.revoke_token(token.id)
        assert (await site.as_("").call("GET", "/api/v3/status", headers=bearer)).status == 401


async def test_wrong_secrets_wait_and_right_ones_do_not(site: Site) -> None:
    assert (await site.call("GET", "/api/v1/entries.json")).status == 200
    wrong = site.as_("a wrong secret")
    assert (await wrong.call("GET", "/api/v1/entries.json")).status == 401
    waiting = asyncio.create_task(wrong.call("GET", "/api/v1/entries.json"))
    began = time.monotonic()
    assert (await site.call("GET", "/api/v1/entries.json")).status == 200
    assert time.monotonic() - began < 1
    assert not waiting.done()
    assert (await waiting).status == 401
    assert time.monotonic() - began > 1


async def test_waiting_grows_with_each_failure_is_forgiven_and_has_an_end() -> None:
    clock = VirtualClock(minutes_ago(0))
    throttle = Throttle(clock)
    guess = Credential("bearer", "guess")

    async def waited() -> float:
        began = clock.monotonic()
        task = asyncio.create_task(throttle.wait("10.0.0.9", guess))
        while not task.done():
            await clock.advance(0.5)
        await task
        return clock.monotonic() - began

    await throttle.wait("10.0.0.9", guess)
    throttle.failed("10.0.0.9")
    first = await waited()
    throttle.failed("10.0.0.9")
    assert await waited() > first
    for _ in range(50):
        throttle.failed("10.0.0.9")
    assert await waited() <= 31
    throttle.failed("10.0.0.9")
    crowd = [asyncio.create_task(throttle.wait("10.0.0.9", guess)) for _ in range(8)]
    await asyncio.sleep(0)
    try:
        await throttle.wait("10.0.0.9", guess)
    except TooMany:
        pass
    else:
        raise AssertionError("a ninth request had to be turned away")
    await throttle.wait("10.0.0.10", guess)
    await clock.advance(60)
    await asyncio.gather(*crowd)


async def test_a_switched_off_server_says_so(site: Site) -> None:
    await site.hub.rooms.supervisor.stop()
    response = await site.call("GET", "/api/v1/entries.json")
    assert response.status == 503
    assert "switched off" in await response.text()
