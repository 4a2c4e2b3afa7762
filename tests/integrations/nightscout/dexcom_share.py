"""A Dexcom Share server for tests, over TLS: accounts, sessions that expire, glucose rows, and its error codes.

Like Dexcom's own it is not strict about HTTP: the bridge says `Content-Length: 0` and then sends two bytes.
"""

from __future__ import annotations

import asyncio
import json
import re
import ssl
import subprocess
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.support.process import program

PREFIX = "/ShareWebServices/Services"
APPLICATIONS = frozenset({"d89443d2-327c-4a6f-89e5-496bbb0317db", "d8665ade-9673-4e27-9ff6-92db4ce13d13"})
NOBODY = "00000000-0000-0000-0000-000000000000"


def row(at: datetime, value: int, trend: str | int = "Flat") -> dict[str, Any]:
    """One glucose row, as Share writes it: times in milliseconds, `DT` with the phone's offset."""
    ms = int(at.timestamp() * 1000)
    return {"WT": f"Date({ms})", "ST": f"Date({ms})", "DT": f"Date({ms}+0000)", "Value": value, "Trend": trend}


@dataclass
class DexcomShare:
    """`rows` may be changed while it runs; `expire()` makes clients sign in again."""

    account: str = "anna@example.org"
    password: str = "a long password"
    rows: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""
    signed_in: int = 0
    _account_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    _session: str = NOBODY

    def expire(self) -> None:
        self._session = NOBODY

    def answer(self, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        """Status and JSON for a POST."""
        if path == f"{PREFIX}/General/AuthenticatePublisherAccount":
            return self._authenticate(body)
        if path == f"{PREFIX}/General/LoginPublisherAccountById":
            return self._login(body)
        if path == f"{PREFIX}/Publisher/ReadPublisherLatestGlucoseValues":
            return self._read(query)
        return 404, "Endpoint not found."

    def _authenticate(self, body: Any) -> tuple[int, Any]:
        if body.get("applicationId") not in APPLICATIONS:
            return _error("InvalidArgument", "applicationId")
        if (body.get("accountName"), body.get("password")) != (self.account, self.password):
            return _error("AccountPasswordInvalid", "Publisher account password failed")
        return 200, self._account_id

    def _login(self, body: Any) -> tuple[int, Any]:
        if (body.get("accountId"), body.get("password")) != (self._account_id, self.password):
            return _error("AccountPasswordInvalid", "Publisher account password failed")
        self._session = str(uuid.uuid4())
        self.signed_in += 1
        return 200, self._session

    def _read(self, query: dict[str, str]) -> tuple[int, Any]:
        # The names of the parameters are taken in any case: clients write sessionID and sessionId.
        asked = {name.lower(): value for name, value in query.items()}
        if asked.get("sessionid") != self._session or self._session == NOBODY:
            return _error("SessionIdNotFound", "Session ID not found")
        minutes, count = int(asked["minutes"]), int(asked["maxcount"])
        if not (1 <= minutes <= 1440 and 1 <= count <= 288):
            return _error("InvalidArgument", "minutes or maxCount")
        since = datetime.now(UTC) - timedelta(minutes=minutes)
        recent = [one for one in self.rows if _ms(one["WT"]) >= since.timestamp() * 1000]
        return 200, sorted(recent, key=lambda one: _ms(one["WT"]), reverse=True)[:count]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request a connection."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = re.search(r"(?im)^content-length: *(\d+)", head)
            raw = await reader.readexactly(int(length[1])) if length else b""
            target = urlsplit(head.split(" ")[1])
            body = json.loads(raw) if raw else None
            status, told = self.answer(target.path, dict(parse_qsl(target.query)), body)
            text = json.dumps(told).encode()
            writer.write(
                f"HTTP/1.1 {status} X\r\nContent-Type: application/json; charset=utf-8\r\n"
                f"Content-Length: {len(text)}\r\nConnection: close\r\n\r\n".encode()
                + text
            )
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def dexcom_share(folder: Path, **options: Any) -> AsyncIterator[DexcomShare]:
    """A running server with a certificate of its own; `url` is its host and port."""
    share = DexcomShare(**options)
    key, certificate = folder / "share.key", folder / "share.pem"
    kind = ("-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1")
    names = ("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1")
    command = (program("openssl"), "req", *kind, "-keyout", key, "-out", certificate, *names)
    subprocess.run(command, check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    server = await asyncio.start_server(share.serve, "127.0.0.1", 0, ssl=tls)
    share.url = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield share
    finally:
        server.close()
        await server.wait_closed()


def _error(code: str, message: str) -> tuple[int, Any]:
    return 500, {"Code": code, "Message": message, "SubCode": "", "TypeName": "FaultException"}


def _ms(text: str) -> int:
    return int(text[len("Date(") :].split(")")[0].split("+")[0])
