"""One running helper: what it holds, kept over restarts and told to the hub as readings."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from hub.api import Context, EntityDescription, Kind, Sample, Value

KEY: Final = "value"
"""What the one entity of a helper is called within its entry."""
NOW = "now"
"""Where it is kept: the value, since when, and what else its kind remembers."""


class Nothing(BaseModel):
    """A command without parameters."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class Telling:
    """What a command asks for, and what it does; `do` may refuse with BadReading."""

    do: Callable[[Held, Any], Awaitable[None]]
    parameters: type[BaseModel] = Nothing


@dataclass(frozen=True, slots=True)
class Shape:
    """How the entity of a helper is described."""

    kind: Kind
    options: tuple[str, ...] = ()
    unit: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    precision: int | None = None
    device_class: str = ""


async def _rest(_: Held) -> None:
    await asyncio.get_running_loop().create_future()


@dataclass(frozen=True, slots=True)
class HelperKind:
    """All that is particular to a kind of helper."""

    domain: str
    name: str
    icon: str
    description: str
    config: type[BaseModel]
    shape: Callable[[Held], Shape]
    begin: Callable[[Held], Value | None]
    """What it holds at the start, by its options and by what it held before (`held.value`)."""
    commands: Mapping[str, Telling]
    attributes: Callable[[Held], Mapping[str, Any]] = lambda held: {}
    """Those that change with the state."""
    run: Callable[[Held], Awaitable[None]] = _rest
    """Lives as long as the entry does."""


class Held:
    """Changes are made under `lock`; nothing is believed before the hub has it on disk."""

    def __init__(self, ctx: Context, kind: HelperKind) -> None:
        self.ctx, self.kind = ctx, kind
        self.config: Any = ctx.config
        self.value: Value | None = None
        self.since: datetime | None = None
        self.more: dict[str, Any] = {}
        """JSON that the kind remembers beside the value."""
        self.lock = asyncio.Lock()
        self.stirred = asyncio.Event()
        """Set by every change, for what waits in `run`."""
        self._open = False
        self._told: Mapping[str, Any] = {}

    @property
    def title(self) -> str:
        return self.ctx.entry.title

    @property
    def entity_id(self) -> str:
        own = self.ctx.entry.id
        return next(one.id for one in self.ctx.entities() if one.entry == own and one.key == KEY)

    async def open(self) -> None:
        """Describe the entity and say what it holds; the second call does nothing."""
        async with self.lock:
            if self._open:
                return
            await self._remember()
            await self.describe()
            before, self.value = self.value, self.kind.begin(self)
            if self.value != before:
                self.since = None
            self._told = self.kind.attributes(self)
            if self.value is not None:
                since = self.since or self.ctx.clock.now()
                await self.ctx.accept([Sample(entity=KEY, value=self.value, taken_at=since, attributes=self._told)])
                self.since = since
            else:
                await self.ctx.accept([Sample(entity=KEY, value=None, attributes=self._told)])
            self._open = True

    async def describe(self) -> None:
        shape = self.kind.shape(self)
        entity = EntityDescription(
            key=KEY,
            name=self.title,
            component=self.kind.domain,
            kind=shape.kind,
            unit=shape.unit,
            device_class=shape.device_class,
            object_id=self.title,
            options=shape.options,
            icon=self.kind.icon,
            precision=shape.precision,
            commands=tuple(self.kind.commands),
            attributes={"editable": not self.ctx.entry.declared_in, **shape.attributes},
        )
        await self.ctx.describe([], [entity])

    async def put(self, value: Value, **more: Any) -> None:
        """Hold another value from now on; one that says nothing new leaves no trace."""
        before, self.more = self.more, {**self.more, **more}
        old, self.value = self.value, value
        told = self.kind.attributes(self)
        if value == old and told == self._told and self.more == before:
            return
        now = self.ctx.clock.now()
        try:
            await self.ctx.accept([Sample(entity=KEY, value=value, taken_at=now, attributes=told)])
        except BaseException:
            self.value, self.more = old, before
            raise
        self.since, self._told = now, told
        await self.keep()
        self.stirred.set()

    async def keep(self) -> None:
        since = self.since.isoformat() if self.since is not None else None
        await self.ctx.save(NOW, {"value": self.value, "since": since, **self.more})

    async def wait(self, until: datetime | None) -> None:
        """Return when something was changed, or at that instant."""
        waits: list[asyncio.Future[Any]] = [asyncio.ensure_future(self.stirred.wait())]
        if until is not None:
            waits.append(asyncio.ensure_future(self.ctx.clock.sleep_until(until)))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()
        self.stirred.clear()

    async def _remember(self) -> None:
        kept = dict(await self.ctx.load(NOW) or {})
        self.value, since = kept.pop("value", None), kept.pop("since", None)
        self.since = datetime.fromisoformat(since) if since else None
        self.more = kept
        # A power cut between the reading and the note leaves the reading.
        newest = await self.ctx.latest(KEY)
        if newest is not None and (self.since is None or newest.taken_at > self.since):
            self.value, self.since = newest.value, newest.taken_at
