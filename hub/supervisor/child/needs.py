"""What a custom integration declares in its manifest that it needs; nothing else is in its box."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hub.errors import ConfigInvalid

ANY = "*"
_LISTS = ("metrics", "actions", "hosts", "files", "devices")
_KEYS = (*_LISTS, "bluetooth")
_HOST = re.compile(r"^(\*\.)?([a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*:(\d{1,5}|\*)$")
_NAME = re.compile(r"^(\*|[a-z0-9_]+(\.[a-z0-9_]+)*(\.\*)?)$")
_DEVICE = re.compile(r"^/dev/(tty(USB|ACM|S|AMA)\d+|serial/by-(id|path)/[\w:.+-]+|bus/usb/\d+/\d+|hidraw\d+)$")


@dataclass(frozen=True, slots=True)
class Needs:
    metrics: tuple[str, ...] = (ANY,)
    """Metric keys that it may bring and read; `*` where it does not say."""
    actions: tuple[str, ...] = ()
    """`entity_id` or `domain.*` of what it may tell to act."""
    hosts: tuple[str, ...] = ()
    """`name:port`; `*.name` covers what lies below it. Addresses that the owner typed come on top."""
    files: tuple[str, ...] = ()
    """Further files and folders to read."""
    devices: tuple[str, ...] = ()
    bluetooth: bool = False

    def dump(self) -> dict[str, Any]:
        return {name: list(one) if isinstance(one, tuple) else one for name, one in asdict(self).items()}

    @classmethod
    def load(cls, given: Mapping[str, Any]) -> Needs:
        lists = {name: tuple(given.get(name, ())) for name in _LISTS}
        return cls(**lists, bluetooth=bool(given.get("bluetooth")))

    def beyond(self, agreed: Needs) -> list[str]:
        """What this wants over what was agreed to, in words."""
        found: list[str] = []
        for name in _LISTS:
            had: tuple[str, ...] = getattr(agreed, name)
            if ANY not in had:
                found += [f"{_WORDS[name]} {_shown(one)}" for one in getattr(self, name) if one not in had]
        return [*found, *(["Bluetooth"] if self.bluetooth and not agreed.bluetooth else [])]

    def words(self) -> list[str]:
        """For the owner who is asked to agree; one line each."""
        lines = [
            f"{_WORDS[name]} {', '.join(map(_shown, getattr(self, name)))}" for name in _LISTS if getattr(self, name)
        ]
        return [*lines, *(["Bluetooth"] if self.bluetooth else [])]

    def metric(self, key: str) -> bool:
        return _within(key, self.metrics)

    def action(self, entity_id: str) -> bool:
        return _within(entity_id, self.actions)

    def host(self, name: str, port: int) -> bool:
        """Whether a declared pattern covers this; the name in lower case."""
        for pattern in self.hosts:
            meant, _, wanted = pattern.rpartition(":")
            if wanted not in (ANY, str(port)):
                continue
            if name == meant or (meant.startswith("*.") and name.endswith(meant[1:])):
                return True
        return False


_WORDS = {
    "metrics": "metrics:",
    "actions": "tells to act:",
    "hosts": "sends to:",
    "files": "reads:",
    "devices": "uses:",
}


def _shown(one: str) -> str:
    return "any" if one == ANY else one


def _within(name: str, patterns: tuple[str, ...]) -> bool:
    return any(one in (ANY, name) or (one.endswith(".*") and name.startswith(one[:-1])) for one in patterns)


def manifest_of(path: Path) -> Path:
    """`manifest.toml` in a folder, `<name>.toml` beside a single file."""
    return path / "manifest.toml" if path.is_dir() else path.with_suffix(".toml")


def read_needs(path: Path) -> Needs:
    """Of the integration at `path`. Raises ConfigInvalid with file, line and the key that was probably meant."""
    manifest = manifest_of(path)
    try:
        text = manifest.read_text("utf-8")
    except FileNotFoundError:
        return Needs()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigInvalid(f"can't be read: {error}", file=manifest.name) from None
    try:
        whole = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        raise ConfigInvalid(f"is not TOML: {error}", file=manifest.name, line=int(line[1]) if line else None) from None
    near = difflib.get_close_matches("needs", [one for one in whole if one != "needs"], n=1, cutoff=0.7)
    if "needs" not in whole and near:
        raise _wrong(manifest.name, text, near[0], "this table is not known (did you mean needs?)")
    given = whole.get("needs", {})
    if not isinstance(given, dict):
        raise _wrong(manifest.name, text, "needs", "must be a table: [needs] with hosts, metrics and the like below it")
    return _checked(given, manifest.name, text)


def _checked(given: Mapping[str, Any], file: str, text: str) -> Needs:
    for key in given:
        if key not in _KEYS:
            near = difflib.get_close_matches(key, _KEYS, n=1)
            meant = f"did you mean {near[0]}?" if near else f"known are: {', '.join(_KEYS)}"
            raise _wrong(file, text, key, f"this need is not known ({meant})")
    if not isinstance(given.get("bluetooth", False), bool):
        raise _wrong(file, text, "bluetooth", "must be true or false")
    found: dict[str, Any] = {"bluetooth": given.get("bluetooth", False)}
    for key in _LISTS:
        if key not in given:
            continue
        value = given[key]
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise _wrong(file, text, key, 'must be a list of texts, such as ["one"]')
        for one in value:
            complaint = _complaint(key, one)
            if complaint:
                raise _wrong(file, text, key, f"{one!r} {complaint}")
        found[key] = tuple(value)
    return Needs(**found)


def _complaint(key: str, one: str) -> str:
    if key == "hosts":
        if not _HOST.fullmatch(one):
            return "is not name:port in lower case, such as api.example.org:443 or *.example.org:443"
        port = one.rpartition(":")[2]
        return "" if port == ANY or 0 < int(port) < 65536 else "has a port that is not from 1 to 65535"
    if key in ("metrics", "actions"):
        return "" if _NAME.fullmatch(one) else "is not a key; lower-case letters, digits and _"
    if key == "devices":
        return "" if _DEVICE.fullmatch(one) else "is not a serial or USB device, such as /dev/ttyUSB0"
    path = Path(one)
    if not path.is_absolute() or ".." in path.parts or len(path.parts) < 3:
        return "is not the full path of a file or folder below the top ones"
    if path.parts[1] in ("proc", "sys", "dev", "run", "etc", "boot", "root"):
        return f"lies in /{path.parts[1]}, which no integration may read"
    return ""


def _wrong(file: str, text: str, key: str, message: str) -> ConfigInvalid:
    line = next(
        (n for n, one in enumerate(text.splitlines(), 1) if re.match(rf"\s*\[?\s*\"?{re.escape(key)}\b", one)), None
    )
    return ConfigInvalid(message, file=file, line=line, key=key)
