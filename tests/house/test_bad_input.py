"""What goes wrong in a house, at the running program: the owner and the source are told, and nothing else stops."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.clock import VirtualClock
from hub.model import Sample
from tests.support.console import Household, Running
from tests.support.house import everything, house
from tests.support.process import free_port
from tests.support.thorough import thorough

GOOD = """
from datetime import timedelta
from hub.api import Integration, Sample, hookimpl
print("a plugin that prints when it is imported")
async def poll(ctx):
    print("and when it polls", flush=True)
    return [Sample("weight", 61.7373, ctx.clock.now())]
async def webhook(ctx, request):
    raise ValueError("the body said 61.7373")
@hookimpl
def register_integrations(register):
    register(Integration("prints", "Prints", poll=poll, webhook=webhook, every=timedelta(seconds=1)))
"""
RAISES = """
from datetime import timedelta
from hub.api import Integration, hookimpl
async def poll(ctx):
    raise ValueError("the ring said 61.7373")
@hookimpl
def register_integrations(register):
    register(Integration("raises", "Raises", poll=poll, every=timedelta(seconds=1)))
"""
SICK = {
    "misspelt": "from hub.api import hookimpl\n@hookimpl\ndef register_integration(register):\n    pass\n",
    "unimportable": "import a_module_that_is_not_there\n",
    "leaves": "raise SystemExit(0)\n",
    "dies": "import os\nos._exit(0)\n",
    "hangs": "import time\ntime.sleep(1000)\n",
    "unreadable": "def f(:\n",
}
QUIET = "integrations:\n  - {domain: mqtt, disabled: true}\n"


@pytest.fixture
def home(tmp_path: Path) -> Household:
    """Set up for Anna and Ben, without a broker."""
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "hub.yaml").write_text(QUIET)
    made = Household(folder)
    made.set_up("Ben")
    return made


def until(true: Callable[[], object], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.05)


def reading(value: float = 61.5, minutes: float = 1) -> dict[str, object]:
    taken_at = (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat()
    return {"person": "anna", "metric": "weight", "value": value, "taken_at": taken_at}


def written(home: Household, hub: Running) -> str:
    """All that the hub said, on the console and in its logs."""
    logs = (home.folder / "data" / "logs").glob("*")
    return hub.said + "".join(one.read_text() for one in logs)


@thorough
def test_sick_integrations_are_told_on_their_page_and_hold_nobody_up(home: Household) -> None:
    folder = home.folder / "custom_integrations"
    folder.mkdir()
    for name, text in {"prints": GOOD, "raises": RAISES, **SICK}.items():
        (folder / f"{name}.py").write_text(text)
    token = home.token()
    began = time.monotonic()
    with home.running() as hub:
        assert time.monotonic() - began < 15, "the one that hangs held up the start"
        assert hub.record(token, **reading())[0] == 200

        def problems() -> dict[str, str]:
            _, found = hub.request("GET", "/hub/v1/integrations", token)
            listed = found["integrations"] if isinstance(found, dict) else found
            return {one["domain"]: one.get("problem", "") for one in listed}

        until(lambda: set(SICK) | {"prints", "raises"} <= set(problems()), 40)
        told = problems()
        assert "probably register_integrations is meant" in told["misspelt"]
        assert "a_module_that_is_not_there" in told["unimportable"]
        assert "ends its process" in told["leaves"]
        assert "process ended" in told["dies"]
        assert "did not say what it is" in told["hangs"]
        assert "SyntaxError" in told["unreadable"]
        assert str(folder) not in "".join(told.values())
        assert told["prints"] == told["raises"] == ""
        home("entry", "add", "prints", "--person", "anna", "--agree")
        home("entry", "add", "raises", "--person", "anna", "--agree")

        def entries() -> str:
            return home("entry", "list").out

        until(lambda: "ValueError: the ring said 61.7373" in entries() and "running" in entries())
        assert "(raises.py, line " in entries()
        until(lambda: hub.request("GET", "/hub/v1/states", token)[1] is not None)
        status, answer = hub.request("POST", "/webhook/prints", body={"x": 1})
        assert (status, set(answer)) == (500, {"error"})
        assert hub.request("POST", "/webhook/never", body={})[0] == 404
        assert hub.record(token, **reading())[0] == 200
        assert "61.7373" not in written(home, hub)
        assert token not in written(home, hub)


def test_a_damaged_database_ends_the_start_with_one_message_and_is_not_replaced(home: Household) -> None:
    database = home.folder / "data" / "homeostat.db"
    with database.open("r+b") as file:
        file.write(os.urandom(20_000))
    damaged = database.read_bytes()
    done = home("run", "--port", str(free_port()), code=1)
    assert "is damaged" in done.err
    assert "start again" in done.err
    assert "Traceback" not in done.out + done.err
    assert database.read_bytes() == damaged


def test_a_locked_database_refuses_in_words_and_recovers(home: Household) -> None:
    token = home.token()
    with home.running() as hub, closing(sqlite3.connect(home.folder / "data" / "homeostat.db")) as other:
        assert hub.record(token, **reading(60))[0] == 200
        other.execute("BEGIN IMMEDIATE")
        status, answer = hub.record(token, **reading(61, 2))
        assert status == 503
        assert answer["error"]["code"] == "storage_unavailable"
        assert "locked" in answer["error"]["message"]
        assert hub.request("GET", "/readyz")[0] == 503
        assert hub.request("GET", "/healthz")[0] == 200
        assert hub.request("GET", "/hub/v1/states/sensor.anna_weight", token)[1]["value"] == 60
        other.rollback()
        assert hub.record(token, **reading(61, 2))[1]["accepted"] == 1
        assert "Traceback" not in written(home, hub)


def test_what_was_acknowledged_is_there_after_a_kill(home: Household) -> None:
    token = home.token()
    with home.running() as hub:
        for number in range(20):
            status, answer = hub.record(token, **reading(60 + number / 10, 60 - number))
            assert (status, answer["accepted"]) == (200, 1)
        hub.process.send_signal(signal.SIGKILL)
        hub.process.wait(10)
    with home.running() as hub:
        start = (datetime.now(UTC) - timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
        end = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        path = f"/hub/v1/readings?person=anna&metric=weight&start={start}&end={end}"
        kept = hub.request("GET", path, token)[1]["readings"]
        assert [one["value"] for one in kept] == [60 + number / 10 for number in range(20)]
        assert "Traceback" not in hub.said


async def test_a_clock_set_back_and_forth_loses_nothing(tmp_path: Path) -> None:
    start = datetime(2026, 5, 1, 12, tzinfo=UTC)
    clock = VirtualClock(start)
    async with house(tmp_path, clock=clock) as hub:
        entry = await hub.rooms.supervisor.add("phone", {}, person="anna")
        steps = (timedelta(0), timedelta(hours=-3), timedelta(days=2), timedelta(hours=-1))
        for kept, step in enumerate(steps):
            await clock.step(step)
            receipt = await hub.rooms.intake.accept(entry, [Sample("weight", 60 + kept, clock.now())])
            assert receipt.accepted == 1
        await clock.step(timedelta(hours=1))  # right again
        ahead = await hub.rooms.intake.accept(entry, [Sample("weight", 70, clock.now() + timedelta(minutes=11))])
        assert "lies in the future" in ahead.rejected[0].reason
        page = await everything(hub).readings("anna", "weight", start - timedelta(days=1), start + timedelta(days=5))
        assert sorted(one.value for one in page.readings) == [60, 61, 62, 63]
