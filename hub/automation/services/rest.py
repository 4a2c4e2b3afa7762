"""`rest_command.*`: requests that the configuration declares, filled in by whoever calls them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import orjson

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
            session.request(command.method, url, headers=headers, data=payload, ssl=command.verify_ssl) as answer,
        ):
            body = await answer.content.read(LARGEST)
            return {"content": _content(body, answer), "status": answer.status, "headers": dict(answer.headers)}
    except TimeoutError:
        raise NotReady(f"rest_command.{name}: {_host(url)} did not answer within {command.timeout:g} s") from None
    except (aiohttp.ClientError, OSError, ValueError, asyncio.IncompleteReadError) as error:
        raise NotReady(f"rest_command.{name}: {_host(url)} could not be asked: {type(error).__name__}") from None


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
