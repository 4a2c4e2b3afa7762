"""Fetching a blueprint that the owner named, and nothing that it leads to inside the house."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import aiohttp

from hub.automation.shelf.addresses import Address, address, unwrapped
from hub.automation.shelf.places import suggested
from hub.errors import Conflict
from hub.supervisor.outgoing import Guard, Refused, guarded_connector

LARGEST = 1_000_000
"""Bytes of an answer."""
PATIENCE = 20.0
"""Seconds for all of it."""
MOST_REDIRECTS = 5


@dataclass(frozen=True, slots=True)
class Fetched:
    text: str
    source_url: str
    """The address as it was given, which is asked again for what is newer."""
    path: str
    """A path to keep it under."""
    notes: tuple[str, ...] = ()


class Fetcher:
    """`allowed`: (host, port) inside the house that may be asked all the same. `moved`: host -> where it really is."""

    def __init__(
        self,
        allowed: frozenset[tuple[str, int]] = frozenset(),
        moved: Mapping[str, str] | None = None,
        patience: float = PATIENCE,
    ) -> None:
        self._guard, self._moved, self._patience = Guard(allowed), moved or {}, patience

    async def fetch(self, url: str) -> Fetched:
        """Raises Conflict, in words, for everything that goes wrong."""
        url = unwrapped(url)
        where = address(url)
        try:
            async with asyncio.timeout(self._patience):
                return await self._fetch(url, where)
        except TimeoutError:
            raise Conflict(f"{_host(url)} did not answer in {self._patience:g} seconds; try again later") from None

    async def _fetch(self, url: str, where: Address) -> Fetched:
        notes: list[str] = []
        connector = guarded_connector(self._guard)
        async with aiohttp.ClientSession(
            connector=connector, headers={"User-Agent": "Homeostat"}, cookie_jar=aiohttp.DummyCookieJar()
        ) as session:
            if where.url.startswith("http://"):
                try:
                    body = await self._get(session, "https" + where.url.removeprefix("http"))
                    url = "https" + url.removeprefix("http")
                except Conflict:
                    body = await self._get(session, where.url)
                    notes.append("It came unencrypted: whoever sits between could have changed it.")
            else:
                body = await self._get(session, where.url)
        text, user, name = _text(body, url), where.user, where.name
        if where.pick is not None:
            try:
                found = json.loads(text)
            except ValueError:
                raise Conflict(f"{_host(where.url)} answered something else than what it is asked for") from None
            text, user, name = where.pick(found)
        else:
            _check_page(text, url)
        return Fetched(text, url, suggested(user, name), tuple(notes))

    async def _get(self, session: aiohttp.ClientSession, url: str) -> bytes:
        """Redirects are followed by hand: each goes by the guard again, and none leads back to what is unencrypted."""
        for _ in range(MOST_REDIRECTS + 1):
            real = self._real(url)
            try:
                async with session.get(real, allow_redirects=False) as response:
                    if response.status in (301, 302, 303, 307, 308):
                        target = urljoin(url, response.headers.get("Location", ""))
                        parts = urlsplit(target)
                        if parts.scheme not in ("http", "https") or not parts.hostname:
                            raise Conflict(f"{_host(url)} leads on to what is no web address")
                        if url.startswith("https:") and parts.scheme == "http":
                            raise Conflict(f"{_host(url)} leads on to an unencrypted address; that is not followed")
                        url = target
                        continue
                    return await _whole(response, url)
            except (aiohttp.ClientConnectorError, Refused) as error:
                raise Conflict(_why(error, url)) from None
            except (aiohttp.ClientError, ValueError, OSError) as error:
                raise Conflict(f"{_host(url)} could not be asked: {error}") from None
        raise Conflict(f"{_host(url)} leads on and on; after {MOST_REDIRECTS} times nobody follows")

    def _real(self, url: str) -> str:
        parts = urlsplit(url)
        base = self._moved.get(parts.hostname or "")
        return url if base is None else base.rstrip("/") + parts._replace(scheme="", netloc="").geturl()


async def _whole(response: aiohttp.ClientResponse, url: str) -> bytes:
    if response.status == 404:
        raise Conflict(f"{_host(url)} has nothing at this address (404); look whether it was moved")
    if response.status in (403, 429):
        raise Conflict(f"{_host(url)} does not want to be asked now ({response.status}); try again later")
    if response.status != 200:
        raise Conflict(f"{_host(url)} answered {response.status}")
    body = bytearray()
    async for piece in response.content.iter_chunked(65_536):
        body += piece
        if len(body) > LARGEST:
            raise Conflict(f"{_host(url)} sends more than 1 MB; no blueprint is that large")
    return bytes(body)


def _text(body: bytes, url: str) -> str:
    if b"\0" in body[:8192]:
        raise Conflict(f"what {_host(url)} sends is no text")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Conflict(f"what {_host(url)} sends is no text in UTF-8") from None


def _check_page(text: str, url: str) -> None:
    begins = text.lstrip()[:200].lower()
    if begins.startswith(("<!doctype html", "<html", "<head", "<?xml")):
        raise Conflict(f"{_host(url)} sends a web page, not a blueprint; take the address of the file itself (“Raw”)")


def _why(error: Exception, url: str) -> str:
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, Refused):
        cause = getattr(cause, "os_error", None) or cause.__cause__
    if isinstance(cause, Refused):
        return f"{_host(url)} lies in your own network; blueprints are fetched from the internet, or brought as a file"
    return f"{_host(url)} can't be reached: {error}"


def _host(url: str) -> str:
    return urlsplit(url).hostname or "the address"
