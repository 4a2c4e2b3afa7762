"""What somebody says sets off automations that wait for the sentence, and they answer."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hub.access import Access
from hub.automation.engine import Engine
from hub.automation.sentences import LONGEST
from hub.automation.trace import Outcome, Trace
from hub.automation.world import current
from hub.clock import Clock
from hub.errors import BadReading, Forbidden
from hub.model import HOUSEHOLD, Actor, Verb

PATIENCE = 15.0
"""Seconds within which an answer is waited for; what was set off goes on."""


class Understood(StrEnum):
    DONE = "action_done"
    NOTHING = "no_intent_match"
    FAILED = "failed_to_handle"


@dataclass(frozen=True, slots=True)
class Answer:
    speech: str
    outcome: Understood
    conversation_id: str


class Conversing:
    def __init__(
        self,
        engines: Callable[[], Mapping[str, Engine]],
        listeners: list[Callable[[Trace], None]],
        access: Access,
        clock: Clock,
    ) -> None:
        """`engines`: by account; `listeners`: told of every trace that has ended."""
        self._engines, self._listeners, self._access, self._clock = engines, listeners, access, clock

    async def said(self, actor: Actor, sentence: str, **more: Any) -> Answer:
        """Set off those automations of the actor's account, and of every account for who manages the household.

        Returns when they are through, or after `PATIENCE`. Raises Forbidden, BadReading.
        """
        if len(sentence) > LONGEST:
            raise BadReading(f"a sentence has at most {LONGEST} characters")
        self._require_whole(actor)
        conversation = str(more.get("conversation_id") or uuid.uuid4().hex)
        user_input = {"text": sentence, **more, "conversation_id": conversation}
        understood: list[Any] = []
        facts = {
            "sentence": sentence,
            "user_input": user_input,
            "understood": understood,
            "context": current.get(),
            **more,
        }
        ended: list[Trace] = []
        enough = asyncio.Event()

        def heard(trace: Trace) -> None:
            if trace.trigger.get("user_input") is user_input:
                ended.append(trace)
                if len(ended) >= len(understood):
                    enough.set()

        engines = list(self._heard_by(actor))
        self._listeners.append(heard)
        try:
            for engine in engines:
                engine.signal("conversation", facts)
            if not understood:
                return Answer("Sorry, I couldn't understand that.", Understood.NOTHING, conversation)
            try:
                await self._clock.wait_for(enough.wait(), PATIENCE)
            except TimeoutError:
                pass
        finally:
            self._listeners.remove(heard)
        running = [trace for trace in _running(engines) if trace.trigger.get("user_input") is user_input]
        return Answer(*_answer(ended, running), conversation)

    def _heard_by(self, actor: Actor) -> Iterator[Engine]:
        every = not actor.account or self._access.allowed(actor, Verb.MANAGE, HOUSEHOLD)
        for account, engine in self._engines().items():
            if every or account == actor.account:
                yield engine

    def _require_whole(self, actor: Actor) -> None:
        """What is set off acts with its account's rights: who reaches less may not use them."""
        whole = Actor(actor.account)
        for verb in (Verb.VIEW, Verb.RECORD, Verb.ACT) if actor.token is not None else ():
            if self._access.scope(actor, verb) != self._access.scope(whole, verb):
                raise Forbidden("this token reaches less than its account, with whose rights automations act")


def _running(engines: Iterable[Engine]) -> Iterator[Trace]:
    for engine in engines:
        for one in engine.automations.values():
            yield from one.runs.values()


def _answer(ended: list[Trace], running: list[Trace]) -> tuple[str, Understood]:
    """The first that any of them gave; else how it went."""
    told = next((one.response for one in (*ended, *running) if one.response), None)
    if told is not None:
        return told, Understood.DONE
    if running or any(one.outcome in (Outcome.DONE, Outcome.STOPPED) for one in ended):
        return "It is under way." if running else "Done", Understood.DONE
    why = next((one.why for one in ended if one.why), "nobody knows why")
    return f"That was not done: {why}.", Understood.FAILED
