"""Triggers by what somebody says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.automation.schema.triggers import ConversationTrigger
from hub.automation.sentences import fits
from hub.automation.watch.base import Attaching, Watcher
from hub.automation.world import Context


class ConversationWatcher(Watcher):
    """One of these sentences was said; what its slots hold goes with it."""

    trigger: ConversationTrigger

    def __init__(self, trigger: ConversationTrigger, index: int, attaching: Attaching) -> None:
        super().__init__(trigger, index, attaching)
        self.signals = frozenset({"conversation"})

    def signalled(self, kind: str, facts: Mapping[str, Any]) -> None:
        sentence = str(facts.get("sentence", ""))
        slots = next((found for one in self.trigger.command if (found := fits(one, sentence)) is not None), None)
        if slots is None:
            return
        understood = facts.get("understood")
        if isinstance(understood, list):
            understood.append(self)
        context = facts.get("context")
        self.fire(
            context if isinstance(context, Context) else None,
            sentence=sentence,
            slots=dict(slots),
            details={name: {"name": name, "text": text, "value": text} for name, text in slots.items()},
            device_id=facts.get("device_id"),
            user_input=facts.get("user_input"),
            description=f"“{sentence}”",
        )  # fmt: skip
