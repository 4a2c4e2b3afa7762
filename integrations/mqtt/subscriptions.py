"""What a broker has been asked for on the present connection."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from typing import Any

from paho.mqtt.client import Client

from integrations.mqtt.topics import covers, is_pattern, matches

AT_ONCE = 100
"""Filters of one packet."""
_REMEMBERED = 20_000


def _brings(asked: str, pattern: str) -> bool:
    return asked == pattern or (is_pattern(asked) and covers(asked, pattern))


class Subscriptions:
    def __init__(self) -> None:
        self.on_refused: Callable[[str], None] = lambda pattern: None
        self._asked: dict[str, int] = {}
        self._waiting: dict[int, list[str]] = {}
        self._copies: dict[str, int] = {}
        self.settled = asyncio.Event()
        """Set while the broker has answered all that was asked."""
        self.settled.set()

    def forget(self) -> None:
        """The connection is lost: nothing has been asked for, and no answer will come."""
        self._asked = {}
        self._waiting.clear()
        self._copies.clear()
        self.settled.set()

    def ask(self, client: Client, wanted: Mapping[str, int], newly: Collection[str] = ()) -> None:
        """Ask for these filters, each with its quality of service, and for no others.

        `newly` are filters that have new readers. Where they were asked for before, they are asked for again: a broker
        sends what it retains only to those who ask.
        """
        fewer = [pattern for pattern in self._asked if pattern not in wanted]
        again = {one for one in wanted if one in self._asked and any(_brings(one, pattern) for pattern in newly)}
        more = [
            (pattern, qos) for pattern, qos in wanted.items() if self._asked.get(pattern) != qos or pattern in again
        ]
        for start in range(0, len(more), AT_ONCE):
            part = more[start : start + AT_ONCE]
            _, mid = client.subscribe(part)
            if mid is not None:
                self._waiting[mid] = [pattern for pattern, _ in part]
                self.settled.clear()
        for start in range(0, len(fewer), AT_ONCE):
            client.unsubscribe(fewer[start : start + AT_ONCE])
        if more or fewer:
            self._asked = dict(wanted)
            self._copies.clear()

    def answered(self, client: Client, userdata: Any, mid: int, reasons: list[Any], properties: Any) -> None:
        """paho's on_subscribe."""
        for pattern, reason in zip(self._waiting.pop(mid, []), reasons, strict=False):
            if int(reason.value) >= 128:
                self._asked.pop(pattern, None)
                self.on_refused(pattern)
        if not self._waiting:
            self.settled.set()

    def copies(self, topic: str) -> int:
        """How many copies of a message of this topic the broker may send: one for each filter that matches it."""
        found = self._copies.get(topic)
        if found is None:
            found = (topic in self._asked) + sum(is_pattern(one) and matches(one, topic) for one in self._asked)
            if len(self._copies) >= _REMEMBERED:
                self._copies.clear()
            self._copies[topic] = found
        return found
