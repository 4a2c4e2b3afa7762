"""Text: slugs, regular expressions with a time limit, JSON, bytes and digests."""

from __future__ import annotations

import base64
import hashlib
import re
import struct
from collections.abc import Callable
from typing import Any

import orjson
from jinja2.filters import do_urlencode

from hub.template.values import MISSING, fallback
from hub.template.weight import LARGEST

REGEX_SECONDS = 0.1
_LONGEST_PATTERN = 5_000
"""Characters of a regular expression; taking one to pieces is not timed."""
_LONGEST_STRUCT = 100
_LONG_COUNT = re.compile(r"\d{5,}")
_JSON_OPTIONS = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_NON_STR_KEYS


def slugify(value: Any, separator: str = "_") -> str:
    """Lower-case ASCII words, as Home Assistant makes entity ids; `unknown` when nothing is left of a text."""
    from slugify import slugify as _slugify

    text = "" if value is None else str(value)
    return (_slugify(text, separator=separator) or "unknown") if text else ""


def _regex(name: str, find: Any, *values: Any, ignorecase: bool) -> Any:
    """A function of the library that can stop a pattern which takes too long; a bad pattern raises ValueError."""
    import regex  # only few templates have one

    if not isinstance(find, str):
        raise ValueError(f"{find!r} is no regular expression")  # gathered like other flaws
    if len(find) > _LONGEST_PATTERN:
        raise ValueError(f"a regular expression of {len(find):,} characters is too long")
    flags = int(regex.IGNORECASE) if ignorecase else 0
    try:
        return getattr(regex, name)(find, *values, flags=flags, timeout=REGEX_SECONDS)
    except regex.error as error:
        raise ValueError(f"{find[:60]!r} is no regular expression: {error}") from None
    except TimeoutError:
        raise TimeoutError(f"the regular expression {find[:60]!r} takes too long") from None


def regex_match(value: Any, find: str = "", ignorecase: bool = False) -> bool:
    return _regex("match", find, str(value), ignorecase=ignorecase) is not None


def regex_search(value: Any, find: str = "", ignorecase: bool = False) -> bool:
    return _regex("search", find, str(value), ignorecase=ignorecase) is not None


def regex_replace(value: Any = "", find: str = "", replace: str = "", ignorecase: bool = False) -> str:
    text, made = str(value), 0
    if len(replace) + replace.count("\\") * len(text) > LARGEST:
        raise ValueError("a replacement is too long")

    def counted(match: Any) -> str:
        nonlocal made
        told = str(match.expand(replace))
        made += len(told)
        if made > LARGEST:
            raise ValueError("what regex_replace makes is too long")
        return told

    small = (len(text) + 1) * (len(replace) + 1) * (1 + replace.count("\\") * len(text)) <= LARGEST
    return str(_regex("sub", find, replace if small else counted, text, ignorecase=ignorecase))


def regex_findall(value: Any, find: str = "", ignorecase: bool = False) -> list[Any]:
    found: list[Any] = []
    made = 0
    for match in _regex("finditer", find, str(value), ignorecase=ignorecase):
        groups = match.groups("")
        found.append(match[0] if not groups else groups[0] if len(groups) == 1 else groups)
        made += len(match[0]) + sum(map(len, groups)) + 1
        if made > LARGEST:
            raise ValueError("what regex_findall finds is too much")
    return found


def regex_findall_index(value: Any, find: str = "", index: int = 0, ignorecase: bool = False) -> Any:
    return regex_findall(value, find, ignorecase)[index]


def to_json(value: Any, ensure_ascii: bool = False, pretty_print: bool = False, sort_keys: bool = False) -> str:
    options = _JSON_OPTIONS
    if pretty_print:
        options |= orjson.OPT_INDENT_2
    if sort_keys:
        options |= orjson.OPT_SORT_KEYS
    text = orjson.dumps(value, option=options, default=_plain).decode()
    if ensure_ascii:
        text = "".join(one if one < "\x80" else _escaped(one) for one in text)
    return text


def _plain(value: Any) -> Any:
    if isinstance(value, (set, frozenset)):
        return list(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def _escaped(one: str) -> str:
    units = struct.iter_unpack(">H", one.encode("utf-16-be"))
    return "".join(f"\\u{unit[0]:04x}" for unit in units)


def from_json(value: Any, default: Any = MISSING) -> Any:
    try:
        return orjson.loads(value)
    except ValueError:
        return fallback("from_json", value, default)


def base64_encode(value: Any) -> str:
    return base64.b64encode(value if isinstance(value, bytes) else str(value).encode()).decode()


def base64_decode(value: Any, encoding: str | None = "utf-8") -> Any:
    plain = base64.b64decode(value)
    return plain.decode(encoding) if encoding else plain


def pack(value: Any, format_string: str) -> bytes | None:
    if len(format_string) > _LONGEST_STRUCT or _LONG_COUNT.search(format_string):
        raise ValueError("a format of `pack` may not ask for more than 9,999 bytes")
    try:
        return struct.pack(format_string, value)
    except struct.error:
        return None


def unpack(value: Any, format_string: str, offset: int = 0) -> Any:
    try:
        return struct.unpack_from(format_string, value, offset)[0]
    except (struct.error, IndexError):
        return None


def ordinal(value: Any) -> str:
    number = int(value)
    ending = "th" if 10 <= abs(number) % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(abs(number) % 10, "th")
    return f"{number}{ending}"


def _digest(name: str) -> Callable[[Any], str]:
    def call(value: Any) -> str:
        return hashlib.new(name, str(value).encode(), usedforsecurity=False).hexdigest()

    return call


SHARED: dict[str, Callable[..., Any]] = {
    **{name: _digest(name) for name in ("md5", "sha1", "sha256", "sha512")},
    "pack": pack,
    "slugify": slugify,
    "unpack": unpack,
    "urlencode": do_urlencode,
}
FILTERS: dict[str, Callable[..., Any]] = {
    "base64_decode": base64_decode,
    "base64_encode": base64_encode,
    "from_hex": bytes.fromhex,
    "from_json": from_json,
    "ord": ord,
    "ordinal": ordinal,
    "regex_findall": regex_findall,
    "regex_findall_index": regex_findall_index,
    "regex_match": regex_match,
    "regex_replace": regex_replace,
    "regex_search": regex_search,
    "to_json": to_json,
}
TESTS: dict[str, Callable[..., bool]] = {"match": regex_match, "search": regex_search}
