"""What console and hub say to each other: one JSON object a line over a socket that only the hub's user can open.

`{"do": name, "with": {...}}` is answered by any number of `{"progress": [fraction, text]}` and then by
`{"done": result}` or `{"failed": [kind, message]}`; a hub greets with `{"hub": version}`.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from hub import errors
from hub.errors import HubError, NotReady

SOCKET = "console.sock"
LONGEST = 64 << 20
"""Bytes of one line; a batch of readings or a catalogue is far below."""


def encode(message: Mapping[str, Any]) -> bytes:
    return json.dumps(message, default=_plain, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


async def receive(reader: asyncio.StreamReader) -> dict[str, Any] | None:
    """The next message; None when the other side has gone. Raises NotReady for what is none."""
    try:
        line = await reader.readline()
        message = json.loads(line) if line.endswith(b"\n") else None
    except (ConnectionError, asyncio.LimitOverrunError, ValueError):
        raise NotReady("the hub and this command don't understand each other; is one of them newer?") from None
    return message if isinstance(message, dict) else None


def failure(error: HubError) -> list[str]:
    return [type(error).__name__, str(error)]


def failed(told: Any) -> HubError:
    """The error that `failure` told of."""
    kind, message = told
    known = getattr(errors, str(kind), None)
    if isinstance(known, type) and issubclass(known, HubError):
        return known(str(message))
    # Its kind is told as it came, also where this side has no class of that name.
    return type(str(kind), (HubError,), {})(str(message)) if str(kind).isidentifier() else HubError(str(message))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, Mapping):
        return dict(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {one.name: getattr(value, one.name) for one in dataclasses.fields(value)}
    return str(value)
