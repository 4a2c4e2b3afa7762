"""What the HTTP server itself may write into the log: that a request was malformed, never what stood in it."""

from __future__ import annotations

import logging

from aiohttp.http import HttpProcessingError

LOGGER = "aiohttp.server"


class Hush(logging.Filter):
    """Takes what is quoted of the request, which may be a token or a value, out of the server's complaints."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, ConnectionError):
            return False  # a client that left before its answer is nobody's fault
        if isinstance(error, HttpProcessingError):
            record.msg, record.args = "A malformed request was refused (%s).", (type(error).__name__,)
            record.levelno, record.levelname = logging.WARNING, "WARNING"
            record.exc_info = record.exc_text = None
        return True


def install() -> None:
    """Once for the process."""
    logger = logging.getLogger(LOGGER)
    if not any(isinstance(one, Hush) for one in logger.filters):
        logger.addFilter(Hush())
