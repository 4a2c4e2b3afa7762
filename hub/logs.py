"""Logs: one JSON object a line in a rotating file, plain lines on the console; no health values, no secrets."""

from __future__ import annotations

import json
import logging
import re
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from logging.handlers import QueueHandler, QueueListener, RotatingFileHandler
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TextIO

from hub.errors import BadReading, HubError

LEVELS = ("debug", "info", "warning", "error")
HIDDEN = "********"
QUIET = ("aiohttp", "aiosqlite", "amqtt", "asyncio", "sqlalchemy", "transitions")
"""Libraries whose `debug` and `info` quote what passes through them; only `levels` in the configuration opens them."""
PRIVATE = "private"
"""`extra={PRIVATE: text}`: shown on the page of the entry, never written to a log."""

_SHORTEST = 4
"""Shorter secrets are words of every other line; hiding them would hide nothing."""
_SHAPES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?P<scheme>\b[a-z][a-z0-9+.-]*://)[^/\s@'\"]*@", re.I), rf"\g<scheme>{HIDDEN}@"),
    (
        re.compile(
            r"(?P<name>[?&;\s\"'(]|^)(?P<key>[\w-]*(?:token|secret|password|passwd|api[-_]?key|signature))"
            r"(?P<is>=|%3D)[^&\s\"'#)]+",
            re.I,
        ),
        rf"\g<name>\g<key>\g<is>{HIDDEN}",
    ),
    (re.compile(r"\b(?P<kind>bearer|basic)\s+[A-Za-z0-9._~+/=-]{16,}", re.I), rf"\g<kind> {HIDDEN}"),
    (
        re.compile(
            r"(?P<key>[\"']?(?:api[-_]secret|password|passwd|authorization)[\"']?\s*:\s*)[\"']?[^\s,}\"']+", re.I
        ),
        rf"\g<key>{HIDDEN}",
    ),
)
_known: set[str] = set()
_pattern: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class LogSettings:
    level: str = "info"
    levels: Mapping[str, str] = field(default_factory=dict)
    """Logger name -> level, where it differs."""
    size: int = 5_000_000
    """Bytes after which a new file is begun."""
    keep: int = 5
    """Older files kept beside it."""


def hide(*secrets: str) -> None:
    """Never write these texts to a log again, wherever they come from."""
    global _pattern
    fresh = {one for one in secrets if len(one) >= _SHORTEST} - _known
    if fresh:
        _known.update(fresh)
        _pattern = re.compile("|".join(re.escape(one) for one in sorted(_known, key=len, reverse=True)))


def redact(text: str) -> str:
    """`text` without the secrets we know, and without what looks like one."""
    if _pattern is not None:
        text = _pattern.sub(HIDDEN, text)
    for shape, instead in _SHAPES:
        text = shape.sub(instead, text)
    return text


def message_of(record: logging.LogRecord) -> str:
    """The record's text; an exception that may quote a reading (one that is not ours, or BadReading) is named."""
    if isinstance(record.args, Mapping):
        arguments: Any = {key: _told(value) for key, value in record.args.items()}
    else:
        arguments = tuple(_told(value) for value in record.args or ())
    if isinstance(record.msg, BaseException):
        return redact(str(_told(record.msg)))
    try:
        return redact(str(record.msg) % arguments if arguments else str(record.msg))
    except (TypeError, ValueError):
        return redact(str(record.msg))


def _told(value: object) -> object:
    if isinstance(value, BadReading) or (
        isinstance(value, BaseException) and not isinstance(value, HubError | OSError)
    ):
        return type(value).__name__
    return value


def trace_of(error: BaseException) -> str:
    """Where it came from, one frame a line, each cause with its type; messages only of what the hub itself raises."""
    lines: list[str] = []
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        lines += [
            f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(cause.__traceback__)
        ]
        told = _told(cause)
        lines.append(type(cause).__name__ + (f": {told}" if isinstance(told, BaseException) else ""))
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return redact("\n".join(lines))


class JsonLines(logging.Formatter):
    """`at`, `level`, `logger`, `message`, and `entry` and `trace` where there are any."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if entry := getattr(record, "entry", None):
            line["entry"] = str(entry)
        if record.exc_text:
            line["trace"] = record.exc_text
        return json.dumps(line, ensure_ascii=False)


class Plain(logging.Formatter):
    """For a person, or a journal that keeps the time itself."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        text = f"{at} {record.levelname:<7} {record.name}: {record.getMessage()}"
        return f"{text}\n{record.exc_text}" if record.exc_text else text


class _Clean(QueueHandler):
    """Renders each record where it arises, without what must not be written; a thread writes it."""

    def __init__(self, queue: SimpleQueue[Any], level: str, levels: Mapping[str, str]) -> None:
        super().__init__(queue)
        self._level = logging.getLevelNamesMapping()[level.upper()]
        self._levels = {name: logging.getLevelNamesMapping()[one.upper()] for name, one in levels.items()}

    def filter(self, record: logging.LogRecord) -> bool:
        """A logger may be open wider for readers of its own (an entry's page); here the settings decide."""
        name = record.name
        while name and name not in self._levels:
            name = name.rpartition(".")[0]
        return record.levelno >= self._levels.get(name, self._level)

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        clean = logging.makeLogRecord(dict(record.__dict__))
        clean.msg, clean.args = message_of(record), None
        error = record.exc_info[1] if record.exc_info else None
        clean.exc_text = trace_of(error) if error is not None else None
        clean.exc_info = None
        return clean


def set_up(settings: LogSettings, folder: Path | None, console: TextIO | None) -> Callable[[], None]:
    """Log to `folder`/hub.log and to `console`; returns what writes the rest and ends it. Raises OSError."""
    writers: list[logging.Handler] = []
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / "hub.log"
        path.touch(mode=0o600)
        writers.append(RotatingFileHandler(path, maxBytes=settings.size, backupCount=settings.keep, encoding="utf-8"))
        writers[-1].setFormatter(JsonLines())
    if console is not None:
        writers.append(logging.StreamHandler(console))
        writers[-1].setFormatter(Plain())
    # A full disk must not raise in the middle of whoever had something to say.
    logging.raiseExceptions = False
    queue: SimpleQueue[Any] = SimpleQueue()
    listener = QueueListener(queue, *writers)
    listener.start()
    levels = {**dict.fromkeys(QUIET, "error" if settings.level == "error" else "warning"), **settings.levels}
    clean = _Clean(queue, settings.level, levels)
    root = logging.getLogger()
    root.handlers = [clean]
    root.setLevel(settings.level.upper())
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level.upper())
    logging.captureWarnings(True)

    def close() -> None:
        if clean in root.handlers:
            root.removeHandler(clean)
            listener.stop()
            for writer in writers:
                writer.close()

    return close
