"""Accounts, grants and the audit trail at the console, before and while the hub runs."""

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.support.console import PASSWORD, Household


def test_a_sitter_gets_a_grant_before_the_hub_runs_and_loses_it_while_it_does(household: Household) -> None:
    household("account", "add", "Sitter", "--role", "guest", "--password-stdin", stdin=f"{PASSWORD}\n")
    made = household(
        "grant", "add", "--account", "sitter", "--person", "ben", "--verbs", "view,record", "--metrics",
        "weight,journal:feeding", "--until", "2h", "--json",
    ).json  # fmt: skip
    assert made["verbs"] == ["record", "view"]
    assert made["metrics"] == ["journal:feeding", "weight"]
    left = datetime.fromisoformat(made["until"]) - datetime.now(UTC)
    assert timedelta(hours=1, minutes=58) < left <= timedelta(hours=2)
    token = household("token", "create", "--account", "sitter", "--verbs", "view,record").out.strip()
    owner = household.token()
    with household.running() as hub:
        kept = {"person": "ben", "metric": "weight", "value": 70, "taken_at": "2026-11-01T10:00:00Z"}
        assert hub.record(token, **kept)[0] == 200
        assert [one["person"] for one in hub.request("GET", "/hub/v1/people", token)[1]["people"]] == ["ben"]
        assert [one["id"] for one in household("grant", "list", "--json").json] == [made["id"]]
        gone = household("grant", "revoke", "--account", "sitter", "--person", "ben", "--json").json
        assert [one["id"] for one in gone] == [made["id"]]
        assert hub.request("GET", "/hub/v1/people", token)[1]["people"] == []
        household("account", "disable", "sitter")
        assert hub.request("GET", "/hub/v1/people", token)[0] == 401
        household("account", "enable", "sitter")
        assert hub.request("GET", "/hub/v1/people", token)[0] == 200
        household("account", "remove", "sitter")
        assert hub.request("GET", "/hub/v1/people", token)[0] == 401
        assert hub.request("GET", "/hub/v1/people", owner)[0] == 200
    assert [one["account"] for one in household("account", "list", "--json").json] == ["anna"]


def test_what_cannot_be_is_refused_with_what_can(household: Household) -> None:
    assert "only owner" in household("account", "disable", "anna", code=1).err
    assert "only owner" in household("account", "change", "anna", "--role", "guest", code=1).err
    assert "only owner" in household("account", "remove", "anna", code=1).err
    grant = ("grant", "add", "--account", "anna", "--person")
    assert "there are: anna, ben" in household(*grant, "zoe", code=1).err
    assert "did you mean 'weight'" in household(*grant, "ben", "--metrics", "wieght", code=1).err
    assert "is past" in household(*grant, "ben", "--until", "2020-01-01", code=1).err
    assert "tonight" in household(*grant, "ben", "--until", "soon", code=1).err
    assert "there is no account 'zoe'" in household("grant", "add", "--account", "zoe", "--person", "ben", code=1).err
    assert "none of view" in household(*grant, "ben", "--verbs", "look", code=2).err
    short = household("account", "add", "x", "--role", "adult", "--password-stdin", stdin="short\n", code=1)
    assert "at least 8" in short.err
    assert "--password-stdin" in household("account", "add", "x", "--role", "adult", code=2).err
    assert household("grant", "list", "--json").json == []


def test_a_token_ends_after_ninety_days_unless_one_says_otherwise(household: Household) -> None:
    ends = []
    for more in ((), ("--days", "7"), ("--no-end",)):
        made = household("token", "create", "--account", "anna", "--json", *more).json
        ends.append(made["expires_at"] and (datetime.fromisoformat(made["expires_at"]) - datetime.now(UTC)).days)
    assert ends == [89, 6, None]


def test_an_integration_of_the_hubs_own_needs_no_box(household: Household) -> None:
    path = Path(__file__).parents[2] / "integrations" / "open_meteo"
    found = household("integration", "check", str(path), "--json").json
    assert (found["domain"], found["comes_with_the_hub"], found["missing"]) == ("open_meteo", True, [])


def test_before_the_set_up_no_account_is_made(fresh: Household) -> None:
    fresh.folder.mkdir(parents=True, exist_ok=True)
    said = fresh("account", "add", "x", "--role", "owner", "--password-stdin", stdin=f"{PASSWORD}\n", code=1).err
    assert "homeostat setup" in said


def test_the_trail_tells_who_did_what_and_that_it_was_meddled_with(household: Household) -> None:
    household("account", "add", "Sitter", "--role", "guest", "--password-stdin", stdin=f"{PASSWORD}\n")
    household("grant", "add", "--account", "sitter", "--person", "ben", "--until", "tonight")
    lines = household("audit", "tail", "--json").json
    assert [one["action"] for one in lines][-2:] == ["account.add", "grant.add"]
    assert lines[-1]["person"] == "ben"
    assert PASSWORD not in json.dumps(lines)
    assert household("audit", "tail", "--action", "grant", "--json").json == lines[-1:]
    assert household("audit", "verify", "--json").json["sound"] is True

    database = sqlite3.connect(household.folder / "data/homeostat.db")
    with database:
        database.execute("DELETE FROM audit WHERE id = (SELECT max(id) FROM audit)")
    cut = household("audit", "verify", code=1)
    assert "cut short" in cut.out
    # What was found stays found, though the trail goes on, until somebody says that it is known.
    household("account", "disable", "sitter")
    assert "cut short" in household("audit", "verify", code=1).out
    household("audit", "verify", "--accept")
    checked = household("audit", "tail", "--action", "audit.", "--json").json
    assert [(one["action"], one["outcome"]) for one in checked] == [("audit.check", "failed"), ("audit.accept", "done")]
    with database:
        database.execute("UPDATE audit SET account = 'nobody' WHERE id = (SELECT min(id) FROM audit)")
    assert "not as it was written" in household("audit", "verify", code=1).out
    database.close()
