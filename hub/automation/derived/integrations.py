"""Templates, groups and zones as integrations, so that catalogue, forms, entries, CLI and REST make them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from hub.automation.derived import grouped, templated, zoned
from hub.automation.derived.options import Derived, GroupOptions, TemplateOptions, ZoneOptions
from hub.automation.engine import Engine
from hub.errors import ConfigInvalid, NotReady
from hub.plugin import Context, Integration

DERIVED = ("template", "group", "zone")
"""Domains of entries that look at the house with an account's rights."""
Engines = Callable[[str], Engine | None]
"""Account ("" is the owner's) -> the engine that sees what the account sees; None for one that is not there."""


def derived(engines: Engines) -> tuple[Integration, ...]:
    def at_work(work: Callable[[Context, Engine], Awaitable[None]]) -> Callable[[Context], Awaitable[None]]:
        async def listen(ctx: Context) -> None:
            config: Derived = ctx.config
            engine = engines(config.account)
            if engine is None and not config.account:
                raise NotReady("it looks with the owner's rights, and nobody owns this hub yet")
            if engine is None:
                gone = f"the account {config.account!r} is not there any more"
                raise ConfigInvalid(f"it looks with an account's rights, and {gone}; save it again to make it yours")
            await work(ctx, engine)

        return listen

    common: dict[str, Any] = {"documentation": "helpers.md", "belongs_to": "either", "group": "Helpers"}
    return (
        Integration(
            domain="template",
            name="Template sensor",
            config=TemplateOptions,
            listen=at_work(templated.work),
            icon="zap",
            description="A value worked out from others: a difference, a sum, whether something holds.",
            **common,
        ),
        Integration(
            domain="group",
            name="Group",
            config=GroupOptions,
            listen=at_work(grouped.work),
            icon="users",
            description="Several as one: on when one of them is, or their mean, smallest or sum.",
            **common,
        ),
        Integration(
            domain="zone",
            name="Zone",
            config=ZoneOptions,
            listen=at_work(zoned.work),
            icon="compass",
            description="A place with a radius that people come to and leave: school, work, the park.",
            **common,
        ),
    )
