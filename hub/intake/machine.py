"""What a machine knows of its own clock, read without privileges and without asking another program."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

_UNSYNCHRONISED = 0x40
"""STA_UNSYNC of adjtimex(2)."""
_AGREES = timedelta(minutes=5)


class Evidence(NamedTuple):
    synchronised: bool | None = None
    """A time server or the like has set the clock; None: nobody can say."""
    alone: bool = False
    """Nothing keeps time while the machine is off, so that its clock is right only once it was told."""
    installed: datetime | None = None
    """The program was put here then, so that it cannot be earlier now."""


class Machine:
    """Looks below `root`; `kernel` says whether the kernel takes its clock for synchronised."""

    def __init__(self, root: Path = Path("/"), kernel: Callable[[], bool | None] | None = None) -> None:
        self._root, self._kernel = root, kernel if kernel is not None else _kernel
        self._installed = datetime.fromtimestamp(Path(__file__).stat().st_mtime, UTC)

    def evidence(self, now: datetime) -> Evidence:
        synchronised = self._kernel()
        timesyncd = self._root / "run/systemd/timesync"
        if not synchronised and timesyncd.is_dir():
            synchronised = (timesyncd / "synchronized").exists()
        # A board such as a Raspberry Pi is told what it consists of; a computer with a battery finds out by itself.
        board = any((self._root / path).exists() for path in ("sys/firmware/devicetree/base", "proc/device-tree"))
        return Evidence(synchronised, board and not self._keeps_time(now), self._installed)

    def _keeps_time(self, now: datetime) -> bool:
        """Whether there is a clock with a battery, from which the present time is."""
        for clock in (self._root / "sys/class/rtc").glob("rtc*"):
            with suppress(OSError, ValueError, OverflowError):
                shown = datetime.fromtimestamp(int((clock / "since_epoch").read_text()), UTC)
                if abs(shown - now) < _AGREES:
                    return True
        return False


class _Timex(ctypes.Structure):
    """struct timex: only its beginning is read, the rest is room."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 512),
    )


def _kernel() -> bool | None:
    told = _Timex()
    try:
        outcome = ctypes.CDLL(None).adjtimex(ctypes.byref(told))
    except (OSError, AttributeError):
        return None
    return None if outcome < 0 else not told.status & _UNSYNCHRONISED
