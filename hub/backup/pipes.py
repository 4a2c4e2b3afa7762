"""Streams through age: what is written comes out encrypted, what is read was decrypted, in constant memory."""

from __future__ import annotations

import io
import os
from threading import Thread
from types import TracebackType
from typing import Self

import pyrage
from pyrage import x25519


class Sealer:
    """A file to write into; its end is sealed by `close`, without which the result does not open."""

    def __init__(self, out: io.BufferedIOBase, recipient: x25519.Recipient) -> None:
        read, write = os.pipe()
        self._source = io.BufferedReader(io.FileIO(read, "r"), 1 << 16)
        self._pipe = io.BufferedWriter(io.FileIO(write, "w"), 1 << 16)
        self._error: BaseException | None = None
        self._thread = Thread(target=self._run, args=(out, recipient), name="age", daemon=True)
        self._thread.start()

    def _run(self, out: io.BufferedIOBase, recipient: x25519.Recipient) -> None:
        try:
            pyrage.encrypt_io(self._source, out, [recipient])
        except BaseException as error:  # noqa: BLE001  # raised where the writer is
            self._error = error
        finally:
            self._source.close()

    def write(self, data: bytes) -> int:
        """Raises OSError, that of the file behind too."""
        try:
            return self._pipe.write(data)
        except BrokenPipeError:
            self._thread.join()
            raise self._error or OSError("the encryption ended early") from None

    def flush(self) -> None:
        """The end flushes."""

    def close(self) -> None:
        try:
            self._pipe.close()
        except BrokenPipeError:
            pass  # the reason is the thread's
        self._thread.join()
        if self._error is not None:
            raise self._error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        try:
            self.close()
        except BaseException:
            if error is None:
                raise


class Opener:
    """A file to read from. Only `finish` tells whether all of it was true: what was read before is not to be used."""

    def __init__(self, source: io.BufferedIOBase, identities: list[x25519.Identity]) -> None:
        read, write = os.pipe()
        self._out = io.BufferedWriter(io.FileIO(write, "w"), 1 << 16)
        self._pipe = io.BufferedReader(io.FileIO(read, "r"), 1 << 16)
        self.error: Exception | None = None
        """Why it can't be opened, once the reader has met the end."""
        self._thread = Thread(target=self._run, args=(source, identities), name="age", daemon=True)
        self._thread.start()

    def _run(self, source: io.BufferedIOBase, identities: list[x25519.Identity]) -> None:
        try:
            pyrage.decrypt_io(source, self._out, identities)
        except Exception as error:  # noqa: BLE001  # told by `finish`
            self.error = error
        try:
            self._out.close()
        except OSError:
            pass  # the reader has had enough

    def read(self, size: int = -1) -> bytes:
        return self._pipe.read(size)

    def finish(self) -> None:
        """Read to the end. Raises what age raises: DecryptError, or OSError for a damaged or cut file."""
        while self._pipe.read(1 << 16):
            pass
        self._thread.join()
        if self.error is not None:
            raise self.error

    def close(self) -> None:
        self._pipe.close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
