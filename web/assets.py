"""Static files: read once, compressed once, served under an address that changes with their content."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
import time
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import hdrs, web

FOLDER = Path(__file__).parent / "static"
TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
    ".txt": "text/plain; charset=utf-8",
}
PACKED = {".woff2", ".png"}
"""Already compressed."""
HIDDEN = {"LICENSE", "README.md"}
SPRITE = "icons.svg"
STYLES = "app.css"
FIRST = "css/tokens.css"
LOOKS_AGAIN = 0.5
"""Seconds between two looks for changed files in development; every icon of a page asks."""


@dataclass(slots=True)
class Asset:
    content_type: str
    body: bytes
    packable: bool
    _packed: bytes | None = field(default=None, repr=False)

    @property
    def packed(self) -> bytes:
        """The body, gzipped; made when first asked for."""
        if self._packed is None:
            self._packed = gzip.compress(self.body, 9, mtime=0)
        return self._packed


class Assets:
    """The static tree in memory, with one sprite made of its icons and one stylesheet of `css/`."""

    def __init__(self, folder: Path = FOLDER, *, development: bool = False) -> None:
        self._folder = folder
        self._development = development
        self._seen = 0.0
        self._looked = 0.0
        self._files: dict[str, Asset] = {}
        self.icons: frozenset[str] = frozenset()
        self.version = ""
        self._read()

    def url(self, path: str) -> str:
        """The address of a static file; every file's address changes when any of them does."""
        if self._development and time.monotonic() - self._looked > LOOKS_AGAIN:
            self._looked = time.monotonic()
            if self._newest() > self._seen:
                self._read()
        return f"/static/{self.version}/{path}"

    def get(self, path: str) -> Asset | None:
        return self._files.get(path)

    async def serve(self, request: web.Request) -> web.Response:
        """Answer `/static/{version}/{path}`; an older version's address gets today's file, uncached."""
        asset = self.get(request.match_info["path"])
        if asset is None:
            raise web.HTTPNotFound(text="There is no such file.")
        current = request.match_info["version"] == self.version
        headers = {
            hdrs.CACHE_CONTROL: "public, max-age=31536000, immutable" if current else "no-cache",
            hdrs.CONTENT_TYPE: asset.content_type,
            hdrs.VARY: hdrs.ACCEPT_ENCODING,
        }
        if asset.packable and "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, ""):
            headers[hdrs.CONTENT_ENCODING] = "gzip"
            return web.Response(body=asset.packed, headers=headers)
        return web.Response(body=asset.body, headers=headers)

    def _newest(self) -> float:
        return max(path.stat().st_mtime for path in self._folder.rglob("*"))

    def _read(self) -> None:
        self._seen = self._newest()
        files: dict[str, Asset] = {}
        for path in sorted(self._folder.rglob("*")):
            if path.is_file() and path.name not in HIDDEN:
                kind = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
                name = path.relative_to(self._folder).as_posix()
                files[name] = Asset(kind, path.read_bytes(), packable=path.suffix not in PACKED)
        icons = {
            Path(name).stem: asset.body.decode() for name, asset in files.items() if name.startswith("vendor/lucide/")
        }
        files[SPRITE] = Asset(TYPES[".svg"], sprite(icons).encode(), packable=True)
        # tokens.css says the order of the layers, so it comes first; the order of the others says nothing.
        sheets = sorted((name for name in files if name.startswith("css/")), key=lambda name: (name != FIRST, name))
        files[STYLES] = Asset(TYPES[".css"], b"\n".join(files.pop(name).body for name in sheets), packable=True)
        digest = hashlib.sha256()
        for name, asset in files.items():
            digest.update(name.encode() + b"\0" + asset.body)
        self._files, self.icons, self.version = files, frozenset(icons), digest.hexdigest()[:12]


def sprite(icons: dict[str, str]) -> str:
    """One SVG with a symbol for each icon; strokes take the colour of the text around them."""
    symbols = []
    for name, source in sorted(icons.items()):
        inner = re.search(r"<svg[^>]*>(.*)</svg>", source, re.DOTALL)
        if inner is None:
            raise ValueError(f"the icon {name} is not an SVG")
        drawing = re.sub(r">\s+<", "><", inner.group(1).strip())
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{drawing}</symbol>')
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>'
