"""One backtest in a process of its own, so that the hub goes on answering.

Standard input brings the order as a line of JSON and stays open: when it ends, nobody waits for the result any more.
Standard output is lines of JSON: `progress`, and at the end `result` or `error`.
"""

from __future__ import annotations

import asyncio
import os
import sys
from threading import Thread
from typing import Any

import orjson

from hub.automation.replay.order import unpacked
from hub.automation.replay.trial import Trial
from hub.errors import HubError

GONE = 3
"""Exit code when the hub ended."""


def main() -> None:
    """What the hub starts as `python -c`."""
    os.nice(10)
    out = sys.stdout.buffer

    def say(line: dict[str, Any]) -> None:
        out.write(orjson.dumps(line, default=str) + b"\n")
        out.flush()

    order = unpacked(sys.stdin.buffer.readline())
    Thread(target=_watch, name="hub", daemon=True).start()
    try:
        trial = Trial(order, lambda share, words: say({"progress": [share, words]}))
        say({"result": asyncio.run(trial.run())})
    except HubError as error:
        say({"error": {"kind": type(error).__name__, "message": str(error)}})


def _watch() -> None:
    while sys.stdin.buffer.read(1):
        pass
    os._exit(GONE)


if __name__ == "__main__":
    main()
