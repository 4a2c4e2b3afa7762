"""mosquitto as a child process, with a configuration of ours."""

from __future__ import annotations

import asyncio
import ctypes
import os
import pwd
import signal
from pathlib import Path

from hub.api import Context, NotReady
from integrations.mqtt.broker.accounts import HUB, Accounts, write_private

READY_SECONDS = 10.0
_PARENT_DIED = 1
_GIVEN = ("PATH", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH")
"""What it is given of the hub's surroundings, which may hold secrets."""


class MosquittoBroker:
    kind = "mosquitto"
    version = 5

    def __init__(self, ctx: Context, program: str, folder: Path, accounts: Accounts, host: str, port: int) -> None:
        self._ctx, self._program, self._folder, self._host = ctx, program, folder, host
        self.accounts, self.port = accounts, port
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self._write()
        log = os.open(self._folder / "mosquitto.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            self._process = await asyncio.create_subprocess_exec(
                self._program,
                "-c",
                str(self._folder / "mosquitto.conf"),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={name: os.environ[name] for name in _GIVEN if name in os.environ},
                preexec_fn=_end_with_parent,
            )
        except OSError as error:
            raise NotReady(f"mosquitto cannot be started: {error}") from None
        finally:
            os.close(log)
        await self._answers()

    async def watch(self) -> None:
        delay = 1.0
        while True:
            process = self._process
            if process is None:
                return
            code = await process.wait()
            self._ctx.log.warning("mosquitto ended with code %s; it is started again", code)
            await self._ctx.clock.sleep(delay)
            delay = min(60.0, delay * 2)
            try:
                await self.start()
            except NotReady as error:
                self._ctx.log.warning("%s", error)

    async def stop(self) -> None:
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), 5.0)
        except TimeoutError:
            process.kill()
            await process.wait()

    async def reload(self) -> None:
        self._write()
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGHUP)

    async def _answers(self) -> None:
        deadline = self._ctx.clock.monotonic() + READY_SECONDS
        while self._ctx.clock.monotonic() < deadline:
            if self._process is None or self._process.returncode is not None:
                break
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                await asyncio.sleep(0.02)
                continue
            writer.close()
            return
        tail = (self._folder / "mosquitto.log").read_text(errors="replace").strip().splitlines()[-3:]
        await self.stop()
        raise NotReady("mosquitto does not start: " + (" / ".join(tail) or "it says nothing"))

    def _write(self) -> None:
        folder = self._folder
        lines = [
            f"user {pwd.getpwuid(os.geteuid()).pw_name}",
            f"listener {self.port} {self._host}",
            "allow_anonymous false",
            f"password_file {folder}/passwords",
            f"acl_file {folder}/acl",
            "persistence true",
            f"persistence_location {folder}/",
            "autosave_interval 300",
            "persistent_client_expiration 14d",
            "max_inflight_messages 0",
            "max_queued_messages 100000",
            "max_packet_size 67108864",
            "log_dest stderr",
            "log_type error",
            "log_type warning",
            "sys_interval 0",
        ]
        write_private(folder / "mosquitto.conf", ("\n".join(lines) + "\n").encode())
        logins = self.accounts.logins.values()
        write_private(folder / "passwords", "".join(f"{one.stored}\n" for one in logins).encode())
        write_private(folder / "acl", self._acl().encode())

    def _acl(self) -> str:
        rows: list[str] = []
        for login in self.accounts.logins.values():
            rows.append(f"user {login.name}")
            writes, reads = login.writes(self.accounts.prefix), login.reads(self.accounts.prefix)
            rows += [f"topic {'readwrite' if one in reads else 'write'} {one}" for one in writes]
            rows += [f"topic read {one}" for one in reads if one not in writes]
            if login.name == HUB:
                rows.append("topic read $SYS/#")
            rows.append("")
        return "\n".join(rows) + "\n"


def _end_with_parent() -> None:
    """Run in the child before mosquitto: it is told to end when the hub is no more, however that came."""
    ctypes.CDLL(None).prctl(_PARENT_DIED, signal.SIGTERM)
