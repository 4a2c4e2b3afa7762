"""WebDAV: Nextcloud, ownCloud, storage boxes, a NAS.

A backup goes up under a temporary name and is moved to its own when the server has every byte of it, so that what
breaks off is never taken for whole.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple, Self
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import aiohttp
from aiohttp import DigestAuthMiddleware, encode_basic_auth
from yarl import URL

from hub.backup.facts import key_of, made_at
from hub.backup.targets.base import Kept, Target, TargetTrouble, Tick, keep, pieces, session, small, words

PART = ".part"
_PROPS = (
    b'<?xml version="1.0" encoding="utf-8"?><propfind xmlns="DAV:"><prop><getcontentlength/><resourcetype/>'
    b"<quota-available-bytes/></prop></propfind>"
)


class _Found(NamedTuple):
    name: str
    folder: bool
    bytes: int
    free: int | None


class WebDav(Target):
    def __init__(self, url: str, user: str, password: str) -> None:
        base = URL(url)
        self._base = base if base.raw_path.endswith("/") else base.with_path(f"{base.raw_path}/", encoded=True)
        self._user, self._password = user, password
        self._host = base.host or url
        self._session: aiohttp.ClientSession | None = None
        self._headers: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        self._session = session()
        try:
            await self._greet()
        except BaseException:
            await self._session.close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def _greet(self) -> None:
        """Show the password only in the way the server asks for it: by digest where it can."""
        accept = (207, 401, 404, 409)
        async with self._ask("PROPFIND", "", headers={"Depth": "0"}, data=_PROPS, accept=accept) as answer:
            status, offered = answer.status, ",".join(answer.headers.getall("WWW-Authenticate", [])).lower()
        if status != 401 or not self._user:
            return
        if "digest" in offered:
            digest = DigestAuthMiddleware(self._user, self._password, preemptive=True)
            assert self._session is not None
            await self._session.close()
            self._session = session(middlewares=(digest,))
        else:
            self._headers["Authorization"] = encode_basic_auth(self._user, self._password, encoding="utf-8")
        await self._find("", "0", missing=True)

    async def prepare(self) -> None:
        """Make the folder and those above it, as far as they are not there."""
        if await self._find("", "0", missing=True) is not None:
            return
        missing, above = [self._base], self._base.parent
        while above.raw_path not in ("", "/"):
            place = above.with_path(f"{above.raw_path.rstrip('/')}/", encoded=True)
            accept = (207, 404, 403, 409)
            async with self._ask("PROPFIND", place, headers={"Depth": "0"}, data=_PROPS, accept=accept) as answer:
                if answer.status != 404:
                    break
            missing.append(place)
            above = above.parent
        for place in reversed(missing):
            async with self._ask("MKCOL", place, accept=(201, 405)):
                pass

    async def listed(self) -> list[Kept]:
        found = await self._find("", "1")
        return [Kept(one.name, one.bytes) for one in found or [] if not one.folder and not one.name.endswith(PART)]

    async def put(self, path: Path, name: str, tick: Tick) -> None:
        size = path.stat().st_size
        place = await self._find("", "0")  # also the digest's next challenge: a body can't be sent twice
        free = place[0].free if place else None
        if free is not None and 0 <= free < size:
            raise TargetTrouble(
                f"{self._host} has room for {free / 1e6:,.0f} MB, and the backup has {size / 1e6:,.0f} MB; make room "
                "there, or keep fewer backups",
                passing=True,
            )
        part = name + PART
        await self._send(path, part, size, tick)
        there = await self._find(part, "0", missing=True)
        if not there or there[0].bytes != size:
            await self.remove(part)
            has = there[0].bytes if there else "nothing"
            raise TargetTrouble(
                f"{self._host} said that it took {name}, and has {has} of its {size} bytes", passing=True
            )
        await self._move(part, name)
        await self._clear_away(name)

    async def _clear_away(self, done: str) -> None:
        """What this household's uploads left that were broken off for good."""
        for one in await self._find("", "1") or []:
            name = Path(one.name.removesuffix(PART))
            if one.name.endswith(PART) and made_at(name) is not None and key_of(name) == key_of(Path(done)):
                await self.remove(one.name)

    async def _send(self, path: Path, part: str, size: int, tick: Tick) -> None:
        headers = {"Content-Length": str(size), "Content-Type": "application/octet-stream"}
        with path.open("rb") as file:
            async with words(self._host) as limit:
                data = pieces(file, 0, size, limit, tick)
                async with self._request("PUT", part, headers, data) as answer:
                    if answer.status not in (200, 201, 204):
                        raise self._trouble(answer)

    async def _move(self, part: str, name: str) -> None:
        headers = {"Destination": str(self._url(name)), "Overwrite": "T"}
        async with self._ask("MOVE", part, headers=headers, accept=(201, 204, 200)):
            pass

    async def get(self, name: str, to: Path, tick: Tick) -> None:
        at = to.stat().st_size if to.exists() else 0
        headers = {"Range": f"bytes={at}-"} if at else {}
        async with words(self._host) as limit, self._request("GET", name, headers, None) as answer:
            if answer.status == 416:
                return
            if answer.status not in (200, 206):
                raise self._trouble(answer)
            await keep(answer, to, at if answer.status == 206 else 0, limit, tick)

    async def write(self, name: str, content: bytes) -> None:
        part = name + PART
        async with self._ask("PUT", part, data=content, accept=(200, 201, 204)):
            pass
        await self._move(part, name)

    async def read(self, name: str) -> bytes | None:
        async with self._ask("GET", name, accept=(200, 404)) as answer:
            content = await small(answer)
            return content if answer.status == 200 else None

    async def remove(self, name: str) -> None:
        async with self._ask("DELETE", name, accept=(200, 204, 404)):
            pass

    async def _find(self, name: str, depth: str, *, missing: bool = False) -> list[_Found] | None:
        """What is there; of a folder at depth 1 what is in it. None when it is `missing`."""
        accept = (207, 404) if missing else (207,)
        async with self._ask("PROPFIND", name, headers={"Depth": depth}, data=_PROPS, accept=accept) as answer:
            content = await small(answer)
            if answer.status == 404:
                return None
        try:
            tree = ET.fromstring(content)
        except ET.ParseError:
            raise TargetTrouble(f"what answers at {self._base} is no WebDAV server") from None
        here = unquote(self._url(name).raw_path).rstrip("/")
        found = []
        for one in tree.iterfind("{DAV:}response"):
            path = unquote(URL(one.findtext("{DAV:}href") or "", encoded=True).raw_path).rstrip("/")
            if depth == "1" and path == here:
                continue
            size = next(iter(one.iter("{DAV:}getcontentlength")), None)
            quota = next(iter(one.iter("{DAV:}quota-available-bytes")), None)
            folder = next(iter(one.iter("{DAV:}collection")), None) is not None
            found.append(_Found(path.rpartition("/")[2], folder, _number(size) or 0, _number(quota)))
        return found

    def _url(self, name: str | URL) -> URL:
        return name if isinstance(name, URL) else self._base / name if name else self._base

    @asynccontextmanager
    async def _ask(
        self, method: str, name: str | URL, *, headers: Mapping[str, str] | None = None, data: bytes | None = None,
        accept: tuple[int, ...],
    ) -> AsyncIterator[aiohttp.ClientResponse]:  # fmt: skip
        async with words(self._host), self._request(method, name, headers or {}, data) as answer:
            if answer.status not in accept:
                raise self._trouble(answer)
            yield answer

    @asynccontextmanager
    async def _request(
        self, method: str, name: str | URL, headers: Mapping[str, str], data: AsyncIterator[bytes] | bytes | None
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        assert self._session is not None
        # Never to where the server points: the password would go along.
        async with self._session.request(
            method, self._url(name), headers={**self._headers, **headers}, data=data, allow_redirects=False
        ) as answer:
            yield answer

    def _trouble(self, answer: aiohttp.ClientResponse) -> TargetTrouble:
        status, host = answer.status, self._host
        if status == 401 and not self._user:
            return TargetTrouble(f"{host} asks for a user name and a password")
        if status == 401:
            return TargetTrouble(
                f"{host} does not take the user name {self._user!r} with this password; type both anew. With a second "
                "factor there, make an app password"
            )
        if status == 507:
            return TargetTrouble(f"{host} has no room left; make room there, or keep fewer backups", passing=True)
        if status == 413:
            return TargetTrouble(f"{host} takes no files of this size; its administrator can raise the limit")
        if status in (404, 409):
            return TargetTrouble(f"there is no folder {self._base.path} at {host}; is the address right?")
        if status == 403:
            who = self._user or "nobody without a user name"
            return TargetTrouble(f"{who} may not write to {self._base.path} at {host}")
        if status in (301, 302, 307, 308):
            where = answer.headers.get("Location", "another address")[:200]
            return TargetTrouble(f"{host} sends us on to {where}; if that is right, give that address")
        if status in (405, 501):
            return TargetTrouble(f"what answers at {self._base} is no folder of a WebDAV server")
        if status in (423, 429, 408) or status >= 500:
            return TargetTrouble(f"{host} can't do it now (status {status}); it is tried again", passing=True)
        return TargetTrouble(f"{host} refuses with status {status} {answer.reason or ''}".rstrip())


def _number(element: ET.Element | None) -> int | None:
    try:
        return int((element.text or "") if element is not None else "")
    except ValueError:
        return None
