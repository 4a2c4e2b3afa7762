"""At the console every flaw has a line of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from hub.view import AutomationInvalid


@contextmanager
def by_line() -> Iterator[None]:
    """What is wrong with an automation, script, scene or blueprint, told so."""
    try:
        yield
    except AutomationInvalid as error:
        raise AutomationInvalid(error.flaws, "\n") from None
