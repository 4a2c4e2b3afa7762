"""Something people are told, what became of it on each way to them, and what they answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from hub.model.people import HOUSEHOLD


class Urgency(StrEnum):
    INFO = "info"
    IMPORTANT = "important"
    CRITICAL = "critical"
    """May break quiet hours, where the person allowed it."""


class NoticeState(StrEnum):
    WAITING = "waiting"
    """Held by quiet hours or the rate limit, or on its way."""
    SENT = "sent"
    """At least one channel took it over."""
    DELIVERED = "delivered"
    """A device of the person showed it."""
    SEEN = "seen"
    CONFIRMED = "confirmed"
    ANSWERED = "answered"
    CLEARED = "cleared"
    FAILED = "failed"
    """No channel could take it over."""


OPEN = frozenset({NoticeState.WAITING, NoticeState.SENT, NoticeState.DELIVERED, NoticeState.SEEN, NoticeState.FAILED})
"""Nobody has dealt with it yet."""
CONFIRM = "CONFIRM"
"""The action of the button that a notice has which somebody must confirm."""


@dataclass(frozen=True, slots=True)
class NoticeButton:
    action: str
    """What comes back; `URI` opens `uri` and answers nothing."""
    title: str
    uri: str = ""
    reply: bool = False
    """Asks for a text (Home Assistant's `behavior: textInput`)."""


@dataclass(frozen=True, slots=True)
class NoticeWay:
    """How a notice fared on one channel."""

    state: NoticeState = NoticeState.WAITING
    why: str = ""
    """Of a failure or a wait, in words."""
    at: datetime | None = None
    tries: int = 0
    next: datetime | None = None
    """When it is tried again."""
    handle: Any = None
    """What the channel needs to change or take back what it sent; JSON."""


@dataclass(frozen=True, slots=True)
class Escalation:
    """Goes on until somebody confirms."""

    after: float
    """Seconds until the next in line is told."""
    to: tuple[str, ...] = ()
    """Recipients, in order; empty: the carers in the order that the household set."""
    repeat: int = 0
    """How many more times everybody in line is told after that."""
    step: int = 0
    """How many were told."""
    next: datetime | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    id: str
    at: datetime
    to: str
    """A person's slug, `@account` for an account without one, or `household`: the channels of the whole house."""
    title: str
    message: str
    about: str = HOUSEHOLD
    """Whose data it tells of."""
    subject: str = ""
    """The metric key or `journal:<kind>` it tells of; empty: all of that person."""
    by: str = ""
    """The account whose automation or hand sent it; empty: the hub itself."""
    batch: str = ""
    """Shared by what was sent to several at once: one who confirms does so for all."""
    tag: str = ""
    group: str = ""
    urgency: Urgency = Urgency.INFO
    buttons: tuple[NoticeButton, ...] = ()
    uri: str = ""
    image: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    """What else the sender said, as Home Assistant's apps take it."""
    persistent: bool = False
    sticky: bool = False
    until: datetime | None = None
    """When it stops being worth telling."""
    state: NoticeState = NoticeState.WAITING
    changed: datetime | None = None
    why: str = ""
    held: datetime | None = None
    """When quiet hours or the rate limit let it go."""
    ways: Mapping[str, NoticeWay] = field(default_factory=dict)
    """By channel."""
    action: str = ""
    """The button that was pressed."""
    reply: str = ""
    dealt_by: str = ""
    """Who confirmed or answered."""
    escalation: Escalation | None = None
    version: int = 1
    """Grows when a notice of the same tag takes its place."""

    @property
    def open(self) -> bool:
        return self.state in OPEN

    @property
    def stays(self) -> bool:
        """Can't be swept away: until it is answered, taken back, or has gone through all who are in line."""
        return self.persistent or (self.escalation is not None and self.escalation.next is not None)


@dataclass(frozen=True, slots=True)
class NoticeAnswer:
    """What came back over a channel: a button, a text, or that it was seen or swept away."""

    notice: str
    """Its id, or its token where strangers could write what comes back."""
    action: str = ""
    """A button's, `#0` for the first, `#reply` for that which asks for a text; empty: `state` alone has changed."""
    reply: str = ""
    state: NoticeState = NoticeState.ANSWERED
