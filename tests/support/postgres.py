"""A PostgreSQL server of the tests' own, with a fresh database for each test."""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.process import free_port, program, start, stop

SUPERUSER = "homeostat"
INITDB = ("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync")
# Nothing here outlives the tests: no wait for the disk. Commits stay synchronous in every other respect.
SETTINGS = ("fsync=off", "full_page_writes=off", "max_connections=100", "shared_buffers=64MB")


def _folders() -> list[Path]:
    return sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


@contextmanager
def postgres_server() -> Iterator[str]:
    """The URL of a running server's database `postgres` (postgresql+asyncpg://...); scram passwords, loopback only."""
    user = "postgres" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
    folder = Path(tempfile.mkdtemp(prefix="homeostat-postgres-"))
    password, port = secrets.token_hex(16), free_port()
    secret, log = folder / "password", folder / "server.log"
    secret.write_text(password)
    if user is not None:
        for path in (folder, secret):
            shutil.chown(path, user, user)
    data = folder / "data"
    try:
        subprocess.run(
            [
                program("initdb", *_folders()),
                f"--pgdata={data}",
                f"--username={SUPERUSER}",
                f"--pwfile={secret}",
                *INITDB,
            ],
            user=user,
            group=user,
            extra_groups=None if user is None else [],
            cwd=folder,
            check=True,
            capture_output=True,
        )
        options = [item for setting in SETTINGS for item in ("-c", setting)]
        server = start(
            [
                program("postgres", *_folders()),
                "-D",
                str(data),
                "-h",
                "127.0.0.1",
                "-p",
                str(port),
                "-k",
                str(folder),
                *options,
            ],
            log,
            port,
            user=user,
        )
        try:
            url = f"postgresql+asyncpg://{SUPERUSER}:{password}@127.0.0.1:{port}/postgres"
            _wait_until_it_takes_queries(url)
            yield url
        finally:
            stop(server, signal.SIGINT)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_it_takes_queries(url: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            run_sql(url, "SELECT 1")
            return
        except RuntimeError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def run_sql(url: str, statement: str) -> str:
    """Run one statement by psql, with no need of a loop; returns its rows, unaligned."""
    plain = url.replace("+asyncpg", "", 1)
    command = [program("psql", *_folders()), "--no-psqlrc", "-qAt", "-v", "ON_ERROR_STOP=1", plain, "-c", statement]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    if done.returncode:
        raise RuntimeError(f"psql: {done.stderr.strip()}")
    return done.stdout.strip()


@contextmanager
def fresh_database(server_url: str) -> Iterator[str]:
    """The URL of an empty database, dropped afterwards whoever is still connected."""
    name = f"test_{secrets.token_hex(6)}"
    run_sql(server_url, f"CREATE DATABASE {name}")
    try:
        yield server_url.rpartition("/")[0] + f"/{name}"
    finally:
        run_sql(server_url, f"DROP DATABASE {name} WITH (FORCE)")
