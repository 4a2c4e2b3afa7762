"""One hub at a time works on a PostgreSQL database, wherever the hubs run; a file's lock is `hub.daemon.lock`."""

from __future__ import annotations

import asyncio
import logging
import secrets
import socket
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.engine import make_url

from hub.clock import Clock
from hub.daemon.lock import run_dir
from hub.errors import HubError

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

_log = logging.getLogger("hub.daemon")
KEY = 0x486F6D656F737461
"""Of the advisory lock; locks are of one database, so that hubs of other databases don't meet here."""
LOOK_EVERY = 15.0
TRIES = 40
"""A twentieth of a second apart, for a session of this hub's own that is about to end."""
SURE = {"tcp_keepalives_idle": "60", "tcp_keepalives_interval": "10", "tcp_keepalives_count": "3"}
"""So that the server lets go of the lock of a machine that lost its power."""
_HOLDER = (
    "SELECT pid, application_name FROM pg_stat_activity JOIN pg_locks USING (pid) WHERE locktype = 'advisory' "
    "AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    f"AND classid = {KEY >> 32} AND objid = {KEY & 0xFFFFFFFF} LIMIT 1"
)


class DatabaseInUse(HubError):
    """Another hub works on the database."""

    def __init__(self, holder: str) -> None:
        super().__init__(
            f"the database is in use by another hub{f' ({holder})' if holder else ''}; stop that one first, or name "
            "another database in hub.yaml"
        )


class Sole:
    """The lock, held by a connection of its own from `take` to `release`; nothing to do for SQLite."""

    def __init__(self, url: str, data_dir: Path, clock: Clock) -> None:
        self._url, self._clock = make_url(url), clock
        self._data_dir = data_dir
        self._engine: AsyncEngine | None = None
        self._connection: AsyncConnection | None = None
        self._keeping: asyncio.Task[None] | None = None

    async def take(self) -> None:
        """Raises DatabaseInUse at once. A server that can't be reached is left to the recorder to complain of."""
        if self._url.get_backend_name() == "sqlite" or self._keeping is not None:
            return
        try:
            holder = await self._take()
            if holder is not None:
                raise DatabaseInUse(holder)
            self._keeping = asyncio.create_task(self._keep(), name="database lock")
        except DatabaseInUse:
            await self.release()
            raise
        except Exception as error:  # noqa: BLE001  # the recorder meets the same, and has the words for it
            _log.debug("the lock on the database could not be asked for: %s", type(error).__name__)
            await self.release()

    async def release(self) -> None:
        """Harmless when repeated."""
        keeping, self._keeping = self._keeping, None
        if keeping is not None:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
        await self._let_go()
        engine, self._engine = self._engine, None
        if engine is not None:
            await engine.dispose()

    async def _take(self) -> str | None:
        """None when it is ours, else who holds it."""
        name = f"homeostat on {socket.gethostname()[:30]} {_identity(self._data_dir)}"
        if self._engine is None:
            from sqlalchemy.ext.asyncio import create_async_engine
            from sqlalchemy.pool import NullPool

            options: dict[str, Any] = {"timeout": 10, "server_settings": {"application_name": name, **SURE}}
            self._engine = create_async_engine(
                self._url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=options
            )
        connection = self._connection = await self._engine.connect()
        for _ in range(TRIES):
            if (await connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({KEY})")).scalar():
                return None
            holder: Any = (await connection.exec_driver_sql(_HOLDER)).first()
            if holder is not None and holder[1] != name:
                return str(holder[1])
            if holder is not None:
                # Ours by the lock on the data folder: what is left of this hub, before it was cut off.
                await connection.exec_driver_sql(f"SELECT pg_terminate_backend({int(holder[0])})")
            await asyncio.sleep(0.05)  # the server's own time, not the house's
        return ""

    async def _keep(self) -> None:
        """A server that starts anew has forgotten the lock: take it again as soon as it answers."""
        told = ""
        while True:
            await self._clock.sleep(LOOK_EVERY)
            try:
                if self._connection is not None:
                    await self._connection.exec_driver_sql("SELECT 1")
                    continue
                holder = await self._take()
                if holder is None:
                    told = ""
                    continue
                await self._let_go()
                if holder != told:
                    told = holder
                    _log.error("another hub (%s) took this hub's database while its server was away; stop one", holder)
            except Exception:  # noqa: BLE001  # away in whatever way: it is asked again
                await self._let_go()

    async def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(Exception):
                await connection.close()


def _identity(data_dir: Path) -> str:
    """Of the data folder, wherever it is moved or mounted."""
    path = run_dir(data_dir) / "identity"
    if not path.exists():
        path.write_text(secrets.token_hex(8))
    return path.read_text()[:16]
