"""What automations write down: the logbook, the hub's own log, events of their own."""

from __future__ import annotations

import logging
from typing import Any

from hub.automation.services.described import Given, Service, choice, text
from hub.automation.services.hands import Hands
from hub.automation.services.own import own_spec
from hub.automation.services.values import Text
from hub.automation.world import current
from hub.model import HOUSEHOLD, Actor, Happened
from hub.plugin import ActionSpec

_LEVELS = ("debug", "info", "warning", "error", "critical")
_LONGEST = 2_000
SERVICES = (
    Service("logbook.log", "Write in the logbook", "Writes a line that other automations hear as logbook_entry.",
            (text("name", "Whose line it is.", required=True, example="Kitchen"),
             text("message", "What happened.", required=True, example="is being used"),
             Given("entity_id", Text, "An entity that it is about.", {"entity": {}}),
             text("domain", "What sort of thing."))),
    Service("system_log.write", "Write in the hub's log", "For who looks for what went wrong.",
            (text("message", "What it says.", required=True, lines=True),
             choice("level", "How bad it is.", *_LEVELS, default="error"),
             text("logger", "Under which name.", example="my_automations"))),
    Service("system_log.clear", "Clear the log", "Does nothing: the log lies in files that turn over by themselves."),
)  # fmt: skip


def specs(hands: Hands) -> list[ActionSpec]:
    by_name = {one.name: one for one in SERVICES}

    def about(given: Any) -> tuple[str, str | None]:
        return hands.whose(given.entity_id.lower()) if given.entity_id else (HOUSEHOLD, None)

    async def log(actor: Actor, given: Any) -> None:
        told = given.model_dump(exclude_none=True)
        person = about(given)[0] or HOUSEHOLD
        hands.bus.publish(Happened(hands.clock.now(), "logbook_entry", told, person, current.get()))

    async def write(actor: Actor, given: Any) -> None:
        name = "".join(one for one in (given.logger or "said") if one.isalnum() or one in "._-")[:100] or "said"
        words = " ".join(given.message.split())[:_LONGEST]
        logging.getLogger(f"hub.automation.{name}").log(
            getattr(logging, (given.level or "error").upper()), "%s: %s", actor.account or actor.kind, words
        )

    async def clear(actor: Actor, given: Any) -> None:
        return None

    return [
        own_spec(by_name["logbook.log"], log, whose=about),
        own_spec(by_name["system_log.write"], write),
        own_spec(by_name["system_log.clear"], clear),
    ]
