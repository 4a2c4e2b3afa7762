"""`conversation.process` and `tag.scan`: what somebody says, and what they hold to a reader."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.automation.at_work import Automations
from hub.automation.at_work.conversing import Answer, Understood
from hub.automation.services.described import Service, text
from hub.automation.services.hands import Hands
from hub.automation.services.own import inner_spec
from hub.automation.world import Context, current
from hub.errors import Forbidden
from hub.model import Actor, Verb
from hub.plugin import ActionSpec

SERVICES = (
    Service("conversation.process", "Say a sentence", "Sets off automations that wait for a sentence.",
            (text("text", "What is said.", required=True, example="Good night"),
             text("language", "In which language."),
             text("agent_id", "Is not used: there is one who listens."),
             text("conversation_id", "Which conversation it belongs to.")),
            response=True),
    Service("tag.scan", "Scan a tag", "As if a tag had been held to a reader: automations hear tag_scanned.",
            (text("tag_id", "What stands on the tag.", required=True, example="04-1A-7F"),
             text("device_id", "Which reader it was held to."))),
)  # fmt: skip


def specs(hands: Hands, automations: Automations) -> list[ActionSpec]:
    by_name = {one.name: one for one in SERVICES}

    async def process(actor: Actor, given: Any) -> Mapping[str, Any]:
        more = {name: value for name in ("language", "agent_id", "conversation_id") if (value := getattr(given, name))}
        return _told(await automations.conversing.said(actor, given.text, **more), given.language or "en")

    async def scan(actor: Actor, given: Any) -> None:
        if not hands.access.scope(actor, Verb.ACT).rules:
            raise Forbidden("you may not call tag.scan for anybody here")
        told = {"tag_id": given.tag_id, **({"device_id": given.device_id} if given.device_id else {})}
        hands.world(actor).fire("tag_scanned", told, current.get() or Context())

    return [inner_spec(by_name["conversation.process"], process), inner_spec(by_name["tag.scan"], scan)]


def _told(answer: Answer, language: str) -> dict[str, Any]:
    """As Home Assistant answers."""
    done = answer.outcome is Understood.DONE
    data: dict[str, Any] = {"targets": [], "success": [], "failed": []} if done else {"code": answer.outcome.value}
    response = {
        "speech": {"plain": {"speech": answer.speech, "extra_data": None}},
        "card": {},
        "language": language,
        "response_type": answer.outcome.value if done else "error",
        "data": data,
    }
    return {"response": response, "conversation_id": answer.conversation_id, "continue_conversation": False}
