"""What the house says of itself: configuration, integrations, the hub that runs, database, addresses."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from hub.cli.doctor.finding import Finding, fail, ok, size, warn
from hub.clock import RealClock
from hub.errors import HubError, StorageCorrupt

if TYPE_CHECKING:
    from hub.console.client import Remote
    from hub.daemon import Settings

LARGE = 2_000_000_000
"""Bytes of a database past which reading it through takes longer than one waits."""
OLD = timedelta(days=2)
_PORTS = {"mqtt": 1883, "mqtts": 8883, "http": 80, "https": 443, "ws": 80, "wss": 443}
_BAD = ("misconfigured", "needs_owner", "stopped_by_watchdog")


def configuration(config_dir: Path) -> Iterator[Finding]:
    from hub.cli.check import examine

    try:
        errors, entries = examine(config_dir)
    except HubError as error:
        yield fail("configuration", str(error), "Mend the file.")
        return
    for one in errors:
        yield fail("configuration", str(one), f"Mend it, then run `homeostat check --config {config_dir}`.")
    if not errors:
        there = (config_dir / "hub.yaml").is_file()
        yield ok("configuration", f"{entries} declared entries" if there else "no hub.yaml: everything as it comes")


def integrations(custom: Path | None) -> Iterator[Finding]:
    from hub.cli.plugins import loaded

    found = loaded(custom)
    for name, reason in found.problems.items():
        yield fail("integrations", f"{name} can't be used: {reason}", f"Mend or remove {name}.")
    if not found.problems:
        yield ok("integrations", f"{len(found.catalogue.integrations)} can be used")


async def running(remote: Remote | None, settings: Settings) -> AsyncIterator[Finding]:
    """The hub that runs and its entries, or whether one could."""
    from hub import __version__

    if remote is None:
        yield ok("hub", "it is not running")
        yield _port(settings)
        for entry in settings.entries:
            url = entry.options.get("url")
            if isinstance(url, str) and url and not entry.disabled and not entry.problem:
                yield await _answers(entry.id, url)
        return
    about: dict[str, Any] = await remote.call("hub.about")
    yield ok("hub", f"it is running: process {about['pid']}, port {about['port']}, version {about['version']}")
    if about["version"] != __version__:
        yield warn("hub", f"this program is version {__version__}", "Restart the hub.")
    if not about["set_up"]:
        yield warn("hub", "nobody has set it up", "Open its page, or run `homeostat setup`.")
    for one in about["problems"]:
        yield warn("hub", one["message"], one["remedy"] or "Look at its page.")
    storage = about["storage"]
    if not storage["ok"]:
        yield fail("database", storage["message"], storage["remedy"])
    for entry in await remote.call("entry.list"):
        if entry["state"] in _BAD:
            yield fail("entries", f"{entry['entry']}: {entry['problem']}", entry["remedy"] or "Look at its page.")
        elif entry["state"] == "retrying":
            yield warn("entries", f"{entry['entry']}: {entry['problem']}", entry["remedy"] or "It is tried again.")
        else:
            yield ok("entries", f"{entry['entry']} is {entry['state']}")


async def database(settings: Settings) -> AsyncIterator[Finding]:
    """Version and soundness, read only."""
    from hub.recorder import versions
    from hub.recorder.copies import copies
    from hub.recorder.database import parse
    from hub.recorder.recorder import DAMAGED, DAMAGED_ALONE

    try:
        status = await versions.status(settings.url)
    except StorageCorrupt:
        remedy = DAMAGED if copies(settings.data_dir / "backups") else DAMAGED_ALONE
        yield fail("database", "it is damaged, and not even its version can be read", remedy)
        return
    except HubError as error:
        yield fail("database", str(error), "Mend what it says, then start the hub.")
        return
    if status.current is None:
        yield ok("database", "it is not there yet; the hub makes it")
        return
    if status.pending:
        yield warn("database", f"it is at version {status.current}", "The next start upgrades it.")
    url = parse(settings.url)
    if url.get_backend_name() != "sqlite":
        yield ok("database", f"PostgreSQL answers, version {status.current}")
        return
    path, backups = Path(url.database or ""), settings.data_dir / "backups"
    try:
        yield await asyncio.to_thread(_sound, path, status.current, backups)
    except HubError as error:
        yield fail("database", str(error), "Mend what it says, then look again.")
    yield _backups(backups, path)


def _sound(path: Path, version: str, backups: Path) -> Finding:
    from hub.recorder.copies import copies, damage
    from hub.recorder.recorder import DAMAGED, DAMAGED_ALONE
    from hub.recorder.trouble import explained

    length = path.stat().st_size
    if length > LARGE:
        return ok("database", f"{size(length)}, version {version}; too large to be read through here")
    with explained():
        found = damage(path)
    if found:
        return fail("database", f"it is damaged: {found}", DAMAGED if copies(backups) else DAMAGED_ALONE)
    return ok("database", f"{size(length)}, version {version}, sound")


def _backups(folder: Path, path: Path) -> Finding:
    from hub.recorder.copies import copies, made_us

    made = copies(folder)
    now = RealClock().now()
    remedy = "Run `homeostat db backup`; a running hub makes a copy a day."
    if not made:
        young = now - datetime.fromtimestamp(path.stat().st_ctime, UTC) < OLD
        return ok("backups", "none yet") if young else warn("backups", "there is no backup copy", remedy)
    newest = datetime.fromtimestamp(made_us(made[0]) / 1e6, UTC)
    text = f"{len(made)}, the newest of {newest:%Y-%m-%d %H:%M} UTC"
    return ok("backups", text) if now - newest < OLD else warn("backups", text, remedy)


def _port(settings: Settings) -> Finding:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            return fail(
                "port",
                f"port {settings.port} on {settings.host} can't be opened: {(error.strerror or str(error)).lower()}",
                "Stop the other program, or choose another `port` under `web` in hub.yaml.",
            )
    return ok("port", f"port {settings.port} on {settings.host} is free")


async def _answers(entry: str, url: str) -> Finding:
    """Whether what an entry talks to takes connections."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)
    try:
        async with asyncio.timeout(5):
            _, writer = await asyncio.open_connection(host, port)
        writer.close()
    except (OSError, TimeoutError, ValueError) as error:
        reason = str(error) or "no answer within 5 s"
        return warn("entries", f"{entry}: {host}:{port} can't be reached: {reason}", "Start it, or mend its address.")
    return ok("entries", f"{entry}: {host}:{port} answers")
