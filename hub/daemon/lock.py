"""One program at a time works on a data folder: the hub, or a command while no hub runs."""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Self

from hub.errors import HubError, StorageUnavailable

RUN_DIR = "run"
HUB, COMMAND = "hub", "command"


class InUse(HubError):
    """Another program works on the data folder."""

    def __init__(self, data_dir: Path, pid: int, what: str) -> None:
        who = "a hub" if what == HUB else "another command"
        super().__init__(
            f"{who} is running on {data_dir} already{f' (process {pid})' if pid else ''}; "
            + ("stop it first, or use another --config" if what == HUB else "wait until it has finished")
        )
        self.pid, self.what = pid, what


class DataLock:
    """Held from `take` to `release`, and let go by the kernel however the program ends."""

    def __init__(self, file: int) -> None:
        self._file: int | None = file

    @classmethod
    def take(cls, data_dir: Path, what: str = HUB) -> Self:
        """Raises InUse at once when another holds it, StorageUnavailable when the folder can't be written."""
        try:
            file = os.open(run_dir(data_dir) / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StorageUnavailable(
                f"the data folder {data_dir} can't be written: {(error.strerror or str(error)).lower()}. "
                "Make it writable for the user that runs the hub, or name another one by `data` in hub.yaml."
            ) from None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid, other = _holder(file)
            os.close(file)
            raise InUse(data_dir, pid, other) from None
        except BaseException:
            os.close(file)
            raise
        with suppress(OSError):  # only for the message to others; the disk may be full
            os.ftruncate(file, 0)
            os.pwrite(file, json.dumps({"pid": os.getpid(), "what": what}).encode(), 0)
        return cls(file)

    def release(self) -> None:
        """Harmless when repeated."""
        file, self._file = self._file, None
        if file is not None:
            with suppress(OSError):
                os.ftruncate(file, 0)
            os.close(file)


def run_dir(data_dir: Path) -> Path:
    """The folder for what belongs to a running program; made for its owner only, as the data folder is."""
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = data_dir / RUN_DIR
    folder.mkdir(exist_ok=True, mode=0o700)
    return folder


def _holder(file: int) -> tuple[int, str]:
    with suppress(ValueError, KeyError, TypeError):
        told = json.loads(os.pread(file, 200, 0))
        return int(told["pid"]), str(told["what"])
    return 0, HUB
