"""System calls by number, with arguments that do no harm where they are allowed."""

from __future__ import annotations

import ctypes
import errno
import platform

from hub.supervisor.child.box.calls import NUMBERS

_libc = ctypes.CDLL(None, use_errno=True)
_COLUMN = 0 if platform.machine() == "x86_64" else 1


def call(name: str, *arguments: int) -> int:
    given = [ctypes.c_long(one) for one in arguments]
    return int(_libc.syscall(ctypes.c_long(NUMBERS[name][_COLUMN]), *given))


def allowed(name: str, *arguments: int) -> bool:
    """Whether the kernel would do it: anything but `not permitted` and `no such call`."""
    ctypes.set_errno(0)
    return call(name, *arguments) >= 0 or ctypes.get_errno() not in (errno.EPERM, errno.EACCES, errno.ENOSYS)
