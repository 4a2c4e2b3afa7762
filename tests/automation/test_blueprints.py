"""Blueprints: inputs and sections, what is refused, and other people's with Home Assistant's verdict."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from hub.automation.blueprint import REQUIRED, parse
from hub.automation.check import check_blueprint
from hub.automation.flaws import AutomationInvalid
from hub.automation.schema.triggers import NumericStateTrigger
from hub.cli import main

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "blueprints"
GLUCOSE = """
blueprint:
  name: Glucose is high
  domain: automation
  description: Tells a carer.
  source_url: https://example.org/glucose.yaml
  homeassistant: {min_version: 2024.6.0}
  input:
    sensor:
      name: Glucose sensor
      selector: {entity: {domain: sensor}}
    when:
      name: When
      icon: mdi:clock
      collapsed: true
      input:
        above: {default: 180, selector: {number: {min: 100, max: 400, unit_of_measurement: mg/dL}}}
        wait: {default: {minutes: 15}, selector: {duration: {}}}
    then:
      default: []
      selector: {action: {}}
trigger_variables: {limit: !input above}
triggers:
  - trigger: numeric_state
    entity_id: !input sensor
    above: !input above
    for: !input wait
actions:
  - !input then
  - action: notify.notify
    data: {message: "It is {{ states(sensor) }}", limits: [!input above]}
"""


def errors(text: str) -> list[str]:
    with pytest.raises(AutomationInvalid) as caught:
        parse(text)
    return [str(one) for one in caught.value.flaws]


def test_inputs_in_sections_and_lists_take_their_values() -> None:
    blueprint = parse(GLUCOSE)
    assert list(blueprint.inputs) == ["sensor", "above", "wait", "then"]
    assert blueprint.inputs["sensor"].default is REQUIRED
    assert blueprint.inputs["above"].section == "when"
    assert blueprint.sections["when"].collapsed
    found = check_blueprint(GLUCOSE, {"sensor": "sensor.anna", "above": 200, "then": [{"delay": 5}], "unknown": 1})
    assert found.valid, found.flaws
    assert found.automation is not None
    [trigger] = found.automation.triggers
    assert isinstance(trigger, NumericStateTrigger)
    assert (trigger.entity_id, trigger.above) == (["sensor.anna"], 200)
    assert [one.kind for one in found.automation.actions] == ["delay", "action"]
    assert found.automation.trigger_variables == {"limit": 200}


def test_a_missing_input_and_one_that_does_not_fit_are_told() -> None:
    missing = check_blueprint(GLUCOSE, {})
    assert (missing.loads, missing.valid) == (True, False)
    assert str(missing.flaws[0]) == "line 9, input.sensor: this input is missing. It is “Glucose sensor”."
    wrong = check_blueprint(GLUCOSE, {"sensor": "the one in the hall"})
    assert (wrong.loads, wrong.valid) == (True, False)
    assert "line 25, triggers[0].entity_id: 'the one in the hall' is no entity id" in str(wrong.flaws[0])


@pytest.mark.parametrize(
    ("old", "new", "flaw"),
    [
        ("!input sensor", "!input sensr", "`!input sensr` is not declared. Did you mean 'sensor'?"),
        ("name: Glucose is high", "title: x", "`name` is missing."),
        ("domain: automation", "domain: kitchen", "'kitchen' is not one of automation, script, template."),
        ("2024.6.0", "2031.1.0", "it asks for 2031.1.0, and the language known here is 2026.11.0's."),
        ("2024.6.0", "newest", "'newest' is no version like 2026.11.0."),
        ("https://example.org", "/etc/passwd?", "is no address of a web page."),
        ("entity: {domain", "entitty: {domain", "there is no selector 'entitty'; did you mean 'entity'?"),
        ("min: 100, max: 400", "min: 400, max: 100", "`min` is more than `max`."),
        ("collapsed: true", "collapsed: perhaps", "this is true or false."),
        ("above: {default", "above: {defult", "there is no key 'defult' here. Did you mean 'default'?"),
        ("    then:\n", "    above:\n", "an input of this name stands in another section already."),
    ],
)
def test_what_is_wrong_with_a_blueprint_is_named(old: str, new: str, flaw: str) -> None:
    assert old in GLUCOSE
    told = errors(GLUCOSE.replace(old, new))
    assert any(flaw in one and one.startswith("line ") for one in told), told


def test_what_is_no_blueprint_says_so() -> None:
    assert "a blueprint has a `blueprint:`" in errors("triggers: []")[0]
    assert "a blueprint has a `blueprint:`" in errors("")[0]
    script = "blueprint: {name: a, domain: script}\nsequence: []"
    assert (check_blueprint(script, {}).loads, check_blueprint(script, {}).valid) == (True, False)


def test_the_command_answers_in_words_and_json(tmp_path: Path) -> None:
    file, inputs = tmp_path / "glucose.yaml", tmp_path / "inputs.json"
    file.write_text(GLUCOSE)
    inputs.write_text(json.dumps({"sensor": "sensor.anna"}))
    run = CliRunner().invoke
    done = run(main, ["blueprint", "check", str(file), "--inputs", str(inputs), "--json"])
    assert (done.exit_code, json.loads(done.output)) == (0, {"loads": True, "valid": True, "errors": []})
    refused = run(main, ["blueprint", "check", str(file)])
    assert refused.exit_code == 1
    assert "input.sensor: this input is missing." in refused.output
    inputs.write_text("[1]")
    assert run(main, ["blueprint", "check", str(file), "--inputs", str(inputs)]).exit_code == 2


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of other people's blueprints is not beside this checkout")
def test_other_peoples_blueprints_get_home_assistants_verdict() -> None:
    rows = [json.loads(line) for line in (CORPUS / "manifest.jsonl").read_text().splitlines()]
    assert len(rows) > 40
    for row in rows:
        told = row["home_assistant"]
        found = check_blueprint((CORPUS / row["file"]).read_text(), told.get("inputs") or {})
        assert (found.loads, found.valid) == (told["loads"], told["valid_with_inputs"]), (row["file"], found.flaws[:3])


@pytest.mark.parametrize(
    ("selector", "flaw"),
    [
        ("{select: }", ""),
        ("{select: {options: [a], multiple: 'yes'}}", ""),
        ("{text: {type: email, multiline: true}}", ""),
        ("{select: {options: [a, 5]}}", "an option is a text, or has `label` and `value`; quote 5."),
        ("{select: {options: [a], mode: menu}}", "`mode` of `select` is one of dropdown, list, box."),
        ("{text: {type: word}}", "`type` of `text` is one of text, color"),
        ("{color_temp: {unit: celsius}}", "`unit` of `color_temp` is one of mired, kelvin."),
        ("{constant: {}}", "a selector `constant` needs `value`."),
        ("{attribute: {hide_attributes: []}}", "a selector `attribute` needs `entity_id`."),
    ],
)
def test_a_selectors_options_are_taken_or_refused_as_home_assistant_does(selector: str, flaw: str) -> None:
    head = "blueprint:\n  name: x\n  domain: automation\n  input:\n    a:\n      selector: "
    checked = check_blueprint(f"{head}{selector}\ntriggers: []\nactions: []\n", {"a": 1})
    assert checked.loads is not bool(flaw)
    if flaw:
        assert f"line 6, blueprint.input.a.selector: {flaw}" in str(checked.flaws[0])
