"""An integration: frozen data and a few functions; it owns no task, no client and no entity."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel

from hub.model import Command, Sample, Verb
from hub.plugin.context import Context, WebhookRequest, WebhookResponse

Poll = Callable[[Context], Awaitable[Iterable[Sample] | None]]
Listen = Callable[[Context], Awaitable[None]]
ImportFile = Callable[[Context, Path, Mapping[str, Any]], Awaitable[None]]
Webhook = Callable[[Context, WebhookRequest], Awaitable[WebhookResponse]]
Act = Callable[[Context, Command], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class EntryAction:
    """An action of a running entry, registered as `<domain>.<verb>`; `run(ctx, parameters)` returns JSON or None.

    The hub adds a field `entry` to the parameters where an integration can have several.
    """

    name: str
    """`domain.verb`."""
    title: str
    parameters: type[BaseModel]
    run: Callable[[Context, Any], Awaitable[Mapping[str, Any] | None]]
    verb: Verb = Verb.MANAGE
    description: str = ""


class NoOptions(BaseModel):
    """An integration without options."""


@dataclass(frozen=True, slots=True)
class Integration:
    """What the hub needs to offer, configure and run an integration."""

    domain: str
    name: str
    config: type[BaseModel] = NoOptions
    """Pydantic model of the options; forms are made from it (`SecretStr` is masked, `Field(description=)` is help)."""
    poll: Poll | None = None
    """Called every `every`; what it returns is accepted as one batch."""
    every: timedelta | Callable[[Any], timedelta] = timedelta(minutes=5)
    """Or a function of the validated config."""
    listen: Listen | None = None
    """Runs as long as the entry does; raises NotReady to be started again after a pause."""
    import_file: ImportFile | None = None
    """Brings a file's history in; reports through `ctx.progress`."""
    webhook: Webhook | None = None
    """Answers `/webhook/<id>` of the entry."""
    act: Act | None = None
    """Carries a command to a device."""
    actions: tuple[EntryAction, ...] = ()
    """What can be done with a running entry (add a device, start an import)."""
    icon: str = "plug"
    """A symbol of `web/static/icons.svg`."""
    description: str = ""
    """One sentence for the catalogue."""
    documentation: str = ""
    """File under docs/ (`phone.md`) or an address."""
    belongs_to: Literal["person", "household", "either", "devices"] = "person"
    """Whose an entry's data is: `devices` means each device is assigned by the owner."""
    single: bool = False
    """True when one entry is all a hub can have."""
    links: tuple[tuple[str, str], ...] = ()
    """(words, path) of pages of its own, offered on each entry's page."""
    group: str = ""
    """Under which heading the catalogue shows it, such as `Helpers`; empty: among the sources."""
    automatic: bool = False
    """True when an entry is made without being asked for (MQTT, the demo)."""
