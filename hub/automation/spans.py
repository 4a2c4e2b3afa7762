"""Spans of time whose parts may be templates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from hub.automation.rendering import Renderer
from hub.automation.schema.values import positive_span
from hub.template import TemplateFailed


def span_of(value: Any, renderer: Renderer, variables: Mapping[str, Any]) -> timedelta:
    """Raises TemplateFailed for what gives no span of time."""
    if isinstance(value, timedelta):
        return value
    told = renderer.whole(value, variables)
    try:
        found = positive_span(told)
    except ValueError as error:
        raise TemplateFailed(str(error)) from None
    if not isinstance(found, timedelta):
        raise TemplateFailed(f"{told!r} is no span of time")
    return found
