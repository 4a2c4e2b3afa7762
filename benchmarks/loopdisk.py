"""A small ext4 disk in a file: its bytes can be counted and its power can be cut. Needs root."""

from __future__ import annotations

import fcntl
import os
import struct
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType

SHUTDOWN = 0x8004587D
"""EXT4_IOC_SHUTDOWN: _IOR('X', 125, __u32)."""
NOLOGFLUSH = 2
"""Nothing that was not flushed to the disk by then will ever be."""


class Impossible(RuntimeError):
    """This machine can't mount a disk in a file."""


class LoopDisk:
    """`with LoopDisk() as disk:` mounts a fresh ext4 of 4 kB blocks at `disk.folder`."""

    def __init__(self, megabytes: int = 256) -> None:
        self._megabytes = megabytes
        self._place = Path(tempfile.mkdtemp(prefix="homeostat-disk-"))
        self.image = self._place / "disk.img"
        self.folder = self._place / "disk"
        self._device = ""

    def __enter__(self) -> LoopDisk:
        if os.geteuid() != 0:
            raise Impossible("only root can mount a disk in a file")
        with self.image.open("wb") as file:
            file.truncate(self._megabytes << 20)
        self.folder.mkdir()
        _run("mkfs.ext4", "-q", "-b", "4096", "-F", str(self.image))
        self._device = _run("losetup", "--find", "--show", str(self.image)).strip()
        self.mount()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        subprocess.run(["umount", "-l", str(self.folder)], check=False, capture_output=True)
        if self._device:
            subprocess.run(["losetup", "--detach", self._device], check=False, capture_output=True)
        for path in (self.image, self.folder, self._place):
            path.unlink() if path.is_file() else path.rmdir()

    def mount(self) -> None:
        """Mount it, replaying the journal as after a power cut."""
        _run("mount", self._device, str(self.folder))

    def unmount(self) -> None:
        _run("umount", str(self.folder))

    def cut(self) -> None:
        """The power goes: what was not flushed is lost, and nothing can be written any more."""
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, SHUTDOWN, struct.pack("I", NOLOGFLUSH))
        finally:
            os.close(descriptor)

    def written(self) -> int:
        """Bytes that have reached the device since it was made."""
        os.sync()
        fields = Path(f"/sys/block/{Path(self._device).name}/stat").read_text().split()
        return int(fields[6]) * 512


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Impossible(f"{command[0]}: {done.stderr.strip()}")
    return done.stdout
