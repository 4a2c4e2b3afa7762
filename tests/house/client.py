"""A stranger's HTTP client: knows nothing of the hub but its address."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def json(self) -> Any:
        assert self.headers["content-type"].split(";")[0] == "application/json", self.body[:200]
        return json.loads(self.body)

    @property
    def error(self) -> str:
        """All the words of a refusal."""
        told = self.json["error"]
        assert told["message"]
        return " ".join(told.values())


@dataclass(frozen=True)
class Client:
    port: int
    token: str = ""

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        raw: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        **query: Any,
    ) -> Answer:
        """One request on a connection of its own; `query` is put behind the path."""
        sent = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if body is not None:
            raw = json.dumps(body).encode()
        if raw is not None:
            sent["Content-Type"] = "application/json"
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            where = f"{path}?{urlencode(query, doseq=True)}" if query else path
            line.request(method, where, raw, {**sent, **(headers or {})})
            answer = line.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, found, answer.read())
        finally:
            line.close()

    def get(self, path: str, **query: Any) -> Answer:
        return self.ask("GET", path, **query)

    def post(self, path: str, body: Any) -> Answer:
        return self.ask("POST", path, body)

    def record(self, *readings: Any) -> Any:
        """What POST /hub/v1/readings says to them."""
        answer = self.post("/hub/v1/readings", {"readings": list(readings)})
        assert answer.status == 200, answer.body
        return answer.json

    @contextmanager
    def listen(self, path: str = "/hub/v1/live") -> Iterator[Iterator[tuple[str, Any]]]:
        """The (name, data) of server-sent events as they come; the stream is open once this returns."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            line.request("GET", path, headers={"Authorization": f"Bearer {self.token}"})
            answer = line.getresponse()
            assert answer.status == 200
            assert answer.headers["Content-Type"].split(";")[0] == "text/event-stream"
            # The first comment says that it listens.
            while not answer.readline().startswith(b":"):
                pass
            yield _events(answer)
        finally:
            line.close()


def _events(answer: http.client.HTTPResponse) -> Iterator[tuple[str, Any]]:
    name, data = "message", ""
    while line := answer.readline().decode():
        field, _, value = line.rstrip("\n").partition(": ")
        if not field:
            if data:
                yield name, json.loads(data)
            name, data = "message", ""
        elif field == "event":
            name = value
        elif field == "data":
            data += value


NOW = datetime.now(UTC).replace(microsecond=0)


def ago(minutes: float) -> str:
    """RFC 3339 in UTC, whole seconds."""
    return f"{NOW - timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}"


def reading(metric: str, value: Any, minutes: float = 1, **more: Any) -> dict[str, Any]:
    """Anna's, so many minutes ago."""
    return {"person": "anna", "metric": metric, "value": value, "taken_at": ago(minutes), **more}
