"""Commands without a hub: they do the work themselves, and the hub finds it when it starts."""

import signal
import subprocess
import time

from tests.support.console import PASSWORD, Household
from tests.support.thorough import thorough
from tests.support.zygote import PROGRAM


def test_a_house_made_by_commands_alone_is_there_when_the_hub_starts(fresh: Household) -> None:
    done = fresh(
        "setup", "--household", "Home", "--timezone", "Europe/Madrid", "--owner", "Anna", "--password-stdin",
        "--person", "Ben", "--json", stdin=f"{PASSWORD}\n",
    ).json  # fmt: skip
    assert done == {"account": "anna", "household": "Home", "people": ["anna", "ben"]}
    fresh("person", "add", "Mia")
    token = fresh.token()
    entry = fresh("entry", "add", "open_meteo").out.strip()
    assert [one["state"] for one in fresh("entry", "list", "--json").json if one["entry"] == entry] == ["stopped"]
    with fresh.running() as hub:
        assert "Set-up code" not in hub.said
        people = hub.request("GET", "/hub/v1/people", token)[1]["people"]
        assert [one["person"] for one in people] == ["anna", "ben", "mia"]
        assert hub.request("GET", f"/hub/v1/entries/{entry}", token)[0] == 200


def test_set_up_on_an_empty_folder_needs_no_settings_file(fresh: Household) -> None:
    (fresh.folder / "hub.yaml").unlink()
    fresh.folder.rmdir()
    fresh.set_up()
    assert [one["account"] for one in fresh("account", "list", "--json").json] == ["anna"]


def test_a_folder_that_is_not_there_is_named_and_not_made(fresh: Household) -> None:
    lost = Household(fresh.folder / "misspelt")
    for words in (("person", "list"), ("token", "list"), ("entry", "add", "open_meteo")):
        said = lost(*words, code=1).err
        assert f"there is no folder {lost.folder}" in said
        assert "--config" in said
    assert not lost.folder.exists()


def test_a_set_up_that_was_refused_can_be_tried_again_and_doubles_nobody(fresh: Household) -> None:
    words = ("setup", "--household", "Home", "--owner", "Anna", "--password-stdin", "--person", "anna")
    short = fresh(*words, "--timezone", "Europe/Madrid", stdin="short\n", code=1)
    assert "at least 8 characters" in short.err
    zone = fresh(*words, "--timezone", "Europe/Madird", stdin=f"{PASSWORD}\n", code=1)
    assert "did you mean 'Europe/Madrid'?" in zone.err
    fresh(*words, "--timezone", "Europe/Madrid", stdin=f"{PASSWORD}\n")
    assert [one["person"] for one in fresh("person", "list", "--json").json] == ["anna"]


def test_a_hub_that_waits_for_its_set_up_is_set_up_by_a_command(fresh: Household) -> None:
    with fresh.running() as hub:
        assert "Set-up code: " in hub.said
        fresh.set_up("Ben")
        status, answer = hub.request("GET", "/hub/v1/people", fresh.token())
        assert (status, len(answer["people"])) == (200, 2)


def test_commands_at_once_wait_for_each_other(household: Household) -> None:
    command = [str(PROGRAM), "person", "add", "Twin", "--config", str(household.folder)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert sorted(one.communicate(timeout=60)[0] for one in both) == ["twin\n", "twin_2\n"]


def test_a_hub_that_was_killed_leaves_nothing_in_the_way(household: Household) -> None:
    with household.running() as hub:
        hub.process.kill()
        hub.process.wait(10)
        assert (household.folder / "data/run/console.sock").exists()
        assert household("person", "list").out
        with household.running() as again:
            assert again.request("GET", "/hub/v1/people", household.token())[0] == 200


def test_the_hub_ends_in_order_when_it_is_told_to(household: Household) -> None:
    with household.running() as hub:
        began = time.monotonic()
        hub.process.send_signal(signal.SIGTERM)
        assert hub.process.wait(10) == 0
        assert time.monotonic() - began < 8
    assert not (household.folder / "data/run/console.sock").exists()


def test_a_port_that_is_taken_is_told_in_words_and_the_folder_is_free_again(household: Household) -> None:
    with household.running() as hub:
        other = Household(household.folder.parent / "other")
        done = other("run", "--port", str(hub.port), code=1)
        assert f"port {hub.port} on 127.0.0.1 can't be opened: address already in use" in done.err
        assert "--port" in done.err
        assert "Traceback" not in done.err
        other.set_up()


def test_the_schema_goes_back_and_forth_with_a_copy_made_before(household: Household) -> None:
    newest = household("db", "status", "--json").json["newest"]
    back = household("db", "downgrade", "0001", "--yes", "--json").json
    assert back["version"] == "0001"
    assert newest in back["pending"]
    assert len(list((household.folder / "data/backups").glob("homeostat-*.db"))) == 1
    assert household("db", "upgrade", "--json").json["version"] == newest
    assert "there is no version '9999'" in household("db", "downgrade", "9999", "--yes", code=1).err
    assert "anna" in household("person", "list").out


def test_without_a_database_the_status_says_so_and_makes_none(fresh: Household) -> None:
    assert fresh("db", "status", "--json").json["version"] is None
    assert not (fresh.folder / "data").exists()


def test_a_data_folder_that_cannot_be_made_is_told_with_what_to_do(fresh: Household) -> None:
    (fresh.folder / "hub.yaml").write_text("data: /proc/nowhere\n")
    for command in (("person", "list"), ("run",)):
        done = fresh(*command, code=1)
        assert "the data folder /proc/nowhere can't be written" in done.err
        assert "Traceback" not in done.err


def test_the_demo_household_has_a_folder_of_its_own(household: Household) -> None:
    with household.running("--demo") as hub:
        assert "sign in as anna" in hub.said
        people = [one["person"] for one in household("person", "list", "--demo", "--json").json]
        assert people == ["anna", "ben", "mia"]
        token = household("token", "create", "--demo", "--account", "anna").out.strip()
        assert hub.request("GET", "/hub/v1/people", token)[0] == 200
        assert [one["person"] for one in household("person", "list", "--json").json] == ["anna", "ben"]


def test_where_only_the_demo_runs_it_is_the_demo_that_is_meant(fresh: Household) -> None:
    with fresh.running("--demo") as hub:
        done = fresh("token", "create", "--account", "anna")
        assert "the demo household" in done.err
        assert hub.request("GET", "/hub/v1/people", done.out.strip())[0] == 200


@thorough
def test_a_household_on_postgresql_is_served_alike(household: Household, postgres_database: str) -> None:
    url = postgres_database.replace("+asyncpg", "")
    (household.folder / "hub.yaml").write_text(
        "database: {url: !secret database}\nintegrations:\n  - {domain: mqtt, disabled: true}\n"
    )
    (household.folder / "secrets.yaml").write_text(f"database: {url}\n")
    household.set_up("Mia")
    token = household.token()
    with household.running() as hub:
        assert hub.record(token, person="mia", metric="weight", value=7, taken_at="2026-11-01T10:00:00Z")[0] == 200
        assert household("db", "status", "--json").json["pending"] == []
        assert "PostgreSQL answers" in household("doctor", code=None).out
        assert hub.request("GET", "/hub/v1/people", household.token())[0] == 200
    password = url.partition("://")[2].partition(":")[2].partition("@")[0]
    assert password not in hub.said + (household.folder / "data/logs/hub.log").read_text()
    wrong = url.replace(password, "hunter2canary")
    (household.folder / "secrets.yaml").write_text(f"database: {wrong}\n")
    refused = household("run", code=1)
    assert "hunter2" not in refused.err
    assert "Traceback" not in refused.err


def test_a_database_that_a_command_restores_is_said(household: Household) -> None:
    household("db", "backup")
    with (household.folder / "data" / "homeostat.db").open("r+b") as file:
        file.write(b"\0" * 200)
    assert "was restored" in household("person", "list").err
    assert household("person", "list").err == ""
