"""Requests to the identity server: to trusted origins only, no redirects, small answers, within seconds."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp

from hub.access.openid.refusals import Refused
from hub.errors import NotReady
from hub.model.identity_server import Provider

LARGEST = 256 * 1024
"""Bytes of an answer."""
PATIENCE = aiohttp.ClientTimeout(total=10, connect=5)
Http = Callable[[], aiohttp.ClientSession]


class Wire:
    def __init__(self, http: Http) -> None:
        self._http = http

    async def get(self, provider: Provider, url: str, *, bearer: str = "") -> dict[str, Any]:
        """A JSON object. Raises NotReady, Refused."""
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        status, body = await self._ask(provider, "GET", url, headers=headers)
        if status != 200:
            raise NotReady(f"{provider.name} answers with {status} where it should tell about itself; try again later")
        return body

    async def post(
        self, provider: Provider, url: str, form: Mapping[str, str], headers: Mapping[str, str]
    ) -> tuple[int, dict[str, Any]]:
        """Status and JSON object. Raises NotReady, Refused."""
        return await self._ask(provider, "POST", url, data=form, headers=headers)

    async def _ask(self, provider: Provider, method: str, url: str, **more: Any) -> tuple[int, dict[str, Any]]:
        if not provider.trusts(url):
            raise Refused(
                "strange-address",
                f"{provider.name} names an address that is not its own, so nothing was sent there; "
                "the owner can list its origin in the settings",
            )
        headers = {"Accept": "application/json", **more.pop("headers", {})}
        try:
            async with self._http().request(
                method, url, allow_redirects=False, timeout=PATIENCE, headers=headers, **more
            ) as answer:
                raw = b""
                async for chunk in answer.content.iter_chunked(16_384):
                    raw += chunk
                    if len(raw) > LARGEST:
                        raise NotReady(f"{provider.name} answers with more than fits into a token; try again later")
                status = answer.status
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            raise NotReady(
                f"{provider.name} can't be reached now ({type(error).__name__}); try again in a while, "
                "or sign in with your password"
            ) from None
        try:
            body = json.loads(raw)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise NotReady(f"{provider.name} answers with {status} and not in the words of OpenID Connect")
        return status, body
