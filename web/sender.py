"""Who sent a request, over what, to which name: the one place that reads what proxies say, and believes only some."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, NamedTuple

from aiohttp import hdrs, web

from hub.model import Arrival, plain_address
from web.keys import OPTIONS, VIEWS

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network

    from aiohttp.typedefs import Handler
    from multidict import CIMultiDictProxy

FOR, PROTO, HOST = "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host"
SIGNS = (FOR, PROTO, HOST, hdrs.FORWARDED, "X-Real-IP")
"""Headers that only a proxy has a reason to send."""
MOST_HOPS = 32
_PAIR = re.compile(r'\s*([!#$%&\'*+.^_`|~0-9A-Za-z-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;,"]*)\s*')


class Hop(NamedTuple):
    """What one proxy said of whoever came to it."""

    sender: str
    proto: str = ""
    host: str = ""


class Sender(NamedTuple):
    remote: str
    scheme: str
    host: str


@web.middleware
async def settle(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Make `remote`, `scheme` and `host` of the request true for everybody after."""
    if len(request.headers.getall(hdrs.HOST, ())) != 1:
        return web.Response(status=400, text="A request names one Host.")
    options = request.app[OPTIONS]
    peer = request.remote or ""
    signs = [name for name in SIGNS if name in request.headers]
    if signs and is_one_of(peer, options.proxies):
        told = believed(request.headers, peer, options.proxies)
        # As `clone` would set them; a clone loses what the router found out.
        request._cache.update(remote=told.remote, scheme=told.scheme or request.scheme, host=told.host or request.host)
    elif signs:
        request.app[VIEWS].foreign_headers(peer)
    return await handler(request)


def believed(headers: CIMultiDictProxy[str], peer: str, trusted: Collection[IPv4Network | IPv6Network]) -> Sender:
    """What trusted proxies say of the right-most hop that is none of them; empty texts where they say nothing."""
    chains = [chain for chain in (_classic(headers), _standard(headers)) if chain]
    found = [_walk(chain, peer, trusted) for chain in chains]
    if len(found) == 2 and _contradict(*found):
        # One of the two was passed on as the browser made it up, and nobody can tell which.
        return Sender(peer, "http", "")
    return found[0] if found else Sender(peer, "", "")


def is_one_of(text: str, nets: Collection[IPv4Network | IPv6Network]) -> bool:
    found = plain_address(text)
    return found is not None and any(found in net for net in nets if net.version == found.version)


def arrival(request: web.Request) -> Arrival:
    """How the request came to this machine."""
    protocol = request.protocol
    sock, peer = protocol.sockname, protocol.peername
    here = sock if isinstance(sock, tuple) else ("", 0)
    there = peer if isinstance(peer, tuple) else ("",)
    host = request.url.host or ""
    return Arrival(
        str(there[0]), str(here[0]), int(here[1]), protocol.ssl_context is not None, host.lower(), request.secure
    )


def from_here(request: web.Request) -> bool:
    """True for a request of this very machine that no proxy brought."""
    peer = request.protocol.peername
    found = plain_address(str(peer[0])) if isinstance(peer, tuple) else None
    return found is not None and found.is_loopback and not any(name in request.headers for name in SIGNS)


def readable_on_the_way(request: web.Request) -> bool:
    """True when what is typed here goes through a network in plain text, as far as can be told."""
    if request.secure or from_here(request):
        return False
    # A proxy that nobody listed is not believed, but it need not frighten anybody either.
    return not any(_proto(one) == "https" for one in _listed(request.headers, PROTO))


def _walk(chain: list[Hop], peer: str, trusted: Collection[IPv4Network | IPv6Network]) -> Sender:
    """From the hub outwards, as long as those who speak are trusted."""
    at, told = peer, Hop(peer)
    for hop in reversed(chain[-MOST_HOPS:]):
        found = plain_address(hop.sender)
        if found is None:
            # `unknown`, or something made up: the last one known is as far as it goes.
            return Sender(at, hop.proto, hop.host)
        at, told = str(found), hop
        if not is_one_of(at, trusted):
            break
    return Sender(at, told.proto, told.host)


def _contradict(one: Sender, other: Sender) -> bool:
    return one.remote != other.remote or bool(one.scheme and other.scheme and one.scheme != other.scheme)


def _classic(headers: CIMultiDictProxy[str]) -> list[Hop]:
    senders = [_bare(one) for one in _listed(headers, FOR)]
    protos, hosts = _listed(headers, PROTO), _listed(headers, HOST)
    if not senders:
        # A proxy that says only how it was asked: its own peer stays unknown.
        return [Hop("", _proto(protos[-1] if protos else ""), hosts[-1] if hosts else "")] if protos or hosts else []
    return [
        Hop(one, _proto(_beside(protos, index, len(senders))), _beside(hosts, index, len(senders)))
        for index, one in enumerate(senders)
    ]


def _beside(values: list[str], index: int, count: int) -> str:
    """The value of the same hop where each proxy added one; else the last, which the nearest proxy wrote."""
    return values[index] if len(values) == count else (values[-1] if values else "")


def _standard(headers: CIMultiDictProxy[str]) -> list[Hop]:
    """RFC 7239; an element that can't be read says nothing."""
    hops = []
    for element in _split(",".join(headers.getall(hdrs.FORWARDED, ()))):
        pairs: Mapping[str, str] = {}
        if all(_PAIR.fullmatch(part) for part in _split(element, ";")):
            pairs = {
                match[1].lower(): _unquoted(match[2])
                for part in _split(element, ";")
                if (match := _PAIR.fullmatch(part)) is not None
            }
        hops.append(Hop(_bare(pairs.get("for", "")), _proto(pairs.get("proto", "")), pairs.get("host", "")))
    return hops


def _split(text: str, by: str = ",") -> list[str]:
    """Parts between commas (or semicolons) that don't stand in quotes."""
    parts, quoted, start, index = [], False, 0, 0
    while index < len(text):
        letter = text[index]
        if letter == "\\" and quoted:
            index += 1
        elif letter == '"':
            quoted = not quoted
        elif letter == by and not quoted:
            parts.append(text[start:index])
            start = index + 1
        index += 1
    parts.append(text[start:])
    return [one.strip() for one in parts if one.strip()]


def _listed(headers: CIMultiDictProxy[str], name: str) -> list[str]:
    return [one.strip() for value in headers.getall(name, ()) for one in value.split(",") if one.strip()]


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text[:1] == '"' else text


def _bare(text: str) -> str:
    """An address without port, brackets and quotes; what is none comes back as it is."""
    text = text.strip().strip('"')
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text


def _proto(text: str) -> str:
    scheme = text.strip().lower()
    return {"https": "https", "wss": "https", "http": "http", "ws": "http"}.get(scheme, "")
