"""What every watcher is, and what it needs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hub.automation.judging import Judge
from hub.automation.rendering import Renderer
from hub.automation.schema.trigger import Trigger
from hub.automation.spans import offset_of, span_of
from hub.automation.world import Context, Seen, World
from hub.template import TemplateFailed

Fired = Callable[[Mapping[str, Any], Context], None]
"""Trigger variables, and what led to it."""


@dataclass(slots=True)
class Attaching:
    """Where a watcher looks, and whom it tells."""

    world: World
    renderer: Renderer
    judge: Judge
    variables: Mapping[str, Any]
    fired: Fired
    failed: Callable[[str], None]
    """Told when a template of the trigger fails."""
    again: Callable[[Watcher], None]
    """To be called when the entities that a watcher looks at have become others."""
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    done: datetime | None = None
    """Up to when the clock has set it off already; later than now where the clock was set back."""


class Watcher:
    """One trigger of one automation; `entities` and the like say what it wants to hear of."""

    def __init__(self, trigger: Trigger, index: int, attaching: Attaching) -> None:
        self.trigger, self.index, self._at = trigger, index, attaching
        self.entities: frozenset[str] = frozenset()
        self.domains: frozenset[str] = frozenset()
        self.everything = False
        self.events: frozenset[str] = frozenset()
        self.signals: frozenset[str] = frozenset()
        self.wants: Mapping[str, Any] = {}
        """What somebody outside has to listen for so that it hears anything, such as a topic."""
        self._tasks: dict[asyncio.Task[None], datetime] = {}

    @property
    def due(self) -> datetime | None:
        """When it fires or looks again by itself; None: only when something happens."""
        return min(self._tasks.values(), default=None)

    def start(self) -> None:
        """Begin; states are as they are now."""

    def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        self._tasks.clear()

    def changed(self, old: Seen | None, new: Seen | None) -> None:
        """An entity it looks at has another state or attributes; None: it was not there, or is gone."""

    def happened(self, event_type: str, data: Mapping[str, Any], context: Context) -> None:
        """An event of a type it wants."""

    def signalled(self, kind: str, facts: Mapping[str, Any]) -> None:
        """Something else that it wants: a message, a webhook, a tag, a calendar's event ..."""

    def set_back(self) -> None:
        """The wall clock was set to an earlier time; what waits for an instant waits longer than was meant."""

    def fire(self, context: Context | None = None, **facts: Any) -> None:
        one = self.trigger
        told = {
            "id": one.id if one.id is not None else str(self.index),
            "idx": str(self.index),
            "alias": one.alias,
            "platform": one.trigger,
            **facts,
        }
        self._at.fired(told, context or Context())

    def later(self, when: datetime, then: Callable[[], None], *, lasting: bool = False) -> asyncio.Task[None]:
        """Do it at an instant of the world's clock, unless the task is cancelled or the watcher stopped.

        `lasting`: once as much time has passed, however the wall clock is set meanwhile.
        """
        clock = self._at.world.clock
        left = (when - clock.now()).total_seconds()

        async def wait() -> None:
            await (clock.sleep(left) if lasting else clock.sleep_until(when))
            then()

        task = asyncio.ensure_future(wait())
        self._tasks[task] = when
        task.add_done_callback(lambda done: self._tasks.pop(done, None))
        return task

    def span(self, value: Any, **more: Any) -> timedelta | None:
        """Of `for`; None when its template fails, which is told."""
        try:
            return span_of(value, self._at.renderer, {**self._at.variables, **more})
        except TemplateFailed as error:
            self._at.failed(f"`for`: {error}")
            return None

    def moved(self, offset: Any) -> timedelta:
        """An offset, which may be negative; none when its template fails, which is told."""
        try:
            return offset if isinstance(offset, timedelta) else offset_of(offset, self._at.renderer, self._at.variables)
        except TemplateFailed as error:
            self._at.failed(f"`offset`: {error}")
            return timedelta(0)

    @property
    def now(self) -> datetime:
        return self._at.world.clock.now()
