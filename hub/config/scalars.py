"""YAML 1.2's plain scalars: `on`, `yes`, `12:30` and `0123` stay text, as the owner of a payload expects."""

from __future__ import annotations

import re
from typing import Any

import yaml

_NULL, _BOOL, _INT, _FLOAT = (f"tag:yaml.org,2002:{kind}" for kind in ("null", "bool", "int", "float"))
_RULES = (
    (_NULL, r"~|null|Null|NULL|", "~nN\0"),
    (_BOOL, r"true|True|TRUE|false|False|FALSE", "tTfF"),
    (_INT, r"[-+]?(?:0|[1-9][0-9]*)|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    (
        _FLOAT,
        r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        "-+.0123456789",
    ),
)


class Loader(yaml.BaseLoader):
    """Composes nodes whose tags say what their text is; constructs nothing."""


for _tag, _pattern, _first in _RULES:
    Loader.add_implicit_resolver(_tag, re.compile(f"^(?:{_pattern})$"), ["" if one == "\0" else one for one in _first])


def scalar(node: yaml.ScalarNode) -> Any:
    """The value of a scalar node; text for what is quoted or looks like nothing else."""
    text: str = node.value
    if node.tag == _NULL:
        return None
    if node.tag == _BOOL:
        return text.lower() == "true"
    if node.tag == _INT:
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    if node.tag == _FLOAT:
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return text
