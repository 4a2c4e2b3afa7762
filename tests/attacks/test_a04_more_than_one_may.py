"""A4: doing or seeing more than one may."""

from __future__ import annotations

import aiohttp

from hub.model import Verb
from tests.attacks.conftest import SECRET, Home
from tests.attacks.records import against
from tests.support.house import everything, token


@against("CVE-2026-75607")
async def test_a_guest_gets_nothing_more_over_the_socket(home: Home) -> None:
    headers = {"Authorization": f"Bearer {home.guests_token}"}
    wishes = (
        {"type": "subscribe", "id": "1", "persons": ["anna"], "snapshot": True},
        {"type": "subscribe", "id": "2", "entities": ["sensor.anna_heart_rate"], "snapshot": True},
        {"type": "subscribe", "id": "3", "events": ["*"], "snapshot": True},
        {"type": "subscribe", "id": "4", "persons": None, "snapshot": True, "role": "owner", "account": "anna"},
        {"type": "call", "id": "5", "action": "account.add", "with": {"name": "x"}},
        {"type": "auth", "id": "6", "role": "admin", "token": "x"},
        {"type": "config/set", "id": "7", "payload": {}},
        {"type": "restart", "id": "8"},
    )
    accounts = set(home.hub.rooms.accounts.all)
    async with home.session.ws_connect(f"{home.url}/hub/v1/ws", headers=headers) as socket:
        for wish in wishes:
            await socket.send_json(wish)
        heard = []
        while True:
            try:
                message = await socket.receive(timeout=0.7)
            except TimeoutError:
                break
            if message.type is not aiohttp.WSMsgType.TEXT:
                break
            heard.append(message.data)
    assert heard
    assert not [one for one in heard if "anna_heart_rate" in one and "error" not in one], heard
    assert set(home.hub.rooms.accounts.all) == accounts
    async with home.session.ws_connect(f"{home.url}/hub/v1/ws", headers=headers) as socket:
        await socket.send_json({"type": "subscribe", "id": "1", "snapshot": True})
        first = await socket.receive(timeout=5)
        assert "ben_steps" in first.data or "ok" in first.data or "subscribed" in first.data


@against("CVE-2026-75608")
async def test_passwords_of_services_are_told_to_nobody(home: Home) -> None:
    for path in (
        "/hub/v1/entries",
        "/hub/v1/entries/phone",
        "/hub/v1/entries/phone/log",
        "/hub/v1/integrations/phone",
        "/integrations/phone",
        "/hub/v1/audit",
        "/metrics",
    ):
        for who in (home.token, home.guests_token, ""):
            answer = await home.ask("GET", path, token=who)
            assert SECRET not in answer.text, (path, who == home.token)
    for path in ("/hub/v1/entries/phone", "/hub/v1/entries/phone/log"):
        assert (await home.ask("GET", path, token=home.guests_token)).status in (403, 404)
    assert (await home.ask("GET", "/hub/v1/entries", token=home.guests_token)).json == {"entries": []}
    assert SECRET not in (await home.ask("GET", "/integrations/phone/edit", cookie=home.owner)).text


@against("CVE-2024-55225")
async def test_who_asks_is_who_holds_the_credential_whatever_else_is_said(home: Home) -> None:
    claims = {
        "X-User": "anna",
        "X-Forwarded-User": "anna",
        "Remote-User": "anna",
        "X-Remote-User-Id": "anna",
        "X-Homeostat-Account": "anna",
        "From": "anna",
        "X-Forwarded-Email": "anna@home",
        "X-Authentik-Username": "anna",
    }
    told: list[str] = []
    for headers in ({}, claims):
        answer = await home.ask("GET", "/hub/v1/me", token=home.guests_token, headers=headers)
        assert "gus" in answer.text
        told.append(answer.text)
    assert told[0] == told[1]
    # With two credentials the better one does not win.
    both = await home.ask("GET", "/hub/v1/me", token=home.guests_token, cookie=home.owner)
    assert "gus" in both.text
    wrong = await home.ask("GET", "/hub/v1/me", token="wrong", cookie=home.owner)
    assert wrong.status == 401
    for path in ("/hub/v1/accounts", "/hub/v1/audit"):
        assert (await home.ask("GET", path, token=home.guests_token, headers=claims)).status in (403, 404)


@against("CVE-2026-27802")
async def test_nobody_gives_what_is_not_theirs(home: Home) -> None:
    grants = list(home.hub.rooms.accounts.grants)
    for person in ("anna", "ben", "mia", "household", "*"):
        for verbs in (["view"], ["manage"], ["view", "record", "act", "manage"]):
            body = {"account": "gus", "person": person, "verbs": verbs}
            answer = await home.ask("POST", "/hub/v1/grants", token=home.guests_token, json=body)
            assert answer.status in (403, 404), (person, verbs, answer.text)
    body = {"role": "owner"}
    assert (await home.ask("PATCH", "/hub/v1/accounts/gus", token=home.guests_token, json=body)).status in (403, 404)
    assert (
        await home.ask("POST", "/hub/v1/accounts", token=home.guests_token, json={"name": "x", "role": "owner"})
    ).status in (403, 404, 422)
    assert list(home.hub.rooms.accounts.grants) == grants


@against("CVE-2026-95814")
async def test_what_was_withdrawn_opens_nothing_at_the_next_request(home: Home) -> None:
    view = everything(home.hub)
    assert "ben_steps" in (await home.ask("GET", "/hub/v1/states", token=home.guests_token)).text
    mine = next(one for one in home.hub.rooms.accounts.grants if one.account == "gus")
    await view.withdraw(mine.id)
    for credential in ({"token": home.guests_token}, {"cookie": home.guest}):
        answer = await home.ask("GET", "/hub/v1/states", **credential)  # type: ignore[arg-type]  # one of two names
        assert "ben_steps" not in answer.text
    await view.give(view.draft_grant("ben", {Verb.VIEW}, account="gus", subjects=["steps"]))
    short = await token(home.hub, account="gus")
    for one in [one for one in home.hub.rooms.accounts.tokens if one.account == "gus"]:
        await home.hub.rooms.accounts.revoke_token(one.id)
    for text in (short, home.guests_token):
        assert (await home.ask("GET", "/hub/v1/states", token=text)).status == 401
    home.guests_token = await token(home.hub, account="gus")


@against("CVE-2024-42470")
async def test_no_route_of_a_plugin_answers_nobody_about_anybody(home: Home) -> None:
    for path in (
        "/api/versions",
        "/pebble",
        "/api/v1/status.json",
        "/api/v1/entries.json",
        "/api/v1/verifyauth",
        "/nightscout/differences",
        "/hub/v1/nightscout/differences",
        "/phone/connect",
    ):
        answer = await home.ask("GET", path)
        assert "anna" not in answer.text.lower(), path
        assert answer.status != 200 or path in ("/api/versions", "/api/v1/status.json", "/api/v1/verifyauth"), path
