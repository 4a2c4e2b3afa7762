"""Finds custom integrations in a folder and puts proxies of them into the catalogue."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from hub.errors import HubError, NotReady, PluginError
from hub.model import Command
from hub.plugin import Context, Integration, WebhookRequest, WebhookResponse
from hub.supervisor.catalogue import Catalogue
from hub.supervisor.child.declared import Declared
from hub.supervisor.child.folder_hash import folder_hash
from hub.supervisor.child.needs import read_needs
from hub.supervisor.child.remote import Child, describe
from hub.supervisor.context import EntryContext

_log = logging.getLogger("hub.custom")


async def discover(folder: Path, catalogue: Catalogue) -> AsyncGenerator[tuple[str, str, str], None]:
    """Describe each plugin of `folder` in a child; (name, domain, problem) of each as soon as it has answered."""
    if not folder.is_dir():
        return
    paths = sorted(one for one in folder.iterdir() if _is_plugin(one))
    asked = [asyncio.create_task(_describe(one)) for one in paths]
    try:
        for answer in asyncio.as_completed(asked):
            path, described = await answer
            try:
                if isinstance(described, str):
                    raise PluginError(described)
                integration = _proxy(path, described)
                catalogue.add(integration, custom=True, declared=Declared(described["needs"], described["sha256"]))
                yield path.stem, integration.domain, ""
            except PluginError as error:
                catalogue.add_broken(
                    path.stem,
                    path.stem.replace("_", " ").capitalize(),
                    str(error),
                    custom=True,
                    file=f"{folder.name}/{path.name}",
                )
                _log.error("custom integration %s: %s", path.stem, error)
                yield path.stem, path.stem, str(error)
    finally:
        for task in asked:
            task.cancel()
        await asyncio.gather(*asked, return_exceptions=True)


def _is_plugin(path: Path) -> bool:
    if path.name.startswith(("_", ".")):
        return False
    return (path.is_file() and path.suffix == ".py") or (path / "__init__.py").is_file()


async def _describe(path: Path) -> tuple[Path, dict[str, Any] | str]:
    try:
        needs, sha256 = await asyncio.to_thread(lambda: (read_needs(path), folder_hash(path)))
        return path, {**await describe(path), "needs": needs, "sha256": sha256}
    except (HubError, OSError) as error:
        return path, str(error)


def _proxy(path: Path, described: dict[str, Any]) -> Integration:
    """An integration whose every function crosses to a child process."""
    children: dict[str, Child] = {}
    does = set(described["does"])

    async def listen(ctx: Context) -> None:
        assert isinstance(ctx, EntryContext)
        # What polls is well when a poll has succeeded, not because its process lives.
        ctx.tells_success = "poll" in does
        child = children[ctx.entry.id] = Child(path, ctx.worked, described["needs"])
        await child.run(ctx)

    def running(ctx: Context) -> Child:
        try:
            return children[ctx.entry.id]
        except KeyError:
            raise NotReady(f"{ctx.entry.title} is starting", retry_after=5) from None

    async def act(ctx: Context, command: Command) -> None:
        await running(ctx).act(ctx, command)

    async def webhook(ctx: Context, request: WebhookRequest) -> WebhookResponse:
        return await running(ctx).webhook(ctx, request)

    return Integration(
        domain=str(described["domain"]),
        name=str(described["name"]),
        config=_options(described["schema"]),
        listen=listen,
        act=act if "act" in does else None,
        webhook=webhook if "webhook" in does else None,
        icon=str(described["icon"]),
        description=str(described["description"]),
        documentation=str(described["documentation"]),
        belongs_to=described["belongs_to"],
        single=bool(described["single"]),
    )


def _options(schema: dict[str, Any]) -> type[BaseModel]:
    """A model that shows the child's schema and leaves the checking to the child."""

    class Options(BaseModel):
        model_config = ConfigDict(extra="allow")

        @classmethod
        def model_json_schema(cls, *_: Any, **__: Any) -> dict[str, Any]:
            return schema

    return Options
