"""The seccomp filter, assembled by hand: what the integration may ask of the kernel (x86_64 and aarch64)."""

from __future__ import annotations

import ctypes
import errno
import platform
import struct

from hub.supervisor.child.box.calls import NEWEST, NUMBERS, REFUSED, SECCOMP
from hub.supervisor.child.box.kernel import PR_GET_SECCOMP, prctl, syscall

MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
"""Column of the table of calls, and the kernel's word for the machine."""
_LOAD, _EQUAL, _ABOVE, _AND, _RETURN = 0x20, 0x15, 0x25, 0x54, 0x06
_SET = 0x45
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_AF_UNIX, _AF_BLUETOOTH, _SOCK_STREAM = 1, 31, 1
_CLONE_THREAD = 0x00010000
_FILE_OWNER = (8, 10, 15)
"""fcntl F_SETOWN, F_SETSIG, F_SETOWN_EX: signals to others by way of a file."""
_TERMINAL = (0x5412, 0x541C, 0x8901, 0x8902)
"""ioctl TIOCSTI, TIOCLINUX, FIOSETOWN, SIOCSPGRP."""

Step = tuple[int, int, int, int]
_NO: Step = (_RETURN, 0, 0, _ERRNO | errno.EPERM)
_UNKNOWN: Step = (_RETURN, 0, 0, _ERRNO | errno.ENOSYS)
_YES: Step = (_RETURN, 0, 0, _ALLOW)


def machine() -> tuple[int, int] | None:
    return MACHINES.get(platform.machine())


def available() -> bool:
    """Whether this kernel filters calls, and this machine's numbers are known."""
    try:
        return prctl(PR_GET_SECCOMP) >= 0 and machine() is not None
    except OSError:
        return False


def program(column: int, word: int, pid: int, *, bluetooth: bool) -> list[Step]:
    """The instructions: (code, jump if true, jump if false, constant)."""
    steps: list[Step] = [
        (_LOAD, 0, 0, 4),
        (_EQUAL, 1, 0, word),
        (_RETURN, 0, 0, _KILL),  # another machine's calls (32 bits) have other numbers
        (_LOAD, 0, 0, 0),
        (_EQUAL, 0, 1, 0xFFFFFFFF),
        _YES,
        (_ABOVE, 0, 1, NEWEST),  # x32 has its numbers from 0x40000000
        _UNKNOWN,
    ]

    def on(name: str, *body: Step) -> None:
        number = NUMBERS[name][column]
        if number >= 0:
            steps.extend([(_EQUAL, 0, len(body), number), *body])

    def only(argument: int, *values: int, mask: int = 0) -> list[Step]:
        # Lower half of the argument: the kernel reads these as 32 bits too.
        body: list[Step] = [(_LOAD, 0, 0, 16 + 8 * argument)]
        if mask:
            body.append((_AND, 0, 0, mask))
        for value in values:
            body += [(_EQUAL, 0, 1, value), _YES]
        return [*body, _NO]

    def none_of(argument: int, *values: int) -> list[Step]:
        body: list[Step] = [(_LOAD, 0, 0, 16 + 8 * argument)]
        for value in values:
            body += [(_EQUAL, 0, 1, value), _NO]
        return [*body, _YES]

    for name in REFUSED:
        on(name, _NO)
    on("clone3", _UNKNOWN)  # its flags lie in memory, where no filter sees them; the library then uses clone
    on("clone", (_LOAD, 0, 0, 16), (_SET, 0, 1, _CLONE_THREAD), _YES, _NO)
    on("kill", *only(0, pid))
    on("tgkill", *only(0, pid))
    on("prlimit64", *only(0, 0, pid))
    on("fcntl", *none_of(1, *_FILE_OWNER))
    on("ioctl", *none_of(1, *_TERMINAL))
    on("socket", *only(0, _AF_BLUETOOTH) if bluetooth else (_NO,))
    on("socketpair", (_LOAD, 0, 0, 16), (_EQUAL, 1, 0, _AF_UNIX), _NO, *only(1, _SOCK_STREAM, mask=0xF))
    for name in ("connect", "bind", "listen", "accept", "accept4"):
        on(name, _YES if bluetooth else _NO)
    on("sendto", (_LOAD, 0, 0, 48), (_EQUAL, 1, 0, 0), _NO, (_LOAD, 0, 0, 52), (_EQUAL, 1, 0, 0), _NO, _YES)
    on("sendmmsg", _NO)
    steps.append(_YES)
    return steps


def install(pid: int, *, bluetooth: bool) -> None:
    """Put the filter on every thread of this process, for good. Raises OSError."""
    known = machine()
    if known is None:
        raise OSError(errno.ENOSYS, f"no filter for {platform.machine()}")
    steps = program(*known, pid, bluetooth=bluetooth)
    code = b"".join(struct.pack("=HBBI", *step) for step in steps)
    kept = ctypes.create_string_buffer(code, len(code))
    head = struct.pack("@HP", len(steps), ctypes.addressof(kept))
    syscall(SECCOMP[known[0]], 1, 1, ctypes.c_char_p(head))
