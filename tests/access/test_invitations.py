"""Invitations, links with an identity server and requests: at the console with one command, and under /hub/v1."""

from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from hub.model import Credential, Role, Verb
from tests.support.console import PASSWORD, Household
from tests.web.conftest import House, house, new_hub

__all__ = ["house", "new_hub"]
ISSUER = "https://id.example.org"


@pytest.fixture
def household(tmp_path: Path) -> Household:
    made = Household(tmp_path / "config")
    made.set_up("Mia")
    return made


def test_the_sitter_tonight_is_one_command(household: Household) -> None:
    invite = ("account", "invite", "Sitter", "--role", "guest", "--grant", "mia", "--verbs", "view,record")
    done = household(*invite, "--until", "tonight", "--address", "https://hub.example.org/")
    assert done.out.startswith("https://hub.example.org/invite/")
    assert "this machine alone" not in done.err
    again = household(*invite, code=1)
    assert "invited already" in again.err
    assert household("account", "invite", "Sitter", "--role", "guest", "--until", "2h", code=2).err
    for wrong, said in ((("--grant", "zoe"), "no person 'zoe'"), (("--grant", "mia", "--until", "soon"), "no end")):
        assert said in household("account", "invite", "Coach", "--role", "coach", *wrong, code=1).err
    [invited] = household("account", "invitations", "--json").json
    [grant] = invited["grants"]
    assert (invited["account"], grant["person"], grant["verbs"]) == ("sitter", "mia", ["record", "view"])
    assert datetime.fromisoformat(grant["until"]) > datetime.now(UTC)
    assert "/invite/" not in str(invited)
    household("account", "uninvite", "Sitter")
    assert household("account", "invitations", "--json").json == []
    made = household("account", "invite", "Mia", "--role", "family", "--person", "Mia", "--json").json
    assert (made["person"], made["link"].partition("/invite/")[0]) == ("mia", "http://127.0.0.1:8480")


def test_an_identity_is_linked_and_unlinked_at_the_console(household: Household) -> None:
    where = ("--issuer", ISSUER, "--subject", "248289761001")
    assert "no account 'zoe'" in household("account", "link", "zoe", *where, code=1).err
    household("account", "link", "Anna", *where)
    household("account", "add", "Ben", "--role", "adult", "--password-stdin", stdin=f"{PASSWORD}\n")
    assert "belongs to another account" in household("account", "link", "ben", *where, code=1).err
    [one] = household("account", "identities", "--json").json
    assert (one["account"], one["issuer"], one["subject"]) == ("anna", ISSUER, "248289761001")
    # Who is removed is forgotten: a later account of the same name is somebody else.
    household("account", "link", "ben", "--issuer", ISSUER, "--subject", "ben")
    household("account", "remove", "ben")
    household("account", "add", "Ben", "--role", "adult", "--password-stdin", stdin=f"{PASSWORD}\n")
    assert household("account", "identities", "--account", "ben", "--json").json == []
    household("account", "unlink", "anna", *where)
    assert household("account", "identities", "--json").json == []
    lines = household("audit", "tail", "--action", "identity", "--json").json
    assert [one["action"] for one in lines] == ["identity.link", "identity.link", "identity.unlink"]


def test_consent_is_asked_for_at_the_console(household: Household) -> None:
    household("person", "add", "Olivia")
    for name, role, more in (("Olivia", "adult", ("--person", "olivia")), ("Carl", "coach", ())):
        household("account", "add", name, "--role", role, *more, "--password-stdin", stdin=f"{PASSWORD}\n")
    assert household("grant", "consent", "--wait", "--json").json == {"wait": True}
    made = household("grant", "add", "--account", "carl", "--person", "olivia", "--json").json
    assert (made["agreed"], made["waits"]) == (False, True)
    child = household("grant", "add", "--account", "carl", "--person", "mia", "--json").json
    assert (child["agreed"], child["waits"]) == (True, False)
    household("grant", "consent", "--no-wait")
    assert [one["waits"] for one in household("grant", "list", "--json").json] == [False, False]


async def test_invitations_and_requests_are_under_hub_v1_for_owners(house: House) -> None:
    await house.view.add_account("Carl", "several words of his", role=Role.COACH)
    carl = House(house.hub, await house.hub.views.sign_in("carl", "several words of his"))
    _, token = await house.hub.rooms.accounts.create_token("anna", verbs=list(Verb))
    async with (
        aiohttp.ClientSession(house.url, headers={"Authorization": f"Bearer {token}"}) as anna,
        aiohttp.ClientSession(house.url, cookies=carl.cookies, headers={"Origin": house.url}) as coach,
    ):
        given = {
            "name": "Sitter", "role": "guest", "until": "tonight",
            "grants": [{"person": "emil", "verbs": ["view", "record"]}],
        }  # fmt: skip
        async with coach.post("/hub/v1/invitations", json=given) as answer:
            assert answer.status == 403
        async with anna.post("/hub/v1/invitations", json=given) as answer:
            made = await answer.json()
            assert (answer.status, made["account"], made["grants"][0]["person"]) == (201, "sitter", "emil")
            assert made["link"].startswith(f"{house.url}/invite/")
        async with anna.get("/hub/v1/invitations") as answer:
            assert "link" not in (await answer.json())["invitations"][0]
        async with anna.delete(f"/hub/v1/invitations/{made['id']}") as answer:
            assert (await answer.json())["invitations"] == []
        grant = house.view.draft_grant("emil", [Verb.VIEW], account="carl", subjects=["weight"])
        await house.view.give(grant)
        async with coach.post(
            "/hub/v1/requests", json={"verb": "view", "person": "emil", "subject": "steps"}
        ) as answer:
            wish = await answer.json()
            assert (answer.status, wish["account"], wish["subject"]) == (201, "carl", "steps")
        async with coach.post(f"/hub/v1/requests/{wish['id']}/give", json={}) as answer:
            assert answer.status == 403
        async with anna.post(f"/hub/v1/requests/{wish['id']}/give", json={"until": "1w"}) as answer:
            made = await answer.json()
            assert (answer.status, made["subjects"], made["consents"][0]["by"]) == (200, ["steps"], "anna")
        view = await house.hub.views.authenticate(Credential("session", carl.session))
        assert view is not None
        assert view.allowed(Verb.VIEW, "emil", "steps")
        identity = {"account": "carl", "issuer": ISSUER, "subject": "carl"}
        async with coach.post("/hub/v1/identities", json=identity) as answer:
            assert answer.status == 403
        async with anna.post("/hub/v1/identities", json=identity) as answer:
            assert answer.status == 201
        async with coach.get("/hub/v1/identities") as answer:
            assert [one["subject"] for one in (await answer.json())["identities"]] == ["carl"]
        for path in ("/hub/v1/identities?account=anna", "/hub/v1/openid"):
            async with coach.get(path) as answer:
                assert answer.status == 403, path
        setup = {"issuer": "http://127.0.0.1:1", "client_id": "c", "client_secret": "canary-secret"}
        async with anna.put("/hub/v1/openid", json=setup) as answer:
            # Kept, and told that nobody answers there.
            assert answer.status == 503
        async with anna.get("/hub/v1/openid") as answer:
            said = await answer.json()
            assert (said["has_secret"], said["issuer"]) == (True, "http://127.0.0.1:1")
            assert "canary-secret" not in str(said)
