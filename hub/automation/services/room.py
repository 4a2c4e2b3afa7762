"""All that automations can do, as actions of the registry."""

from __future__ import annotations

from collections.abc import Mapping

from hub.automation.services import homeassistant
from hub.automation.services.deeds import spec_of
from hub.automation.services.described import Service
from hub.automation.services.hands import Hands
from hub.automation.services.table import SERVICES
from hub.plugin import ActionSpec

KNOWN: Mapping[str, Service] = {one.name: one for one in (*SERVICES, *homeassistant.SERVICES)}
"""How each is described."""


def house_actions(hands: Hands) -> list[ActionSpec]:
    """Those of entities' commands and of the house."""
    return [*(spec_of(one, hands) for one in SERVICES), *homeassistant.specs(hands)]
