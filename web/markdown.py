"""Markdown of strangers as HTML that asks nobody for anything."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from markupsafe import Markup

_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_TAGS = (
    "a|abbr|b|blockquote|center|code|dd|del|details|div|dl|dt|em|font|h[1-6]|hr|i|iframe|img|kbd|li|mark|ol|p|picture|pre|"
    "s|script|small|source|span|strong|style|sub|summary|sup|table|tbody|td|th|thead|tr|u|ul|video"
)
"""Tags; what else stands in angle brackets is meant to be read, like `notify.<name>`."""
_HTML = re.compile(rf"</?(?:{_TAGS})(?:\s[^<>]*)?/?>|<!--.*?-->", re.DOTALL | re.IGNORECASE)
LONGEST = 20_000


def markdown(text: str) -> Markup:
    """Paragraphs, lists, links, code and tables; pictures become links, HTML goes."""
    kept = _HTML.sub("", _BREAK.sub("\n", text[:LONGEST]))
    return Markup(_parser().render(kept))


def first_words(text: str, most: int = 180) -> str:
    """The first paragraph as plain text, for a card."""
    plain = re.sub(r"!\[[^\]]*\]\([^)]*\)", "", _HTML.sub(" ", _BREAK.sub("\n", text)))
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", plain)
    plain = re.sub(r"(?m)^\s*(#+|[-*>]|\d+\.)\s+|[*_`~]{1,3}", "", plain).strip()
    # A title alone says what the card's own does.
    parts = [" ".join(one.split()) for one in re.split(r"\n\s*\n", plain) if one.strip()]
    first = next((one for one in parts if len(one) > 30), parts[0] if parts else "")
    return first if len(first) <= most else first[:most].rsplit(" ", 1)[0].rstrip(",.;:") + " …"


@lru_cache(maxsize=1)
def _parser() -> Any:
    from markdown_it import MarkdownIt  # only where a description is shown

    made = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])
    made.add_render_rule("link_open", _link)
    made.add_render_rule("image", _picture)
    for tag in ("heading_open", "heading_close"):
        made.add_render_rule(tag, _heading)
    return made


def _link(self: Any, tokens: Sequence[Any], at: int, options: Any, env: Any) -> str:
    tokens[at].attrSet("rel", "noopener noreferrer nofollow")
    tokens[at].attrSet("target", "_blank")
    href = str(tokens[at].attrGet("href") or "")
    if not href.startswith(("https://", "http://", "mailto:")):
        tokens[at].attrs.pop("href", None)
    return str(self.renderToken(tokens, at, options, env))


def _picture(self: Any, tokens: Sequence[Any], at: int, options: Any, env: Any) -> str:
    token = tokens[at]
    source, words = str(token.attrGet("src") or ""), Markup.escape(token.content or "Picture")
    if not source.startswith(("https://", "http://")):
        return str(words)
    return f'<a href="{Markup.escape(source)}" rel="noopener noreferrer nofollow" target="_blank">{words}</a>'


def _heading(self: Any, tokens: Sequence[Any], at: int, options: Any, env: Any) -> str:
    # The page has its own headings; a description's are only heavier words.
    return "<p><strong>" if tokens[at].nesting == 1 else "</strong></p>\n"
