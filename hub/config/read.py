"""YAML with `!secret`, `!env` and includes, every value with its file and line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath
from typing import Any

import yaml

from hub.config.places import Path, Place, Places, meant
from hub.config.scalars import Loader, scalar
from hub.config.surroundings import SECRETS, sounds_secret

DEEPEST = 40
MOST = 100_000
"""Values a configuration may have; aliases of aliases grow beyond any."""
TAGS = ("!secret", "!env", "!include", "!include_dir_list", "!include_dir_named")
_ENV = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?:\s+(?P<default>.+))?", re.S)


class Reader:
    """Reads one configuration folder; what is wrong is gathered in `places`, and its value read as None."""

    def __init__(self, folder: FilePath, variables: Mapping[str, str]) -> None:
        self._folder, self._variables = folder.resolve(), variables
        self._secrets: dict[str, Any] | None = None
        self._open: list[FilePath] = []
        self._values = 0
        self.places = Places()
        self.hidden: set[str] = set()
        """Texts that came from secrets.yaml, or from variables whose names sound like secrets."""

    def read(self, file: FilePath, path: Path = ()) -> Any:
        """The file's value at `path` of the whole; None for an empty or broken one."""
        shown, written = self._shown(file), b""
        try:
            written = file.read_bytes()
            node = yaml.compose(written.decode("utf-8-sig"), Loader=Loader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = Place(shown, mark.line + 1 if mark is not None else 1)
            self.places.flaw(path, f"this is not YAML: {error.problem or error.context}.", _advice(error), place)
            return None
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            hint = "Save it as UTF-8 text without control characters."
            line = _line_of(error, written)
            self.places.flaw(path, "this is not a text file in UTF-8 from here on.", hint, Place(shown, line))
            return None
        except OSError as error:
            self.places.flaw(path, f"{shown} can't be read: {error.strerror}.", "", self.places.of(path))
            return None
        if node is None:
            return None
        self._open.append(file)
        try:
            return self._value(node, path, file)
        finally:
            self._open.pop()

    def _value(self, node: yaml.Node, path: Path, file: FilePath) -> Any:
        self._values += 1
        if len(path) > DEEPEST or self._values > MOST:
            self.places.flaw(path, "this is too large or nested too deeply.", "", self._place(node, file))
            return None
        self.places.known.setdefault(path, self._place(node, file))
        if node.tag.startswith("!"):
            return self._tagged(node, path, file)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path, file)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(one, (*path, index), file) for index, one in enumerate(node.value)]
        assert isinstance(node, yaml.ScalarNode)
        return scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Path, file: FilePath) -> dict[str, Any]:
        found: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        lines: dict[str, int] = {}
        for key_node, value_node in node.value:
            place = self._place(key_node, file)
            if not isinstance(key_node, yaml.ScalarNode):
                self.places.flaw(path, "a key must be a word.", "Quote it, or mend the indentation.", place)
                continue
            key = str(key_node.value)
            if key == "<<" and not isinstance(value_node, yaml.ScalarNode):
                merged |= self._merged(value_node, path, file)
                continue
            here = (*path, key)
            if key in found:
                message = f"this key stands here twice, first in line {lines[key]}."
                self.places.flaw(here, message, "Keep one of them.", place)
                continue
            lines[key] = place.line
            self.places.known[here] = place
            found[key] = self._value(value_node, here, file)
        return {**merged, **found}

    def _merged(self, node: yaml.Node, path: Path, file: FilePath) -> dict[str, Any]:
        nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
        merged: dict[str, Any] = {}
        for one in nodes:
            value = self._value(one, path, file)
            if isinstance(value, dict):
                merged = {**value, **merged}
        return merged

    def _tagged(self, node: yaml.Node, path: Path, file: FilePath) -> Any:
        place, tag = self._place(node, file), node.tag
        if tag not in TAGS:
            # Not quoted: an unquoted password may begin with an exclamation mark.
            hint = f"A text that begins with ! needs quotes. {meant(tag, TAGS)}"
            self.places.flaw(path, "this tag is not known here.", hint, place)
            return None
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
            self.places.flaw(path, f"{tag} wants a name after it.", "", place)
            return None
        word = node.value.strip()
        if tag == "!secret":
            return self._secret(word, path, place)
        if tag == "!env":
            return self._env(word, path, place)
        target = self._inside(file.parent / word, path, place, folder=tag != "!include")
        if target is None:
            return None
        if tag == "!include":
            self.places.known[path] = Place(self._shown(target), 1)
            return self.read(target, path)
        return self._folder_of(tag, target, path)

    def _secret(self, name: str, path: Path, place: Place) -> Any:
        if self._secrets is None:
            self._secrets = self._load_secrets()
        if name not in self._secrets:
            near = meant(name, self._secrets)
            # Not quoted: it happens that the secret itself stands here.
            hint = near if near.startswith("Did") else f"Add a line `name: the secret` to {SECRETS} beside hub.yaml."
            self.places.flaw(path, "there is no secret of this name.", hint, place)
            return None
        value = self._secrets[name]
        self.hidden.add(str(value))
        return value

    def _load_secrets(self) -> dict[str, Any]:
        file = self._folder / SECRETS
        if not file.is_file():
            return {}
        # Its own paths would shadow those of hub.yaml.
        value = self.read(file, (SECRETS,))
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.places.flaw((SECRETS,), "this is not a list of `name: secret` lines.", "", Place(SECRETS, 1))
            return {}
        for name, secret in value.items():
            if secret is None or isinstance(secret, dict | list):
                self.places.flaw((SECRETS, name), "a secret is one word or number after the colon.")
        return {name: secret for name, secret in value.items() if not isinstance(secret, dict | list)}

    def _env(self, word: str, path: Path, place: Place) -> Any:
        match = _ENV.fullmatch(word)
        if match is None:
            self.places.flaw(path, "!env wants the name of a variable, and a default if you like.", "", place)
            return None
        name, default = match["name"], match["default"]
        value = self._variables.get(name)
        if value is None and default is not None:
            value = default[1:-1] if default[:1] in "'\"" and default[-1:] == default[:1] else default
        if value is None:
            hint = f"Set it, write it into .env beside hub.yaml, or give a default: `!env {name} something`."
            self.places.flaw(path, f"the environment variable {name} is not set.", hint, place)
            return None
        if sounds_secret(name):
            self.hidden.add(value)
        return value

    def _inside(self, target: FilePath, path: Path, place: Place, *, folder: bool) -> FilePath | None:
        """The file or folder meant, when it lies in the configuration folder, is there, and is not being read."""
        target = target.resolve()
        kind = "folder" if folder else "file"
        if not target.is_relative_to(self._folder):
            self.places.flaw(path, "an include must stay within the configuration folder.", "", place)
        elif not (target.is_dir() if folder else target.is_file()):
            self.places.flaw(path, f"there is no {kind} {self._shown(target)}.", "", place)
        elif target in self._open:
            self.places.flaw(path, f"{self._shown(target)} includes itself.", "", place)
        else:
            return target
        return None

    def _folder_of(self, tag: str, folder: FilePath, path: Path) -> Any:
        if tag == "!include_dir_named":
            return {file.stem: self._member(file, (*path, file.stem)) for file in self._members(folder)}
        return [self._member(file, (*path, index)) for index, file in enumerate(self._members(folder))]

    def _members(self, folder: FilePath) -> Iterator[FilePath]:
        for file in sorted(folder.iterdir()):
            if file.suffix in (".yaml", ".yml") and not file.name.startswith(".") and file.name != SECRETS:
                yield file

    def _member(self, file: FilePath, path: Path) -> Any:
        self.places.known[path] = Place(self._shown(file), 1)
        target = self._inside(file, path, self.places.known[path], folder=False)
        return self.read(target, path) if target is not None else None

    def _place(self, node: yaml.Node, file: FilePath) -> Place:
        return Place(self._shown(file), node.start_mark.line + 1)

    def _shown(self, file: FilePath) -> str:
        file = file.resolve()
        return str(file.relative_to(self._folder)) if file.is_relative_to(self._folder) else file.name


def _line_of(error: yaml.YAMLError | UnicodeDecodeError, written: bytes) -> int:
    """Where a file stops being text."""
    if isinstance(error, UnicodeDecodeError):
        # What the decoder saw lacks the byte order mark, which is in the first line anyway.
        return error.object[: error.start].count(b"\n") + 1
    position = getattr(error, "position", 0)
    return written.decode("utf-8-sig")[:position].count("\n") + 1


def _advice(error: yaml.MarkedYAMLError) -> str:
    problem = str(error.problem)
    if "\\t" in problem:
        return "Indent with spaces, not with tabs."
    if "mapping values are not allowed" in problem:
        return "A text with a colon needs quotes; else look at the indentation."
    if "found character" in problem:
        return "A text that begins with this character needs quotes."
    if "expected <block end>" in problem or "could not find expected ':'" in problem:
        return "Look at the indentation and quotes of this line and the one before."
    return ""
