"""A channel of the tests' own, as any plugin may bring one: it keeps what it was given, and can be told to fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hub.api import ChannelOptions, Context, Delivery, Integration, Notifier, Outbound, hookimpl


class Options(ChannelOptions):
    loft: str = "roof"


class Pigeons:
    """`flown` is what was sent; `raising` answers every try with that failure; `taken_back` are handles."""

    def __init__(self, *, shared: bool = False) -> None:
        self.flown: list[Outbound] = []
        self.taken_back: list[Any] = []
        self.raising: Exception | None = None
        self.tries = 0
        self.contexts: dict[str, Context] = {}
        self._shared = shared

    async def poll(self, ctx: Context) -> None:
        self.contexts[ctx.entry.id] = ctx

    async def send(self, ctx: Context, going: Outbound) -> Delivery:
        self.contexts[ctx.entry.id] = ctx
        self.tries += 1
        if self.raising is not None:
            raise self.raising
        self.flown.append(going)
        return Delivery(handle=len(self.flown))

    async def clear(self, ctx: Context, going: Outbound) -> None:
        self.taken_back.append(going.handle)

    @hookimpl
    def register_integrations(self, register: Callable[[Integration], None]) -> None:
        register(Integration("pigeon", "Pigeon", Options, self.poll, belongs_to="either"))

    @hookimpl
    def register_notifiers(self, register: Callable[[Notifier], None]) -> None:
        register(Notifier("pigeon", self.send, buttons=True, clear=self.clear, shared=self._shared, readers="Hawks."))

    @property
    def texts(self) -> list[str]:
        return [one.message for one in self.flown]
