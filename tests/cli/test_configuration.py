"""The configuration through the front door: `check`, a start that is refused, entries of the file, a reload."""

import re
import shutil
import signal
import time
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel

from hub.config.model import Config
from tests.support.console import Household

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "config/hub.yaml"


def entries(household: Household) -> dict[str, dict[str, Any]]:
    return {one["entry"]: one for one in household("entry", "list", "--json").json}


def state_becomes(household: Household, entry: str, state: str) -> dict[str, Any]:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        found = entries(household).get(entry, {})
        if found.get("state") == state:
            return found
        time.sleep(0.1)
    raise AssertionError(f"{entry} did not become {state}: {entries(household)}")


def test_check_names_what_is_wrong_down_to_the_options_of_entries(fresh: Household) -> None:
    (fresh.folder / "hub.yaml").write_text(
        "web:\n  port: 8480\n"
        "integrations:\n"
        "  - domain: open_meteo\n    options:\n      every_minutes: 5\n      polen: true\n"
        "  - domain: nightscot\n    person: anna\n"
        "  - domain: nightscout\n    options: {url: 'https://x'}\n"
    )
    done = fresh("check", code=1)
    told = [line.removeprefix("homeostat: hub.yaml:") for line in done.err.splitlines()]
    assert told == [
        "6: integrations[0].options.every_minutes: this must be at least 10.",
        "7: integrations[0].options.polen: this key is not known here. Did you mean 'pollen'?",
        "8: integrations[1].domain: there is no integration 'nightscot'. Did you mean 'nightscout'?",
        "10: integrations[2]: It does not say whose data it brings: add `person: ...` (Nightscout).",
    ]
    answer = fresh("check", "--json", code=1).json
    assert (answer["ok"], answer["errors"][0]["line"], answer["errors"][0]["file"]) == (False, 6, "hub.yaml")
    assert not (fresh.folder / "data").exists()


def test_check_of_what_is_fine_says_so(fresh: Household) -> None:
    assert "is fine; 1 entry is declared" in fresh("check").out


def test_a_broken_file_stops_the_start_with_words_and_what_still_can_be_done(fresh: Household) -> None:
    (fresh.folder / "hub.yaml").write_text("web:\n  prot: 1\nlogging: {level: loud}\n")
    done = fresh("run", code=1)
    assert "hub.yaml:2: web.prot: this key is not known here. Did you mean 'port'?" in done.err
    assert "hub.yaml:3: logging.level" in done.err
    assert f"homeostat check --config {fresh.folder}" in done.err
    assert "Traceback" not in done.err
    assert not (fresh.folder / "data").exists()
    assert "hub.yaml:2" in fresh("person", "list", code=1).err


def test_a_broken_entry_is_shown_with_its_line_and_the_healthy_part_runs(household: Household) -> None:
    (household.folder / "hub.yaml").write_text(
        "integrations:\n"
        "  - {domain: mqtt, disabled: true}\n"
        "  - domain: nightscout\n    person: anna\n    options: {url: 'https://x', tokn: 1}\n"
        "  - domain: nightscout\n    id: who\n    person: eve\n    options: {url: 'https://x'}\n"
        "  - {domain: open_meteo, options: {token: !secret nowhere}}\n"
        "  - {domain: no_such_thing}\n"
    )
    with household.running() as hub:
        found = entries(household)
        assert found["nightscout"]["state"] == "misconfigured"
        assert "tokn: this option is not known (did you mean token?)" in found["nightscout"]["problem"]
        assert found["nightscout"]["remedy"] == "Mend hub.yaml:3, then reload the entry."
        assert "There is no person 'eve'" in found["who"]["problem"]
        assert "there is no secret of this name" in found["open_meteo"]["problem"]
        assert found["no_such_thing"]["state"] == "misconfigured"
        assert found["mqtt"]["state"] == "disabled"
        assert hub.request("GET", "/healthz")[0] == 200
        shown = hub.request("GET", "/hub/v1/entries/nightscout", household.token())[1]
        assert shown["declared_in"] == "hub.yaml:3"
        household("person", "add", "Eve")
        assert state_becomes(household, "who", "retrying")["problem"]


def test_what_was_changed_in_the_file_is_taken_over_by_reload_and_by_sighup(household: Household) -> None:
    file = household.folder / "hub.yaml"

    def write(*lines: str) -> None:
        file.write_text(
            "integrations:\n  - {domain: mqtt, disabled: true}\n" + "".join(f"  - {{{one}}}\n" for one in lines)
        )

    write("domain: open_meteo, disabled: true, title: Sky")
    with household.running() as hub:
        assert entries(household)["open_meteo"]["title"] == "Sky"
        write("domain: open_meteo, disabled: true, title: Weather")
        household("entry", "reload", "open_meteo")
        assert entries(household)["open_meteo"]["title"] == "Weather"
        write()
        assert household("entry", "reload", "--json").json == {"changed": ["open_meteo"]}
        assert "open_meteo" not in entries(household)
        write("domain: demo, id: made_up, person: anna, disabled: true")
        hub.process.send_signal(signal.SIGHUP)
        state_becomes(household, "made_up", "disabled")
        file.write_text("integrations: [\n")
        assert "hub.yaml:2: this is not YAML" in household("entry", "reload", code=1).err
        assert "made_up" in entries(household)


def test_an_entry_of_the_file_is_changed_there_only(household: Household) -> None:
    with household.running():
        for command in ("remove", "disable"):
            assert "is declared in hub.yaml:2" in household("entry", command, "mqtt", code=1).err


def test_a_declared_entry_takes_the_place_of_an_automatic_one_and_never_of_somebodys(household: Household) -> None:
    file = household.folder / "hub.yaml"
    file.write_text("")
    mine = household("entry", "add", "nightscout", "--person", "ben", "--option", "url=https://ben.example").out.strip()
    assert mine == "nightscout"
    file.write_text(
        "integrations:\n"
        "  - {domain: mqtt, disabled: true}\n"
        "  - {domain: nightscout, person: anna, options: {url: 'https://anna.example'}}\n"
    )
    found = entries(household)
    assert found["nightscout"]["person"] == "ben"
    assert "The id nightscout is that of Nightscout, which was added on the page." in found["nightscout_2"]["problem"]


def test_facts_of_the_household_in_the_file_win_at_every_start(household: Household) -> None:
    text = (household.folder / "hub.yaml").read_text()
    (household.folder / "hub.yaml").write_text(f"household: {{name: Casa, time_zone: Europe/Lisbon}}\n{text}")
    with household.running() as hub:
        answer = hub.request("GET", "/hub/v1/household", household.token())[1]
    assert (answer["name"], answer["time_zone"], answer["language"]) == ("Casa", "Europe/Lisbon", "en")


def uncommented(text: str) -> str:
    return re.sub(r"^(\s*)#(?! \S|\n)", r"\1", text, flags=re.MULTILINE)


def keys(model: type[BaseModel]) -> set[str]:
    found = set(model.model_fields)
    for field in model.model_fields.values():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            found |= keys(field.annotation)
    return found


def test_the_example_names_every_setting_and_is_fine_with_all_of_them_in_force(fresh: Household) -> None:
    text = EXAMPLE.read_text()
    assert {key for key in keys(Config) if not re.search(rf"^\s*#?{key}:", text, re.MULTILINE)} == set()
    (fresh.folder / "hub.yaml").write_text(uncommented(text))
    (fresh.folder / "secrets.yaml").write_text("nightscout_token: hunter2\nopenid_secret: hunter3\ndoor: hunter4\n")
    assert "3 entries" in fresh("check").out
    # As YAML 1.2 has it, `off` is a word.
    values = yaml.load(re.sub(r"![a-z_]+ [^\n]*", '""', uncommented(text)), Loader=yaml.BaseLoader)
    for section in ("web", "logging"):
        model: Any = Config.model_fields[section].annotation
        assert model.model_validate(values[section]) == model(), "what is commented out is the default"


def test_the_documentation_explains_every_setting() -> None:
    text = (ROOT / "docs/configuration.md").read_text()
    assert {key for key in keys(Config) if f"`{key}`" not in text} == set()


def test_the_hub_starts_on_the_example_as_it_comes_and_in_a_container_uses_its_broker_and_database(
    fresh: Household,
) -> None:
    shutil.copy(EXAMPLE, fresh.folder / "hub.yaml")
    assert "0 entries" in fresh("check").out
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["hub"]["environment"]
    given = {name for name in compose if name.startswith("HOMEOSTAT_")}
    assert given == set(re.findall(r"!env (\w+)", EXAMPLE.read_text().partition("\nweb:")[2]))
    fresh.variables = {
        "HOMEOSTAT_MQTT_URL": "mqtt://127.0.0.1:9", "HOMEOSTAT_MQTT_USERNAME": "homeostat",
        "HOMEOSTAT_MQTT_PASSWORD": "hunter2-canary", "HOMEOSTAT_DATABASE_URL": "sqlite:///container.db",
    }  # fmt: skip
    with fresh.running() as hub:
        found = entries(fresh)["mqtt"]
        assert found["declared_in"].startswith("hub.yaml:")
        assert (fresh.folder / "container.db").exists()
    assert "hunter2" not in hub.said


def test_the_docker_image_brings_the_example() -> None:
    assert re.search(r"^COPY .*config/hub.yaml /config/hub.yaml$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)


def test_integrations_that_cannot_be_loaded_are_told_by_the_doctor(fresh: Household) -> None:
    own = fresh.folder / "custom_integrations/broken"
    own.mkdir(parents=True)
    (own / "manifest.toml").write_text('domain = "broken"\nname = "Broken"\n')
    (own / "__init__.py").write_text("import nothing_of_this_name\n")
    listed = {one["domain"]: one for one in fresh("integration", "list", "--json").json}
    assert "nothing_of_this_name" in listed["broken"]["problem"]
    assert listed["open_meteo"]["problem"] == ""
    done = fresh("doctor", code=1)
    assert "broken" in done.out
    assert "nothing_of_this_name" in done.out
    assert "Traceback" not in done.out + done.err


def test_the_doctor_promises_no_backup_where_there_is_none(household: Household) -> None:
    database = household.folder / "data/homeostat.db"
    whole = database.read_bytes()
    database.write_bytes(whole[:8192] + b"\xff" * 4096 + whole[12288:])
    done = household("doctor", code=1).out
    assert "it is damaged" in done
    assert "There is no backup copy to restore" in done
    assert "restores the newest" not in done
