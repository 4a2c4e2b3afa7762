"""Argon2id, at most two hashes at a time so that a flood of sign-ins cannot exhaust a small machine."""

from __future__ import annotations

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError


class Passwords:
    """64 MiB, three passes (RFC 9106, second recommended option)."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)
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
