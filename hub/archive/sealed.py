"""The file itself: which parts an archive has, written with their sums and read only when all of them are right."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from hub.errors import BadReading

FORMAT = "homeostat archive"
VERSION = 1
MANIFEST = "manifest.json"
PARTS = (
    "household.jsonl", "people.jsonl", "metrics.jsonl", "devices.jsonl", "entities.jsonl", "priorities.jsonl",
    "readings.jsonl", "readings.csv", "tombstones.jsonl", "revisions.jsonl", "hours.jsonl", "days.jsonl",
    "journal.jsonl", "journal_revisions.jsonl", "documents.jsonl",
)  # fmt: skip
"""In the order in which they are read."""
LONGEST = 16 << 20
"""Bytes of one line; a whole foreign record stands in one."""
RATIO = 300
"""Packed this many times smaller than it is: nothing that a hub wrote comes near."""
_CHUNK = 1 << 18


class BadArchive(BadReading):
    """The file is not an archive that can be brought in; nothing was changed."""


class Writer:
    """Writes parts one after the other; `close` adds the manifest."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6)
        self.files: dict[str, dict[str, Any]] = {}

    def part(self, name: str, chunks: Iterator[tuple[int, bytes]]) -> None:
        """(lines, bytes) of a part that is small enough to be at hand at once. Blocks."""
        with Part(self, name) as part:
            for lines, data in chunks:
                part.write(lines, data)

    def close(self, manifest: Mapping[str, Any]) -> dict[str, Any]:
        """Seal it with a manifest; returns what it says."""
        whole = {"format": FORMAT, "version": VERSION, **manifest, "files": self.files}
        whole["seal"] = seal(whole)
        self._zip.writestr(MANIFEST, orjson.dumps(whole, option=orjson.OPT_INDENT_2))
        self._zip.close()
        return whole

    def abandon(self) -> None:
        self._zip.close()


class Part:
    """One file of the archive while it is written."""

    def __init__(self, writer: Writer, name: str) -> None:
        self._writer, self._name = writer, name
        # A fixed time: the same data makes the same bytes.
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED
        self._file = writer._zip.open(info, "w", force_zip64=True)
        self._sum, self._lines, self._bytes = hashlib.sha256(), 0, 0

    def __enter__(self) -> Part:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._writer.files[self._name] = {"lines": self._lines, "bytes": self._bytes, "sha256": self._sum.hexdigest()}

    def write(self, lines: int, data: bytes) -> None:
        self._file.write(data)
        self._sum.update(data)
        self._lines += lines
        self._bytes += len(data)


def seal(manifest: Mapping[str, Any]) -> str:
    """SHA-256 over the manifest without its seal."""
    bare = {key: value for key, value in manifest.items() if key != "seal"}
    return hashlib.sha256(orjson.dumps(bare, option=orjson.OPT_SORT_KEYS)).hexdigest()


class Reader:
    """An archive that is opened; `check` must be called before anything in it is believed."""

    def __init__(self, path: Path) -> None:
        """Raises BadArchive for what is no archive, or one of a newer program."""
        try:
            self._zip = zipfile.ZipFile(path)
        except FileNotFoundError:
            raise BadArchive(f"There is no file {path}.") from None
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise BadArchive(
                f"{path.name} is not an archive of Homeostat, or it was cut short ({error}). Copy it here again."
            ) from None
        self.name = path.name
        try:
            self._names()
            self.manifest = self._manifest()
        except BaseException:
            self._zip.close()
            raise

    def close(self) -> None:
        self._zip.close()

    def _names(self) -> None:
        seen: set[str] = set()
        for info in self._zip.infolist():
            name = info.filename
            if name.startswith("/") or ".." in name.replace("\\", "/").split("/") or "\\" in name or ":" in name:
                raise BadArchive(f"{self.name} holds {name[:80]!r}, a path that leaves its folder. Don't trust it.")
            if name != MANIFEST and name not in PARTS:
                raise BadArchive(f"{self.name} holds {name[:80]!r}, which no archive of Homeostat has.")
            if name in seen:
                raise BadArchive(f"{self.name} holds {name!r} twice.")
            seen.add(name)
            if info.file_size > LONGEST and info.file_size > RATIO * max(1, info.compress_size):
                raise BadArchive(f"{name} in {self.name} would swell to {info.file_size:,} bytes: that is a zip bomb.")
        if MANIFEST not in seen:
            raise BadArchive(f"{self.name} has no {MANIFEST}: it is not an archive of Homeostat.")

    def _manifest(self) -> dict[str, Any]:
        raw = b"".join(self._chunks(MANIFEST, LONGEST))
        try:
            manifest = orjson.loads(raw)
            if manifest["format"] != FORMAT:
                raise KeyError
            version, files, sealed = manifest["version"], manifest["files"], manifest["seal"]
            declared = {name: (int(one["bytes"]), int(one["lines"]), str(one["sha256"])) for name, one in files.items()}
        except (ValueError, KeyError, TypeError, AttributeError):
            raise BadArchive(
                f"{MANIFEST} in {self.name} can't be read: it was changed, or another program's."
            ) from None
        if type(version) is not int or version > VERSION:
            raise BadArchive(
                f"{self.name} was written by a newer Homeostat (version {version} of the archive; this program knows "
                f"up to {VERSION}). Upgrade this hub first."
            )
        if sealed != seal(manifest):
            raise BadArchive(f"{MANIFEST} in {self.name} was changed after the archive was made.")
        if set(declared) != set(self._zip.namelist()) - {MANIFEST}:
            raise BadArchive(f"{self.name} does not hold the files that its {MANIFEST} names.")
        self._declared = declared
        found: dict[str, Any] = manifest
        return found

    def sums(self, name: str) -> None:
        """Read a part to its end. Raises BadArchive unless it is what the manifest says. Blocks."""
        size, lines, digest = self._declared[name]
        total, count, hashed = 0, 0, hashlib.sha256()
        for chunk in self._chunks(name, size):
            hashed.update(chunk)
            total += len(chunk)
            count += chunk.count(b"\n")
        csv = name.endswith(".csv")
        if total != size or hashed.hexdigest() != digest or (not csv and count != lines):
            raise BadArchive(f"{name} in {self.name} was changed after the archive was made. Nothing was brought in.")

    def lines(self, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
        """(line number, object) of a part, in constant memory. Raises BadArchive. Blocks."""
        if name not in self._declared:
            return
        number, rest = 0, b""
        for chunk in self._chunks(name, self._declared[name][0]):
            *whole, rest = (rest + chunk).split(b"\n")
            if len(rest) > LONGEST:
                raise BadArchive(f"{name}, line {number + len(whole) + 1} in {self.name} is longer than it can be.")
            for line in whole:
                number += 1
                try:
                    found = orjson.loads(line)
                except orjson.JSONDecodeError:
                    found = None
                if not isinstance(found, dict):
                    raise BadArchive(f"{name}, line {number} in {self.name} is not a JSON object.")
                yield number, found

    def _chunks(self, name: str, most: int) -> Iterator[bytes]:
        read = 0
        try:
            with self._zip.open(name) as file:
                while chunk := file.read(_CHUNK):
                    read += len(chunk)
                    if read > most:
                        raise BadArchive(f"{name} in {self.name} is longer than it says: it was changed, or is a bomb.")
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError) as error:
            raise BadArchive(
                f"{name} in {self.name} can't be read ({error}): the archive was changed or cut short."
            ) from None
