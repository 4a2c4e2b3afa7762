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
from hub.supervisor.child.remote import Child, describe
from hub.supervisor.child.trust import Trust
from hub.supervisor.context import EntryContext

_log = logging.getLogger("hub.custom")


async def discover(
    folder: Path, catalogue: Catalogue, trust: Trust | None = None
) -> AsyncGenerator[tuple[str, str, str], None]:
    """Describe each plugin of `folder` in a child; (name, domain, problem) of each as soon as it has answered."""
    if not folder.is_dir():
        return
    paths = sorted(one for one in folder.iterdir() if _is_plugin(one))
    asked = [asyncio.create_task(_describe(one, trust or Trust())) for one in paths]
    try:
        for answer in asyncio.as_completed(asked):
            path, described = await answer
            try:
                if isinstance(described, str):
                    raise PluginError(described)
                integration = _proxy(path, described, catalogue)
                catalogue.add(integration, custom=True, declared=described["declared"])
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


async def _describe(path: Path, trust: Trust) -> tuple[Path, dict[str, Any] | str]:
    try:
        declared = await asyncio.to_thread(lambda: Declared.read(path, development=path.stem in trust.development))
        return path, {**await describe(path), "declared": declared}
    except (HubError, OSError) as error:
        return path, str(error)


def _proxy(path: Path, described: dict[str, Any], catalogue: Catalogue) -> Integration:
    """An integration whose every function crosses to a child process."""
    children: dict[str, Child] = {}
    domain = str(described["domain"])
    does = set(described["does"])

    async def listen(ctx: Context) -> None:
        assert isinstance(ctx, EntryContext)
        # What polls is well when a poll has succeeded, not because its process lives.
        ctx.tells_success = "poll" in does
        declared = catalogue.items[domain].declared
        assert declared is not None
        child = children[ctx.entry.id] = Child(declared, ctx.worked)
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
        domain=domain,
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
