"""Automations at the console, as somebody scripts them: files in, JSON out, exit codes, every flaw with its line."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.support.console import Household, Running

MADRID = ZoneInfo("Europe/Madrid")
NOTE = "  - action: persistent_notification.create\n    data: {message: Good morning}\n"
ONE = f'alias: Good morning\ntriggers:\n  - trigger: time\n    at: "07:30:00"\nactions:\n{NOTE}'
KEYED = """
automation house:
  - alias: First
    trigger: {platform: time, at: "06:00"}
    action: {service: persistent_notification.create, data: {message: one}}
  - alias: Second
    trigger: {platform: state, entity_id: sensor.nobody}
    action: {service: notify.nobody, data: {message: two}}
"""
WRONG = """
- alias: Sound
  triggers: {trigger: time, at: "07:00"}
  actions: []
- alias: Wrong
  triggers:
    - trigger: numeric_stat
      entity_id: sensor.anna_weight
  actions: []
- alias: Wrong too
  triggers:
    - trigger: time
      att: "07:00"
  actions: []
"""
BLUEPRINT = f"""blueprint:
  name: Morning
  domain: automation
  input:
    at:
      name: When
      selector: {{time: null}}
triggers:
  - trigger: time
    at: !input at
actions:
{NOTE}"""
Write = Callable[..., str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A file with a text."""

    def made(text: str, name: str = "file.yaml") -> str:
        (tmp_path / name).write_text(text)
        return str(tmp_path / name)

    return made


def keys(shared: Household) -> set[str]:
    return {one["key"] for one in shared("automation", "list", "--json").json}


def failure(shared: Household, *arguments: str) -> dict[str, Any]:
    done = shared(*arguments, "--json", code=1)
    assert done.out == ""
    found: dict[str, Any] = json.loads(done.err)["error"]
    return found


def test_a_file_with_a_list_under_a_key_is_taken_and_what_is_not_there_is_told(shared: Household, write: Write) -> None:
    done = shared("automation", "add", write(KEYED), "--off")
    assert done.out == "first is kept, and off.\nsecond is kept, and off.\n"
    assert "second: trigger.entity_id: there is no entity 'sensor.nobody' now" in done.err
    assert "second: action.service: there is no action 'notify.nobody' now" in done.err
    assert {"first", "second"} <= keys(shared)


def test_one_of_a_name_that_is_there_is_refused_unless_it_takes_its_place(shared: Household, write: Write) -> None:
    file = write(ONE)
    shared("automation", "add", file)
    assert "good_morning: there is one of that name" in shared("automation", "add", file, code=1).err
    later = write(ONE.replace("07:30", "08:00"), "later.yaml")
    (made,) = shared("automation", "add", later, "--replace", "--json").json
    assert (made["key"], made["version"]) == ("good_morning", 2)
    assert "good_morning_2" not in keys(shared)
    shared("automation", "restore", "good_morning")
    assert "07:30:00" in shared("automation", "show", "good_morning").out


def test_every_flaw_of_a_file_has_its_line_and_nothing_of_it_is_kept(shared: Household, write: Write) -> None:
    before = keys(shared)
    error = failure(shared, "automation", "add", write(WRONG))
    assert error["kind"] == "AutomationInvalid"
    assert error["message"].splitlines() == [
        "line 7, triggers[0]: there is no trigger 'numeric_stat'; did you mean 'numeric_state'?",
        "line 12, triggers[0]: at is missing.",
        "line 13, triggers[0].att: there is no key 'att' here. Did you mean 'at'?",
    ]
    assert keys(shared) == before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("alias: x\n\ttriggers: []\n", "line 2, the whole: this is not YAML"),
        ("", "this is empty"),
        ("hello\n", "this is 'hello'"),
        (BLUEPRINT, "this is a blueprint"),
        ("automation: []\nlight: []\n", "line 2, light: only automations are taken from this file"),
        ("[]\n", "there is no automation in it"),
    ],
)
def test_what_is_no_automation_is_refused_in_words(shared: Household, write: Write, text: str, said: str) -> None:
    assert said in shared("automation", "add", write(text), code=1).err


def test_a_file_that_is_no_text_or_not_there_is_a_command_line_that_cannot_be_read(
    shared: Household, tmp_path: Path
) -> None:
    (tmp_path / "picture.yaml").write_bytes(b"alias: x\n\xff\xfe")
    assert "no text in UTF-8" in shared("automation", "add", str(tmp_path / "picture.yaml"), code=2).err
    assert "does not exist" in shared("automation", "add", str(tmp_path / "none.yaml"), code=2).err


def test_blueprint_check_says_whether_it_loads_and_is_valid_and_nothing_else(tmp_path: Path, write: Write) -> None:
    nowhere = Household(tmp_path / "no such folder")
    file, inputs = write(BLUEPRINT), write('{"at": "07:30:00"}', "inputs.json")
    sound = {"loads": True, "valid": True, "errors": []}
    assert nowhere("blueprint", "check", file, "--inputs", inputs, "--json").json == sound
    assert nowhere("blueprint", "check", file, "--inputs", '{"at": "07:30:00"}', "--json").json == sound
    missing = nowhere("blueprint", "check", file, "--json", code=1).json
    assert missing == {
        "loads": True,
        "valid": False,
        "errors": ["line 5, input.at: this input is missing. It is “When”."],
    }
    wrong = nowhere("blueprint", "check", file, "--inputs", '{"at": "soon"}', "--json", code=1).json
    assert (wrong["loads"], wrong["valid"]) == (True, False)
    assert "line 10, triggers[0].at" in wrong["errors"][0]
    (tmp_path / "raw.yaml").write_bytes(b"blueprint:\n  name: \xff\n")
    raw = nowhere("blueprint", "check", str(tmp_path / "raw.yaml"), "--json", code=1).json
    assert raw["loads"] is False
    assert raw["errors"][0].startswith("line 2, ")
    assert nowhere("blueprint", "check", file, "--inputs", "{at}", "--json", code=2).out == ""
    said = nowhere("blueprint", "check", file, "--inputs", '{"at": "07:30:00", "att": 1}')
    assert "did you mean 'at'?" in said.err


def test_a_template_reads_its_variables_and_standard_input(shared: Household) -> None:
    assert shared("template", "render", "{{ a + 1 }}", "--variables", '{"a": 2}', "--json").json == {"text": "3"}
    assert shared("template", "render", "-", stdin="{{ 6 * 7 }}").out == "42\n"
    error = failure(shared, "template", "render", "{{ a( }}")
    assert error["kind"] == "TemplateFailed"
    assert "line 1 of the template" in error["message"]


def test_a_backtest_goes_by_days_of_the_household_and_tells_its_runs(shared: Household, write: Write) -> None:
    today = datetime.now(MADRID).date()
    first, last = today - timedelta(days=4), today - timedelta(days=3)
    span = ("--from", str(first), "--to", str(last))
    found = shared("backtest", write(BLUEPRINT), *span, "--inputs", '{"at": "07:30:00"}', "--json").json
    assert found["name"] == "Morning"
    expected = [datetime(day.year, day.month, day.day, 7, 30, tzinfo=MADRID) for day in (first, last)]
    assert [datetime.fromisoformat(one["time"]) for one in found["runs"]] == expected
    assert [one["outcome"] for one in found["runs"]] == ["done", "done"]
    (action,) = found["runs"][0]["actions"]
    assert (action["action"], action["data"]) == ("persistent_notification.create", {"message": "Good morning"})
    assert found["runs"][0]["trigger"]["platform"] == "time"
    said = failure(shared, "backtest", write(BLUEPRINT), *span)["message"]
    assert said == "line 5, input.at: this input is missing. It is “When”."


def test_what_cannot_be_tried_on_the_past_is_said(shared: Household, write: Write) -> None:
    assert "no such file" in shared("backtest", "none.yaml", code=1).err.lower()
    assert "there is no automation 'none'" in shared("backtest", "none", code=1).err
    assert "'soon' is no time" in shared("backtest", write(ONE), "--from", "soon", code=2).err
    assert "must begin in the past" in shared("backtest", write(ONE), "--from", "2199-01-01", code=1).err
    assert "this has 2 automations" in shared("backtest", write(KEYED), code=1).err


def test_a_running_hub_runs_one_and_tells_what_it_did_and_refuses_in_the_same_words(
    shared: Household, hub: Running, write: Write
) -> None:
    shared("automation", "add", write(ONE.replace("Good morning", "At work")))
    shared("automation", "run", "at_work")
    done: list[dict[str, Any]] = []
    while not (done and done[0]["ended"]):
        done = shared("automation", "trace", "at_work", "--json").json
    assert (done[0]["outcome"], done[0]["trigger"]["trigger_by"]) == ("done", "system")
    (step,) = done[0]["steps"]
    assert step["result"]["action"] == "persistent_notification.create"
    assert "by hand" in shared("automation", "trace", "at_work").out
    shared("automation", "disable", "at_work")
    assert (
        next(one for one in shared("automation", "list", "--json").json if one["key"] == "at_work")["enabled"] is False
    )
    error = failure(shared, "automation", "add", write(WRONG))
    assert error["kind"] == "AutomationInvalid"
    assert error["message"].startswith("line 7, triggers[0]: ")
    assert failure(shared, "automation", "run", "at_wrok") == {
        "kind": "NotFound",
        "message": "there is no automation 'at_wrok'; did you mean 'at_work'?",
    }
    assert failure(shared, "template", "render", "{{ a( }}")["kind"] == "TemplateFailed"
