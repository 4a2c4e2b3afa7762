"""Each entry's last log lines, for its page."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import MutableMapping
from typing import Any

from hub.logs import PRIVATE, redact

KEPT_LINES = 200


class EntryLog(logging.LoggerAdapter[logging.Logger]):
    """Logs under the entry's name and remembers the newest lines."""

    def __init__(self, entry: str) -> None:
        super().__init__(logging.getLogger(f"integrations.{entry}"), {"entry": entry})
        self.lines: deque[tuple[float, str, str]] = deque(maxlen=KEPT_LINES)
        """(seconds since 1970, level, text)."""
        # The page shows what happened also where the console is kept quieter.
        self.logger.setLevel(logging.INFO)
        self.logger.addHandler(_Keeper(self.lines))

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        kwargs["extra"] = {**(self.extra or {}), **kwargs.get("extra", {})}
        return msg, kwargs

    def close(self) -> None:
        for handler in [one for one in self.logger.handlers if isinstance(one, _Keeper)]:
            self.logger.removeHandler(handler)


class _Keeper(logging.Handler):
    def __init__(self, lines: deque[tuple[float, str, str]]) -> None:
        super().__init__(logging.INFO)
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            text = f"{text}: {record.exc_info[1]}"
        if private := getattr(record, PRIVATE, ""):
            text = f"{text}: {private}"
        self._lines.append((record.created, record.levelname.lower(), redact(text)[:500]))
