"""What driver errors mean, in words for the owner."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from hub.errors import HubError, StorageCorrupt, StorageUnavailable


@dataclass(frozen=True, slots=True)
class Trouble:
    message: str
    remedy: str
    corrupt: bool = False

    def error(self) -> HubError:
        """The exception that says so."""
        text = f"{self.message} {self.remedy}".strip()
        return StorageCorrupt(text) if self.corrupt else StorageUnavailable(text)


_SQLITE = {
    13: Trouble(
        "The disk that holds the database is full: new readings are refused, what is stored can still be read.",
        "Free some space there; recording goes on by itself.",
    ),
    8: Trouble(
        "The database, or the disk it lies on, is read-only: new readings are refused.",
        "Make the file and its folder writable for the hub (after a disk fault: check the disk); it goes on by itself.",
    ),
    5: Trouble(
        "Another program has locked the database: new readings are refused.",
        "Close the other program that has the database open; recording goes on by itself.",
    ),
    10: Trouble(
        "The disk reports errors where the database lies: new readings are refused.",
        "Check the disk and its free space, and keep a backup elsewhere; recording goes on by itself.",
    ),
    14: Trouble(
        "The database file can't be opened.",
        "Check that its folder exists and that the hub may read and write there.",
    ),
    11: Trouble(
        "The database file is damaged.",
        "Restart the hub: it keeps the damaged file aside and restores the newest good backup, if there is one.",
        corrupt=True,
    ),
}
_SQLITE[6] = _SQLITE[5]
_SQLITE[26] = _SQLITE[11]
_SQLITE[4874] = _SQLITE[13]
"""SQLITE_IOERR_SHMSIZE: not even the few bytes beside the database that a reader needs can be had."""

_SERVER = "Start the database server, or mend its address in the configuration; recording goes on by itself."


def trouble(error: BaseException) -> Trouble | None:
    """What the owner should know of a failure of storage; None when the error is a mistake of the program."""
    cause: BaseException | None = error.orig if isinstance(error, DBAPIError) else error
    while cause is not None:
        if isinstance(cause, sqlite3.Error):
            code = getattr(cause, "sqlite_errorcode", None)
            if code is not None:
                return _SQLITE.get(code) or _SQLITE.get(code & 0xFF)
            if "closed" in str(cause):
                return Trouble("The database is closed.", "")
            return None
        if isinstance(cause, OSError) and cause.filename is not None:
            return _file(cause)
        if isinstance(cause, OSError | EOFError):
            return Trouble(f"The database can't be reached: {cause}.", _SERVER)
        state = getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None)
        if isinstance(state, str):
            return _postgres(state, str(cause))
        if type(cause).__module__.startswith("asyncpg") and type(cause).__name__ in (
            "InterfaceError",
            "InternalClientError",
            "ConnectionDoesNotExistError",
        ):
            return Trouble("The connection to the database was lost.", _SERVER)
        cause = cause.__cause__
    if isinstance(error, PoolTimeoutError):
        return Trouble("The database is too busy to answer.", "Try again; if it stays so, restart the hub.")
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return Trouble("The connection to the database was lost.", _SERVER)
    return None


def _file(error: OSError) -> Trouble:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _SQLITE[13]
    if error.errno == errno.EROFS:
        return _SQLITE[8]
    return Trouble(
        f"{error.filename}: {error.strerror}.",
        "Check that the file and its folder are there, and that the hub may use them.",
    )


def _postgres(state: str, text: str) -> Trouble | None:
    if state.startswith(("08", "57P", "28", "3D")):
        return Trouble(f"The database server refuses the hub or is not there: {text.splitlines()[0]}.", _SERVER)
    if state == "53100":
        return _SQLITE[13]
    if state == "25006":
        return _SQLITE[8]
    if state.startswith(("53", "55", "58")) or state in ("40001", "40P01", "57014"):
        return Trouble(f"The database server can't take writes now: {text.splitlines()[0]}.", _SERVER)
    if state in ("XX001", "XX002"):
        return Trouble("The database server reports damaged data.", "Restore the newest backup.", corrupt=True)
    return None


@contextmanager
def explained() -> Iterator[None]:
    """Turn what a driver raises into StorageUnavailable or StorageCorrupt where it is one."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, OSError, EOFError) as error:
        found = trouble(error)
        if found is None:
            raise
        raise found.error() from error
