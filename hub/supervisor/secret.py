"""Which values of an entry are secret, and how they are put away sealed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from hub.logs import hide
from hub.vault import PREFIX, Sealed, Vault, VaultError

_NAMED = re.compile(
    r"secret|passw|passphrase|token|api[-_ ]?key|credential|authorization|cookie|private[-_ ]?key|bearer"
    r"|^(pin|pat|key)$",
    re.IGNORECASE,
)
"""Names under which a value is taken to be secret, also where no schema says so."""
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s@]*:[^/\s@]*@", re.IGNORECASE)
"""An address with a password in it."""
Shape = Mapping[str, Any]


def looks_secret(name: str, value: Any) -> bool:
    """Whether an option is secret by its name, or as an address with a password in it."""
    if isinstance(value, str):
        return bool(_NAMED.search(name) or _ADDRESS.match(value))
    return bool(_NAMED.search(name)) and isinstance(value, int | float) and not isinstance(value, bool)


def seal(value: Any, vault: Vault, context: str, shape: Shape | None = None, *, secret: bool = False) -> Any:
    """A JSON value with all that is secret in it sealed; what is sealed for its place already stays.

    `shape`: its JSON schema. `secret`: all of it is. Raises VaultError.
    """
    shape = shape or {}
    return _Sealer(vault, shape.get("$defs", {})).seal(value, context, [shape], secret)


def unseal(value: Any, vault: Vault, context: str) -> tuple[Any, dict[str, str]]:
    """The value as it was, and the parts of it that can't be opened: place -> sealed text; those stay as they are."""
    closed: dict[str, str] = {}
    return _opened(value, vault, context, closed), closed


class _Sealer:
    def __init__(self, vault: Vault, definitions: Shape) -> None:
        self._vault, self._definitions = vault, definitions

    def seal(self, value: Any, place: str, shapes: Sequence[Shape], secret: bool) -> Any:
        shapes = [found for one in shapes for found in self._resolved(one)]
        secret = secret or any(one.get("writeOnly") or one.get("format") == "password" for one in shapes)
        if isinstance(value, Mapping):
            return {
                name: self.seal(
                    inner, f"{place}.{name}", _inside(shapes, name), secret or bool(_NAMED.search(str(name)))
                )
                for name, inner in value.items()
            }
        if isinstance(value, list | tuple):
            items = [one["items"] for one in shapes if isinstance(one.get("items"), dict)]
            return [self.seal(inner, f"{place}.{number}", items, secret) for number, inner in enumerate(value)]
        if value is None or value == "" or isinstance(value, bool):
            return value
        if isinstance(value, str):
            parts = Sealed.parse(value)
            if parts is not None and parts.context == place:
                return value
            secret = secret or bool(_ADDRESS.match(value)) or value.startswith(PREFIX)
        if not secret:
            return value
        hide(str(value))
        return self._vault.seal(orjson.dumps(value).decode(), place)

    def _resolved(self, shape: Shape) -> list[Shape]:
        """A schema with its choices, references followed once."""
        choices = (shape, *shape.get("anyOf", ()), *shape.get("oneOf", ()), *shape.get("allOf", ()))
        found = [self._definitions.get(str(one.get("$ref", "")).rpartition("/")[2], one) for one in choices]
        return [one for one in found if isinstance(one, Mapping)]


def _inside(shapes: Sequence[Shape], name: str) -> list[Shape]:
    found = [one.get("properties", {}).get(name, one.get("additionalProperties")) for one in shapes]
    return [one for one in found if isinstance(one, Mapping)]


def _opened(value: Any, vault: Vault, place: str, closed: dict[str, str]) -> Any:
    if isinstance(value, Mapping):
        return {key: _opened(inner, vault, f"{place}.{key}", closed) for key, inner in value.items()}
    if isinstance(value, list):
        return [_opened(inner, vault, f"{place}.{number}", closed) for number, inner in enumerate(value)]
    if not (isinstance(value, str) and value.startswith(PREFIX) and Vault.is_sealed(value)):
        return value
    try:
        found = orjson.loads(vault.unseal(value, place))
    except VaultError:
        closed[place] = value
        return value
    hide(str(found))
    return found
