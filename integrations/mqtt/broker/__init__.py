"""The hub's own broker: mosquitto where it is installed, else one in the hub's process."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path
from typing import Protocol

from hub.api import Context, NotReady
from integrations.mqtt.address import Address
from integrations.mqtt.broker.accounts import HUB, Accounts
from integrations.mqtt.config import Config

_PLACES = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/opt/homebrew/sbin"


class Broker(Protocol):
    """A running broker of ours."""

    kind: str
    port: int
    version: int
    """Highest protocol version it speaks: 4 is 3.1.1, 5 is 5."""
    accounts: Accounts

    async def start(self) -> None:
        """Returns when it takes connections. Raises NotReady."""
        ...

    async def watch(self) -> None:
        """Keep it running until cancelled."""
        ...

    async def stop(self) -> None: ...

    async def reload(self) -> None:
        """Let changed accounts take effect."""
        ...


def program() -> str | None:
    """The path of an installed mosquitto."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path=_PLACES)


def make(ctx: Context, config: Config) -> Broker:
    """Raises NotReady when no port is free."""
    folder = ctx.data_dir / "broker"
    folder.mkdir(mode=0o700, exist_ok=True)
    accounts = Accounts(folder, config.prefix)
    host = "0.0.0.0" if config.lan else "127.0.0.1"  # the owner's switch
    port = _port(folder, host, config.port)
    path = program()
    if path is not None:
        from integrations.mqtt.broker.mosquitto import MosquittoBroker

        return MosquittoBroker(ctx, path, folder, accounts, host, port)
    from integrations.mqtt.broker.inside import InsideBroker

    return InsideBroker(ctx, folder, accounts, host, port)


def address(broker: Broker) -> Address:
    """How the hub itself gets in."""
    return Address("127.0.0.1", broker.port, username=HUB, password=broker.accounts.password, version=broker.version)


def _port(folder: Path, host: str, wished: int) -> int:
    """The wished port, or the next free one; the same again after a restart, for devices know it."""
    kept = folder / "port"
    known = int(kept.read_text()) if kept.exists() and kept.read_text().isdigit() else 0
    near = range(wished + 1, wished + 20) if wished else ()
    for port in (*((known,) if known else ()), wished, *near, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            found = int(probe.getsockname()[1])
            kept.write_text(str(found))
            return found
    raise NotReady("no port is free for the hub's own broker")


def lan_address() -> str:
    """The address under which this machine is reached from its network, as far as it can tell; sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"
