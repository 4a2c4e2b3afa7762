"""Runs of automations: what the conditions and the mode say, how a run goes, and its trace."""

from __future__ import annotations

import asyncio
import itertools
import logging
import secrets
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hub.automation.schema.automation import Automation
from hub.automation.scope import Scope
from hub.automation.script import Script, Stopped, Tools
from hub.automation.trace import Outcome, Trace
from hub.automation.watch import Watcher
from hub.automation.world import Context
from hub.errors import Forbidden, HubError

_log = logging.getLogger("hub.automation")
MOST_IN_A_ROW = 10
"""Times an automation may set itself off, directly or by way of others."""
MOST_OF_ONE_CAUSE = 100
"""Times it may do so when each time leads to several."""
_REMEMBERED = 10_000
MOST_PROBLEMS = 50
"""Of the triggers of one automation."""


@dataclass(slots=True)
class Attached:
    """An automation at work."""

    key: str
    automation: Automation
    variables: Mapping[str, Any]
    """Trigger variables."""
    enabled: bool = True
    watchers: list[Watcher] = field(default_factory=list)
    runs: dict[asyncio.Task[None], Trace] = field(default_factory=dict)
    waiting: deque[tuple[Trace, Scope, Script]] = field(default_factory=deque)
    ran: deque[Trace] = field(default_factory=lambda: deque(maxlen=20))
    held: deque[Trace] = field(default_factory=lambda: deque(maxlen=20))
    """Of triggers that led to no run; many of these push no run out."""
    last_triggered: datetime | None = None
    problems: list[str] = field(default_factory=list)

    def complain(self, problem: str) -> None:
        """Each problem of a trigger once, and not without end."""
        if problem not in self.problems and len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)

    @property
    def traces(self) -> list[Trace]:
        """Oldest first."""
        return sorted((*self.ran, *self.held), key=lambda one: one.at)

    @property
    def due(self) -> datetime | None:
        """When it looks at the clock next."""
        found = [one.due for one in self.watchers]
        return min((one for one in found if one is not None), default=None)


class Runs:
    def __init__(
        self, tools: Tools, ended: Callable[[Trace], None], begins: Callable[[Trace], Awaitable[None]] | None = None
    ) -> None:
        """`begins`: awaited before a run does anything."""
        self._tools, self._ended, self._begins = tools, ended, begins
        self._world, self._judge = tools.world, tools.judge
        self._origins: OrderedDict[str, tuple[str, ...]] = OrderedDict()
        """Context -> what began it all, and the automations that led to it, first to last."""
        self._again: OrderedDict[tuple[str, str], int] = OrderedDict()
        """What began it all and an automation -> how often that has set itself off since."""
        self._prefix, self._numbers = secrets.token_hex(6), itertools.count(1)
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, one: Attached, told: Mapping[str, Any], context: Context, *, conditions: bool) -> None:
        """`told`: the variables of the trigger; `context`: what led to it. Returns at once."""
        trace = Trace(one.key, self._world.clock.now(), told)
        if not one.enabled and conditions:
            self._not_run(one, trace, Outcome.DISABLED, "it is switched off")
            return
        if told.get("missed") and one.automation.missed == "skip" and conditions:
            self._not_run(one, trace, Outcome.MISSED, f"it was due on {told['now']:%Y-%m-%d at %H:%M}, too long ago")
            return
        own = Context(f"{self._prefix}{next(self._numbers):x}", context.id or None, context.user_id)
        first, *chain = self._origins.get(context.id, (own.id,))
        if chain.count(one.key) >= MOST_IN_A_ROW:
            self._not_run(one, trace, Outcome.LOOP, f"it has set itself off {MOST_IN_A_ROW} times in a row")
            return
        if one.key in chain:
            # One that sets itself off twice each time is soon everywhere, long before there are ten in a row.
            self._again[first, one.key] = times = self._again.pop((first, one.key), 0) + 1
            if times > MOST_OF_ONE_CAUSE:
                self._not_run(one, trace, Outcome.LOOP, f"it has set itself off {MOST_OF_ONE_CAUSE} times by one cause")
                return
        self._origins[own.id] = (first, *chain, one.key)
        for kept in (self._origins, self._again):
            while len(kept) > _REMEMBERED:
                kept.popitem(last=False)
        self._keep_task(self._whole(one, trace, own, conditions=conditions))

    async def _whole(self, one: Attached, trace: Trace, context: Context, *, conditions: bool) -> None:
        """Ask the conditions, then what the mode allows, then do it."""
        scope = Scope({**one.variables, "this": self._this(one), "trigger": trace.trigger, "context": context})
        script = Script(self._tools, context, trace)
        try:
            if not await self._judged(one, trace, scope, script, conditions=conditions):
                return
        except HubError as error:
            self._not_run(one, trace, Outcome.FAILED, str(error))
            return
        if self._admitted(one, trace, scope, script):
            await self._carry_out(one, trace, scope, script)

    async def _judged(self, one: Attached, trace: Trace, scope: Scope, script: Script, *, conditions: bool) -> bool:
        index = int(trace.trigger.get("idx", -1))
        if 0 <= index < len(one.automation.triggers):
            script.set_variables(one.automation.triggers[index].variables, scope)
        script.set_variables(one.automation.variables, scope)
        for number, condition in enumerate(one.automation.conditions if conditions else ()):
            verdict = await self._judge.one(condition, scope)
            step = trace.step(f"conditions/{number}", self._world.clock.now(), condition.condition)
            step.result = {"met": verdict.met, "why": verdict.why}
            if not verdict.met:
                self._not_run(one, trace, Outcome.CONDITION, verdict.why)
                return False
        return True

    def _admitted(self, one: Attached, trace: Trace, scope: Scope, script: Script) -> bool:
        """Whether the mode lets it run now; in a queue it runs later."""
        mode, most, under_way = one.automation.mode, one.automation.max, len(one.runs)
        if not under_way:
            return True
        if mode == "restart":
            for task in list(one.runs):
                task.cancel()
            return True
        if mode == "queued" and under_way + len(one.waiting) < most:
            one.waiting.append((trace, scope, script))
            return False
        if mode == "parallel" and under_way < most:
            return True
        words = {"single": "it is running already", "queued": f"{most} runs wait already"}
        self._not_run(one, trace, Outcome.BUSY, words.get(mode, f"{most} runs are under way"))
        return False

    async def _carry_out(self, one: Attached, trace: Trace, scope: Scope, script: Script) -> None:
        task = asyncio.current_task()
        assert task is not None
        one.runs[task] = trace
        trace.run = script.context.id
        one.last_triggered = self._world.clock.now()
        try:
            if self._begins is not None:
                await self._begins(trace)
            whole = await script.block(one.automation.actions, scope, "actions")
            trace.outcome = Outcome.DONE if whole else Outcome.STOPPED
            trace.why = "" if whole else "a condition among the actions was not met"
        except Stopped as stop:
            trace.outcome = Outcome.FAILED if stop.error else Outcome.STOPPED
            trace.why = str(stop)
        except Forbidden as error:
            trace.outcome, trace.why = Outcome.NOT_ALLOWED, str(error)
        except HubError as error:
            trace.outcome, trace.why = Outcome.FAILED, str(error)
        except asyncio.CancelledError:
            trace.outcome, trace.why = Outcome.CANCELLED, "it was started anew, changed or switched off"
            raise
        except Exception as error:  # noqa: BLE001 # one run must not end the engine
            _log.exception("a run of the automation %s failed", one.key)
            trace.outcome, trace.why = Outcome.FAILED, f"{type(error).__name__}; the log has the details"
        finally:
            del one.runs[task]
            self._keep(one, trace)
            if one.waiting and not one.runs:
                self._keep_task(self._carry_out(one, *one.waiting.popleft()))

    def _keep_task(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _not_run(self, one: Attached, trace: Trace, outcome: Outcome, why: str) -> None:
        trace.outcome, trace.why = outcome, why
        self._keep(one, trace)

    def _keep(self, one: Attached, trace: Trace) -> None:
        trace.ended = self._world.clock.now()
        (one.ran if trace.ran else one.held).append(trace)
        self._ended(trace)

    def _this(self, one: Attached) -> dict[str, Any]:
        """The automation itself as a template sees it."""
        entity_id = f"automation.{one.key}"
        seen = self._world.get(entity_id)
        attributes = {"friendly_name": one.automation.alias or one.key, "last_triggered": one.last_triggered,
                      "mode": one.automation.mode, "current": len(one.runs), "id": one.automation.id}  # fmt: skip
        changed = seen.last_changed if seen is not None else None
        return {"entity_id": entity_id, "state": "on" if one.enabled else "off", "attributes": attributes,
                "last_changed": changed, "last_updated": changed}  # fmt: skip
