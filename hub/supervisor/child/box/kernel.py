"""The few system calls that the box needs, through ctypes: Python has no names for them."""

from __future__ import annotations

import ctypes
import os

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long
PR_SET_DUMPABLE = 4
PR_SET_NO_NEW_PRIVS = 38
PR_GET_SECCOMP = 21
PR_CAPBSET_DROP = 24
CLONE_NEWUSER, CLONE_NEWNET, CLONE_NEWIPC = 0x10000000, 0x40000000, 0x08000000


def syscall(number: int, *arguments: object) -> int:
    """Raises OSError with the kernel's reason. Integers are passed as 64 bits, as the kernel reads them."""
    given = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    answer: int = _libc.syscall(ctypes.c_long(number), *given)
    if answer < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return answer


def prctl(option: int, *arguments: int) -> int:
    """Raises OSError."""
    given = [ctypes.c_ulong(one) for one in (*arguments, 0, 0, 0, 0)[:4]]
    answer: int = _libc.prctl(ctypes.c_int(option), *given)
    if answer < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return answer


def drop_capabilities(capset: int) -> None:
    """Give up every capability, for good; `capset` is the number of the call. Raises OSError."""
    # Version 3 of the header, this process; three empty sets in two halves.
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    syscall(capset, header, (ctypes.c_uint32 * 6)())


def unshare(flags: int) -> None:
    """Raises OSError."""
    if _libc.unshare(ctypes.c_int(flags)) < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
