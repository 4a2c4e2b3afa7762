"""Automations in a real hub: kept, run with their accounts' rights, and explained."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hub.automation.at_work.remembered import trace_of
from hub.automation.flaws import AutomationInvalid
from hub.automation.trace import Outcome
from hub.clock import VirtualClock
from hub.errors import BadReading, Conflict, Forbidden, NotFound, StorageUnavailable
from hub.model import Actor, Happened, Verb
from hub.plugin import WebhookRequest
from hub.view.view import View
from tests.automation.at_work.conftest import Home


def high(person: str = "anna", above: float = 180, **more: Any) -> dict[str, Any]:
    told = {"action": "journal.add", "data": {"person": person, "kind": "note", "note": "{{ trigger.to_state.state }}"}}
    trigger = {"trigger": "numeric_state", "entity_id": f"sensor.{person}_blood_glucose", "above": above}
    return {"alias": "High", "triggers": [trigger], "actions": [told], **more}


async def notes(home: Home, person: str = "anna") -> list[str]:
    return [one.note for one in await home.hub.rooms.journal.find([person], limit=1_000)]


async def test_a_reading_sets_off_what_was_asked_for_and_the_trace_says_so(home: Home) -> None:
    await home.view().add_automation(high())
    for value in (120, 190, 195, 150, 185):
        await home.measure(value)
    assert sorted(await notes(home)) == ["185", "190"]
    newest = (await home.traces("high"))[0]
    assert newest.outcome is Outcome.DONE
    assert newest.trigger["to_state"].state == "185"
    assert newest.steps[0].result["data"]["note"] == 185
    seen = home.hub.rooms.automations.house.get("automation.high")
    assert seen is not None
    assert seen.state == "on"
    assert abs(seen.attributes["last_triggered"] - newest.at) < timedelta(seconds=1)


async def test_a_condition_that_was_not_met_is_told_with_what_was_seen(home: Home) -> None:
    meter = {"condition": "numeric_state", "entity_id": "sensor.anna_blood_glucose", "below": 185}
    await home.view().add_automation(high(conditions=[meter]))
    await home.measure(120)
    await home.measure(190)
    [trace] = await home.traces("high")
    assert (trace.outcome, trace.why) == (Outcome.CONDITION, "sensor.anna_blood_glucose is 190, not below 185")
    assert not trace.ran


async def test_one_that_is_switched_off_does_nothing_and_says_why(home: Home) -> None:
    await home.view().add_automation(high())
    await home.view().enable_automation("high", False)
    await home.measure(120)
    await home.measure(190)
    assert [one.outcome for one in await home.traces("high")] == [Outcome.DISABLED]
    assert await notes(home) == []


async def test_it_sees_and_does_only_what_its_account_may(home: Home) -> None:
    ben = home.view("ben")
    await ben.add_automation(high())
    await ben.add_automation({**high("ben"), "alias": "Writes of Anna", "actions": high("anna")["actions"]})
    for person in ("anna", "ben"):
        await home.measure(120, person)
        await home.measure(190, person)
    assert await home.traces("high", "ben") == []
    [refused] = await home.traces("writes_of_anna", "ben")
    assert refused.outcome is Outcome.NOT_ALLOWED
    assert await notes(home) == []
    told = ben.render_template("{{ states('sensor.anna_blood_glucose') }}, {{ states('sensor.ben_blood_glucose') }}")
    assert told == "unknown, 190"
    everything = ben.render_template("{{ states | map(attribute='entity_id') | join(' ') }}")
    assert "ben_blood_glucose" in everything
    assert "sensor.anna" not in everything
    assert "person.anna" not in everything


async def test_what_is_anothers_is_not_there(home: Home) -> None:
    await home.view("anna").add_automation(high())
    ben = home.view("ben")
    assert ben.automations() == []
    for look in (ben.automation, ben.automation_due, ben.automation_problems, ben.automation_yaml):
        with pytest.raises(NotFound):
            look("high")
    for change in (ben.remove_automation, ben.run_automation, ben.automation_versions, ben.automation_traces):
        with pytest.raises(NotFound):
            await change("high")
    await ben.add_automation(high("ben"))
    assert [one.key for one in home.view("anna").automations()] == ["high", "high_2"]


async def test_a_token_that_reaches_less_makes_no_automation(home: Home) -> None:
    token, _ = await home.hub.rooms.accounts.create_token("anna", label="phone", persons=["anna"], verbs=list(Verb))
    view = View(home.hub.rooms, Actor("anna", token=token.id, kind="token"))
    with pytest.raises(Forbidden, match="reaches less than its account"):
        await view.add_automation(high())
    assert home.view().automations() == []


async def test_traces_versions_and_switches_outlast_a_restart(home: Home) -> None:
    view = home.view()
    await view.add_automation(high())
    await home.measure(120)
    await home.measure(190)
    await view.change_automation("high", high(above=200), note="less often")
    await home.hub.stop()
    await home.start()
    view = home.view()
    [trace] = await home.traces("high")
    assert (trace.outcome, trace.trigger["to_state"]["state"]) == (Outcome.DONE, "190")
    last = view.automation_last_run("high")
    assert last is not None
    assert last.at == trace.at
    versions = await view.automation_versions("high")
    assert [(one.version, one.note) for one in versions] == [(1, ""), (2, "less often")]
    await home.measure(120)
    await home.measure(195)
    assert await notes(home) == ["190"]
    await view.restore_automation("high", 1)
    await home.measure(120)
    await home.measure(195)
    assert sorted(await notes(home)) == ["190", "195"]


async def test_one_that_was_removed_stops_and_comes_back(home: Home) -> None:
    view = home.view()
    await view.add_automation(high())
    await view.remove_automation("high")
    await home.measure(120)
    await home.measure(190)
    assert await notes(home) == []
    assert home.hub.rooms.automations.house.get("automation.high") is None
    await view.restore_automation("high", 1)
    await home.measure(120)
    await home.measure(190)
    assert await notes(home) == ["190"]
    await view.remove_automation("high")
    assert (await view.add_automation(high())).key == "high_2"


async def test_who_changed_it_first_wins(home: Home) -> None:
    view = home.view()
    one = await view.add_automation(high())
    await view.change_automation("high", high(above=200), one.version)
    with pytest.raises(Conflict, match="changed meanwhile"):
        await view.change_automation("high", high(above=210), one.version)


async def test_what_cannot_work_is_not_kept(home: Home) -> None:
    with pytest.raises(AutomationInvalid, match=r"there is no trigger 'numeric_stat'.*numeric_state"):
        await home.view().add_automation({**high(), "triggers": [{"trigger": "numeric_stat"}]})
    assert home.view().automations() == []


async def test_files_are_automations_too_and_say_where_they_are_wrong(home: Home) -> None:
    folder = home.config / "automations"
    folder.mkdir()
    text = home.hub.rooms.automations.write_yaml([high(), {**high(above=200), "alias": "Higher"}])
    (folder / "glucose.yaml").write_text(text)
    (folder / "broken.yaml").write_text(
        "alias: Broken\ntriggers:\n  - trigger: stat\n    entity_id: sensor.x\nactions: []\n"
    )
    (folder / "no.yaml").write_text("alias: [\n")
    await home.view().reload_automations()
    found = {one.key: one for one in home.view().automations()}
    assert sorted(found) == ["broken", "high", "higher", "no"]
    assert found["broken"].flaws[0].line == 3
    assert "did you mean 'state'" in str(found["broken"].flaws[0])
    assert "not YAML" in str(found["no"].flaws[0])
    await home.measure(120)
    await home.measure(190)
    assert await notes(home) == ["190"]
    with pytest.raises(Conflict, match=r"automations/glucose\.yaml"):
        await home.view().change_automation("high", high(above=10))
    (folder / "glucose.yaml").unlink()
    await home.view().reload_automations()
    assert sorted(one.key for one in home.view().automations()) == ["broken", "no"]


async def test_one_of_a_file_stays_switched_off_over_a_restart_unless_it_says_how_it_starts(home: Home) -> None:
    folder = home.config / "automations"
    folder.mkdir()
    text = home.hub.rooms.automations.write_yaml([high(), {**high(), "alias": "Always", "initial_state": True}])
    (folder / "glucose.yaml").write_text(text)
    await home.view().reload_automations()
    for key in ("high", "always"):
        await home.view().enable_automation(key, False)
    await home.hub.stop()
    await home.start()
    assert {one.key: one.enabled for one in home.view().automations()} == {"high": False, "always": True}


async def test_one_that_sets_itself_off_by_the_journal_is_stopped_with_a_clear_word(home: Home) -> None:
    again = {"trigger": "event", "event_type": "again"}
    await home.view().add_automation(
        {"alias": "Loop", "mode": "parallel", "triggers": [again], "actions": [{"event": "again"}]}
    )
    home.hub.rooms.bus.publish(Happened(home.hub.rooms.clock.now(), "again"))
    traces = await home.traces("loop")
    assert sum(1 for one in traces if one.ran) == 10
    assert traces[0].outcome is Outcome.LOOP or any(one.outcome is Outcome.LOOP for one in traces)
    loop = next(one for one in traces if one.outcome is Outcome.LOOP)
    assert "set itself off 10 times in a row" in loop.why


async def test_one_that_sets_itself_off_by_a_device_is_stopped(home: Home) -> None:
    await home.lamp()
    other = "{{ 'turn_off' if is_state('switch.lamp', 'on') else 'turn_on' }}"
    flip = {"action": "entity.command", "data": {"entity_id": "switch.lamp", "command": other}}
    changed = {"trigger": "state", "entity_id": "switch.lamp"}
    body = {"alias": "Flip", "mode": "queued", "triggers": [changed], "actions": [flip]}
    await home.view().add_automation(body)
    await home.view().run_automation("flip")
    traces = await home.traces("flip")
    for _ in range(40):
        traces = await home.traces("flip")
        if any(one.outcome is Outcome.LOOP for one in traces):
            break
    assert any(one.outcome is Outcome.LOOP for one in traces)
    assert sum(1 for one in traces if one.ran) <= 11


async def test_a_run_by_the_clock_that_was_missed_is_made_up_for_where_it_is_wanted(home: Home) -> None:
    now = datetime.now(UTC)
    at = (now + timedelta(hours=3)).astimezone().strftime("%H:%M:00")
    note = {"action": "journal.add", "data": {"person": "anna", "kind": "note", "note": "{{ this.entity_id }}"}}
    for missed in ("skip", "catch_up"):
        body = {"alias": missed, "missed": missed, "triggers": [{"trigger": "time", "at": at}], "actions": [note]}
        await home.view().add_automation(body)
    await home.hub.stop()
    with sqlite3.connect(home.folder / "homeostat.db") as database:
        [[kept]] = database.execute("SELECT body FROM settings WHERE key = 'automations.alive'").fetchall()
        earlier = int(kept) - 86_400 * 1_000_000
        database.execute("UPDATE settings SET body = ? WHERE key = 'automations.alive'", (str(earlier),))
    database.close()
    await home.start()
    for _ in range(100):
        await home.quiet()
        if await notes(home):
            break
    assert await notes(home) == ["automation.catch_up"]
    [trace] = await home.traces("catch_up")
    assert trace.trigger["missed"] is True
    [left_out] = await home.traces("skip")
    assert (left_out.outcome, left_out.ran) == (Outcome.MISSED, False)
    assert left_out.why.startswith("it was due on ")


async def test_a_run_by_the_clock_is_kept_before_it_does_anything(home: Home) -> None:
    """So that a power cut a moment later does not lead to a second one."""
    await home.hub.stop()
    clock = VirtualClock(datetime.now(UTC).replace(hour=3, minute=0))
    await home.start(clock=clock)
    seen: list[Any] = []
    keep = home.hub.rooms.journal.add

    async def add(*given: Any, **more: Any) -> Any:
        seen.append(await home.hub.rooms.automations._store.states())
        return await keep(*given, **more)

    home.hub.rooms.journal.add = add  # type: ignore[method-assign] # looked at in the middle of a run
    note = {"action": "journal.add", "data": {"person": "anna", "kind": "note", "note": "x"}}
    at = (clock.now() + timedelta(hours=2)).astimezone(ZoneInfo("Europe/Berlin")).strftime("%H:%M:00")
    await home.view().add_automation({"alias": "Daily", "triggers": {"trigger": "time", "at": at}, "actions": [note]})
    await clock.advance(7300)
    assert await home.traces("daily")
    [states] = seen
    [before] = states["daily"]["traces"]
    cut_off = trace_of("daily", before)
    assert (cut_off.outcome, cut_off.why) == (Outcome.CANCELLED, "the hub stopped in the middle of it")


async def test_a_trail_that_can_not_be_written_keeps_no_automation_from_its_next_step(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[str] = []
    store = home.hub.rooms.actions._store

    class Full:
        async def audit(self, *given: Any) -> object:
            told.append(given[2])
            raise StorageUnavailable("the disk is full")

    note = {"action": "logbook.log", "data": {"name": "Alarm", "message": "tell somebody"}}
    await home.view().add_automation({"alias": "Alarm", "triggers": [], "actions": [note, note, {"event": "second"}]})
    home.hub.rooms.actions._store = Full()
    with home.hub.rooms.bus.subscribe(Happened, name="test") as heard:
        home.hub.rooms.automations.run("alarm")
        [trace] = await home.traces("alarm")
        assert "second" in [one.event_type for one in heard.drain() if isinstance(one, Happened)]
    assert (trace.outcome, told) == (Outcome.DONE, ["logbook.log", "logbook.log"])
    assert caplog.text.count("can't be noted in the trail now: the disk is full") == 1
    home.hub.rooms.actions._store = store
    home.hub.rooms.automations.run("alarm")
    await home.traces("alarm")
    await home.hub.rooms.actions.settle()
    lines = await home.hub.views.system().audit_tail(20)
    assert [one.line.account for one in lines if one.line.action == "logbook.log"] == ["anna", "anna"]


async def test_after_an_erasure_no_trace_knows_of_it(home: Home) -> None:
    await home.view().add_automation(high())
    await home.measure(120)
    await home.measure(197)
    await home.hub.rooms.automations.flush()
    await home.hub.rooms.automations.forget_traces()
    assert await home.traces("high") == []
    await home.hub.stop()
    await home.start()
    assert await home.traces("high") == []


async def test_no_integration_reaches_automations(home: Home) -> None:
    await home.lamp()
    entry = next(one for one in home.hub.rooms.supervisor.entries.values() if one.domain == "lamp")
    context = home.hub.rooms.supervisor._runners[entry.id].context
    assert context is not None
    with pytest.raises(Forbidden, match=r"hub\.automations"):
        await context.documents_find("hub.automations")


async def call(home: Home, webhook_id: str, body: bytes, remote: str = "192.168.1.20", method: str = "POST") -> int:
    async def chunks() -> AsyncIterator[bytes]:
        yield body

    headers = {"content-type": "application/json"}
    request = WebhookRequest(method, "", headers, {"door": "front"}, chunks(), len(body), remote)
    return (await home.hub.views.nobody().webhook(webhook_id, request)).status


async def test_a_webhook_sets_off_who_listens_from_home_only(home: Home) -> None:
    bell = {"trigger": "webhook", "webhook_id": "a-long-secret"}
    note = {"person": "anna", "kind": "note", "note": "{{ trigger.json.by }} {{ trigger.query.door }}"}
    await home.view().add_automation(
        {"alias": "Bell", "triggers": [bell], "actions": [{"action": "journal.add", "data": note}]}
    )
    assert await call(home, "a-long-secret", b'{"by": "postman"}') == 200
    assert await call(home, "a-long-secret", b'{"by": "stranger"}', remote="203.0.113.9") == 200
    assert await call(home, "a-long-secret", b'{"by": "browser"}', method="GET") == 200
    await home.quiet()
    assert await notes(home) == ["postman front"]
    with pytest.raises(NotFound):
        await call(home, "another", b"{}")
    with pytest.raises(BadReading, match="not the JSON"):
        await call(home, "a-long-secret", b"{")
