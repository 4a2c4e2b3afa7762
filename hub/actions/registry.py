"""Everything that can be done; forms, REST, MQTT commands, automations and chat all call it here."""

from __future__ import annotations

import asyncio
import difflib
import logging
import re
from collections.abc import Awaitable, Mapping
from typing import Any, Protocol

from pydantic import BaseModel, ValidationError

from hub.access import Access
from hub.bus import Bus
from hub.clock import Clock
from hub.errors import BadReading, Forbidden, HubError, NotFound, PluginError
from hub.model import HOUSEHOLD, ActionCalled, Actor, Verb
from hub.plugin import ActionSpec

_log = logging.getLogger("hub.actions")
_NAME = re.compile(r"[a-z][a-z0-9_]*\.[a-z0-9][a-z0-9_]*")
MOST_WAITING = 500
"""Lines of the trail that automations need not wait for."""


class AuditStore(Protocol):
    async def audit(self, at_us: int, account: str, action: str, person: str, outcome: str, detail: str) -> object: ...


class Actions:
    def __init__(self, store: AuditStore, access: Access, bus: Bus, clock: Clock) -> None:
        self._store, self._access, self._bus, self._clock = store, access, bus, clock
        self._specs: dict[str, ActionSpec] = {}
        self._noting: set[asyncio.Task[None]] = set()
        self._unkept = False
        self.hints: dict[str, str] = {}
        """Domain -> what to do instead, for actions that are known elsewhere and not here."""

    @property
    def all(self) -> Mapping[str, ActionSpec]:
        return self._specs

    def add(self, spec: ActionSpec) -> None:
        """Raises PluginError for a doubled or malformed name, or a `person_field` that the model lacks."""
        if not _NAME.fullmatch(spec.name):
            raise PluginError(f"action {spec.name!r}: a name looks like `domain.verb`, in lower case")
        if spec.name in self._specs:
            raise PluginError(f"action {spec.name!r} is registered twice")
        if not issubclass(spec.parameters, BaseModel):
            raise PluginError(f"action {spec.name!r}: parameters must be a Pydantic model")
        self._specs[spec.name] = spec

    def put(self, spec: ActionSpec) -> None:
        """Add, or take the place of what has this name: for names that come and go, such as a script's."""
        self.drop(spec.name)
        self.add(spec)

    def drop(self, name: str) -> None:
        """Forget; one that is not there is nothing to complain about."""
        self._specs.pop(name, None)

    def get(self, name: str, actor: Actor | None = None) -> ActionSpec:
        """Raises NotFound with what was probably meant, as far as the actor (None: anybody) may know of it."""
        spec = self._specs.get(name)
        if spec is None:
            hint = self.hints.get(name.partition(".")[0], "")
            near = difflib.get_close_matches(name, self._shown(actor), n=1, cutoff=0.5) if not hint else []
            hint = f"did you mean {near[0]!r}?" if near else hint
            raise NotFound(f"there is no action {name!r}" + (f"; {hint}" if hint else ""))
        return spec

    async def call(self, actor: Actor, name: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Do it, if the one rule allows. Raises NotFound, BadReading (parameters), Forbidden, or the action's own."""
        spec = self.get(name, actor)
        try:
            model = spec.parameters.model_validate(dict(parameters))
        except ValidationError as error:
            problems = "; ".join(
                f"{'.'.join(str(part) for part in one['loc']) or 'parameters'}: {one['msg']}" for one in error.errors()
            )
            raise BadReading(f"{name}: {problems}") from None
        if spec.inner:
            return await self._run(spec, actor, model) or {}
        person, subject = self._whose(spec, model)
        if not self._access.allowed(actor, spec.verb, person, subject):
            await self._done(actor, name, person, "refused")
            # Whose a thing is says who lives here; who knows of them is told.
            known = self._access.scope(actor, Verb.VIEW).touches(person)
            raise Forbidden(f"you may not call {name} for {person if known else 'that'}")
        try:
            result = await self._run(spec, actor, model)
        except HubError as error:
            await self._done(actor, name, person, "failed", _kind(error))
            raise
        await self._done(actor, name, person, "done")
        return result or {}

    def _shown(self, actor: Actor | None) -> list[str]:
        return [
            name for name, spec in self._specs.items()
            if spec.known_to is None or (actor is not None and spec.known_to(actor))
        ]  # fmt: skip

    async def _run(self, spec: ActionSpec, actor: Actor, model: BaseModel) -> Mapping[str, Any] | None:
        try:
            return await spec.run(actor, model)
        except HubError:
            raise
        except Exception as error:
            _log.exception("action %s failed", spec.name)
            raise HubError(f"{spec.name} failed: {type(error).__name__}; the log has the details") from error

    def _whose(self, spec: ActionSpec, model: BaseModel) -> tuple[str, str | None]:
        if spec.whose is not None:
            return spec.whose(model)
        named = getattr(model, spec.person_field, None)
        # "" is what waits for the owner to say whose it is, and not the household's.
        person = HOUSEHOLD if named is None else named
        subject = getattr(model, spec.subject_field, None) if spec.subject_field else None
        return str(person), subject

    async def _done(self, actor: Actor, name: str, person: str, outcome: str, detail: str = "") -> None:
        now = self._clock.now()
        account = actor.account or actor.kind
        self._bus.publish(ActionCalled(now, name, account, person, outcome))
        line = self._store.audit(int(now.timestamp() * 1e6), account, name, person, outcome, detail)
        if actor.kind != "automation":
            await line
            return
        # What an automation does next waits for no disk: one that is full keeps no alarm from its second carer.
        noting = asyncio.ensure_future(self._note(line))
        self._noting.add(noting)
        noting.add_done_callback(self._noting.discard)
        if len(self._noting) > MOST_WAITING:
            await asyncio.shield(noting)

    async def _note(self, line: Awaitable[object]) -> None:
        try:
            await line
            self._unkept = False
        except HubError as error:
            if not self._unkept:
                _log.warning("what automations do can't be noted in the trail now: %s", error)
            self._unkept = True

    async def settle(self) -> None:
        """Return once every line of the trail is kept, or can't be."""
        while self._noting:
            await asyncio.gather(*self._noting, return_exceptions=True)


def _kind(error: HubError) -> str:
    """What failed, for the trail; a mistake of the program's own stands behind a plain HubError."""
    own = type(error) is HubError and error.__cause__ is not None
    return type(error.__cause__ if own else error).__name__
