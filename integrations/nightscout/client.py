"""Asking another Nightscout; every failure is one of the hub's three."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import aiohttp

from hub.api import AuthFailed, ConfigInvalid, Context, NotReady
from integrations.nightscout.config import FollowerConfig
from integrations.nightscout.incoming import number
from integrations.nightscout.times import parse

_TIMEOUT = aiohttp.ClientTimeout(total=60, connect=15)
_LARGEST = 200 << 20
SKEW = timedelta(minutes=5)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Remote:
    """One site, as its token or secret lets us see it."""

    def __init__(self, ctx: Context) -> None:
        config: FollowerConfig = ctx.config
        self._ctx, self._base = ctx, config.url
        self._token = config.token.get_secret_value()
        secret = config.api_secret.get_secret_value()
        self._headers: dict[str, str] = {"Accept": "application/json"}
        if secret:
            self._headers["api-secret"] = hashlib.sha1(secret.encode()).hexdigest()
        self._validators: dict[str, dict[str, str]] = {}
        self._skewed = False

    async def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """The JSON at a path. Raises AuthFailed, NotReady, ConfigInvalid."""
        _, body = await self._ask(path, params, {})
        return body

    async def news(self, key: str, path: str, params: Mapping[str, Any]) -> Any:
        """The same, or None when nothing changed since the last answer under `key` that was kept (`keep`)."""
        status, body = await self._ask(path, params, self._validators.get(key, {}), remember=key)
        return None if status == 304 else body

    def keep(self, key: str) -> None:
        """What was answered is committed: the next question may say that it is known."""
        fresh = self._validators.pop(f"{key} fresh", None)
        if fresh is not None:
            self._validators[key] = fresh

    async def sign_in(self) -> None:
        """Exchange the token for a ticket, where the site can. Raises AuthFailed."""
        self._headers.pop("Authorization", None)
        if not self._token:
            return
        status, body = await self._request(f"/api/v2/authorization/request/{quote(self._token, safe='')}", None, {})
        if status == 404:
            return
        if status in (401, 403) or not isinstance(body, dict) or not body.get("token"):
            raise AuthFailed("Nightscout does not know this access token; make one under Admin tools there")
        self._headers["Authorization"] = f"Bearer {body['token']}"

    async def _ask(
        self, path: str, params: Mapping[str, Any] | None, extra: Mapping[str, str], remember: str = ""
    ) -> tuple[int, Any]:
        if self._token and "Authorization" not in self._headers:
            await self.sign_in()
        for attempt in (1, 2):
            status, body = await self._request(path, self._with_token(params), extra, remember)
            if status not in (401, 403):
                return status, body
            if attempt == 1 and self._token:
                await self.sign_in()
                continue
            break
        raise AuthFailed(
            "Nightscout refuses to be read; enter its access token or API secret"
            if not (self._token or "api-secret" in self._headers)
            else "Nightscout refuses this token or secret; enter it anew"
        )

    def _with_token(self, params: Mapping[str, Any] | None) -> dict[str, str]:
        asked = {name: str(value) for name, value in (params or {}).items()}
        if self._token and "Authorization" not in self._headers:
            asked["token"] = self._token
        return asked

    async def _request(
        self, path: str, params: Mapping[str, str] | None, extra: Mapping[str, str], remember: str = ""
    ) -> tuple[int, Any]:
        url = self._base + path
        try:
            for _ in range(3):
                async with self._ctx.http.get(
                    url,
                    params=params,
                    headers={**self._headers, **extra},
                    timeout=_TIMEOUT,
                    allow_redirects=False,
                ) as response:
                    if response.status in _REDIRECTS:
                        url, params = self._moved(url, response), None
                        continue
                    return await self._read(response, remember)
        except (aiohttp.ClientError, OSError) as error:
            raise NotReady(f"Nightscout cannot be reached: {type(error).__name__}") from error
        except TimeoutError as error:
            raise NotReady("Nightscout did not answer within a minute") from error
        raise NotReady("Nightscout sends in circles (three redirections)")

    def _moved(self, url: str, response: aiohttp.ClientResponse) -> str:
        target = urljoin(url, response.headers.get("Location", ""))
        if urlsplit(target).hostname != urlsplit(url).hostname:
            # Our secret is for this host only.
            raise ConfigInvalid(
                f"it sends us on to {urlsplit(target).hostname}; enter that address if you trust it", key="url"
            )
        return target

    async def _read(self, response: aiohttp.ClientResponse, remember: str) -> tuple[int, Any]:
        if response.status in (304, 401, 403, 404):
            if response.status == 404 and "/authorization/request/" not in response.url.path:
                raise NotReady(f"there is no Nightscout at this address ({response.url.path} is not found)")
            return response.status, None
        if response.status == 429 or response.status >= 500:
            wait = number(response.headers.get("Retry-After")) or _until(self._ctx, response.headers.get("Retry-After"))
            raise NotReady(f"Nightscout is not well (HTTP {response.status})", retry_after=wait)
        if response.status != 200:
            raise NotReady(f"Nightscout answered HTTP {response.status}")
        await self._compare_clocks(response)
        raw = bytearray()
        async for chunk in response.content.iter_chunked(1 << 16):
            raw += chunk
            if len(raw) > _LARGEST:
                raise NotReady(f"Nightscout sent more than {_LARGEST >> 20} MB at once")
        try:
            body = await asyncio.to_thread(json.loads, raw)
        except ValueError as error:
            raise NotReady("what answers at this address is no Nightscout (it sent no JSON)") from error
        if remember:
            # Last-Modified is the newest record's own date there, which late uploads do not move: the ETag goes first.
            told = {"If-None-Match": "ETag", "If-Modified-Since": "Last-Modified"}
            known = [(ask, response.headers[header]) for ask, header in told.items() if header in response.headers]
            self._validators[f"{remember} fresh"] = dict(known[:1])
        return 200, body

    async def _compare_clocks(self, response: aiohttp.ClientResponse) -> None:
        theirs = parse(response.headers.get("Date"))
        if theirs is None:
            return
        skewed = abs(theirs - self._ctx.clock.now()) > SKEW
        if skewed != self._skewed:
            self._skewed = skewed
            minutes = round((theirs - self._ctx.clock.now()).total_seconds() / 60)
            await self._ctx.problem(
                "clock",
                f"The clock of that Nightscout differs from ours by {minutes} minutes." if skewed else "",
                "Readings keep the times their apps gave them. Set the wrong clock." if skewed else "",
            )


def _until(ctx: Context, text: str | None) -> float | None:
    at = parse(text)
    return max(0.0, (at - ctx.clock.now()).total_seconds()) if at is not None else None
