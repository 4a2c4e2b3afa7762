"""An oracle that sees every file this process opens, makes, moves or removes, and every program it starts."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_WATCHED = {
    "open", "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod",
    "os.chown", "shutil.copyfile", "shutil.move", "shutil.rmtree", "os.listdir", "os.scandir",
}  # fmt: skip
_STARTS = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.startfile", "pty.spawn"}
_heard: list[list[tuple[str, str]]] = []


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if not _heard:
        return
    if event in _WATCHED:
        for one in arguments[: 1 if event == "open" else 2]:
            if isinstance(one, (str, bytes)):
                for heard in _heard:
                    heard.append((event, os.path.abspath(os.fsdecode(one))))
    elif event in _STARTS:
        for heard in _heard:
            heard.append((event, str(arguments)[:300]))


sys.addaudithook(_hook)


@contextmanager
def opened() -> Iterator[list[tuple[str, str]]]:
    """(event, path) while the block runs; a hook that was added once stays, so it only listens within."""
    heard: list[tuple[str, str]] = []
    _heard.append(heard)
    try:
        yield heard
    finally:
        _heard[:] = [one for one in _heard if one is not heard]
