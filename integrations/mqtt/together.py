"""Several endless works as one."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any


async def together(work: list[Coroutine[Any, Any, None]]) -> None:
    """Run all; the first that fails ends the others, and its error is raised as it is."""
    tasks = [asyncio.create_task(one) for one in work]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()
    finally:
        # A task whose wait ends in the very moment of its cancelling may go on: it is told again.
        pending = set(tasks)
        while pending:
            for task in pending:
                task.cancel()
            done, pending = await asyncio.wait(pending, timeout=0.5)
            for task in done:
                if not task.cancelled():
                    task.exception()
