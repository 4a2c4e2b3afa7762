"""Has a backtest done by a process of its own."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from hub.automation.replay.order import Order, packed
from hub.errors import Conflict, HubError, StorageUnavailable

PROGRAM = "from hub.automation.replay.worker import main; main()"
LINE = 64 << 20


async def work(order: Order, progress: Callable[[float | None, str], None] = lambda share, words: None) -> Any:
    """The result; cancelled, the process ends. Raises Conflict, StorageUnavailable."""
    pipe = asyncio.subprocess.PIPE
    # By its path: the process must find this program's modules wherever it was started.
    here = str(Path(__file__).parents[3])
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", f"import sys; sys.path.insert(0, {here!r}); {PROGRAM}"),
        stdin=pipe, stdout=pipe, stderr=pipe, limit=LINE,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    errors = asyncio.ensure_future(process.stderr.read())
    try:
        process.stdin.write(packed(order) + b"\n")
        async for line in process.stdout:
            said = orjson.loads(line)
            if "progress" in said:
                progress(*said["progress"])
            elif "result" in said:
                return said["result"]
            else:
                raise _refused(said["error"])
        code = await process.wait()
        last = (await errors).decode(errors="replace").strip().rpartition("\n")[2]
        raise Conflict(f"the backtest ended with exit code {code}" + (f" ({last[:200]})" if last else ""))
    finally:
        process.stdin.close()
        if process.returncode is None:
            process.kill()
            await process.wait()
        errors.cancel()
        await asyncio.gather(errors, return_exceptions=True)


def _refused(error: dict[str, str]) -> HubError:
    kind = StorageUnavailable if error["kind"] == "StorageUnavailable" else Conflict
    return kind(error["message"])
