"""Keeps glibc from holding on to memory that a long-running, many-threaded Python process no longer uses."""

from __future__ import annotations

import ctypes
import gc

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
"""Parameters of mallopt(3)."""


def _libc() -> ctypes.CDLL | None:
    try:
        libc = ctypes.CDLL("libc.so.6")
    except OSError:
        return None
    return libc if hasattr(libc, "mallopt") and hasattr(libc, "malloc_trim") else None


def tune() -> None:
    """One arena and early return of freed memory; does nothing where the C library is not glibc."""
    libc = _libc()
    if libc is not None:
        libc.mallopt(_M_ARENA_MAX, 1)
        libc.mallopt(_M_TRIM_THRESHOLD, 128 << 10)
        libc.mallopt(_M_MMAP_THRESHOLD, 64 << 10)


def give_back() -> None:
    """Collect garbage and return what is free to the system; some tens of milliseconds."""
    gc.collect()
    libc = _libc()
    if libc is not None:
        libc.malloc_trim(0)


def settle() -> None:
    """What is there now stays, and is not looked through for garbage again and again."""
    gc.freeze()
    gc.enable()
