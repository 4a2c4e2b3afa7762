"""The hub's side of a child: starts it, answers it, pings it, and ends it when it blocks, spins or leaks."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from hub.errors import BadReading, ConfigInvalid, HubError, NotReady
from hub.model import Command
from hub.plugin import Context, WebhookRequest, WebhookResponse
from hub.supervisor.child.box import Box
from hub.supervisor.child.declared import Declared
from hub.supervisor.child.folder_hash import folder_hash
from hub.supervisor.child.share import box_of, facts, folder_size, within
from hub.supervisor.child.way_out import WayOut
from hub.supervisor.child.wire import CHILD_CALLS, CONTEXT_CALLS, LONGEST_FROM_CHILD, Wire
from hub.supervisor.outgoing import Guard, typed

PING_EVERY = 2.0
PING_LIMIT = 8.0
"""Seconds without an answer after which the child is taken to be blocked."""
MEMORY_LIMIT = 256 << 20
"""Bytes resident."""
MOST_THREADS = 64
DISK_LIMIT = 512 << 20
"""Bytes in its own folder."""
STOP_LIMIT = 2.0
LARGEST_WEBHOOK = 16 << 20
PAGE = os.sysconf("SC_PAGE_SIZE")


class Misbehaved(NotReady):
    """The child blocked, spun or leaked and was ended."""


class Child:
    """One running process for one entry."""

    def __init__(self, declared: Declared, working: Callable[[], None]) -> None:
        self._declared = declared
        self._path, self._needs = declared.path, declared.needs
        self._working = working
        self._wire: Wire | None = None
        self.pid = 0

    async def run(self, ctx: Context) -> None:
        """Live as long as the entry does. Raises what the integration raised, or Misbehaved."""
        declared = self._declared
        if not declared.development and await asyncio.to_thread(folder_hash, self._path) != declared.sha256:
            raise ConfigInvalid(
                "its files changed while the hub was running; reload the entry, then agree to them",
                file=self._path.name,
            )
        way_out = WayOut(self._needs, Guard(typed(ctx.config)))
        try:
            await self._live(ctx, way_out)
        finally:
            way_out.close()

    async def _live(self, ctx: Context, way_out: WayOut) -> None:
        box = await asyncio.to_thread(box_of, self._path, self._needs, ctx.data_dir, way_out.theirs.fileno())
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "hub.child.worker",
            str(self._path),
            box.dump(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=LONGEST_FROM_CHILD,
            start_new_session=True,
            pass_fds=(box.way_out,),
            env=_environment(box.data_dir),
        )
        way_out.open()
        assert process.stdin is not None
        assert process.stdout is not None
        self.pid = process.pid
        wire = self._wire = Wire(
            process.stdout,
            process.stdin,
            lambda name, arguments: self._answer(ctx, name, arguments),
            asks=CHILD_CALLS,
            answers=CONTEXT_CALLS,
        )
        reading = asyncio.ensure_future(wire.run())
        living = asyncio.ensure_future(wire.call("start", facts(ctx, self._needs)))
        watching = asyncio.ensure_future(self._watch(ctx, wire, process.pid))
        try:
            done, _ = await asyncio.wait({reading, living, watching}, return_when=asyncio.FIRST_COMPLETED)
            unreadable = [reading] if reading in done and reading.exception() is not None else []
            for one in (watching, *unreadable, living, reading):
                if one in done:
                    one.result()
            raise NotReady("the process ended by itself")
        finally:
            self._wire = None
            for one in (reading, living, watching):
                one.cancel()
            await asyncio.gather(reading, living, watching, return_exceptions=True)
            await _end(process)

    async def act(self, ctx: Context, command: Command) -> None:
        await self._running(ctx).call("act", command)

    async def webhook(self, ctx: Context, request: WebhookRequest) -> WebhookResponse:
        body = bytearray()
        async for chunk in request.body:
            body += chunk
            if len(body) > LARGEST_WEBHOOK:
                raise BadReading(f"the body is larger than {LARGEST_WEBHOOK >> 20} MB; send it in parts")
        given = {
            "method": request.method,
            "path": request.path,
            "headers": dict(request.headers),
            "query": dict(request.query),
            "content_length": request.content_length,
            "remote": request.remote,
            "body": body.decode("latin-1"),
        }
        answer = await self._running(ctx).call("webhook", given)
        return WebhookResponse(
            int(answer["status"]), answer["body"].encode("latin-1"), answer["content_type"], answer["headers"]
        )

    def _running(self, ctx: Context) -> Wire:
        if self._wire is None:
            raise NotReady(f"{ctx.entry.title} is not running")
        return self._wire

    async def _answer(self, ctx: Context, name: str, arguments: list[Any]) -> Any:
        within(self._needs, ctx, name, arguments)
        if name == "log":
            ctx.log.log(arguments[0], "%s", arguments[1])
            return None
        if name == "working":
            self._working()
            return None
        if name == "forget":
            await ctx.forget(devices=arguments[0], entities=arguments[1])
            return None
        if name == "documents_find":
            return await ctx.documents_find(arguments[0], **arguments[1])
        return await getattr(ctx, name)(*arguments)

    async def _watch(self, ctx: Context, wire: Wire, pid: int) -> NoReturn:
        while True:
            await ctx.clock.sleep(PING_EVERY)
            try:
                await ctx.clock.wait_for(wire.call("ping"), PING_LIMIT)
            except TimeoutError:
                raise Misbehaved(f"it did nothing for {PING_LIMIT:.0f} s but hold its process, and was ended") from None
            if (threads := _threads(pid)) > MOST_THREADS:
                raise Misbehaved(f"it started {threads} threads (allowed: {MOST_THREADS}) and was ended")
            full = await asyncio.to_thread(folder_size, ctx.data_dir)
            if full > DISK_LIMIT:
                raise Misbehaved(
                    f"its folder holds {full >> 20} MB (allowed: {DISK_LIMIT >> 20}); empty it and reload it"
                )
            resident = _resident(pid)
            if resident > MEMORY_LIMIT:
                raise Misbehaved(f"it used {resident >> 20} MB of memory (allowed: {MEMORY_LIMIT >> 20}) and was ended")


def _environment(own: str = "") -> dict[str, str]:
    """What Python itself needs, and nothing of the hub's."""
    kept = ("PATH", "LANG", "LC_ALL", "TZ", "PYTHONPATH", "VIRTUAL_ENV", "SSL_CERT_FILE")
    package_root = str(Path(__file__).parents[3])
    found = {name: os.environ[name] for name in kept if name in os.environ}
    paths = [package_root, *found.get("PYTHONPATH", "").split(os.pathsep)]
    found["PYTHONPATH"] = os.pathsep.join(one for one in paths if one)
    found["PYTHONDONTWRITEBYTECODE"] = "1"
    if own:
        found["TMPDIR"] = str(Path(own) / "tmp")
    return found


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    except (OSError, IndexError, ValueError):
        return 0


def _threads(pid: int) -> int:
    try:
        return len(os.listdir(f"/proc/{pid}/task"))
    except OSError:
        return 0


async def _end(process: asyncio.subprocess.Process) -> None:
    """Ask, then kill the child and whatever it started."""
    if process.returncode is None:
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), STOP_LIMIT)
        except TimeoutError:
            pass
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


async def describe(path: Path, limit: float = 20.0) -> dict[str, Any]:
    """What the plugin at `path` declares, asked of a child. Raises HubError with the reason that it can't say."""
    import orjson

    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "hub.child.worker",
        "--describe",
        str(path),
        Box(str(path)).dump(),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
        env=_environment(),
    )
    try:
        out, complaint = await asyncio.wait_for(process.communicate(), limit)
    except TimeoutError:
        raise HubError(f"it did not say what it is within {limit:.0f} s") from None
    finally:
        if process.returncode is None:
            await _end(process)
    if process.returncode != 0:
        last = complaint.decode(errors="replace").strip().splitlines()
        raise HubError(f"cannot be loaded: {last[-1] if last else 'its process ended'}")
    try:
        described: dict[str, Any] = orjson.loads(out)
    except ValueError:
        raise HubError("cannot be loaded: its process ended before it said what it is") from None
    return described
