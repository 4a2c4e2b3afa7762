"""How the hub is reached, for the owner to see and change, and for everybody to trust."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.model import Arrival, NetworkState
from hub.view.base import Base


class NetworkView(Base):
    def network(self) -> NetworkState:
        """Settings, where they stand, and what waits. Raises Forbidden."""
        self._manage()
        return self._rooms.network.state()

    async def change_network(self, given: Mapping[str, Any]) -> NetworkState:
        """In force at once, for five minutes or until confirmed. Raises ConfigInvalid, Conflict; nothing changed."""
        self._manage()
        self._fresh()
        made = await self._rooms.network.change(given, self._author)
        await self._note("network.change", detail=", ".join(sorted(given)))
        return made

    async def confirm_network(self, arrival: Arrival | None) -> NetworkState:
        """Keep what waits; `arrival`: of the request that says so. Raises Conflict."""
        self._manage()
        made = await self._rooms.network.confirm(None if self.actor.kind == "system" else arrival)
        await self._note("network.confirm")
        return made

    def proves_network(self, arrival: Arrival) -> bool:
        """True when a request that arrived like this shows that what waits can be reached."""
        return self._rooms.network.proves(arrival)

    async def revert_network(self) -> NetworkState:
        """Take back what waits. Raises Conflict."""
        self._manage()
        made = await self._rooms.network.revert()
        await self._note("network.revert")
        return made

    def authority_fingerprint(self) -> str:
        """Empty where the home has no authority."""
        return self._rooms.network.state().authority

    def authority(self) -> tuple[str, bytes]:
        """Fingerprint and file (DER) of the home's authority, for everybody who signs in. Raises ConfigInvalid."""
        return self._rooms.network.state().authority, self._rooms.network.authority_file()
