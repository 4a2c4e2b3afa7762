"""Compile templates once, render them often, within limits."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from jinja2 import TemplateSyntaxError, pass_context
from jinja2.environment import Template as Compiled
from jinja2.exceptions import TemplateError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from hub.clock import Clock
from hub.errors import HubError
from hub.template import groups, numbers, text
from hub.template.bounds import bounded, measured
from hub.template.limits import (
    LONGEST_RESULT,
    LONGEST_SOURCE,
    Budget,
    OutOfTime,
    check_call,
    check_filling,
    check_operation,
    check_sizes,
    joined,
    weighed,
)
from hub.template.native import parsed
from hub.template.shapes import simple
from hub.template.times import Times
from hub.template.weight import weigh

_REST, _LONGEST_REST = 5.0, 300.0
"""Seconds that a template is not rendered after it ran for too long; longer each time."""


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
        super().__init__(extensions=["jinja2.ext.loopcontrols", "jinja2.ext.do"], optimized=False)
        self.budget = Budget()
        self.counted, self.made, self.weighed = self.budget.counted, self.budget.made, weighed
        # What is constant is not reckoned while compiling, as no budget runs then: a context is asked for.
        self.finalize = pass_context(lambda context, value: self._shown(value))

    def _shown(self, value: Any) -> Any:
        """What is printed, counted."""
        if isinstance(value, str):
            return self.budget.made(value)
        weigh(value)
        return value

    def concat(self, parts: Iterable[str]) -> str:
        """Of a macro or a block."""
        found = list(parts)
        check_sizes(found)
        return str(self.budget.made("".join(found)))

    def joined(self, *parts: Any) -> str:
        self.budget.check()
        return str(self.budget.made(joined(*parts)))

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(argument, tuple):
            weigh(argument)
        return super().getitem(obj, argument)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        self.budget.check()
        check_operation(operator, left, right)
        return self.budget.made(super().call_binop(context, operator, left, right))

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        wrapped = super().wrap_str_format(value)
        if wrapped is None:
            return None
        pattern = str(value.__self__)

        def filled(*arguments: Any, **named: Any) -> str:
            check_filling(pattern, *arguments, *named.values())
            return wrapped(*arguments, **named)

        return filled

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805 # as jinja names it
        __self.budget.check()
        check_call(__obj, args, kwargs)
        return __self.budget.made(super().call(__context, __obj, *args, **kwargs))


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
        jinja.filters.update(
            {**shared, **numbers.FILTERS, **text.FILTERS, **groups.FILTERS, **times.filters(), **(filters or {})}
        )
        jinja.globals.update({**shared, **numbers.GLOBALS, **groups.GLOBALS, **times.globals(), **(functions or {})})
        jinja.tests.update({**text.TESTS, **groups.TESTS, **(tests or {})})
        tables: tuple[dict[str, Any], ...] = (jinja.filters, jinja.tests)
        for table in tables:
            table.update({name: measured(name, function, jinja.budget) for name, function in table.items()})
        self._compiled = lru_cache(maxsize=8_192)(self._compile)

    def compile(self, source: str) -> Template:
        """Raises TemplateFailed with the line that cannot be understood. The same source is compiled once."""
        return self._compiled(source)

    def _compile(self, source: str) -> Template:
        if "{" not in source:
            return _Plain(source)
        if len(source) > LONGEST_SOURCE:
            raise TemplateFailed(
                f"a template of {len(source):,} characters is too long; {LONGEST_SOURCE:,} are allowed"
            )
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
            self._compiled = Compiled.from_code(jinja, jinja.compile(bounded(tree)), jinja.globals)
        except TemplateSyntaxError as error:
            raise TemplateFailed(f"line {error.lineno} of the template: {error.message}") from None
        except (TemplateError, RecursionError, SyntaxError, MemoryError) as error:
            raise TemplateFailed(f"the template cannot be compiled: {error}") from None
        self._overruns, self._rests_until = 0, 0.0

    def text(self, variables: Mapping[str, Any]) -> str:
        if self._overruns and time.monotonic() < self._rests_until:
            raise TemplateFailed("the template ran for too long before, and is left alone for a while")
        self._jinja.budget.begin()
        try:
            told = self._compiled.render(variables).strip()
        except OutOfTime as error:
            # One that is asked for again and again must not take all the time that the house has.
            self._overruns += 1
            self._rests_until = time.monotonic() + min(_REST * self._overruns, _LONGEST_REST)
            raise TemplateFailed(str(error)) from None
        except Exception as error:  # noqa: BLE001 # whatever a function raises, it is the template that fails
            raise TemplateFailed(str(error) or type(error).__name__) from None
        self._overruns = 0
        if len(told) > LONGEST_RESULT:
            raise TemplateFailed(f"what the template says has {len(told):,} characters; {LONGEST_RESULT:,} are allowed")
        return told

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
