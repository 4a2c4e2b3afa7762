"""Closes the box: name space, open files, limits, capabilities, Landlock, system calls; and says what holds."""

from __future__ import annotations

import json
import os
import resource
import ssl
import sys
import sysconfig
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from hub.errors import PluginError
from hub.supervisor.child.box import filter as calls
from hub.supervisor.child.box import kernel, landlock
from hub.supervisor.child.box.calls import CAPSET

MEMORY = 1 << 30
"""Bytes of address space; more is refused by the kernel."""
DATA = 384 << 20
"""Bytes of memory of its own: what leaks quickly meets this before the hub has looked."""
FILES, LARGEST_FILE, THREADS = 256, 64 << 20, 64
_SYSTEM = (
    "/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime", "/etc/timezone",
    "/usr/share/zoneinfo", "/etc/ssl/certs", "/etc/ssl/openssl.cnf", "/etc/ssl/cert.pem",
    "/etc/pki/tls", "/etc/pki/ca-trust", "/etc/ca-certificates",
    "/usr/share/ca-certificates", "/etc/mime.types", "/dev/urandom", "/dev/random", "/dev/zero",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Box:
    """What one integration may reach on this machine; crosses to the child as text."""

    code: str
    """Its folder or file."""
    data_dir: str = ""
    bluetooth: bool = False
    files: tuple[str, ...] = ()
    """Further files and folders, to read."""
    devices: tuple[str, ...] = ()
    way_out: int = -1
    """The open file through which it asks the hub for connections."""

    def dump(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def load(cls, text: str) -> Box:
        given = json.loads(text)
        given["files"], given["devices"] = tuple(given["files"]), tuple(given["devices"])
        return cls(**given)


@dataclass(frozen=True, slots=True)
class Held:
    """One promise of the box, and whether this machine's kernel keeps it."""

    promise: str
    holds: bool
    without: str
    """What is open where it doesn't hold, in words for the owner."""


def what_holds() -> list[Held]:
    """Asked of the kernel; changes nothing."""
    abi, filtered = landlock.version(), calls.available()
    everything = "every file that the hub itself may open, the database and the passwords among them"
    return [
        Held("It opens only its own folder and Python's own files", abi >= 1, everything),
        Held("It can't empty files that it may not write", abi >= 3 or (filtered and abi >= 1), "files can be emptied"),
        Held("It starts no programs and no processes", filtered, "it can start any program that the hub could"),
        Held("It reaches the network only through the hub", filtered, "it reaches every address that the hub reaches"),
        Held(
            "It can't look into, signal or trace other processes", filtered, "it can end the hub, and read its memory"
        ),
        Held(
            "It can't change or watch files outside its folder", filtered, "it can change who may open the hub's files"
        ),
    ]


def close_box(box: Box) -> None:
    """Confine this process for good. Raises PluginError where the kernel refuses a part that it has."""
    if threading.active_count() > 1:
        raise PluginError("the box can't be closed any more: threads are running already")
    try:
        _own_names()
        _limits(box)
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
        known = calls.machine()
        if known is not None:
            kernel.drop_capabilities(CAPSET[known[0]])
        abi = landlock.version()
        if abi:
            own = [Path(box.data_dir)] if box.data_dir else []
            devices = [Path("/dev/null"), *map(Path, box.devices)]
            landlock.restrict(abi, read=_readable(box), write=own, devices=devices)
        if calls.available():
            calls.install(os.getpid(), bluetooth=box.bluetooth)
    except OSError as error:
        raise PluginError(f"the box can't be closed on this machine: {error}") from None


def _own_names() -> None:
    """A network name space without a network, where the system lets a user have one; the filter holds without it."""
    me, group = os.geteuid(), os.getegid()
    with suppress(OSError):
        kernel.unshare(kernel.CLONE_NEWUSER | kernel.CLONE_NEWNET | kernel.CLONE_NEWIPC)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{me} {me} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
        # In a name space of its own only its own threads are counted; the superuser is never counted.
        resource.setrlimit(resource.RLIMIT_NPROC, (THREADS, THREADS))


def _limits(box: Box) -> None:
    # What the hub had open is nobody's here.
    below = [3, *([box.way_out] if box.way_out > 2 else []), 1 << 16]
    os.closerange(below[0], below[1])
    if len(below) > 2:
        os.closerange(below[1] + 1, below[2])
    os.umask(0o077)
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_DATA, DATA),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, FILES),
        (resource.RLIMIT_FSIZE, LARGEST_FILE),
    ):
        resource.setrlimit(what, (most, most))
    if box.data_dir:
        os.chdir(box.data_dir)


def _readable(box: Box) -> Iterator[Path]:
    import hub

    yield Path(box.code)
    yield from map(Path, box.files)
    yield Path(hub.__file__).parent
    yield from map(Path, _SYSTEM)
    yield from {Path(one) for one in sysconfig.get_paths().values() if Path(one).name != "bin" and one != sys.prefix}
    yield from (Path(one) for one in sys.path if "site-packages" in one or "dist-packages" in one)
    yield Path(sys.base_prefix) / "lib"
    certificates = ssl.get_default_verify_paths()
    yield from (Path(one) for one in (certificates.cafile, certificates.capath, os.environ.get("SSL_CERT_FILE")) if one)
