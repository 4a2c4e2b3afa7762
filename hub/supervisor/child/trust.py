"""`trust.toml` beside the custom integrations: which the owner works on, and where withdrawn ones are listed."""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from hub.errors import ConfigInvalid

FILE = "trust.toml"
_KEYS = ("development", "revocations")


@dataclass(frozen=True, slots=True)
class Trust:
    development: tuple[str, ...] = ()
    """Names of integrations whose files may change without a new agreement."""
    revocations: str = ""
    """An https address or a file; empty: none."""


def read_trust(folder: Path) -> Trust:
    """Nothing where the file is missing. Raises ConfigInvalid."""
    file = folder / FILE
    try:
        given = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return Trust()
    except (OSError, ValueError) as error:
        raise ConfigInvalid(f"can't be read: {error}", file=FILE) from None
    for key in given:
        if key not in _KEYS:
            near = difflib.get_close_matches(key, _KEYS, n=1)
            meant = f"did you mean {near[0]}?" if near else f"known are: {', '.join(_KEYS)}"
            raise ConfigInvalid(f"is not known ({meant})", file=FILE, key=key)
    names, source = given.get("development", []), given.get("revocations", "")
    if not isinstance(names, list) or not all(isinstance(one, str) for one in names):
        raise ConfigInvalid('must be a list of names, such as ["bathroom_scale"]', file=FILE, key="development")
    strange = [one for one in names if not (folder / one).is_dir() and not (folder / f"{one}.py").is_file()]
    if strange:
        raise ConfigInvalid(f"there is no integration {strange[0]!r} in {folder.name}", file=FILE, key="development")
    if not isinstance(source, str) or ("://" in source and not _address(source)):
        raise ConfigInvalid("must be an https address or the path of a file", file=FILE, key="revocations")
    if source and "://" not in source:
        source = str(folder / Path(source).expanduser())
    return Trust(tuple(names), source)


def _address(text: str) -> bool:
    parts = urlsplit(text)
    # Plain http only on this machine: whoever sits between could keep a withdrawal back.
    here = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1", "localhost")
    return bool(parts.hostname) and (parts.scheme == "https" or here)
