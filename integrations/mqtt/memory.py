"""What is kept between starts: discovery messages, each topic's newest payload, and what other entries read here."""

from __future__ import annotations

import base64
import os
from collections.abc import Collection
from pathlib import Path
from typing import Any

import orjson

MOST_TOPICS = 50_000


class Memory:
    """Rebuildable by listening long enough: a damaged file counts as none."""

    def __init__(self, folder: Path) -> None:
        self._discovery_path, self._payloads_path = folder / "discovery.json", folder / "payloads.json"
        self.discovery: dict[str, bytes] = {
            topic: base64.b64decode(payload) for topic, payload in _load(self._discovery_path).items()
        }
        """Topic and payload, in the order they were first seen."""
        self.payloads: dict[str, int] = _load(self._payloads_path)
        """Topic and digest of its newest payload, live or retained."""
        self._guests_path = folder / "guests.json"
        self.guests: tuple[str, ...] = tuple(_load(self._guests_path))
        """Topic filters of the entries that read over this one's connection."""
        self._changed = False

    def remember(self, topic: str, payload: bytes) -> None:
        if self.discovery.get(topic) != payload:
            self.discovery[topic] = payload
            self._changed = True

    def forget(self, topic: str) -> None:
        if self.discovery.pop(topic, None) is not None:
            self._changed = True

    def expect(self, patterns: Collection[str]) -> None:
        """Keep, at once, what other entries read here."""
        if set(patterns) != set(self.guests):
            self.guests = tuple(patterns)
            _save(self._guests_path, dict.fromkeys(patterns, 1))

    def save_discovery(self) -> None:
        """When something changed."""
        if self._changed:
            self._changed = False
            rows = {topic: base64.b64encode(payload).decode() for topic, payload in self.discovery.items()}
            _save(self._discovery_path, rows)

    def save_payloads(self) -> None:
        while len(self.payloads) > MOST_TOPICS:
            del self.payloads[next(iter(self.payloads))]
        _save(self._payloads_path, self.payloads)


def _load(path: Path) -> dict[str, Any]:
    try:
        data = orjson.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def _save(path: Path, data: Any) -> None:
    new = path.with_suffix(".new")
    new.write_bytes(orjson.dumps(data))
    os.replace(new, path)
