"""Telling people from the console, while a hub runs and while none does."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.console import Household

TOPIC = "canary-topic-73"


@contextmanager
def ntfy() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The address of a server that takes notices, and what it took."""
    taken: list[dict[str, Any]] = []

    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer({"healthy": True})

        def do_POST(self) -> None:
            taken.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self._answer({"id": f"m{len(taken)}"})

        def _answer(self, body: dict[str, Any]) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", taken
        finally:
            server.shutdown()
            thread.join(5)


def soon(true: Callable[[], Any]) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_way_is_added_tried_used_and_removed_while_the_hub_runs(household: Household) -> None:
    with ntfy() as (server, taken), household.running() as hub:
        given = ("ntfy", "ben", "--option", f"server={server}", "--option", "topic=@-")
        added = household("notify", "channel", "add", *given, stdin=f"{TOPIC}\n").out.strip()
        assert added == "notify_ntfy"
        listed = household("notify", "channel", "list", "--json").json
        (way,) = [one for one in listed if one["channel"] == added]
        assert (way["to"], way["kind"], way["on"], way["problem"]) == ("ben", "notify_ntfy", True, "")
        tried = {one["channel"]: one["state"] for one in household("notify", "test", "ben", "--json").json}
        assert tried == {"app": "sent", "notify_ntfy": "sent"}
        assert taken[-1]["title"] == "A test from Homeostat"
        said = household("notify", "send", "ben", "--message", "Dinner is ready", "--data", '{"tag": "dinner"}')
        assert said.out.startswith("ben: ")
        soon(lambda: len(taken) == 2)
        status, told = hub.request("GET", "/hub/v1/notifications", household.token())
        assert (status, told["waiting"]) == (200, 0)  # Anna was told nothing
        (newest, *_) = household("notify", "list", "--json").json
        assert {"to": "ben", "by": "", "channels": ["app", "notify_ntfy"]}.items() <= newest.items()
        assert "Dinner" not in household("notify", "list").out
        household("notify", "channel", "remove", added)
        assert added not in household("notify", "channel", "list").out
        assert [one["message"] for one in taken[1:]] == ["Dinner is ready"]
        assert TOPIC not in hub.said


def test_what_is_wrong_is_told_with_what_to_do(household: Household) -> None:
    assert "did you mean 'ben'" in household("notify", "send", "bem", "-m", "x", code=1).err
    assert "--data is no JSON" in household("notify", "send", "ben", "-m", "x", "--data", "{", code=2).err
    assert "--data is no JSON object" in household("notify", "send", "ben", "-m", "x", "--data", "[]", code=2).err
    wrong = household("notify", "send", "ben", "-m", "x", "--data", '{"urgency": "hot"}', code=1).err
    assert "data.urgency: 'hot' is none of info, important, critical" in wrong
    assert "no hub is running" in household("notify", "test", "ben", code=1).err
    assert "Nothing was told yet." in household("notify", "list").out
    assert "no integration" in household("notify", "channel", "add", "pigeon", "ben", code=1).err


def test_what_is_sent_while_no_hub_runs_goes_out_as_soon_as_one_does(household: Household) -> None:
    with ntfy() as (server, taken):
        household("notify", "channel", "add", "ntfy", "ben", "--option", f"server={server}", "--option", "topic=x")
        assert household("notify", "send", "ben", "-m", "Good morning").out == "ben: waiting\n"
        assert taken == []
        with household.running():
            soon(lambda: taken)
        assert [one["message"] for one in taken] == ["Good morning"]
