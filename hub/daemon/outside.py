"""The one HTTP session through which the hub's own rooms reach others, opened when it is first needed."""

from __future__ import annotations

import aiohttp

from hub import __version__


class Outside:
    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    def session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=30, connect=10),
                headers={"User-Agent": f"Homeostat/{__version__}"},
                connector=aiohttp.TCPConnector(limit=32, limit_per_host=6),
            )
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
