"""Paths into JSON by JMESPath, with errors that name what was there instead."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from hub.errors import HubError

if TYPE_CHECKING:
    from jmespath.parser import ParsedResult

_SHOWN = 12
"""Keys named in an error."""


class PathInvalid(HubError):
    """A path that cannot be understood."""


class NothingThere(HubError):
    """A path that leads nowhere in this answer; the message names what was there."""


@lru_cache(maxsize=1_024)
def compiled(path: str) -> ParsedResult:
    """A path, checked; `$` and `@` alone stand for the whole answer, a leading `$.` is left out. Raises PathInvalid."""
    import jmespath  # only hubs with a recipe pay for it
    from jmespath.exceptions import JMESPathError

    text = path.strip()
    if text in ("", "$"):
        text = "@"
    elif text.startswith("$."):
        text = text[2:]
    elif text.startswith("$["):
        text = text[1:]
    try:
        return jmespath.compile(text)
    except JMESPathError as error:
        reason = str(error).splitlines()[0].rstrip(".")
        hint = ' Keys with other characters than letters, digits and _ stand in double quotes: data."heart-rate".'
        raise PathInvalid(f"the path {path!r} cannot be read: {reason}.{hint}") from None


def look_up(path: str, data: Any) -> Any:
    """What is at `path`; None where a null stands there. Raises NothingThere, PathInvalid."""
    expression = compiled(path)
    from jmespath.exceptions import JMESPathError

    try:
        found = expression.search(data)
    except JMESPathError as error:
        raise NothingThere(f"{path!r} does not fit this answer: {str(error).splitlines()[0]}") from None
    if found is None:
        missing = _missing(expression.parsed, data)
        if missing is not None:
            raise NothingThere(f"nothing at {path!r}: {missing}")
    return found


def look_up_list(path: str, data: Any) -> list[Any]:
    """The list at `path`; a single object is a list of one. Raises NothingThere, PathInvalid."""
    found = look_up(path, data) if path else data
    if isinstance(found, list):
        return found
    if isinstance(found, dict):
        return [found]
    raise NothingThere(f"{path!r} is {kind(found)} where a list was expected")


def kind(found: Any) -> str:
    """A value's kind in words, for messages; never the value itself."""
    if isinstance(found, dict):
        names = [str(name) for name in found]
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        return f"an object with {', '.join(names[:_SHOWN])}{more}" if names else "an empty object"
    if isinstance(found, list):
        return f"a list of {len(found)}"
    if found is None:
        return "null"
    return "text" if isinstance(found, str) else "true or false" if isinstance(found, bool) else "a number"


def _missing(node: Any, data: Any) -> str | None:
    """Where a path that found nothing ends, in words; None when a null stands at its end."""
    from jmespath.visitor import TreeInterpreter

    children = node["children"]
    if node["type"] in ("subexpression", "index_expression"):
        for index, child in enumerate(children):
            after = TreeInterpreter().visit(child, data)
            if after is None:
                last = index == len(children) - 1
                return _missing(child, data) or (None if last else f"{_name(child)} is null")
            data = after
        return None
    if node["type"] == "field":
        if isinstance(data, dict):
            return None if node["value"] in data else f"there is no {node['value']!r} in {kind(data)}"
        return f"{node['value']!r} was looked for in {kind(data)}"
    if node["type"] == "index":
        if isinstance(data, list):
            inside = -len(data) <= node["value"] < len(data)
            return None if inside else f"there is no [{node['value']}] in {kind(data)}"
        return f"[{node['value']}] was looked for in {kind(data)}"
    return f"the answer is {kind(data)}"


def _name(node: Any) -> str:
    if node["type"] == "field":
        return repr(node["value"])
    children = node["children"]
    return _name(children[-1]) if children else f"[{node.get('value')}]"
