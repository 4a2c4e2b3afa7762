"""Who has the database file open: many may, and only who is alone may put another file in its place."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class Lock:
    """An advisory lock beside a SQLite file, shared by all that have it open; the kernel frees it when they end."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)

    def alone(self) -> bool:
        """Take it for oneself, if nobody else has the database open."""
        return self._take(fcntl.LOCK_EX | fcntl.LOCK_NB)

    def share(self) -> None:
        """Let others in."""
        self._take(fcntl.LOCK_SH)

    def close(self) -> None:
        """Harmless when repeated: the number may be another file's by then."""
        file, self._file = self._file, -1
        if file >= 0:
            os.close(file)

    def _take(self, how: int) -> bool:
        try:
            fcntl.flock(self._file, how)
        except BlockingIOError:
            return False
        except OSError:
            return True  # a file system without locks: nobody else can be told of
        return True
