"""Messages between hub and child: one JSON object a line; never pickle, the child may be hostile."""

from __future__ import annotations

import asyncio
import itertools
import sysconfig
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from pydantic import TypeAdapter

from hub import errors
from hub.errors import HubError
from hub.model import (
    Command,
    DeviceDescription,
    Document,
    EntityDescription,
    JournalDraft,
    Reading,
    Receipt,
    Sample,
)

_HUB = Path(__file__).parents[2]
_STANDARD_LIBRARY = Path(sysconfig.get_path("stdlib"))
LONGEST_LINE = 32 << 20
"""Bytes of one message to a child: a whole body that was sent to its webhook."""
LONGEST_FROM_CHILD = 8 << 20
"""Bytes of one message from a child; a longer one ends it, and reading this one holds nobody up."""
MOST_AT_ONCE = 64
"""Calls of the other side that are answered at the same time; while there are more nothing further is read."""

Types = tuple[tuple[Any, ...], Any]
CONTEXT_CALLS: Mapping[str, Types] = {
    "accept": ((list[Sample],), Receipt),
    "journal": ((list[JournalDraft],), Receipt),
    "remove_journal": ((list[str],), int),
    "remove_readings": ((str, list[datetime], str), int),
    "describe": ((list[DeviceDescription], list[EntityDescription]), None),
    "forget": ((list[str], list[str]), None),
    "available": ((list[str], bool), None),
    "latest": ((str, str), Reading | None),
    "load": ((str,), Any),
    "save": ((str, Any), None),
    "documents_put": ((str, list[Document]), None),
    "documents_find": ((str, dict[str, Any]), list[Document]),
    "documents_remove": ((str, list[str]), int),
    "progress": ((float | None, str), None),
    "problem": ((str, str, str), None),
    "happened": ((str, dict[str, Any]), None),
    "act": ((str, str, dict[str, Any]), None),
    "log": ((int, str), None),
    "working": ((), None),
}
"""What a child may ask of the hub: argument types and result type, checked on arrival."""
CHILD_CALLS: Mapping[str, Types] = {
    "ping": ((), None),
    "start": ((dict[str, Any],), None),
    "act": ((Command,), None),
    "webhook": ((dict[str, Any],), dict[str, Any]),
    "stop": ((), None),
}


@cache
def adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def pack(kind: Any, value: Any) -> Any:
    return adapter(kind).dump_python(value, mode="json") if kind is not None else None


def unpack(kind: Any, value: Any) -> Any:
    return adapter(kind).validate_python(value) if kind is not None else None


class Wire:
    """Calls in both directions over two byte streams; each call is answered once, in any order."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        answer: Callable[[str, list[Any]], Awaitable[Any]],
        *,
        asks: Mapping[str, Types],
        answers: Mapping[str, Types],
    ) -> None:
        self._reader, self._writer, self._answer = reader, writer, answer
        self._asks, self._answers = asks, answers
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._busy: set[asyncio.Task[None]] = set()
        self._free = asyncio.Semaphore(MOST_AT_ONCE)

    async def call(self, name: str, *arguments: Any) -> Any:
        """Ask the other side. Raises what it raised, as one of the hub's errors."""
        kinds, result = self._asks[name]
        number = next(self._numbers)
        packed = [pack(kind, one) for kind, one in zip(kinds, arguments, strict=True)]
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            await self._send({"n": number, "call": name, "with": packed})
            return unpack(result, await answer)
        finally:
            self._waiting.pop(number, None)

    async def run(self) -> None:
        """Read until the other side hangs up; every open call then fails."""
        try:
            while line := await self._reader.readline():
                message = orjson.loads(line)
                if isinstance(message, dict) and "call" in message:
                    # A side that asks and never reads the answers fills its own pipe, not our memory.
                    await self._free.acquire()
                self._take(message)
        except (ValueError, ConnectionError, asyncio.LimitOverrunError) as error:
            raise HubError(f"the process sent something unreadable: {error}") from None
        finally:
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(errors.NotReady("the process ended"))
                    answer.exception()  # whoever asked may be gone already
            for task in self._busy:
                task.cancel()

    def _take(self, message: Any) -> None:
        if not isinstance(message, dict):
            raise ValueError("a message that is not an object")
        if "call" in message:
            task = asyncio.get_running_loop().create_task(self._serve(message))
            self._busy.add(task)
            task.add_done_callback(self._served)
            return
        answer = self._waiting.get(message.get("n", 0))
        if answer is None or answer.done():
            return
        if "error" in message:
            answer.set_exception(_error(message["error"]))
        else:
            answer.set_result(message.get("is"))

    def _served(self, task: asyncio.Task[None]) -> None:
        self._busy.discard(task)
        self._free.release()

    async def _serve(self, message: dict[str, Any]) -> None:
        number, name = message.get("n"), str(message["call"])
        reply: dict[str, Any] = {"n": number}
        try:
            kinds, result = self._answers[name]
            given: Sequence[Any] = message.get("with", [])
            arguments = [unpack(kind, one) for kind, one in zip(kinds, given, strict=True)]
            reply["is"] = pack(result, await self._answer(name, arguments))
        except Exception as error:  # noqa: BLE001  # the other side hears of it
            reply["error"] = describe_error(error)
        await self._send(reply)

    async def _send(self, message: dict[str, Any]) -> None:
        self._writer.write(orjson.dumps(message) + b"\n")
        await self._writer.drain()


def describe_error(error: BaseException) -> dict[str, Any]:
    """An error as a message; a stranger's says in which of its own lines it arose."""
    ours = isinstance(error, HubError)
    text = str(error) if ours else f"{error} {_place(error)}".strip()
    return {"type": type(error).__name__, "text": text, "ours": ours}


def _place(error: BaseException) -> str:
    """File and line of the innermost frame that is neither the hub's nor a package's; empty when there is none."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        file = Path(frame.filename)
        foreign = file.is_relative_to(_STANDARD_LIBRARY) or "site-packages" in file.parts or file.is_relative_to(_HUB)
        if file.is_file() and not foreign:
            return f"({file.name}, line {frame.lineno})"
    return ""


def _error(described: Any) -> Exception:
    name, text = str(described.get("type")), str(described.get("text"))
    if not described.get("ours"):
        # Not as one of ours: logs quote those, and a stranger's text may hold a reading.
        stranger: type[Exception] = type(name, (Exception,), {})
        return stranger(text)
    kind = getattr(errors, name, HubError)
    if not (isinstance(kind, type) and issubclass(kind, HubError)):
        kind = HubError
    return kind(text)


def error_of(described: Any) -> Exception:
    """The error that a message describes: the hub's own, or one with a stranger's name."""
    return _error(described)
