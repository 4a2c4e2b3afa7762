"""The room that holds the hub's addresses open, as a view sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from hub.model import Arrival, NetworkState


class NetworkRoom(Protocol):
    """What a view asks of the room that holds the addresses open."""

    def state(self) -> NetworkState: ...

    async def change(self, given: Mapping[str, Any], by: str) -> NetworkState: ...

    async def confirm(self, arrival: Arrival | None) -> NetworkState: ...

    def proves(self, arrival: Arrival) -> bool: ...

    async def revert(self) -> NetworkState: ...

    def foreign_headers(self, peer: str) -> None: ...

    def authority_file(self) -> bytes: ...
