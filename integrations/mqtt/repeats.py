"""Which deliveries were here before: after a lost acknowledgement, as a retained message, once for each filter."""

from __future__ import annotations

from collections.abc import Iterable
from zlib import crc32

from integrations.mqtt.ledger import Ledger
from integrations.mqtt.message import Incoming

_COPIES_KNOWN = 1_000


class Repeats:
    """`payloads`: digest of each topic's newest recorded payload; kept by whoever gives it."""

    def __init__(self, ledger: Ledger, payloads: dict[str, int]) -> None:
        self._ledger, self._payloads = ledger, payloads
        self._pending: dict[str, Incoming] = {}
        """The newest delivery of each topic that is not recorded yet."""
        self._copies: dict[tuple[str, bytes], int] = {}

    def note(self, message: Incoming) -> None:
        """Find out whether this very delivery, or this retained payload, was here before; remember it."""
        digest = self._ledger.digest(message)
        if message.qos:
            if message.dup:
                first = self._ledger.first_arrival(message, digest)
                message.taken_us = first if first is not None else message.taken_us
            self._ledger.enter(message, digest)
        if message.retain:
            before = self._pending.get(message.topic)
            known = crc32(before.payload) if before is not None else self._payloads.get(message.topic)
            message.repeated = known == crc32(message.payload)
        self._pending[message.topic] = message

    def recorded(self, messages: Iterable[Incoming]) -> None:
        """What these say is kept: from now on their payloads count as known."""
        for message in messages:
            if self._pending.get(message.topic) is message:
                del self._pending[message.topic]
                self._payloads[message.topic] = crc32(message.payload)

    def is_copy(self, message: Incoming, copies: int) -> bool:
        """Brokers send a message once for each of `copies` overlapping filters; only the first counts."""
        if copies < 2:
            return False
        key = (message.topic, message.payload)
        seen = self._copies.get(key, 0)
        if seen == 0 and len(self._copies) > _COPIES_KNOWN:
            self._copies.clear()
        self._copies[key] = seen + 1
        if seen + 1 >= copies:
            del self._copies[key]
        return seen > 0
