"""Where the text of a blueprint lies that somebody's page shows."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from hub.errors import Conflict

FORUM = "community.home-assistant.io"
BADGE = "my.home-assistant.io"
"""Where the “Import blueprint” button on many pages leads; the address of the blueprint is in its query."""
_CODE = re.compile(r"<code(?P<given>[^>]*)>(?P<text>.*?)</code>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Address:
    """What to fetch for an address, and how to find the blueprint in the answer."""

    url: str
    user: str
    name: str
    pick: Callable[[Any], tuple[str, str, str]] | None = None
    """(text, user, name) out of the answer's JSON; None: the answer is the blueprint."""


def unwrapped(url: str) -> str:
    """Where an “Import blueprint” button leads; any other address as it is. Raises Conflict for an empty button."""
    try:
        parts = urlsplit(url.strip())
        if (parts.hostname or "").lower() != BADGE:
            return url.strip()
        (named,) = parse_qs(parts.query).get("blueprint_url", [""])[:1]
        if named and (urlsplit(named).hostname or "").lower() != BADGE:
            return named
    except ValueError:
        return url
    raise Conflict("this button's address names no blueprint (blueprint_url); take the one behind it")


def address(url: str) -> Address:
    """Raises Conflict for what is no address of the web, or has a password in it."""
    url = url.strip()
    try:
        parts = urlsplit(url)
        host, _ = (parts.hostname or "").lower().rstrip("."), parts.port
    except ValueError:
        raise Conflict(f"{url[:200]!r} is no web address") from None
    if parts.scheme not in ("https", "http") or not host:
        raise Conflict(f"{url[:200]!r} is no web address; it begins with https://")
    if parts.username or parts.password:
        raise Conflict("an address with a name or password in it is not kept; take one without")
    way = [unquote(one) for one in parts.path.split("/") if one]
    plain = parts._replace(fragment="").geturl()
    name = way[-1] if way else host
    if host in ("github.com", "www.github.com") and len(way) > 4 and way[2] in ("blob", "raw"):
        rest = "/".join(parts.path.split("/")[4:])
        return Address(f"https://raw.githubusercontent.com/{way[0]}/{way[1]}/{rest}", way[0], name)
    if host == "raw.githubusercontent.com" and way:
        return Address(plain, way[0], name)
    if host == "gist.github.com" and way:
        wanted = parts.fragment.removeprefix("file-")
        return Address(f"https://api.github.com/gists/{way[-1]}", way[0], name, lambda found: _of_gist(found, wanted))
    if host == "gist.githubusercontent.com" and way:
        return Address(plain, way[0], name)
    if host == FORUM and len(way) > 1 and way[0] == "t":
        topic = next((one for one in way[1:] if one.isdigit()), "")
        if not topic:
            raise Conflict("this address of the forum has no number of a topic")
        return Address(f"https://{FORUM}/t/{topic}.json", "forum", name, _of_topic)
    if host == "gitlab.com" and "/-/blob/" in parts.path:
        return Address(plain.replace("/-/blob/", "/-/raw/", 1), way[0], name)
    if host == "codeberg.org" and len(way) > 4 and way[2] == "src":
        return Address(plain.replace("/src/", "/raw/", 1), way[0], name)
    return Address(plain, host, name)


def _of_gist(found: Any, wanted: str) -> tuple[str, str, str]:
    files = found.get("files") if isinstance(found, Mapping) else None
    owner = (found.get("owner") or {}).get("login") if isinstance(found, Mapping) else ""
    for name, one in (files or {}).items():
        text = one.get("content") if isinstance(one, Mapping) else None
        slug = re.sub(r"[^a-z0-9]+", "-", str(name).lower()).strip("-")
        if isinstance(text, str) and _is_blueprint(text) and (not wanted or slug == wanted):
            return text, str(owner or "gist"), str(name)
    raise Conflict("this gist has no blueprint in it: a file with `blueprint:` at its top")


def _of_topic(found: Any) -> tuple[str, str, str]:
    """The first block of YAML of the first post that is a blueprint."""
    try:
        post = found["post_stream"]["posts"][0]
        cooked, user, title = str(post["cooked"]), str(post.get("username") or "forum"), str(found.get("slug") or "")
    except (KeyError, IndexError, TypeError):
        raise Conflict("this is no topic of the forum") from None
    for block in _CODE.finditer(cooked):
        given = block["given"]
        language = re.search(r"lang-(\w+)", given)
        if language is not None and language[1] not in ("yaml", "auto", "yml", "plaintext", "text"):
            continue
        text = html.unescape(block["text"])
        if _is_blueprint(text):
            return text, user, title or "blueprint"
    raise Conflict("the first post of this topic shows no blueprint: a block of YAML with `blueprint:` at its top")


def _is_blueprint(text: str) -> bool:
    return re.search(r"^blueprint:", text, re.MULTILINE) is not None
