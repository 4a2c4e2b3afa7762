"""What an integration says in its manifest that it sends out: `[[outgoing]]` with host, what and of."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub.errors import ConfigInvalid

OPTIONS = "options"
"""In place of a host: the addresses that the owner types into the entry's options."""
OF = ("person", "place", "request")
"""Data of persons; the household's place; no more than the request itself and what was typed for it."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    host: str
    """`name:port`, or `options`."""
    what: str
    """In words, for who agrees."""
    of: str = "request"


def read_outgoing(manifest: Path) -> tuple[str, tuple[Outgoing, ...]]:
    """(domain, what it sends). Raises ConfigInvalid with the key that is wrong."""
    whole = tomllib.loads(manifest.read_text("utf-8"))
    given = whole.get("outgoing", [])
    if not isinstance(given, list):
        raise ConfigInvalid("must be a list of tables: [[outgoing]] with host, what and of", file=str(manifest))
    return str(whole.get("domain", manifest.parent.name)), tuple(_one(one, manifest) for one in given)


def _one(given: Any, manifest: Path) -> Outgoing:
    where = f"{manifest.parent.name}/{manifest.name}"
    if not isinstance(given, dict) or set(given) - {"host", "what", "of"}:
        raise ConfigInvalid("takes host, what and of, and nothing else", file=where, key="outgoing")
    host, what, of = given.get("host"), given.get("what"), given.get("of", "request")
    if not isinstance(host, str) or not host or not isinstance(what, str) or not what:
        raise ConfigInvalid("needs a host (name:port, or `options`) and what is sent, in words", file=where, key="host")
    if of not in OF:
        raise ConfigInvalid(f"{of!r} is none of {', '.join(OF)}", file=where, key="of")
    return Outgoing(host, what, str(of))
