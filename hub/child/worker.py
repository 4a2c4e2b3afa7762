"""The child's side: loads one plugin, runs its entry, and reaches the hub through messages only.

`python -m hub.child.worker --describe PATH BOX` prints what the plugin declares and ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, BinaryIO

import orjson
from pydantic import ValidationError

from hub.child.context import ChildContext
from hub.child.tunnel import Loop, lead_through
from hub.clock import RealClock
from hub.errors import ConfigInvalid, HubError, NotReady, PluginError
from hub.loader import Loaded, load
from hub.plugin import Integration, WebhookRequest
from hub.supervisor.child.box import Box, close_box
from hub.supervisor.child.wire import CHILD_CALLS, CONTEXT_CALLS, LONGEST_LINE, Wire


def plugin_at(path: Path) -> Loaded:
    """Import a file or a folder with `__init__.py` and ask it what it has."""
    source = path / "__init__.py" if path.is_dir() else path
    name = f"custom_integrations_{path.stem}"
    spec = importlib.util.spec_from_file_location(
        name, source, submodule_search_locations=[str(path)] if path.is_dir() else None
    )
    if spec is None or spec.loader is None:
        raise PluginError(f"{path} is not a Python file or a folder with __init__.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    loaded = load(packages=(), extra=[(path.stem, module)])
    if path.stem in loaded.problems:
        raise PluginError(loaded.problems[path.stem])
    if loaded.notifiers:
        raise PluginError(
            "register_notifiers is for packages that run in the hub's process: a custom integration is no channel; "
            "take the hook out, or package it (docs/integrations-author-guide.md)"
        )
    return loaded


def the_integration(path: Path, domain: str = "") -> Integration:
    found = [one for one in plugin_at(path).catalogue.integrations if not domain or one.domain == domain]
    if len(found) != 1:
        raise PluginError(f"{path.name} registers {len(found)} integrations where one was expected")
    return found[0]


def describe(path: Path) -> dict[str, Any]:
    """What the hub shows in its catalogue and forms."""
    one = the_integration(path)
    return {
        "domain": one.domain,
        "name": one.name,
        "description": one.description,
        "icon": one.icon,
        "documentation": one.documentation,
        "belongs_to": one.belongs_to,
        "single": one.single,
        "schema": one.config.model_json_schema(),
        "does": [name for name in ("poll", "listen", "webhook", "act") if getattr(one, name) is not None],
    }


class Worker:
    def __init__(self, path: Path, messages: BinaryIO) -> None:
        self._path, self._messages = path, messages
        self._wire: Wire | None = None
        self._integration: Integration | None = None
        self._context: ChildContext | None = None
        self._work: asyncio.Task[None] | None = None
        self._failed: asyncio.Future[None] | None = None

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=LONGEST_LINE)
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, self._messages)
        writer = asyncio.StreamWriter(transport, protocol, reader, loop)
        self._wire = Wire(reader, writer, self._answer, asks=CONTEXT_CALLS, answers=CHILD_CALLS)
        try:
            await self._wire.run()
        finally:
            if self._work is not None:
                self._work.cancel()
                with contextlib.suppress(asyncio.CancelledError, Exception):
                    await self._work
            if self._context is not None:
                await self._context.close()

    async def _answer(self, name: str, arguments: list[Any]) -> Any:
        if name == "ping":
            return None
        if name == "start":
            await self._start(arguments[0])
            return None
        if name == "stop":
            if self._work is not None:
                self._work.cancel()
            return None
        if self._context is None or self._integration is None:
            raise NotReady("not started")
        if name == "act" and self._integration.act is not None:
            await self._integration.act(self._context, arguments[0])
            return None
        if name == "webhook" and self._integration.webhook is not None:
            return await self._webhook(arguments[0])
        raise NotReady(f"this integration has no {name}")

    async def _start(self, facts: dict[str, Any]) -> None:
        """Runs until the work ends or fails; the answer to `start` is that end."""
        assert self._wire is not None
        self._integration = the_integration(self._path, facts["entry"]["domain"])
        try:
            config = self._integration.config.model_validate(facts["entry"]["options"])
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise ConfigInvalid(f"{where}: {first['msg']}") from None
        self._context = ChildContext(self._wire, facts, config, RealClock())
        self._work = asyncio.ensure_future(self._live(self._integration, self._context, config))
        try:
            await self._work
        except asyncio.CancelledError:
            return
        except HubError:
            raise
        except (TimeoutError, OSError) as error:
            raise NotReady(str(error) or type(error).__name__) from None

    async def _live(self, integration: Integration, context: ChildContext, config: Any) -> None:
        parts = []
        if integration.poll is not None:
            parts.append(asyncio.ensure_future(self._poll(integration, context, config)))
        if integration.listen is not None:
            parts.append(asyncio.ensure_future(integration.listen(context)))
        if not parts:
            await asyncio.get_running_loop().create_future()
        try:
            await asyncio.gather(*parts)
        finally:
            for part in parts:
                part.cancel()

    async def _poll(self, integration: Integration, context: ChildContext, config: Any) -> None:
        assert integration.poll is not None
        assert self._wire is not None
        every = integration.every
        seconds = (every(config) if callable(every) else every).total_seconds()
        while True:
            samples = await asyncio.wait_for(integration.poll(context), max(120.0, seconds))
            if samples is not None:
                await context.accept(list(samples))
            await self._wire.call("working")
            await asyncio.sleep(max(1.0, seconds))

    async def _webhook(self, given: dict[str, Any]) -> dict[str, Any]:
        assert self._integration is not None
        assert self._integration.webhook is not None
        assert self._context is not None

        whole = given.pop("body").encode("latin-1")

        async def body() -> AsyncIterator[bytes]:
            yield whole

        answer = await self._integration.webhook(self._context, WebhookRequest(**given, body=body()))
        return {
            "status": answer.status,
            "body": answer.body.decode("latin-1"),
            "content_type": answer.content_type,
            "headers": dict(answer.headers),
        }


def main(arguments: list[str]) -> int:
    """Exit code 0 when told to end, 1 when the plugin can't be loaded (the reason goes to stderr)."""
    describing, rest = arguments[0] == "--describe", [one for one in arguments if one != "--describe"]
    path, box = Path(rest[0]), Box.load(rest[1])
    close_box(box)
    # What was compiled beforehand lies beside the source and is not part of its hash: it is never taken.
    sys.pycache_prefix = os.devnull
    if box.way_out >= 0:
        lead_through(box.way_out)
    # What a plugin prints must not stand between our messages.
    messages = os.fdopen(os.dup(sys.stdout.fileno()), "wb", 0)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    if describing:
        try:
            out = orjson.dumps(describe(path))
        except SystemExit:
            print("it ends its process when it is imported", file=sys.stderr)  # noqa: T201
            return 1
        except Exception as error:  # noqa: BLE001  # a stranger's module may raise anything
            kind = "" if isinstance(error, HubError) else f"{type(error).__name__}: "
            print(f"{kind}{error}", file=sys.stderr)  # noqa: T201
            return 1
        messages.write(out)
        return 0
    with asyncio.Runner(loop_factory=Loop) as runner:
        runner.run(Worker(path, messages).run())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
