"""Spans of time whose parts may be templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from hub.automation.rendering import Renderer
from hub.automation.schema.values import positive_span, span
from hub.template import TemplateFailed


def span_of(value: Any, renderer: Renderer, variables: Mapping[str, Any]) -> timedelta:
    """Raises TemplateFailed for what gives no span of time, or a negative one."""
    return _rendered(value, renderer, variables, positive_span)


def offset_of(value: Any, renderer: Renderer, variables: Mapping[str, Any]) -> timedelta:
    """Like `span_of`, but it may be negative."""
    return _rendered(value, renderer, variables, span)


def _rendered(value: Any, renderer: Renderer, variables: Mapping[str, Any], reading: Callable[[Any], Any]) -> timedelta:
    if isinstance(value, timedelta):
        return value
    told = renderer.whole(value, variables)
    try:
        found = reading(told)
    except ValueError as error:
        raise TemplateFailed(str(error)) from None
    if not isinstance(found, timedelta):
        raise TemplateFailed(f"{told!r} is no span of time")
    return found
