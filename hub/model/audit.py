"""The trail of who did what."""

from __future__ import annotations

from typing import NamedTuple


class AuditLine(NamedTuple):
    at_us: int
    account: str
    action: str
    person: str
    outcome: str
    detail: str


class ChainedLine(NamedTuple):
    number: int
    line: AuditLine
    chain: bytes
    """SHA-256 over the link before and this line."""


class AuditVerdict(NamedTuple):
    lines: int
    """Those in order, up to the first that is not."""
    broken: int | None
    """Number of the first line that is not what was written, or does not follow the one before it."""
    broken_at_us: int | None
    head: bytes
    """The last link of a sound chain."""
    last: int = 0
    """The number of its last line."""
