"""The `homeostat` command as a household calls it, and a hub that it started."""

from __future__ import annotations

import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.process import free_port, start, stop
from tests.support.zygote import PROGRAM, clean, forked

CHECKOUT = Path(__file__).parents[2]
PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Household:
    """A configuration folder and the commands on it."""

    folder: Path
    variables: dict[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: str, stdin: str = "", code: int | None = 0) -> Done:
        """Run `homeostat`; `code` is the exit code expected, None for any."""
        given = [*arguments, "--config", str(self.folder)]
        ended, out, err = forked(given, stdin, {**clean(os.environ), **self.variables}, self.folder.parent)
        assert code is None or ended == code, f"{arguments}: exit code {ended}\n{err}"
        return Done(ended, out, err)

    def set_up(self, *people: str) -> None:
        """Anna owns it; `people` are further ones."""
        more = [word for name in people for word in ("--person", name)]
        self(
            "setup", "--household", "Home", "--timezone", "Europe/Madrid", "--owner", "Anna", "--password-stdin", *more,
            stdin=f"{PASSWORD}\n",
        )  # fmt: skip

    def token(self, *arguments: str) -> str:
        """A fresh token of Anna's; may do everything unless told otherwise."""
        wanted = arguments or ("--verbs", "view,record,act,manage")
        return self("token", "create", "--account", "anna", *wanted).out.strip()

    @contextmanager
    def running(self, *arguments: str, program: str = "", cwd: Path | None = None) -> Iterator[Running]:
        """A hub on the folder, ended by its process id; `program`: of this checkout, instead of the installed one."""
        port = free_port()
        log = self.folder / "console.txt"
        self.folder.mkdir(parents=True, exist_ok=True)
        log.unlink(missing_ok=True)
        begin = [str(CHECKOUT / program)] if program else [str(PROGRAM), "run"]
        command = [*begin, "--config", str(self.folder), "--port", str(port), *arguments]
        before = dict(os.environ)
        os.environ.update(self.variables)
        try:
            process = start(command, log, port, cwd=cwd)
        finally:
            os.environ.clear()
            os.environ.update(before)
        hub = Running(port, process, log)
        try:
            hub.wait_for("Homeostat is running at")
            yield hub
        finally:
            stop(process)


@dataclass
class Running:
    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_for(self, text: str, seconds: float = 20) -> str:
        """Until the console shows a text; returns all it shows."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if text in self.said:
                return self.said
            time.sleep(0.02)
        raise AssertionError(f"{text!r} was not said:\n{self.said}")

    def request(self, method: str, path: str, token: str = "", body: Any = None) -> tuple[int, Any]:
        """Status and decoded answer of the hub."""
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        raw = json.dumps(body).encode() if body is not None else None
        asked = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", raw, headers, method=method)
        try:
            with urllib.request.urlopen(asked, timeout=20) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read() or b"null")

    def record(self, token: str, **reading: Any) -> tuple[int, Any]:
        return self.request("POST", "/hub/v1/readings", token, {"readings": [reading]})
