"""Compile templates once, render them often, within limits."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from jinja2 import TemplateSyntaxError, nodes
from jinja2.environment import Template as Compiled
from jinja2.exceptions import TemplateError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from hub.clock import Clock
from hub.errors import HubError
from hub.template import groups, numbers, text
from hub.template.limits import (
    LARGEST,
    Budget,
    check_call,
    check_growth,
    check_operation,
    check_pattern,
    check_widths,
    joined,
)
from hub.template.native import parsed
from hub.template.shapes import simple
from hub.template.times import Times

_WIDE_FILTERS = ("batch", "center", "format", "indent", "join", "replace", "slice", "truncate", "wordwrap")
_FAILURES = (
    TemplateError, ValueError, TypeError, ArithmeticError, LookupError, AttributeError, TimeoutError, RecursionError,
    MemoryError,
)  # fmt: skip


class TemplateFailed(HubError):
    """A template that cannot be compiled or rendered; says what in it is wrong."""


class Template(Protocol):
    """A compiled template."""

    source: str

    def text(self, variables: Mapping[str, Any]) -> str:
        """The rendered text without surrounding white space. Raises TemplateFailed."""
        ...

    def native(self, variables: Mapping[str, Any]) -> Any:
        """The rendered text as number, list, dictionary ... where it reads as one. Raises TemplateFailed."""
        ...


class _Sandbox(ImmutableSandboxedEnvironment):
    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self) -> None:
        # What is constant is not reckoned while compiling: no budget runs then.
        super().__init__(extensions=["jinja2.ext.loopcontrols", "jinja2.ext.do"], optimized=False)
        self.budget = Budget()
        self.counted = self.budget.counted
        self.joined = joined

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        self.budget.check()
        check_operation(operator, left, right)
        return super().call_binop(context, operator, left, right)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        wrapped = super().wrap_str_format(value)
        if wrapped is not None:
            check_pattern(str(value.__self__))
        return wrapped

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805 # as jinja names it
        __self.budget.check()
        check_call(__obj, args)
        return super().call(__context, __obj, *args, **kwargs)


class TemplateEnvironment:
    """Home Assistant's functions, filters and tests that need no states; more can be added by name."""

    def __init__(
        self,
        clock: Clock,
        time_zone: str = "UTC",
        *,
        functions: Mapping[str, Any] | None = None,
        filters: Mapping[str, Callable[..., Any]] | None = None,
        tests: Mapping[str, Callable[..., bool]] | None = None,
    ) -> None:
        times = Times(clock, ZoneInfo(time_zone))
        shared = {**numbers.SHARED, **text.SHARED, **groups.SHARED, **times.shared()}
        self._jinja = jinja = _Sandbox()
        del jinja.globals["lipsum"]  # makes as much text as it is asked for
        for name in _WIDE_FILTERS:
            jinja.filters[name] = _narrow(name, jinja.filters[name])
        jinja.filters.update(
            {**shared, **numbers.FILTERS, **text.FILTERS, **groups.FILTERS, **times.filters(), **(filters or {})}
        )
        jinja.globals.update({**shared, **numbers.GLOBALS, **groups.GLOBALS, **times.globals(), **(functions or {})})
        jinja.tests.update({**text.TESTS, **groups.TESTS, **(tests or {})})
        self._compiled = lru_cache(maxsize=8_192)(self._compile)

    def compile(self, source: str) -> Template:
        """Raises TemplateFailed with the line that cannot be understood. The same source is compiled once."""
        return self._compiled(source)

    def _compile(self, source: str) -> Template:
        if len(source) > LARGEST:
            raise TemplateFailed(f"a template of {len(source)} characters is too long")
        if "{" not in source:
            return _Plain(source)
        shape = simple(source)
        return _Slow(self._jinja, source) if shape is None else _Quick(self._jinja, source, shape)


class _Plain:
    """A text without anything to render."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._text = source.strip()

    def text(self, variables: Mapping[str, Any]) -> str:
        return self._text

    def native(self, variables: Mapping[str, Any]) -> Any:
        return parsed(self._text)


class _Slow:
    """Any template, rendered by Jinja."""

    def __init__(self, jinja: _Sandbox, source: str) -> None:
        self.source = source
        self._jinja = jinja
        try:
            with warnings.catch_warnings():
                # Patterns like '\\[' are common in what others wrote, and mean what they say.
                warnings.simplefilter("ignore", DeprecationWarning)
                tree = jinja.parse(source)
            # The environment's own dictionary: each rendering copies it, and copies a plain one at once.
            self._compiled = Compiled.from_code(jinja, jinja.compile(_bounded(tree)), jinja.globals)
        except TemplateSyntaxError as error:
            raise TemplateFailed(f"line {error.lineno} of the template: {error.message}") from None
        except (TemplateError, RecursionError, SyntaxError) as error:
            raise TemplateFailed(f"the template cannot be compiled: {error}") from None

    def text(self, variables: Mapping[str, Any]) -> str:
        self._jinja.budget.begin()
        try:
            return self._compiled.render(variables).strip()
        except _FAILURES as error:
            raise TemplateFailed(str(error) or type(error).__name__) from None

    def native(self, variables: Mapping[str, Any]) -> Any:
        return parsed(self.text(variables))


class _Quick:
    """A template of a common simple shape, rendered without Jinja where the values are plain."""

    def __init__(self, jinja: _Sandbox, source: str, shape: Callable[[Mapping[str, Any]], Any]) -> None:
        self.source = source
        self._jinja, self._shape = jinja, shape
        self._slow: _Slow | None = None

    def text(self, variables: Mapping[str, Any]) -> str:
        value = self._shape(variables)
        if value is not None:
            return str(value).strip()
        # A shape answers only for what it is sure of; undefined values, errors and odd types are Jinja's.
        if self._slow is None:
            self._slow = _Slow(self._jinja, self.source)
        return self._slow.text(variables)

    def native(self, variables: Mapping[str, Any]) -> Any:
        return parsed(self.text(variables))


def _bounded(tree: nodes.Template) -> nodes.Template:
    """The same template with every loop counted and every `~` measured."""
    for loop in tree.find_all(nodes.For):
        loop.iter = nodes.Call(nodes.EnvironmentAttribute("counted"), [loop.iter], [], None, None)
    _replace_concat(tree)
    return tree


def _replace_concat(node: nodes.Node) -> None:
    for name, value in node.iter_fields():
        if isinstance(value, list):
            for index, one in enumerate(value):
                if isinstance(one, nodes.Node):
                    _replace_concat(one)
                    if isinstance(one, nodes.Concat):
                        value[index] = _joined(one)
        elif isinstance(value, nodes.Node):
            _replace_concat(value)
            if isinstance(value, nodes.Concat):
                setattr(node, name, _joined(value))


def _joined(concat: nodes.Concat) -> nodes.Call:
    return nodes.Call(nodes.EnvironmentAttribute("joined"), concat.nodes, [], None, None, lineno=concat.lineno)


def _narrow(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    # Some filters are given their environment or context before what they are of.
    first = 1 if hasattr(function, "jinja_pass_arg") else 0

    def call(*arguments: Any, **named: Any) -> Any:
        given = arguments[first:]
        check_widths([*given[1:], *named.values()])
        check_growth(name, given[0], (*given[1:], *named.values()))
        return function(*arguments, **named)

    for mark, value in vars(function).items():
        setattr(call, mark, value)
    return call
