"""Commands while a hub runs: they reach it, and it knows at once."""

import json
import os
import stat
import subprocess
from pathlib import Path

from tests.support.console import Household, Running
from tests.support.zygote import PROGRAM


def test_a_token_made_while_the_hub_runs_works_at_once_and_is_alone_on_the_line(
    shared: Household, hub: Running
) -> None:
    done = shared("token", "create", "--account", "Anna", "--person", "anna", "--verbs", "view,record")
    token = done.out.strip()
    assert done.out == f"{token}\n"
    assert len(token.split()) == 1
    assert done.err == ""
    status, answer = hub.record(token, person="anna", metric="heart_rate", value=61, taken_at="2026-11-01T10:00:00Z")
    assert (status, answer["accepted"]) == (200, 1)


def test_a_revoked_token_is_refused_at_once(shared: Household, hub: Running) -> None:
    made = shared("token", "create", "--account", "anna", "--json", "--label", "to end", "--days", "3").json
    assert hub.request("GET", "/hub/v1/people", made["token"])[0] == 200
    listed = {one["id"]: one for one in shared("token", "list", "--json").json}
    assert listed[made["id"]]["label"] == "to end"
    assert listed[made["id"]]["expires_at"] is not None
    assert made["token"] not in shared("token", "list").out
    shared("token", "revoke", made["id"])
    assert hub.request("GET", "/hub/v1/people", made["token"])[0] == 401


def test_a_token_reaches_no_further_than_its_person_verbs_and_metrics(shared: Household, hub: Running) -> None:
    token = shared.token("--person", "anna", "--verbs", "record", "--metrics", "weight,steps")
    fine = hub.record(token, person="anna", metric="weight", value=70, taken_at="2026-11-01T10:00:00Z")
    other_person = hub.record(token, person="ben", metric="weight", value=70, taken_at="2026-11-01T10:00:00Z")
    other_metric = hub.record(token, person="anna", metric="heart_rate", value=70, taken_at="2026-11-01T10:00:00Z")
    assert fine[1]["accepted"] == 1
    assert [len(answer["rejected"]) for _, answer in (other_person, other_metric)] == [1, 1]
    assert hub.request("GET", "/hub/v1/readings?person=anna&metric=weight", token)[0] in (403, 404)


def test_a_token_for_nobody_or_nothing_is_refused_with_what_there_is(shared: Household, hub: Running) -> None:
    assert "there are: anna" in shared("token", "create", "--account", "annna", code=1).err
    person = shared("token", "create", "--account", "anna", "--person", "bne", code=1)
    assert "there are: anna, ben, household" in person.err
    metric = shared("token", "create", "--account", "anna", "--metrics", "hart_rate", code=1)
    assert "did you mean 'heart_rate'?" in metric.err
    verb = shared("token", "create", "--account", "anna", "--verbs", "read", code=2)
    assert "'read' is none of view, record, act, manage" in verb.err
    assert person.out == metric.out == verb.out == ""


def test_a_person_added_while_the_hub_runs_is_there_at_once(shared: Household, hub: Running) -> None:
    slug = shared("person", "add", "Zoë", "--born", "2026-05-17", "--sex", "female").out.strip()
    assert slug == "zoe"
    status, answer = hub.request("GET", "/hub/v1/people/zoe", shared.token())
    assert (status, answer["name"], answer["birth_date"]) == (200, "Zoë", "2026-05-17")


def test_nobody_is_born_tomorrow_or_in_another_age(shared: Household) -> None:
    future = shared("person", "add", "Later", "--born", "2199-01-01", code=1)
    assert "2199-01-01 is in the future" in future.err
    assert "before 1900" in shared("person", "add", "Older", "--born", "1826-05-17", code=1).err
    assert future.out == ""
    assert "later" not in shared("person", "list").out


def test_an_entry_added_reloaded_disabled_and_removed_by_commands_runs_and_ends(
    shared: Household, hub: Running
) -> None:
    added = shared("entry", "add", "open_meteo", "--title", "Sky", "--option", "every_minutes=60").out.strip()
    token = shared.token()
    assert hub.request("GET", f"/hub/v1/entries/{added}", token)[1]["title"] == "Sky"
    assert shared("entry", "reload", added).out.startswith(f"{added} is ")
    assert shared("entry", "disable", added).out == f"{added} is disabled.\n"
    assert hub.request("GET", f"/hub/v1/entries/{added}", token)[1]["status"]["state"] == "disabled"
    shared("entry", "remove", added)
    assert hub.request("GET", f"/hub/v1/entries/{added}", token)[0] == 404
    assert "there is no config entry" in shared("entry", "remove", added, code=1).err


def test_options_that_do_not_fit_are_refused_without_quoting_them(shared: Household, hub: Running) -> None:
    done = shared(
        "entry", "add", "nightscout", "--person", "anna", "--option", "ulr=https://x", "--option", "token=@-",
        stdin="hunter2-canary\n", code=1,
    )  # fmt: skip
    assert "ulr: this option is not known (did you mean url?)" in done.err
    assert "hunter2" not in done.err + hub.said
    assert (
        "there is no integration 'nightscot'; did you mean 'nightscout'?"
        in shared("entry", "add", "nightscot", code=1).err
    )
    assert "there is no person 'bne'" in shared("entry", "add", "phone", "--person", "bne", code=1).err


def test_a_second_hub_on_the_same_data_says_who_is_there(shared: Household, hub: Running) -> None:
    done = shared("run", "--port", "0", code=1)
    assert f"a hub is running on {shared.folder}/data already (process {hub.process.pid})" in done.err
    assert hub.request("GET", "/healthz")[0] == 200


def test_set_up_again_is_refused_in_words(shared: Household, hub: Running) -> None:
    done = shared(
        "setup", "--household", "H", "--timezone", "UTC", "--owner", "Eve", "--password-stdin",
        stdin="long enough password\n", code=1,
    )  # fmt: skip
    assert "this hub is set up already" in done.err


def test_what_lies_in_the_data_folder_is_for_the_hubs_user_only(shared: Household, hub: Running) -> None:
    data = shared.folder / "data"
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert stat.S_IMODE((data / "run" / "console.sock").stat().st_mode) == 0o600


def test_errors_are_json_when_asked_for(shared: Household, hub: Running) -> None:
    done = shared("token", "create", "--account", "eve", "--json", code=1)
    assert json.loads(done.err)["error"]["kind"] == "Conflict"
    assert done.out == ""


def test_database_commands_that_need_it_alone_refuse_and_the_others_work(shared: Household, hub: Running) -> None:
    assert "a hub is running" in shared("db", "downgrade", "0001", "--yes", code=1).err
    assert shared("db", "status", "--json").json["pending"] == []
    copy = shared.folder / "copy.db"
    shared("db", "backup", str(copy))
    assert copy.read_bytes().startswith(b"SQLite format 3\0")


def test_the_doctor_finds_the_running_hub_and_its_entries(shared: Household, hub: Running) -> None:
    found = {(one["what"], one["state"]) for one in shared("doctor", "--json", code=None).json["findings"]}
    assert {("hub", "ok"), ("database", "ok"), ("configuration", "ok"), ("integrations", "ok")} <= found
    assert f"process {hub.process.pid}" in shared("doctor", code=None).out


def test_a_hub_on_a_very_long_path_is_reached(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 40) / ("name" * 10)
    folder.mkdir(parents=True)
    (folder / "hub.yaml").write_text("integrations:\n  - {domain: mqtt, disabled: true}\n")
    household = Household(folder)
    with household.running() as hub:
        household.set_up()
        assert hub.request("GET", "/hub/v1/people", household.token())[0] == 200


def test_the_config_folder_may_come_from_the_environment(shared: Household, hub: Running) -> None:
    environment = {**os.environ, "HOMEOSTAT_CONFIG": str(shared.folder)}
    done = subprocess.run([PROGRAM, "person", "list"], env=environment, capture_output=True, text=True, check=True)
    assert "anna" in done.stdout
