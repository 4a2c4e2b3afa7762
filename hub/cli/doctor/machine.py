"""What the machine gives: Python, packages, clock, disk, who may read what."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hub import __file__ as program
from hub import __version__
from hub.cli.doctor.finding import Finding, fail, ok, size, warn
from hub.clock import RealClock

LITTLE, TIGHT = 1_000_000_000, 100_000_000
_NAME = re.compile(r"[A-Za-z0-9._-]+")


def versions() -> Iterator[Finding]:
    text = f"Homeostat {__version__}, Python {platform.python_version()}, {platform.machine()}"
    if sys.maxsize <= 2**32:
        yield fail("versions", f"{text}: this Python is 32-bit", "Install a 64-bit system; see docs/install.md.")
    else:
        yield ok("versions", text)
    missing = [name for name in _required() if not _installed(name)]
    if missing:
        yield fail("packages", f"not installed: {', '.join(missing)}", "Run script/setup, or install Homeostat anew.")
    else:
        yield ok("packages", "everything it needs is installed")


def clock() -> Iterator[Finding]:
    """A clock that is behind the program itself, or that nothing sets."""
    now = RealClock().now()
    built = datetime.fromtimestamp(Path(program).stat().st_mtime, UTC)
    if now < built - timedelta(days=1):
        remedy = "Set the clock: sudo timedatectl set-ntp true."
        yield fail("clock", f"it is {now:%Y-%m-%d %H:%M} UTC here, before this program was installed", remedy)
        return
    synchronised = _timedatectl()
    if synchronised == "no":
        yield warn(
            "clock",
            f"it is {now:%Y-%m-%d %H:%M} UTC here, and nothing keeps the clock right",
            "Let the system set its clock: sudo timedatectl set-ntp true.",
        )
    else:
        yield ok("clock", f"it is {now:%Y-%m-%d %H:%M} UTC" + (", set by the network" if synchronised else ""))


def disk(data_dir: Path) -> Iterator[Finding]:
    folder = next(one for one in (data_dir, *data_dir.parents) if one.exists())
    free = shutil.disk_usage(folder).free
    text = f"{size(free)} free where {data_dir} lies"
    if free < TIGHT:
        yield fail("disk", text, "Free some space: readings are refused when the disk is full.")
    elif free < LITTLE:
        yield warn("disk", text, "Free some space: backup copies and the database need room to grow.")
    else:
        yield ok("disk", text)


def permissions(config_dir: Path, data_dir: Path) -> Iterator[Finding]:
    fine = True
    for path in (data_dir, config_dir / "secrets.yaml", config_dir / ".env"):
        if not path.exists():
            continue
        info = path.stat()
        if stat.S_IMODE(info.st_mode) & 0o077:
            fine = False
            mode = "700" if path.is_dir() else "600"
            yield warn("permissions", f"other users of this machine may read {path}", f"chmod {mode} {path}")
        if info.st_uid != os.geteuid() and os.geteuid() == 0:
            fine = False
            yield warn(
                "permissions",
                f"{path} belongs to user {info.st_uid}, and you are root",
                "Run commands as the user that runs the hub, so that it can write what they make.",
            )
    if data_dir.exists() and not os.access(data_dir, os.R_OK | os.W_OK | os.X_OK):
        yield fail(
            "permissions", f"{data_dir} can't be written", "Run as the user that runs the hub, or mend its owner."
        )
    elif fine:
        yield ok("permissions", "only the hub's user may read its data")


def _required() -> list[str]:
    try:
        lines = importlib.metadata.requires("homeostat") or []
    except importlib.metadata.PackageNotFoundError:
        return ["homeostat"]
    plain = (line for line in lines if "extra ==" not in line)
    return [found[0] for line in plain if (found := _NAME.match(line)) is not None]


def _installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _timedatectl() -> str:
    """yes or no; empty where the system doesn't say."""
    path = shutil.which("timedatectl")
    if path is None:
        return ""
    command = [path, "show", "--property=NTPSynchronized", "--value"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
