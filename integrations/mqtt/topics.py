"""Topics and topic filters: valid ones, matching ones, and the fewest that cover all."""

from __future__ import annotations

from collections.abc import Iterable

LONGEST = 65_535


def check_topic(topic: str) -> str:
    """A topic to publish to; raises ValueError."""
    _check(topic)
    if "+" in topic or "#" in topic:
        raise ValueError(f"{topic!r} has a wildcard, and nothing can be published to such a topic")
    return topic


def check_filter(pattern: str) -> str:
    """A topic filter to subscribe to; raises ValueError."""
    _check(pattern)
    levels = pattern.split("/")
    for index, level in enumerate(levels):
        if "+" in level and level != "+":
            raise ValueError(f"{pattern!r}: + stands for one whole level between slashes")
        if "#" in level and (level != "#" or index != len(levels) - 1):
            raise ValueError(f"{pattern!r}: # stands alone, as the last level")
    return pattern


def _check(text: str) -> None:
    if not text:
        raise ValueError("a topic is a text that is not empty")
    if len(text.encode(errors="surrogatepass")) > LONGEST:
        raise ValueError("a topic has at most 65,535 bytes")
    if any(one < " " or "\x7f" <= one <= "\x9f" or "\ud800" <= one <= "\udfff" for one in text):
        raise ValueError(f"{text[:60]!r} has a control character")


def is_pattern(pattern: str) -> bool:
    return "+" in pattern or "#" in pattern


def matches(pattern: str, topic: str) -> bool:
    """Whether a filter matches a topic; wildcards do not match topics that begin with `$`."""
    wanted, levels = pattern.split("/"), topic.split("/")
    if levels[0].startswith("$") and wanted[0] in ("+", "#"):
        return False
    return _match(wanted, levels)


def covers(wide: str, narrow: str) -> bool:
    """Whether every topic that `narrow` matches is matched by `wide`."""
    wanted, levels = wide.split("/"), narrow.split("/")
    if levels[0].startswith("$") and wanted[0] in ("+", "#"):
        return False
    for index, level in enumerate(wanted):
        if level == "#":
            return True
        if index >= len(levels) or levels[index] == "#":
            return False
        if level != "+" and level != levels[index]:
            return False
    return len(wanted) == len(levels)


def widest(patterns: Iterable[str]) -> set[str]:
    """The filters that no other one covers: what a broker is asked for, so that it sends each message once."""
    exact, wild = set(), []
    for pattern in set(patterns):
        if is_pattern(pattern):
            wild.append(pattern)
        else:
            exact.add(pattern)
    kept = [one for one in wild if not any(other != one and covers(other, one) for other in wild)]
    return {*kept, *(one for one in exact if not any(matches(pattern, one) for pattern in kept))}


def _match(wanted: list[str], levels: list[str]) -> bool:
    for index, level in enumerate(wanted):
        if level == "#":
            return True
        if index >= len(levels):
            return False
        if level != "+" and level != levels[index]:
            return False
    return len(wanted) == len(levels)
