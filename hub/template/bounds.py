"""Where a template is measured: every loop, join, comparison, key, slice, filter and test of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jinja2 import nodes

from hub.template.limits import Budget, check_filling, check_growth, check_text, check_widths
from hub.template.weight import weigh

_WIDE = ("batch", "center", "indent", "slice", "truncate", "wordwrap")
"""Filters with a width or a number of parts."""
_GROWING = ("join", "replace", "sum")
_SLOW = ("pprint", "slugify", "striptags", "title", "urlize", "wordcount", "wordwrap", "xmlattr")
_LOOKED_THROUGH = (nodes.Const, nodes.TemplateData)


def bounded(tree: nodes.Template) -> nodes.Template:
    """The same template with every loop counted, and what is joined, compared, cut or a key measured."""
    for loop in tree.find_all(nodes.For):
        loop.iter = _asked("counted", [loop.iter])  # type: ignore[list-item] # it is an expression
    for one in tree.find_all(nodes.Compare):
        one.expr = _weighed(one.expr)
        for operand in one.ops:
            operand.expr = _weighed(operand.expr)
    for pair in tree.find_all(nodes.Pair):
        pair.key = _weighed(pair.key)
    _replace(tree)
    return tree


def _weighed(node: nodes.Expr) -> nodes.Expr:
    return node if isinstance(node, _LOOKED_THROUGH) else _asked("weighed", [node])


def _replace(node: nodes.Node) -> None:
    for name, value in node.iter_fields():
        if isinstance(value, list):
            for index, one in enumerate(value):
                if isinstance(one, nodes.Node):
                    value[index] = _replaced(one)
        elif isinstance(value, nodes.Node):
            setattr(node, name, _replaced(value))


def _replaced(node: nodes.Node) -> nodes.Node:
    _replace(node)
    if isinstance(node, nodes.Concat):
        return _asked("joined", node.nodes, node.lineno)
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Slice):
        return _asked("made", [node], node.lineno)
    return node


def _asked(name: str, arguments: list[nodes.Expr], line: int | None = None) -> nodes.Call:
    return nodes.Call(nodes.EnvironmentAttribute(name), arguments, [], None, None, lineno=line)


def measured(name: str, function: Callable[..., Any], budget: Budget) -> Callable[..., Any]:
    """A filter or test that is given, and gives back, no more than may be."""
    # Some filters are given their environment or context before what they are of.
    first = 1 if hasattr(function, "jinja_pass_arg") else 0
    wide, growing, slow, filling = name in _WIDE, name in _GROWING, name in _SLOW, name == "format"

    def call(*arguments: Any, **named: Any) -> Any:
        budget.check()
        given = arguments[first:]
        for one in given:
            weigh(one)
        for one in named.values():
            weigh(one)
        if wide:
            check_widths([*given[1:], *named.values()])
        if growing:
            check_growth(name, given[0], (*given[1:], *named.values()))
        if slow:
            check_text(name, given[0])
        if filling:
            check_filling(str(given[0]), *given[1:], *named.values())
        return budget.made(function(*arguments, **named))

    if first:
        call.jinja_pass_arg = function.jinja_pass_arg  # type: ignore[attr-defined] # where Jinja looks for it
    return call
