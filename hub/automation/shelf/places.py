"""Folders of blueprints, and paths in them that lead nowhere else."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from hub.errors import Conflict
from hub.template import slugify

KINDS = ("automation",)
_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_ .+@-]{0,119}")
_DEEPEST = 4


def shipped_folder() -> Path:
    """The blueprints that ship: inside the installed package, or beside it in a checkout."""
    installed = Path(str(files("hub"))) / "blueprints" / "automation"
    return installed if installed.is_dir() else Path(str(files("hub"))).parent / "blueprints" / "automation"


def checked(path: str) -> str:
    """`<user>/<name>.yaml`. Raises Conflict for a path that leads elsewhere or is no blueprint's."""
    parts = path.split("/")
    if path.startswith(("/", "~")) or "\\" in path or "\0" in path or ".." in parts or "." in parts or "" in parts:
        raise Conflict(f"{path[:120]!r} leads out of the folder of blueprints; name it like `anna/night_light.yaml`")
    if len(parts) > _DEEPEST or not all(_PART.fullmatch(one) for one in parts):
        raise Conflict(f"{path[:120]!r} is no name of a blueprint; take letters, digits, `_` and `-`")
    if not path.endswith((".yaml", ".yml")):
        raise Conflict(f"{path[:120]!r} does not end in .yaml")
    return path


def inside(folder: Path, path: str) -> Path:
    """The file of a checked path. Raises Conflict where a link on the way leads out of the folder."""
    found = folder / checked(path)
    if not found.resolve().is_relative_to(folder.resolve()):
        raise Conflict(f"{path!r} is a link that leads out of the folder of blueprints")
    return found


def all_in(folder: Path) -> Iterator[tuple[str, Path]]:
    """(path, file) of every blueprint in a folder; links that lead out of it are passed over."""
    whole = folder.resolve()
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(one for one in folders if not one.startswith("."))
        for name in sorted(names):
            file = Path(root) / name
            if name.endswith((".yaml", ".yml")) and not name.startswith(".") and file.resolve().is_relative_to(whole):
                yield file.relative_to(folder).as_posix(), file


def suggested(user: str, name: str) -> str:
    """`<user>/<name>.yaml` of what a web address said."""
    stem = name.rpartition("/")[2].removesuffix(".yaml").removesuffix(".yml")
    return f"{_tidy(user) or 'imported'}/{_tidy(stem) or 'blueprint'}.yaml"


def _tidy(text: str) -> str:
    kept = re.sub(r"[^A-Za-z0-9_-]+", "_", text).strip("_-")
    return kept[:80] if kept else slugify(text)[:80]


def writable(folder: Path) -> bool:
    """Whether files can be made in a folder, or the folder itself."""
    while not folder.exists():
        if folder == folder.parent:
            return False
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
