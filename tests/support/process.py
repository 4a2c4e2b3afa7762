"""Start a real server for a test, wait until it answers, end it by its own process id."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path


class Missing(RuntimeError):
    """A program that script/test installs is not there."""


def free_port() -> int:
    """A loopback TCP port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def program(name: str, *folders: Path) -> str:
    """The path of an installed program; raises Missing with what to do."""
    places = os.pathsep.join([*map(str, folders), os.environ.get("PATH", ""), "/usr/sbin", "/usr/bin"])
    found = shutil.which(name, path=places)
    if found is None:
        raise Missing(f"{name} is not installed: script/test installs what the tests need")
    return found


def start(
    command: Sequence[str], log: Path, port: int, *, user: str | None = None, cwd: Path | None = None
) -> subprocess.Popen[bytes]:
    """Run a server that ends when the tests do; returns when the port answers, raises with its log otherwise."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [program("setpriv"), "--pdeathsig", "TERM", *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
            cwd=cwd,
        )
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return process
        time.sleep(0.01)
    stop(process)
    raise RuntimeError(f"{command[0]} did not answer on port {port}:\n{log.read_text(errors='replace')[-2000:]}")


def stop(process: subprocess.Popen[bytes], how: signal.Signals = signal.SIGTERM) -> None:
    """End a process that `start` made; kills it when it does not end in 10 s."""
    if process.poll() is None:
        process.send_signal(how)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)
