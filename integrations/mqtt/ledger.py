"""When each delivery under way first arrived, so that one that comes again is known for what it is."""

from __future__ import annotations

import mmap
import os
import struct
from pathlib import Path
from zlib import crc32

from integrations.mqtt.message import Incoming

_SLOT = struct.Struct("<IQ")
_SLOTS = 65_536
_HEADER = 16
_SIZE = _HEADER + _SLOTS * _SLOT.size


class Ledger:
    """A slot for each packet id: digest of the message and its time of arrival.

    A delivery whose acknowledgement was lost comes again with the same id. Recorded under its first time of arrival it
    is the reading that is already there. The file is mapped into memory: writing costs no system call, and what was
    written survives the end of the process.
    """

    def __init__(self, path: Path) -> None:
        new = not path.exists() or path.stat().st_size != _SIZE
        with path.open("a+b" if not new else "w+b") as file:
            if new:
                file.truncate(_SIZE)
            file.flush()
            self._map = mmap.mmap(file.fileno(), _SIZE)
        if new:
            self.forget()
        self._salt = self._read_salt()

    def forget(self) -> None:
        """The broker began a new session: its packet ids mean something else from now on."""
        self._map[:_HEADER] = os.urandom(_HEADER)
        self._salt = self._read_salt()

    def digest(self, message: Incoming) -> int:
        return crc32(message.payload, crc32(message.topic.encode(), self._salt))

    def enter(self, message: Incoming, digest: int) -> None:
        """Note a delivery that is about to be recorded."""
        _SLOT.pack_into(self._map, _HEADER + message.mid * _SLOT.size, digest, message.taken_us)

    def first_arrival(self, message: Incoming, digest: int) -> int | None:
        """When this very delivery arrived before, in microseconds; None when it did not."""
        known, taken_us = _SLOT.unpack_from(self._map, _HEADER + message.mid * _SLOT.size)
        return taken_us if known == digest and taken_us else None

    def close(self) -> None:
        if not self._map.closed:
            self._map.flush()
            self._map.close()

    def _read_salt(self) -> int:
        return crc32(self._map[:_HEADER])
