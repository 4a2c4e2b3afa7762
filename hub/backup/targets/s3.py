"""S3 and what speaks like it (MinIO, SeaweedFS, Ceph, Garage, B2, R2, Wasabi, Hetzner, ...).

Large files go up in parts, each signed with its digest, and appear under their name only when the last one is there. An
upload that broke off is gone on with, whichever run of the hub began it; those that nobody will end are cleared away.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import NamedTuple, Self
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import aiohttp
from yarl import URL

from hub.backup.facts import key_of, made_at
from hub.backup.targets.base import PIECE, Kept, Target, TargetTrouble, Tick, keep, newer, pieces, session, small, words
from hub.backup.targets.s3_words import Said, trouble
from hub.backup.targets.signing import EMPTY, Signer, path_text, query_text
from hub.clock import Clock

PART = 8 << 20
"""Bytes from which a file goes up in parts, and of a part; more where there would be too many of them."""
PARTS = 9_000
SKEW = timedelta(minutes=10)


class Part(NamedTuple):
    number: int
    start: int
    size: int


class S3(Target):
    def __init__(
        self, endpoint: str, bucket: str, prefix: str, signer: Signer, clock: Clock, *, path_style: bool,
        part: int = PART,
    ) -> None:  # fmt: skip
        base = URL(endpoint)
        self._base, self._bucket, self._signer, self._clock, self._part = base, bucket, signer, clock, part
        host = f"{bucket}.{base.host}" if not path_style else base.host or ""
        self._host = host if base.is_default_port() else f"{host}:{base.port}"
        self._top = base.raw_path.rstrip("/") + (f"/{path_text(bucket)}" if path_style else "")
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = session()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def prepare(self) -> None:
        """A bucket is its owner's to make: whether it is there is found by listing it."""
        await self.listed()

    async def listed(self) -> list[Kept]:
        found: list[Kept] = []
        query = {"list-type": "2", "prefix": self._prefix, "delimiter": "/"}
        while True:
            tree = await self._xml("GET", "", query)
            for one in tree.iterfind("{*}Contents"):
                name = _text(one, "Key").removeprefix(self._prefix)
                found.append(Kept(name, int(_text(one, "Size") or 0)))
            if _text(tree, "IsTruncated") != "true" or not (more := _text(tree, "NextContinuationToken")):
                return found
            query["continuation-token"] = more

    async def put(self, path: Path, name: str, tick: Tick) -> None:
        size, key = path.stat().st_size, self._prefix + name
        if size <= self._part:
            await self._send(path, key, {}, Part(0, 0, size), tick)
        else:
            await self._in_parts(path, key, size, tick)
        there = await self._size(key)
        if there != size:
            raise TargetTrouble(
                f"{self._host} said that it took {name}, and has {there or 'nothing'} of its {size} bytes", passing=True
            )
        await self._clear_away(key)

    async def _in_parts(self, path: Path, key: str, size: int, tick: Tick) -> None:
        length = max(self._part, -(-size // PARTS))
        parts = [
            Part(place + 1, start, min(length, size - start)) for place, start in enumerate(range(0, size, length))
        ]
        begun, there = await self._begun(key)
        if not begun:
            begun = _text(await self._xml("POST", key, {"uploads": ""}), "UploadId")
        tags: list[str] = []
        for part in parts:
            sha, md5 = await asyncio.to_thread(_digests, path, part)
            if there.get(part.number) == (md5, part.size):
                tick(part.size)
                tags.append(md5)
                continue
            query = {"partNumber": str(part.number), "uploadId": begun}
            tags.append(await self._send(path, key, query, part, tick, sha=sha))
        listed = "".join(
            f"<Part><PartNumber>{part.number}</PartNumber><ETag>&quot;{escape(tag)}&quot;</ETag></Part>"
            for part, tag in zip(parts, tags, strict=True)
        )
        body = f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>".encode()
        # An error may come after the status was sent.
        await self._xml("POST", key, {"uploadId": begun}, body)

    async def _begun(self, key: str) -> tuple[str, dict[int, tuple[str, int]]]:
        """The upload of this file that broke off last, with the parts that are there: number -> tag, size."""
        try:
            uploads = [upload for name, upload in await self._uploads() if name == key]
            if not uploads:
                return "", {}
            there: dict[int, tuple[str, int]] = {}
            query = {"uploadId": uploads[-1]}
            while True:
                tree = await self._xml("GET", key, query)
                for one in tree.iterfind("{*}Part"):
                    tag = _text(one, "ETag").strip('"')
                    there[int(_text(one, "PartNumber"))] = (tag, int(_text(one, "Size") or 0))
                if _text(tree, "IsTruncated") != "true":
                    return uploads[-1], there
                query["part-number-marker"] = _text(tree, "NextPartNumberMarker")
        except TargetTrouble as error:
            if error.passing:
                raise
            return "", {}  # servers that don't list them, or keys that may not

    async def _uploads(self) -> list[tuple[str, str]]:
        """Uploads that nobody ended: key, id, the oldest first."""
        tree = await self._xml("GET", "", {"uploads": "", "prefix": f"{self._prefix}homeostat-"})
        found = [
            (_text(one, "Initiated"), _text(one, "Key"), _text(one, "UploadId")) for one in tree.iterfind("{*}Upload")
        ]
        return [(key, upload) for _, key, upload in sorted(found)]

    async def _clear_away(self, done: str) -> None:
        """Parts of this household's other uploads take room, and nobody will end them."""
        with suppress(TargetTrouble):
            for key, upload in await self._uploads():
                name = Path(key.removeprefix(self._prefix))
                if made_at(name) is not None and key_of(name) == key_of(Path(done)):
                    await self._plain("DELETE", key, {"uploadId": upload})

    async def get(self, name: str, to: Path, tick: Tick) -> None:
        at = to.stat().st_size if to.exists() else 0
        further = {"range": f"bytes={at}-"} if at else {}
        accept = (200, 206, 416)
        async with self._ask("GET", self._prefix + name, {}, further=further, accept=accept) as (answer, limit):
            if answer.status == 416:
                return
            if answer.status == 200:
                at = 0
            await keep(answer, to, at, limit, tick)

    async def write(self, name: str, content: bytes) -> None:
        await self._plain("PUT", self._prefix + name, {}, content)

    async def read(self, name: str) -> bytes | None:
        async with self._ask("GET", self._prefix + name, {}, accept=(200, 404)) as (answer, _):
            content = await small(answer)
            if answer.status == 404:
                said = Said.parse(content)
                if said.code == "NoSuchBucket":
                    raise self._trouble(answer, content)
                return None
            return content

    async def remove(self, name: str) -> None:
        await self._plain("DELETE", self._prefix + name, {})

    async def _size(self, key: str) -> int | None:
        async with self._ask("HEAD", key, {}, accept=(200, 404)) as (answer, _):
            return answer.content_length if answer.status == 200 else None

    async def _send(
        self, path: Path, key: str, query: Mapping[str, str], part: Part, tick: Tick, *, sha: str = ""
    ) -> str:
        """A stretch of the file, never more than a piece of it in memory; its tag."""
        digest = sha or (await asyncio.to_thread(_digests, path, part))[0]
        async with self._ask("PUT", key, query, payload=digest, stretch=(path, part, tick)) as (answer, _):
            await small(answer)
            return answer.headers.get("ETag", "").strip('"')

    async def _xml(self, method: str, key: str, query: Mapping[str, str], body: bytes = b"") -> ET.Element:
        async with self._ask(method, key, query, body=body) as (answer, _):
            content = await small(answer)
            try:
                tree = ET.fromstring(content)
            except ET.ParseError:
                tree = ET.Element("none")
            kind = tree.tag.rpartition("}")[2]
            if kind == "Error":
                raise self._trouble(answer, content)
            if not kind.endswith("Result"):
                raise TargetTrouble(f"what answers at {self._base.origin()} is no S3 server")
            return tree

    async def _plain(self, method: str, key: str, query: Mapping[str, str], body: bytes = b"") -> None:
        async with self._ask(method, key, query, body=body) as (answer, _):
            await small(answer)

    @asynccontextmanager
    async def _ask(
        self, method: str, key: str, query: Mapping[str, str], *, body: bytes = b"", payload: str = "",
        stretch: tuple[Path, Part, Tick] | None = None, further: Mapping[str, str] | None = None,
        accept: tuple[int, ...] = (200, 204),
    ) -> AsyncIterator[tuple[aiohttp.ClientResponse, asyncio.Timeout]]:  # fmt: skip
        """One signed request and its answer, refused in words unless its status is one of `accept`."""
        assert self._session is not None
        path = f"{self._top}/{path_text(key)}" if key else (self._top or "/")
        digest = payload or (hashlib.sha256(body).hexdigest() if body else EMPTY)
        headers = self._signer.headers(method, self._host, path, query, digest, self._clock.now(), further)
        text = query_text(query)
        url = URL(f"{self._base.scheme}://{self._host}{path}" + (f"?{text}" if text else ""), encoded=True)
        async with AsyncExitStack() as stack:
            limit = await stack.enter_async_context(words(self._base.host or ""))
            data: AsyncIterator[bytes] | bytes | None = body or None
            if stretch is not None:
                file, part, tick = stretch
                data = pieces(stack.enter_context(file.open("rb")), part.start, part.size, limit, tick)
                headers["Content-Length"] = str(part.size)
            async with self._session.request(method, url, headers=headers, data=data, allow_redirects=False) as answer:
                if answer.status not in accept:
                    raise self._trouble(answer, await small(answer))
                yield answer, limit

    def _trouble(self, answer: aiohttp.ClientResponse, content: bytes) -> TargetTrouble:
        minutes = 0.0
        with suppress(TypeError, ValueError):
            minutes = newer(self._clock.now(), parsedate_to_datetime(answer.headers["Date"]))
        return trouble(
            Said.parse(content), answer.status, host=self._host, bucket=self._bucket, access=self._signer.access,
            region=self._signer.region, minutes=minutes if abs(minutes) > SKEW.total_seconds() / 60 else 0.0,
        )  # fmt: skip


def _digests(path: Path, part: Part) -> tuple[str, str]:
    """SHA-256, which is signed, and MD5, by which servers call a part."""
    sha, md5, left = hashlib.sha256(), hashlib.md5(usedforsecurity=False), part.size
    with path.open("rb") as file:
        file.seek(part.start)
        while left > 0 and (piece := file.read(min(PIECE, left))):
            sha.update(piece)
            md5.update(piece)
            left -= len(piece)
    return sha.hexdigest(), md5.hexdigest()


def _text(tree: ET.Element, name: str) -> str:
    return tree.findtext(f"{{*}}{name}") or ""
