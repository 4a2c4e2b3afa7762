"""A hub that stops to start anew by itself, in the same process number, after a restore."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hub.clock import RealClock

if TYPE_CHECKING:
    from hub.backup.room import Pending
    from hub.daemon import Settings

_log = logging.getLogger("hub.daemon")
LAST_WORDS = 2.0
"""Seconds in which pages that watch the restore learn that the hub is about to start anew."""


@dataclass(slots=True)
class Again:
    """Whether the hub is to start anew, and what comes before that."""

    asked: bool = False
    pending: Pending | None = None

    def asks(self, loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> Callable[[Pending | None], None]:
        def ask(pending: Pending | None) -> None:
            self.asked, self.pending = True, pending
            loop.call_later(LAST_WORDS, stop.set)

        return ask


async def finish(pending: Pending, settings: Settings, config_dir: Path) -> None:
    """Restore into PostgreSQL while no hub is at work on it; when that fails, nothing was changed. Holds the lock."""
    from hub.backup.keys import read_identities
    from hub.backup.notes import keep_restored, restored
    from hub.backup.restore import restore
    from hub.daemon.sole import Sole
    from hub.errors import HubError

    clock = RealClock()
    sole = Sole(settings.url, settings.data_dir, clock)
    try:
        await sole.take()
        done = await restore(
            pending.path, settings.url, settings.data_dir, config_dir if pending.settings else None,
            read_identities("\n".join(pending.keys), "the recovery key"), pending.keyring,
            clock=clock, progress=lambda share, words: None,
        )  # fmt: skip
        keep_restored(settings.data_dir, {**restored(settings.data_dir), "aside": done.aside})
    except (HubError, OSError) as error:
        _log.error("the restore failed, and nothing was changed: %s", error)
        keep_restored(settings.data_dir, {**restored(settings.data_dir), "problem": str(error)})
    finally:
        await sole.release()


def start() -> None:
    """The same command line again, in this process's place."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
