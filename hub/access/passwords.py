"""Argon2id, at most two hashes at a time so that a flood of sign-ins cannot exhaust a small machine."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError

SHORT_OF_MEMORY = 1 << 30
"""Bytes: a machine or container with no more takes the lesser parameters."""
_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


class Passwords:
    """64 MiB, three passes (RFC 9106, second choice); where memory is short 19 MiB, two passes (OWASP's least)."""

    def __init__(self, memory: int | None = None) -> None:
        short = (memory or machine_memory()) <= SHORT_OF_MEMORY
        self._hasher = (
            PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
            if short
            else PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)
        )
        self._at_once = threading.BoundedSemaphore(2)
        self._nobody: str | None = None

    def hash(self, password: str) -> str:
        with self._at_once:
            return self._hasher.hash(password)

    def verify(self, hashed: str | None, password: str) -> bool:
        """False for a wrong password; takes as long when there is no such account (`hashed` None)."""
        with self._at_once:
            if hashed is None:
                if self._nobody is None:
                    self._nobody = self._hasher.hash("nobody")
                hashed, password = self._nobody, password + "\0"
            try:
                return self._hasher.verify(hashed, password)
            except (VerificationError, InvalidHashError):
                return False

    def outgrown(self, hashed: str) -> bool:
        """True for a hash that costs a guesser less than one made now would."""
        kept = extract_parameters(hashed)
        return kept.memory_cost < self._hasher.memory_cost or (
            kept.memory_cost == self._hasher.memory_cost and kept.time_cost < self._hasher.time_cost
        )


def machine_memory() -> int:
    """Bytes that this machine, or the container around us, has."""
    found = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for path in _LIMITS:
        try:
            found.append(int(path.read_text()))
        except (OSError, ValueError):
            # No such controller, or `max`: no limit.
            continue
    return min(found)
