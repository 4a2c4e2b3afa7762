"""`rest_command.*`: requests that the configuration declares, filled in by whoever calls them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import orjson
from yarl import URL

from hub.automation.rendering import Renderer
from hub.automation.services.hands import Hands
from hub.automation.services.scripts import AnyFields
from hub.errors import NotReady
from hub.model import HOUSEHOLD, Actor, Verb
from hub.model.rest_command import RestCommand
from hub.plugin import ActionSpec
from hub.supervisor.outgoing import Guard, guarded_connector, typed

LARGEST = 1 << 20
"""Bytes of an answer that are kept."""
MOST_REDIRECTS = 5
_HARMLESS = frozenset({"accept", "accept-language", "content-type", "user-agent"})


def specs(hands: Hands, commands: Mapping[str, RestCommand]) -> list[ActionSpec]:
    return [_spec(hands, name, one) for name, one in commands.items()]


def _spec(hands: Hands, name: str, command: RestCommand) -> ActionSpec:
    async def run(actor: Actor, given: AnyFields) -> Mapping[str, Any]:
        renderer, variables = Renderer(hands.world(actor)), given.model_extra or {}
        headers = {key: renderer.text(one.get_secret_value(), variables) for key, one in command.headers.items()}
        if command.content_type:
            headers["Content-Type"] = command.content_type
        url = renderer.text(command.url, variables)
        payload = renderer.text(command.payload, variables).encode() if command.payload else None
        return await _ask(name, command, url, headers, payload)

    return ActionSpec(
        f"rest_command.{name}", name.replace("_", " ").capitalize(), AnyFields, Verb.ACT, run,
        whose=lambda given: (HOUSEHOLD, None), description=f"Asks {_host(command.url)}, as the configuration says.",
    )  # fmt: skip


async def _ask(
    name: str, command: RestCommand, url: str, headers: dict[str, str], payload: bytes | None
) -> dict[str, Any]:
    """Raises NotReady when nobody answers; an answer that says no is an answer."""
    if command.username:
        headers["Authorization"] = aiohttp.encode_basic_auth(command.username, command.password.get_secret_value())
    # A host that a template makes may be any of the open internet; one of the house is written down.
    written = {"url": command.url} if "{" not in _host(command.url) else {}
    try:
        async with (
            aiohttp.ClientSession(
                connector=guarded_connector(Guard(typed(written))), timeout=aiohttp.ClientTimeout(command.timeout)
            ) as session,
            _followed(session, command, url, headers, payload) as answer,
        ):
            body = await answer.content.read(LARGEST)
            return {"content": _content(body, answer), "status": answer.status, "headers": dict(answer.headers)}
    except TimeoutError:
        raise NotReady(f"rest_command.{name}: {_host(url)} did not answer within {command.timeout:g} s") from None
    except (aiohttp.ClientError, OSError, ValueError, asyncio.IncompleteReadError) as error:
        raise NotReady(f"rest_command.{name}: {_host(url)} could not be asked: {type(error).__name__}") from None


@asynccontextmanager
async def _followed(
    session: aiohttp.ClientSession, command: RestCommand, url: str, headers: Mapping[str, str], payload: bytes | None
) -> AsyncIterator[aiohttp.ClientResponse]:
    """The answer at the end of all redirects; what the headers tell stays with the host that it is meant for."""
    method: str = command.method
    at = URL(url)
    for left in range(MOST_REDIRECTS, -1, -1):
        async with session.request(
            method, at, headers=headers, data=payload, ssl=command.verify_ssl, allow_redirects=False
        ) as answer:
            there = answer.headers.get("Location") if answer.status in (301, 302, 303, 307, 308) else None
            if there is None or not left:
                yield answer
                return
            to = at.join(URL(there))
        if to.origin() != at.origin():
            headers = {name: told for name, told in headers.items() if name.lower() in _HARMLESS}
        if answer.status == 303 or (answer.status in (301, 302) and method.upper() == "POST"):
            method, payload = "GET", None
        at = to


def _content(body: bytes, answer: aiohttp.ClientResponse) -> Any:
    if answer.content_type.endswith("json"):
        try:
            return orjson.loads(body)
        except ValueError:
            pass
    return body.decode(answer.charset or "utf-8", errors="replace")


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.rpartition("@")[2] or "the address"
    except ValueError:
        return "the address"
