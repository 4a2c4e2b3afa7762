"""What Home Assistant calls helpers: values of one's own that automations read and set, recorded like any reading."""

from __future__ import annotations

from collections.abc import Callable

from hub.api import Integration, hookimpl
from integrations.helpers.kinds import KINDS
from integrations.helpers.work import act, listen


@hookimpl
def register_integrations(register: Callable[[Integration], None]) -> None:
    for kind in KINDS.values():
        register(
            Integration(
                domain=kind.domain,
                name=kind.name,
                config=kind.config,
                listen=listen,
                act=act,
                icon=kind.icon,
                description=kind.description,
                documentation="helpers.md",
                belongs_to="either",
                group="Helpers",
            )
        )
