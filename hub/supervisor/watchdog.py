"""Sees from a thread of its own that the loop is held, says by whom, and breaks the hold."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

_log = logging.getLogger("hub.watchdog")

NOTICE_AFTER = 1.0
"""Seconds the loop may be held before it is worth a word."""
BREAK_AFTER = 5.0
"""Seconds after which code of an integration is interrupted where it stands."""


class LoopBlocked(BaseException):
    """Raised inside code that held the loop; not an Exception, so that `except Exception` cannot swallow it."""


Blame = Callable[[str], str | None]
"""File name -> integration domain, or None for the hub's own and library code."""
Report = Callable[[str, float, str], None]
"""Called on the loop: task name or domain, seconds, `file:line`."""


_SHIPPED = f"{Path(__file__).parents[2] / 'integrations'}/"
_awake: set[Watchdog] = set()
"""All of this process, which has one handler of the signal for them."""


def blame(filename: str) -> str | None:
    """The domain of an integration's own file."""
    _, custom, rest = filename.rpartition("/custom_integrations/")
    if not custom:
        if not filename.startswith(_SHIPPED):
            return None
        rest = filename.removeprefix(_SHIPPED)
    return rest.split("/", 1)[0].removesuffix(".py")


class Watchdog:
    def __init__(self, blame: Blame, report: Report, *, break_after: float = BREAK_AFTER) -> None:
        self._blame, self._report = blame, report
        self._break_after = break_after
        self._beat = time.monotonic()
        self._running = threading.Event()
        self._breaking = False
        self._thread: threading.Thread | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._breaks = False
        self.longest = 0.0
        """The longest hold seen, seconds."""

    def start(self) -> None:
        """Watch the running loop; breaking a hold works when the loop runs in the main thread."""
        self._loop = asyncio.get_running_loop()
        self._running.set()
        self._pulse()
        if threading.current_thread() is threading.main_thread():
            # It stays when the last one stops: a signal that is late by then would end the process.
            signal.signal(signal.SIGUSR2, _on_signal)
            self._breaks = True
        _awake.add(self)
        self._thread = threading.Thread(target=self._watch, args=(threading.get_ident(),), name="watchdog", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._running.clear()
        if self._timer is not None:
            self._timer.cancel()
        if self._thread is not None:
            self._thread.join(timeout=2.0)
            self._thread = None
        _awake.discard(self)

    def _pulse(self) -> None:
        now = time.monotonic()
        self.longest = max(self.longest, now - self._beat - 0.1)
        self._beat = now
        if self._running.is_set() and self._loop is not None:
            self._timer = self._loop.call_later(0.1, self._pulse)

    def _watch(self, ident: int) -> None:
        told: tuple[str, str] | None = None
        began = 0.0
        while self._running.is_set():
            time.sleep(0.1)
            if self._loop is None or not self._loop.is_running():
                self._beat = time.monotonic()  # a loop that stands still is held by nobody
            held = time.monotonic() - self._beat
            if held < NOTICE_AFTER:
                if told is not None:
                    self._tell(told, time.monotonic() - began)
                    told = None
                continue
            culprit = self._culprit(sys._current_frames().get(ident))
            if culprit is not None and told is None:
                told, began = culprit, self._beat
            if culprit is not None and self._breaks and held > self._break_after and not self._breaking:
                self._breaking = True
                signal.pthread_kill(ident, signal.SIGUSR2)

    def _tell(self, culprit: tuple[str, str], seconds: float) -> None:
        domain, where = culprit
        _log.error("integration %s held the loop for %.1f s at %s", domain, seconds, where)
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._report, domain, seconds, where)

    def _culprit(self, frame: FrameType | None) -> tuple[str, str] | None:
        while frame is not None:
            domain = self._blame(frame.f_code.co_filename)
            if domain is not None:
                name = frame.f_code.co_filename.rsplit("/", 2)
                return domain, f"{'/'.join(name[-2:])}:{frame.f_lineno}"
            frame = frame.f_back
        return None

    def asked(self) -> bool:
        """Whether this one has sent the signal; said once."""
        asked, self._breaking = self._breaking, False
        return asked

    def interrupt(self, frame: FrameType | None) -> None:
        """Raises LoopBlocked where an integration's code stands."""
        culprit = self._culprit(frame)
        if culprit is not None:
            raise LoopBlocked(f"it blocked the whole hub for more than {self._break_after:g} s at {culprit[1]}")


def _on_signal(_number: int, frame: FrameType | None) -> None:
    for one in [one for one in _awake if one.asked()]:
        one.interrupt(frame)
