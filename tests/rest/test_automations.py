"""Automations over REST: made, changed by two at once, explained, tried on the past; and who is told what they saw."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hub.model import Verb
from tests.rest.conftest import House

AT = "/hub/v1/automations"
MADRID = ZoneInfo("Europe/Madrid")
TEXT = "alias: Wake up\ntriggers:\n  - trigger: time\n    at: '07:30:00'\nactions:\n  - event: woken\n"
LOOKS = "alias: Looks\ntriggers: []\nactions:\n  - variables: {seen: \"{{ states('sensor.anna_weight') }}\"}\n"
WRONG = "alias: Wrong\ntriggers:\n  - trigger: tme\n    at: '07:30:00'\nactions:\n  - actoin: x.y\n"
BLUEPRINT = """blueprint:
  name: Morning
  domain: automation
  input:
    at: {selector: {time: null}}
triggers:
  - trigger: time
    at: !input at
actions:
  - event: woken
"""


async def test_every_flaw_comes_with_line_and_hint_and_nothing_is_kept(house: House) -> None:
    answer = await house.call("POST", AT, {"text": WRONG})
    assert answer.status == 409
    error: dict[str, Any] = answer.json["error"]
    assert error["code"] == "cannot_work"
    assert [(one["line"], one["where"]) for one in error["flaws"]] == [(3, "triggers[0]"), (6, "actions[0]")]
    assert "did you mean 'time'?" in error["flaws"][0]["message"]
    assert (await house.call("POST", "/hub/v1/checks/automation", {"text": WRONG})).json["flaws"] == error["flaws"]
    assert (await house.get(AT)).json == {"automations": []}
    both = await house.call("POST", AT, {"text": TEXT, "body": {}})
    assert (both.status, both.error["message"]) == (409, "Give either `body` or `text`.")


async def test_of_two_who_change_one_at_once_the_second_is_told(house: House) -> None:
    made = await house.call("POST", AT, {"text": TEXT})
    assert (made.status, made.headers["Location"], made.headers["ETag"]) == (201, f"{AT}/wake_up", '"1"')
    one = f"{AT}/wake_up"
    changed = await house.call("PUT", one, {"text": TEXT.replace("07", "08"), "version": 1})
    assert (changed.json["version"], changed.headers["ETag"]) == (2, '"2"')
    assert (await house.call("PUT", one, {"text": TEXT, "version": 1})).error["code"] == "conflict"
    for method, body in (("PUT", {"text": TEXT}), ("PATCH", {"enabled": False}), ("DELETE", None)):
        late = await house.call(method, one, body, headers={"If-Match": '"1"'})
        assert (late.status, late.error["where"]) == (412, "header If-Match"), method
    assert (await house.call("PATCH", one, {"enabled": False}, headers={"If-Match": '"2"'})).json["enabled"] is False
    assert (await house.call("DELETE", one, headers={"If-Match": "*"})).json["removed"] is True
    assert (await house.get(one)).status == 404
    assert (await house.call("POST", f"{one}/restore", {"version": 1})).json["body"]["triggers"][0]["at"] == "07:30:00"
    assert [one["version"] for one in (await house.get(f"{one}/versions")).json["versions"]] == [1, 2, 3, 4, 5]


async def test_what_an_automation_saw_is_told_to_who_may_see_as_much(house: House) -> None:
    await house.token("for ben's day", verbs=[Verb.VIEW, Verb.ACT], persons=["ben"])
    await house.record({"person": "anna", "metric": "weight", "value": 61.25, "taken_at": "2026-05-01T07:00:00Z"})
    made = await house.call("POST", AT, {"text": LOOKS})
    assert (made.status, made.json["absent"]) == (201, [])
    traces = f"{AT}/looks/traces"
    assert (await house.call("POST", f"{AT}/looks/run", {})).status == 202
    while not (found := (await house.get(traces)).json["traces"]) or found[0]["ended"] is None:
        await asyncio.sleep(0.01)
    assert found[0]["steps"][0]["changed"] == {"seen": 61.25}
    less = (await house.get(traces, token="for ben's day")).json["traces"]
    assert (less[0]["outcome"], less[0]["steps"], less[0]["trigger"]) == ("done", [], {})
    assert "sees more than you may" in less[0]["why"]
    assert (await house.call("POST", AT, {"text": TEXT}, token="for ben's day")).status == 403


async def test_one_of_somebody_else_is_as_good_as_none_even_by_a_near_name(house: House) -> None:
    await house.call("POST", AT, {"text": TEXT})
    for path in ("wake_up", "wake_up/traces", "wake_up/versions", "wake_pu"):
        answer = await house.get(f"{AT}/{path}", token="ben")
        assert answer.status == 404
        assert "did you mean" not in answer.error["message"]
    assert "did you mean 'wake_up'" in (await house.get(f"{AT}/wake_pu")).error["message"]
    assert (await house.call("POST", "/hub/v1/backtests", {"automation": "wake_up"}, token="ben")).status == 404


async def test_a_blueprint_is_checked_as_at_the_console(house: House) -> None:
    async def check(**body: Any) -> Any:
        return (await house.call("POST", "/hub/v1/blueprints/check", body)).json

    assert await check(text=BLUEPRINT, inputs={"at": "07:30:00"}) == {"loads": True, "valid": True, "errors": []}
    missing = await check(text=BLUEPRINT)
    assert (missing["loads"], missing["valid"]) == (True, False)
    assert [(one["where"], one["line"]) for one in missing["errors"]] == [("input.at", 5)]
    assert (await check(text="blueprint: 3"))["loads"] is False
    assert (await check(path="homeostat/hydration.yaml"))["errors"][0]["where"] == "input.person"


async def test_a_backtest_over_days_waits_for_its_runs_and_is_for_who_asked(house: House) -> None:
    await house.token("for ben's day", verbs=[Verb.VIEW, Verb.ACT], persons=["ben"])
    first = datetime.now(MADRID).date() - timedelta(days=4)
    last = first + timedelta(days=1)
    asked = {"text": BLUEPRINT, "inputs": {"at": "07:30:00"}, "from": first.isoformat(), "to": last.isoformat()}
    begun = await house.call("POST", "/hub/v1/backtests", asked)
    assert begun.status == 202
    where = begun.headers["Location"]
    done = (await house.get(where, wait=60)).json
    assert (done["state"], done["name"]) == ("done", "Morning")
    expected = [datetime(day.year, day.month, day.day, 7, 30, tzinfo=MADRID) for day in (first, last)]
    assert [datetime.fromisoformat(one["time"]) for one in done["result"]["runs"]] == expected
    assert done["result"]["runs"][0]["actions"][0]["action"] == "event"
    for token in ("for ben's day", "ben"):
        assert (await house.get(where, token=token)).status == 404
    refused = await house.call("POST", "/hub/v1/backtests", {"text": BLUEPRINT, "from": first.isoformat()})
    assert refused.json["error"]["flaws"][0]["line"] == 5
    assert (await house.call("POST", "/hub/v1/backtests", {"text": TEXT, "from": "soon"})).status == 422


async def test_a_template_sees_what_its_caller_sees(house: House) -> None:
    await house.record({"person": "anna", "metric": "weight", "value": 61.25, "taken_at": "2026-05-01T07:00:00Z"})
    asked = {"template": "{{ states('sensor.anna_weight') }} {{ a }}", "variables": {"a": 3}}
    assert (await house.call("POST", "/hub/v1/template", asked)).json == {"text": "61.25 3"}
    assert (await house.call("POST", "/hub/v1/template", asked, token="ben")).json == {"text": "unknown 3"}
    assert (await house.call("POST", "/hub/v1/template", asked, token="viewer")).status == 403
    endless = {"template": "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}"}
    assert (await house.call("POST", "/hub/v1/template", endless)).error["code"] == "template_failed"
