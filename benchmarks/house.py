"""A real hub in a process of its own, set up by its own commands, for a benchmark to speak with."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
HOMEOSTAT = (str(Path(sys.executable).parent / "homeostat"),)
PEOPLE = ("anna", "ben", "cleo", "dora")


@dataclass(slots=True)
class House:
    config: Path
    port: int
    token: str
    process: subprocess.Popen[bytes]
    seconds_to_health: float
    seconds_to_page: float

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def resident_mb(self) -> float:
        """Of the hub's own process."""
        return resident_mb(self.process.pid) - self.broker_mb

    @property
    def broker_mb(self) -> float:
        """Of the processes that it started: its broker."""
        return sum(resident_mb(one) for one in _children(self.process.pid))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def resident_mb(pid: int) -> float:
    """Resident memory of a process and the children it has now, in MB (10^6 bytes)."""
    total = 0.0
    for one in (pid, *_children(pid)):
        try:
            status = Path(f"/proc/{one}/status").read_text()
        except OSError:
            continue
        total += next(float(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) * 1024 / 1e6
    return total


def _children(pid: int) -> list[int]:
    try:
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [int(one) for one in found] + [more for one in found for more in _children(int(one))]


def set_up(config: Path, more: str = "") -> str:
    """A household of four by `homeostat setup`; returns a token that may do everything."""
    config.mkdir(parents=True, exist_ok=True)
    if more:
        (config / "hub.yaml").write_text(more)
    people = [f"--person={name.title()}" for name in PEOPLE[1:]]
    _homeostat(
        "setup", f"--config={config}", "--household=Bench", "--timezone=Europe/Madrid", "--owner=Anna",
        "--password-stdin", *people, stdin="a long enough password",
    )  # fmt: skip
    return _homeostat(
        "token", "create", f"--config={config}", "--account=anna", "--verbs=view,record,act,manage"
    ).strip()


def _homeostat(*arguments: str, stdin: str = "") -> str:
    done = subprocess.run(
        [*HOMEOSTAT, *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"homeostat {arguments[0]} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


@contextmanager
def running(config: Path, token: str, *options: str) -> Iterator[House]:
    """`homeostat run` until the block ends; both times are from the start of the process."""
    port = free_port()
    command = [*HOMEOSTAT, "run", f"--config={config}", f"--port={port}", *options]
    with tempfile.TemporaryFile() as log:
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        try:
            health = _until(f"http://127.0.0.1:{port}/healthz", process, began)
            page = _until(f"http://127.0.0.1:{port}/sign-in", process, began)
            yield House(config, port, token, process, health, page)
        except RuntimeError:
            log.seek(0)
            sys.stderr.write(log.read().decode()[-3_000:])
            raise
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _until(url: str, process: subprocess.Popen[bytes], began: float, limit: float = 60.0) -> float:
    """Seconds from `began` until the address answers 200."""
    while time.perf_counter() - began < limit:
        if process.poll() is not None:
            raise RuntimeError(f"the hub ended with {process.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                answer.read()
                if answer.status == 200:
                    return time.perf_counter() - began
        except (urllib.error.URLError, OSError):
            time.sleep(0.01)
    raise RuntimeError(f"{url} did not answer within {limit:g} s")


def scratch() -> tempfile.TemporaryDirectory[str]:
    """A folder that goes when the benchmark does."""
    return tempfile.TemporaryDirectory(prefix="homeostat-bench-", ignore_cleanup_errors=True)


def cores() -> int:
    return len(os.sched_getaffinity(0))
