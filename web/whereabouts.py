"""Under which address other machines of the home reach this hub."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
from typing import NamedTuple

from aiohttp import web
from yarl import URL

from web import session

PATIENCE = 0.4
"""Seconds in which the hub has to answer itself."""
SOMEWHERE = ("192.0.2.1", 9)
"""An address for documentation, to learn which of our own would be used; nothing is sent there."""


class Whereabouts(NamedTuple):
    base: str
    """`http://192.168.1.20:8480`, without a slash at its end."""
    reachable: bool
    """False when it answers on this machine alone."""


async def of(request: web.Request) -> Whereabouts:
    """The address in use where it is not this machine's own name for itself, else that in the home's network."""
    scheme = "https" if session.is_secure(request) else "http"
    here = URL(f"{scheme}://{request.host}")
    if not is_loopback(here.host or ""):
        return Whereabouts(str(here.origin()), True)
    address = lan_address()
    if not address or here.port is None:
        return Whereabouts(str(here.origin()), False)
    elsewhere = here.with_host(address)
    return Whereabouts(str(elsewhere.origin()), await _answers(address, here.port))


def is_loopback(host: str) -> bool:
    """True for `localhost`, 127.0.0.1 and their like."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def lan_address() -> str:
    """This machine's address in its network; empty when it is in none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(SOMEWHERE)
            found = str(probe.getsockname()[0])
        except OSError:
            return ""
    return "" if is_loopback(found) else found


async def _answers(host: str, port: int) -> bool:
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(host, port), PATIENCE)
    except (OSError, TimeoutError):
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return True
