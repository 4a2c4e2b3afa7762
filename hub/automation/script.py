"""Carries out a run's actions, one after the other, on the world's clock."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hub.automation.judging import Judge, Verdict
from hub.automation.rendering import Renderer, clocked
from hub.automation.schema import actions as schema
from hub.automation.schema.conditions import Condition
from hub.automation.schema.trigger import Trigger
from hub.automation.scope import Scope
from hub.automation.seen_states import Reads
from hub.automation.spans import span_of
from hub.automation.trace import Step, Trace
from hub.automation.world import Context, World
from hub.errors import HubError
from hub.template import TemplateFailed

MOST_ROUNDS = 10_000
"""Of a repeat; more is a mistake."""


class ConditionUnmet(Exception):
    """Ends the block it stands in, not the run."""


class Stopped(Exception):
    """Ends the run."""

    def __init__(self, why: str, *, error: bool = False, response: Any = None) -> None:
        super().__init__(why)
        self.error, self.response = error, response


WaitForTrigger = Callable[[list[Trigger], Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
WaitForChange = Callable[[Reads], Awaitable[None]]


@dataclass(slots=True)
class Tools:
    """What actions need of the engine."""

    world: World
    renderer: Renderer
    judge: Judge
    trigger: WaitForTrigger
    """Returns the variables of the first trigger that fires."""
    change: WaitForChange
    """Returns once something that was read has changed."""


class Script:
    def __init__(self, tools: Tools, context: Context, trace: Trace) -> None:
        self._tools, self.context, self._trace = tools, context, trace
        self._world, self._renderer, self._judge = tools.world, tools.renderer, tools.judge

    async def block(self, actions: list[schema.Action], scope: Scope, path: str) -> bool:
        """False when a condition ended it early. Raises Stopped, HubError."""
        try:
            for index, action in enumerate(actions):
                await self._step(action, scope, f"{path}/{index}")
        except ConditionUnmet:
            return False
        return True

    async def _step(self, action: schema.Action, scope: Scope, path: str) -> None:
        began = self._world.clock.now()
        step = self._trace.step(path, began, action.kind)
        try:
            enabled = action.enabled
            if isinstance(enabled, str):
                enabled = self._renderer.true(enabled, scope)
            if not enabled:
                step.result = "switched off"
                return
            await self._do(action, scope, path, step)
        except (ConditionUnmet, Stopped):
            raise
        except HubError as error:
            step.error = str(error)
            if not action.continue_on_error:
                raise
        finally:
            step.took = (self._world.clock.now() - began).total_seconds()

    async def _do(self, action: schema.Action, scope: Scope, path: str, step: Step) -> None:  # one branch a kind
        match action:
            case schema.CallAction():
                await self._call(action, scope, step)
            case schema.DelayAction():
                span = span_of(action.delay, self._renderer, scope)
                step.result = span.total_seconds()
                await self._world.clock.sleep(span.total_seconds())
            case schema.ConditionAction():
                verdict = await self._verdict([action.condition], scope)
                step.result = {"met": verdict.met, "why": verdict.why}
                if not verdict.met:
                    raise ConditionUnmet
            case schema.VariablesAction():
                step.changed = self.set_variables(action.variables, scope)
            case schema.ChooseAction():
                await self._choose(action, scope, path, step)
            case schema.IfAction():
                verdict = await self._verdict(action.if_, scope)
                step.result = "then" if verdict.met else "else"
                step.error = verdict.error
                branch = action.then if verdict.met else action.else_ or []
                await self.block(branch, scope.inner(), f"{path}/{step.result}")
            case schema.RepeatAction():
                step.result = await self._repeat(action.repeat, scope, f"{path}/repeat", step)
            case schema.SequenceAction():
                await self.block(action.sequence, scope.inner(), f"{path}/sequence")
            case schema.ParallelAction():
                await self._parallel(action, scope, f"{path}/parallel")
            case schema.WaitTemplateAction():
                await self._wait_template(action, scope, step)
            case schema.WaitForTriggerAction():
                await self._wait_for_trigger(action, scope, step)
            case schema.EventAction():
                data = {**(action.event_data or {}), **(action.event_data_template or {})}
                told = self._renderer.whole(data, scope)
                step.result = {"event": action.event, "data": told}
                self._world.fire(action.event, told, self.context)
            case schema.SceneAction():
                await self._world.call("scene.turn_on", {"entity_id": [action.scene]}, self.context)
            case schema.StopAction():
                response = scope.get(action.response_variable) if action.response_variable else None
                raise Stopped(action.stop or "stopped", error=action.error, response=response)
            case schema.ConversationResponseAction():
                told = action.set_conversation_response
                step.result = self._trace.response = self._renderer.text(told, scope) if told is not None else None
            case schema.DeviceAction():
                data = action.model_dump(exclude={"alias", "enabled", "continue_on_error", "note"}, exclude_none=True)
                await self._world.call("device.act", self._renderer.whole(data, scope), self.context)
            case _:
                raise TemplateFailed(f"nobody knows how to do {action.kind!r}")

    def set_variables(self, variables: Mapping[str, Any], scope: Scope) -> dict[str, Any]:
        """Each rendered with those before it."""
        changed = {}
        for name, value in variables.items():
            scope[name] = changed[name] = self._renderer.whole(value, scope)
        return changed

    async def _call(self, action: schema.CallAction, scope: Scope, step: Step) -> None:
        name = self._renderer.text(action.action, scope).lower()
        data: dict[str, Any] = {}
        for part in (action.data_template, action.data):
            told = self._renderer.whole(part, scope)
            if isinstance(told, Mapping):
                data |= told
            elif told not in (None, ""):
                raise TemplateFailed(f"{name}: data are names with values, not {told!r}")
        target = self._renderer.whole(action.target, scope)
        if isinstance(target, Mapping):
            data |= target
        elif target not in (None, ""):
            raise TemplateFailed(f"{name}: a target names entities, devices or areas, not {target!r}")
        if action.entity_id is not None:
            data["entity_id"] = action.entity_id
        step.result = {"action": name, "data": data}
        response = await self._world.call(name, data, self.context)
        if isinstance(response, Mapping) and (left_out := response.get("warnings")):
            step.result["warnings"] = left_out
        if action.response_variable is not None:
            scope[action.response_variable] = response if response is not None else {}
            step.changed = {action.response_variable: scope[action.response_variable]}

    async def _choose(self, action: schema.ChooseAction, scope: Scope, path: str, step: Step) -> None:
        for index, option in enumerate(action.choose):
            verdict = await self._verdict(option.conditions, scope)
            step.error = step.error or verdict.error
            if verdict.met:
                step.result = index
                await self.block(option.sequence, scope.inner(), f"{path}/choose/{index}/sequence")
                return
        step.result = "default"
        await self.block(action.default or [], scope.inner(), f"{path}/default")

    async def _repeat(self, repeat: schema.Repeat, scope: Scope, path: str, step: Step) -> int:
        """How many rounds there were."""
        items = self._items(repeat, scope)
        index = 0
        while index < len(items) if items is not None else index < MOST_ROUNDS:
            index += 1
            told: dict[str, Any] = {"first": index == 1, "index": index}
            if items is not None:
                told |= {"last": index == len(items)} | ({"item": items[index - 1]} if repeat.count is None else {})
            inner = scope.inner(repeat=told)
            if repeat.while_ is not None and not (await self._verdict(repeat.while_, inner, step)).met:
                return index - 1
            await self.block(repeat.sequence, inner, f"{path}/sequence")
            if repeat.until is not None:
                verdict = await self._verdict(repeat.until, inner, step)
                if verdict.met or verdict.error:
                    return index
            # A loop without a wait must not hold up the house.
            await self._world.clock.sleep(0)
        if items is None:
            raise Stopped(f"a repeat went on for {MOST_ROUNDS:,} rounds", error=True)
        return index

    def _items(self, repeat: schema.Repeat, scope: Scope) -> list[Any] | None:
        """What is gone through; None where conditions say how often."""
        if repeat.count is not None:
            told = self._renderer.whole(repeat.count, scope)
            try:
                return list(range(min(max(0, int(told)), MOST_ROUNDS)))
            except (TypeError, ValueError):
                raise TemplateFailed(f"{told!r} is no number of rounds") from None
        if repeat.for_each is not None:
            items = self._renderer.whole(repeat.for_each, scope)
            if not isinstance(items, list):
                raise TemplateFailed(f"`for_each` gives {items!r}, which is no list")
            return items
        return None

    async def _verdict(self, conditions: list[Condition], scope: Scope, step: Step | None = None) -> Verdict:
        """A condition that can't be judged is not met, as Home Assistant has it; `error` says why."""
        try:
            return await self._judge.all(conditions, scope)
        except TemplateFailed as error:
            if step is not None:
                step.error = str(error)
            return Verdict(False, str(error), str(error))

    async def _parallel(self, action: schema.ParallelAction, scope: Scope, path: str) -> None:
        tasks = [
            asyncio.ensure_future(self.block([one], scope.beside(), f"{path}/{index}"))
            for index, one in enumerate(action.parallel)
        ]
        try:
            # One that fails or stops does not end the others; what it met is told once all are done.
            ended = await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for one in ended:
            if isinstance(one, BaseException):
                raise one

    async def _wait_template(self, action: schema.WaitTemplateAction, scope: Scope, step: Step) -> None:
        async def until_true() -> None:
            while True:
                reads = Reads()
                if self._renderer.true(action.wait_template, scope, reads):
                    return
                change = self._tools.change(reads)
                if clocked(action.wait_template):
                    await self._within(change, 60.0)
                else:
                    await change

        await self._wait(until_true(), action, scope, step)

    async def _wait_for_trigger(self, action: schema.WaitForTriggerAction, scope: Scope, step: Step) -> None:
        await self._wait(self._tools.trigger(action.wait_for_trigger, scope), action, scope, step)

    async def _wait(
        self,
        what: Awaitable[Mapping[str, Any] | None],
        action: schema.WaitTemplateAction | schema.WaitForTriggerAction,
        scope: Scope,
        step: Step,
    ) -> None:
        limit = span_of(action.timeout, self._renderer, scope).total_seconds() if action.timeout is not None else None
        began = self._world.clock.monotonic()
        wait: dict[str, Any] = {"completed": True, "remaining": limit, "trigger": None}
        try:
            wait["trigger"] = await what if limit is None else await self._world.clock.wait_for(what, limit)
        except TimeoutError:
            wait["completed"] = False
        if limit is not None:
            wait["remaining"] = max(0.0, limit - (self._world.clock.monotonic() - began))
        scope["wait"] = wait
        step.result = wait["completed"]
        step.changed = {"wait": wait}
        if not wait["completed"] and not action.continue_on_timeout:
            raise Stopped("the wait ran out")

    async def _within(self, what: Awaitable[None], seconds: float) -> None:
        try:
            await self._world.clock.wait_for(what, seconds)
        except TimeoutError:
            return
