"""Scripts at work: kept, offered as actions, and carried out with the rights of whoever calls them."""

from __future__ import annotations

import asyncio
import difflib
import secrets
from collections import deque
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import yaml

from hub.automation.bodies import Bodies, Written
from hub.automation.flaws import AutomationInvalid, Flaw
from hub.automation.schema.script import ScriptBody, script
from hub.automation.scope import Scope
from hub.automation.script import Script, Stopped, Tools
from hub.automation.trace import Outcome, Trace
from hub.automation.world import Context, Seen, current
from hub.clock import Clock
from hub.errors import BadReading, Conflict, Forbidden, HubError, NotFound
from hub.model import Actor
from hub.template import slugify

RESERVED = frozenset({"new", "turn_on", "turn_off", "toggle", "reload"})
"""Keys that mean something else."""
MOST_IN_A_ROW = 10
"""Times a script may call itself, directly or by way of others."""
_above: ContextVar[tuple[str, ...]] = ContextVar("scripts that called this one", default=())


@dataclass(slots=True)
class KeptScript:
    written: Written
    script: ScriptBody | None
    """None: it does not load; `flaws` say why."""
    flaws: tuple[Flaw, ...] = ()
    runs: dict[asyncio.Task[Any], Trace] = field(default_factory=dict)
    traces: deque[Trace] = field(default_factory=lambda: deque(maxlen=20))
    last_triggered: datetime | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0

    @property
    def key(self) -> str:
        return self.written.key

    @property
    def entity_id(self) -> str:
        return f"script.{self.key}"

    @property
    def name(self) -> str:
        return str(self.written.body.get("alias") or self.key.replace("_", " ").capitalize())


Resolve = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""A body with `use_blueprint` -> the script that the blueprint makes. Raises AutomationInvalid."""


class Scripts:
    def __init__(
        self,
        bodies: Bodies,
        clock: Clock,
        tools: Callable[[Actor, str], Tools],
        shown: Callable[[KeptScript, Seen | None], None],
        resolve: Resolve | None = None,
    ) -> None:
        """`tools`: of an actor, waiting with the account's engine; `shown`: the entity changed, or is gone."""
        self._bodies, self._clock, self._tools, self._shown, self._resolve = bodies, clock, tools, shown, resolve
        self.all: dict[str, KeptScript] = {}
        self._tasks: set[asyncio.Task[Any]] = set()

    async def load(self) -> None:
        """Read all anew; runs under way go on with what they began with."""
        await self._bodies.load(self._clock.now())
        old, self.all = self.all, {}
        for written in self._bodies.all.values():
            self._take(written, old.get(written.key))
        for key in old.keys() - self.all.keys():
            self._shown(old[key], None)

    async def close(self) -> None:
        tasks = [*self._tasks, *(task for one in self.all.values() for task in one.runs)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def get(self, key: str) -> KeptScript:
        """Raises NotFound with what was meant."""
        found = self.all.get(key.removeprefix("script."))
        if found is None:
            near = difflib.get_close_matches(key, self.all, n=1)
            raise NotFound(f"there is no script {key!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
        return found

    def check(self, body: Mapping[str, Any]) -> tuple[ScriptBody | None, tuple[Flaw, ...]]:
        try:
            if "use_blueprint" in body:
                if self._resolve is None:
                    flaw = Flaw(("use_blueprint",), "script blueprints are not there yet.")
                    return None, (flaw,)
                body = self._resolve(body)
            return script(body), ()
        except AutomationInvalid as error:
            return None, error.flaws

    def read_yaml(self, text: str) -> Mapping[str, Any]:
        """Raises AutomationInvalid with lines."""
        source = self._bodies.of_text(text)
        body: Mapping[str, Any] = source.value
        if "use_blueprint" not in body:
            script(body, source.lines)
        return body

    def write_yaml(self, body: Mapping[str, Any]) -> str:
        return yaml.safe_dump(dict(body), sort_keys=False, allow_unicode=True, width=100)

    async def add(self, body: Mapping[str, Any], account: str, *, by: str, key: str | None = None) -> KeptScript:
        """Raises AutomationInvalid, Conflict for a key that is taken."""
        self._valid(body)
        wished = slugify(key or str(body.get("alias") or "script"))
        if key is not None and wished in self.all:
            raise Conflict(f"there is a script {wished!r} already")
        free, number = wished, 2
        while free in self.all or free in RESERVED:
            free, number = f"{wished}_{number}", number + 1
        return self._take(await self._bodies.save(free, body, account, by, self._clock.now()), None)

    async def change(
        self, key: str, body: Mapping[str, Any], *, by: str, expected_version: int | None = None
    ) -> KeptScript:
        """Raises NotFound, AutomationInvalid, Conflict when it was changed meanwhile."""
        old = self.get(key)
        self._valid(body)
        if expected_version is not None and expected_version != old.written.version:
            raise Conflict(f"{old.written.changed_by} has changed it meanwhile; look at it again")
        return self._take(await self._bodies.save(old.key, body, old.written.account, by, self._clock.now()), old)

    async def remove(self, key: str) -> None:
        one = self.get(key)
        await self._bodies.remove(one.key)
        self.stop(one.key)
        del self.all[one.key]
        self._shown(one, None)

    def _valid(self, body: Mapping[str, Any]) -> None:
        _, flaws = self.check(body)
        if flaws:
            raise AutomationInvalid(flaws)

    def _take(self, written: Written, old: KeptScript | None) -> KeptScript:
        body, flaws = (None, written.flaws) if written.flaws else self.check(written.body)
        made = KeptScript(written, body, flaws)
        if old is not None:
            made.runs, made.traces, made.last_triggered = old.runs, old.traces, old.last_triggered
            made.turn, made.waiting = old.turn, old.waiting
        self.all[written.key] = made
        self._show(made)
        return made

    # Runs

    async def call(self, actor: Actor, key: str, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Run it to its end; what its `stop` answers. Raises NotFound, BadReading (a field), HubError."""
        one, above = self.get(key), _above.get()
        if one.script is None:
            raise BadReading(f"the script {one.key} does not load: {one.flaws[0]}")
        missing = [name for name, told in one.script.fields.items() if told.required and given.get(name) is None]
        if missing:
            raise BadReading(f"the script {one.key} needs {', '.join(missing)}")
        if above.count(one.key) >= MOST_IN_A_ROW:
            raise HubError(f"the script {one.key} has called itself {MOST_IN_A_ROW} times in a row")
        mode, under_way = one.script.mode, len(one.runs)
        if under_way and mode == "single":
            return {"warnings": [f"the script {one.key} is running already"]}
        if under_way and mode == "restart":
            self.stop(one.key)
        if under_way + one.waiting >= one.script.max and mode in ("parallel", "queued"):
            return {"warnings": [f"{one.script.max} runs of the script {one.key} are under way"]}
        if mode != "queued" or one.key in above:
            return await self._run(actor, one, one.script, given)
        one.waiting += 1
        try:
            await one.turn.acquire()
        finally:
            one.waiting -= 1
        try:
            return await self._run(actor, one, one.script, given)
        finally:
            one.turn.release()

    def start(self, actor: Actor, key: str, given: Mapping[str, Any]) -> None:
        """Run it without waiting for its end; what goes wrong stands in its trace. Raises NotFound."""
        self.get(key)
        task = asyncio.ensure_future(self.call(actor, key, given))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def stop(self, key: str) -> None:
        """End its runs."""
        for task in list(self.get(key).runs):
            task.cancel()

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # it stands in the trace

    async def _run(
        self, actor: Actor, one: KeptScript, body: ScriptBody, given: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        parent, now = current.get(), self._clock.now()
        context = Context(secrets.token_hex(8), parent.id if parent is not None else None)
        # Whose run it was decides who is told what it saw.
        trigger = {"platform": "script", "variables": dict(given), "account": actor.account}
        trace = Trace(one.entity_id, now, trigger, run=context.id)
        tools = self._tools(actor, one.written.account)
        run = Script(tools, context, trace)
        # A task of its own, so that to stop a script is not to stop who called it.
        whole = asyncio.ensure_future(self._whole(one, body, run, trace, dict(given)))
        one.runs[whole], one.last_triggered = trace, now
        self._show(one)
        try:
            return await asyncio.shield(whole)
        except asyncio.CancelledError:
            if whole.cancelled():
                return {"warnings": [f"the script {one.key} was stopped"]}
            whole.cancel()
            raise
        finally:
            if whole.done():
                self._over(one, whole)
            else:
                whole.add_done_callback(lambda task: self._over(one, task))

    async def _whole(
        self, one: KeptScript, body: ScriptBody, run: Script, trace: Trace, given: dict[str, Any]
    ) -> Mapping[str, Any]:
        _above.set((*_above.get(), one.key))
        scope = Scope({**given, "this": self._this(one), "context": run.context})
        try:
            run.set_variables({name: told for name, told in body.variables.items() if name not in given}, scope)
            whole = await run.block(body.sequence, scope, "sequence")
            trace.outcome = Outcome.DONE if whole else Outcome.STOPPED
            trace.why = "" if whole else "a condition in it was not met"
            return {}
        except Stopped as stop:
            trace.outcome, trace.why = Outcome.FAILED if stop.error else Outcome.STOPPED, str(stop)
            if stop.error:
                raise HubError(f"the script {one.key} stopped: {stop}") from None
            return _response(one.key, stop.response)
        except Forbidden as error:
            trace.outcome, trace.why = Outcome.NOT_ALLOWED, str(error)
            raise
        except HubError as error:
            trace.outcome, trace.why = Outcome.FAILED, str(error)
            raise
        except asyncio.CancelledError:
            trace.outcome, trace.why = Outcome.CANCELLED, "it was started anew, changed or stopped"
            raise

    def _over(self, one: KeptScript, task: asyncio.Task[Any]) -> None:
        trace = one.runs.pop(task, None)
        if trace is not None:
            trace.ended = self._clock.now()
            one.traces.append(trace)
        self._show(self.all.get(one.key, one))

    def _this(self, one: KeptScript) -> dict[str, Any]:
        return {"entity_id": one.entity_id, "state": "on" if one.runs else "off", "attributes": _attributes(one)}

    def _show(self, one: KeptScript) -> None:
        if self.all.get(one.key) is one:
            self._shown(one, Seen(one.entity_id, "on" if one.runs else "off", _attributes(one)))


def _attributes(one: KeptScript) -> dict[str, Any]:
    body = one.script
    found = {
        "friendly_name": one.name,
        "last_triggered": one.last_triggered,
        "mode": body.mode if body is not None else "single",
        "current": len(one.runs),
        "icon": body.icon if body is not None else None,
    }
    if body is not None and body.mode in ("parallel", "queued"):
        found["max"] = body.max
    return {name: told for name, told in found.items() if told is not None or name == "last_triggered"}


def _response(key: str, told: Any) -> Mapping[str, Any]:
    if told is None:
        return {}
    if not isinstance(told, Mapping):
        raise HubError(f"the script {key} answers {str(told)[:40]!r}; an answer is a set of names with values")
    return told


def split_scripts(name: str, whole: Any) -> list[tuple[str, Mapping[str, Any]]]:
    """A file holds one script, or several under their keys as Home Assistant's scripts.yaml. Raises ValueError."""
    if isinstance(whole, Mapping) and set(whole) == {"script"}:
        whole = whole["script"]
    if not isinstance(whole, Mapping):
        raise ValueError("a script is a set of keys: alias, fields, sequence")
    if "sequence" in whole or "use_blueprint" in whole:
        return [(slugify(name), whole)]
    wrong = [key for key, one in whole.items() if not isinstance(one, Mapping)]
    if wrong:
        raise ValueError(f"{wrong[0]!r} is no script: it has no keys of its own")
    return [(slugify(str(key)), one) for key, one in whole.items()]
