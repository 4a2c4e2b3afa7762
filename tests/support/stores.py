"""Real servers that backups are sent to: SeaweedFS for S3, WsgiDAV for WebDAV, and a cable that can be cut."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.process import free_port, program, start, stop

ACCESS, SECRET = "AKHOMEOSTAT", "a secret key/of +many signs"
READER, READERS = "AKREADER", "another secret"
BUCKET = "house"
USER, PASSWORD = "anna", "pässword: with a colon"


@contextmanager
def seaweed(folder: Path) -> Iterator[str]:
    """An S3 server that verifies signatures; its address. The bucket is there after the first `make_bucket`."""
    ports = [free_port() for _ in range(5)]
    identity = {
        "identities": [
            {"name": "hub", "credentials": [{"accessKey": ACCESS, "secretKey": SECRET}], "actions": ["Admin"]},
            {
                "name": "reader",
                "credentials": [{"accessKey": READER, "secretKey": READERS}],
                "actions": [f"Read:{BUCKET}", f"List:{BUCKET}"],
            },
        ]
    }
    (folder / "data").mkdir(parents=True)
    config = folder / "s3.json"
    config.write_text(json.dumps(identity))
    weed = program("weed", Path(sys.executable).parent)
    command = [
        weed, "server", f"-dir={folder / 'data'}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer", "-s3",
        f"-master.port={ports[0]}", f"-volume.port={ports[1]}", f"-filer.port={ports[2]}", f"-s3.port={ports[3]}",
        f"-master.port.grpc={free_port()}", f"-volume.port.grpc={free_port()}", f"-filer.port.grpc={free_port()}",
        f"-s3.port.grpc={free_port()}", f"-s3.config={config}", "-s3.iam=false",
        "-s3.port.iceberg=0", "-s3.port.lance=0",
        "-master.volumeSizeLimitMB=64", "-volume.max=20", "-master.telemetry=false", "-s3.domainName=localhost",
    ]  # fmt: skip
    process = start(command, folder / "weed.log", ports[3])
    try:
        yield f"http://127.0.0.1:{ports[3]}"
    finally:
        stop(process)


@contextmanager
def dav(folder: Path, *, digest: bool = False, port: int = 0) -> Iterator[str]:
    """A WebDAV server on a folder; the address of its top."""
    port = port or free_port()
    top = folder / "dav"
    top.mkdir(exist_ok=True)
    config = folder / "wsgidav.json"
    config.write_text(
        json.dumps(
            {
                "host": "127.0.0.1",
                "port": port,
                "provider_mapping": {"/": str(top)},
                "http_authenticator": {
                    "accept_basic": not digest, "accept_digest": digest, "default_to_digest": digest,
                },
                "simple_dc": {"user_mapping": {"*": {USER: {"password": PASSWORD}}}},
                "verbose": 1,
                "lock_storage": True,
            }
        )
    )  # fmt: skip
    process = start(
        [sys.executable, "-m", "wsgidav.server.server_cli", f"--config={config}"], folder / "wsgidav.log", port
    )
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        stop(process)


@dataclass
class Cable:
    """A way to a server that can be cut after so many bytes, or be dead."""

    port: int = 0
    left: int | None = None
    """Bytes towards the server until everything is cut; None: no cut."""
    cuts: int = 0
    """How often it is cut again before it stays whole."""
    passed: int = 0
    made: int = 0
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut_after(self, size: int, times: int = 1) -> None:
        self._size, self.left, self.cuts = size, size, times

    def _spend(self, size: int) -> bool:
        self.passed += size
        if self.left is None:
            return True
        self.left -= size
        if self.left > 0:
            return True
        self.made += 1
        self.cuts -= 1
        self.left = self._size if self.cuts > 0 else None
        return False


@asynccontextmanager
async def cable(port: int) -> AsyncIterator[Cable]:
    """Between a client and a server on loopback."""
    it = Cable()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, up: bool, both: list[object]) -> None:
        try:
            while data := await reader.read(1 << 16):
                if up and not it._spend(len(data)):
                    break
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            for one in both:
                if isinstance(one, asyncio.StreamWriter):
                    one.transport.abort()

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, out = await asyncio.open_connection("127.0.0.1", port)
        both: list[object] = [writer, out]
        await asyncio.gather(carry(reader, out, True, both), carry(there, writer, False, both))

    server = await asyncio.start_server(meet, "127.0.0.1", 0)
    it.port = server.sockets[0].getsockname()[1]
    try:
        yield it
    finally:
        server.close()
