"""Whole records of other systems, kept so that nothing of them is lost."""

from __future__ import annotations

from typing import Any, NamedTuple


class Document(NamedTuple):
    """A whole foreign record; `id` is unique within its person and collection. Instants in microseconds since 1970."""

    id: str
    at_us: int
    modified_us: int
    deleted: bool
    body: dict[str, Any]
