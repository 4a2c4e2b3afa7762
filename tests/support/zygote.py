"""Runs `homeostat` in forks of one process that has imported it already: a process each, without a second of importing.

Started by `forked` as a program of its own. A request is a line of JSON with three open files; the answers are lines:
the process id, and at the end the exit code (negative: the signal that ended it).
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

PROGRAM = Path(sys.executable).with_name("homeostat")
_LARGEST = 1 << 20
_PARENT_DIED = 1


def forked(arguments: Sequence[str], text: str, env: Mapping[str, str], cwd: Path) -> tuple[int, str, str]:
    """Exit code, output and errors of one command. Raises TimeoutError after two minutes."""
    with contextlib.ExitStack() as stack:
        given, out, err = [stack.enter_context(tempfile.TemporaryFile()) for _ in range(3)]
        given.write(text.encode())
        given.seek(0)
        connection = stack.enter_context(socket.socket(socket.AF_UNIX))
        connection.settimeout(120)
        connection.connect(_zygote())
        request = json.dumps({"arguments": list(arguments), "env": dict(env), "cwd": str(cwd)}).encode() + b"\n"
        socket.send_fds(connection, [request[:1]], [one.fileno() for one in (given, out, err)])
        connection.sendall(request[1:])
        answer = stack.enter_context(connection.makefile())
        number = int(answer.readline())
        try:
            code = int(answer.readline())
        except TimeoutError:
            os.kill(number, signal.SIGKILL)
            raise
        said = []
        for one in (out, err):
            one.seek(0)
            said.append(one.read().decode())
        return code, said[0], said[1]


@cache
def _zygote() -> str:
    """The address of this process's own; it ends when this process does."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        process = subprocess.Popen(
            [sys.executable, __file__, str(theirs.fileno()), str(os.getpid())],
            pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, env=clean(os.environ),
        )  # fmt: skip
        atexit.register(_end, process)
        theirs.close()
        ours.settimeout(120)
        address = ours.recv(200).decode()
    assert address, "it did not start"
    return f"\0{address}"


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait(10)


def clean(variables: Mapping[str, str]) -> dict[str, str]:
    """Without what would set the hub up."""
    return {name: value for name, value in variables.items() if not name.startswith("HOMEOSTAT_")}


def _serve(ready: socket.socket, parent: int) -> None:
    ctypes.CDLL(None).prctl(_PARENT_DIED, signal.SIGKILL)
    if os.getppid() != parent:
        return
    _import_everything()
    listening = socket.socket(socket.AF_UNIX)
    listening.bind("")  # a name that the kernel chooses
    listening.listen()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    ready.send(listening.getsockname()[1:])
    ready.close()
    while True:
        connection, _ = listening.accept()
        if os.fork() == 0:
            listening.close()
            _carry_out(connection)
        connection.close()


def _carry_out(connection: socket.socket) -> None:
    """In a fork: start the command in another, and tell how it ended."""
    code = 255
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        request, files, _, _ = socket.recv_fds(connection, _LARGEST, 3)
        while not request.endswith(b"\n"):
            request += connection.recv(_LARGEST)
        number = os.fork()
        if number == 0:
            connection.close()
            _command(json.loads(request), files)
        connection.sendall(f"{number}\n".encode())
        _, status = os.waitpid(number, 0)
        code = os.waitstatus_to_exitcode(status)
        connection.sendall(f"{code}\n".encode())
    finally:
        os._exit(0)


def _command(given: dict[str, Any], files: list[int]) -> None:
    code: object = 255
    try:
        for number, file in enumerate(files):
            os.dup2(file, number)
            os.close(file)
        sys.stdin, sys.stdout, sys.stderr = (
            open(number, mode, buffering=1, encoding="utf-8", closefd=False)  # noqa: SIM115 # until the process ends
            for number, mode in enumerate("rww")
        )
        os.chdir(given["cwd"])
        os.environ.clear()
        os.environ.update(given["env"])
        sys.argv = [str(PROGRAM), *given["arguments"]]
        importlib.import_module("hub.cli").main()
        code = 0
    except SystemExit as end:
        code = end.code
    except BaseException:  # noqa: BLE001 # as an interpreter ends
        sys.excepthook(*sys.exc_info())
        code = 1
    finally:
        if code is not None and not isinstance(code, int):
            print(code, file=sys.stderr)
            code = 1
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(int(code or 0))


def _import_everything() -> None:
    sys.path[0] = str(PROGRAM.parent)
    for name in ("hub", "web", "integrations"):
        package = importlib.import_module(name)
        for found in pkgutil.walk_packages(package.__path__, f"{name}.", onerror=lambda _: None):
            if not found.name.endswith(("__main__", ".env")):
                with contextlib.suppress(Exception):  # who needs it will say so
                    importlib.import_module(found.name)
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2]))
