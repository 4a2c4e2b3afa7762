"""Topic filters of MQTT as triggers write them."""

from __future__ import annotations

LONGEST = 65_535


def topic_fits(pattern: str, topic: str) -> bool:
    """Whether a topic filter takes in a topic (MQTT 5, 4.7)."""
    if topic.startswith("$") and pattern[:1] in ("+", "#"):
        return False
    wanted, told = pattern.split("/"), topic.split("/")
    for index, one in enumerate(wanted):
        if one == "#":
            return True
        if index >= len(told) or one not in ("+", told[index]):
            return False
    return len(wanted) == len(told)


def flaw_of(pattern: str) -> str:
    """What is wrong with a topic filter, and how to mend it; empty when nothing is."""
    if not pattern:
        return "a topic is a text that is not empty"
    if len(pattern.encode(errors="surrogatepass")) > LONGEST:
        return "a topic has at most 65,535 bytes"
    if any(one < " " or "\x7f" <= one <= "\x9f" or "\ud800" <= one <= "\udfff" for one in pattern):
        return f"the topic {pattern[:60]!r} has a control character"
    if pattern.startswith("$") and not pattern.startswith("$SYS/"):
        return f"{pattern[:60]!r}: of topics that begin with $ only those below $SYS/ can be listened to"
    levels = pattern.split("/")
    for index, level in enumerate(levels):
        if "+" in level and level != "+":
            return f"{pattern[:60]!r}: + stands for one whole level between slashes"
        if "#" in level and (level != "#" or index != len(levels) - 1):
            return f"{pattern[:60]!r}: # stands alone, as the last level"
    return ""
