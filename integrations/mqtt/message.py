"""A message as it came, decoded at most once however many entities read it."""

from __future__ import annotations

from typing import Any

import orjson


class Incoming:
    """One received message. `mid` and `generation` say which delivery there is to acknowledge."""

    __slots__ = (
        "_json",
        "_text",
        "dup",
        "generation",
        "mid",
        "payload",
        "qos",
        "repeated",
        "retain",
        "taken_us",
        "topic",
    )

    def __init__(
        self,
        topic: str,
        payload: bytes,
        *,
        qos: int = 0,
        mid: int = 0,
        retain: bool = False,
        dup: bool = False,
        generation: int = 0,
        taken_us: int = 0,
    ) -> None:
        self.topic, self.payload, self.qos, self.mid = topic, payload, qos, mid
        self.retain, self.dup, self.generation = retain, dup, generation
        self.taken_us = taken_us
        """When it arrived, in microseconds since 1970; no two messages have the same."""
        self.repeated = False
        """A retained payload that the topic had before."""
        self._text: str | None = None
        self._json: dict[str, Any] | None = None

    def text(self, encoding: str) -> str:
        """Raises UnicodeDecodeError; an unknown encoding raises LookupError."""
        if encoding != "utf-8":
            return self.payload.decode(encoding)
        if self._text is None:
            self._text = self.payload.decode()
        return self._text

    def variables(self, encoding: str) -> dict[str, Any]:
        """What a value template sees: `value`, and `value_json` when it is JSON. The same dictionary each time."""
        if self._json is None or encoding != "utf-8":
            value: str | bytes = self.text(encoding) if encoding else self.payload
            self._json = {"value": value}
            try:
                self._json["value_json"] = orjson.loads(self.payload)
            except ValueError:
                pass
        return self._json
