"""What a channel declares that takes notices to people."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, Field

from hub.model import Notice, NoticeState
from hub.plugin.context import Context


class ChannelOptions(BaseModel):
    """Options that every channel of one person has; derive its `Config` from this."""

    short: bool = Field(
        False,
        title="Short text only",
        description="Says only that there is something to read: no title, no text and no value leaves this house.",
    )
    account: str = Field(
        "",
        title="For the account",
        description="For somebody who signs in and is none of the people here, such as a carer: the account's name.",
        max_length=100,
    )


@dataclass(frozen=True, slots=True)
class Outbound:
    """A notice on its way over one channel, with everything that leaves the house already decided."""

    notice: Notice
    title: str
    message: str
    """Shorter than the notice's where the channel takes short text only."""
    token: str = ""
    """Lets whoever has it answer this notice and nothing else, without signing in."""
    base: str = ""
    """The hub's address from outside, if it has one; without a slash at its end."""
    handle: Any = None
    """Of what this one takes the place of, or of an earlier try."""
    addresses: tuple[Mapping[str, Any], ...] = ()
    """The recipient's browsers, for channels with `browsers`."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of it; a failure is raised (NotReady: tried again; AuthFailed, BadReading: it is not)."""

    state: NoticeState = NoticeState.SENT
    """SENT, DELIVERED, or FAILED where nobody is left to send it to."""
    why: str = ""
    handle: Any = None
    """What is needed to change or take it back; JSON."""
    gone: tuple[str, ...] = ()
    """Ids of addresses that are no longer there."""


@dataclass(frozen=True, slots=True)
class Notifier:
    """A channel: the integration of the same domain holds its options, each of its entries is somebody's channel."""

    domain: str
    """Of an `Integration` of the same plugin, with a `Config` derived from `ChannelOptions`."""
    send: Callable[[Context, Outbound], Awaitable[Delivery]]
    """Raises NotReady (with `retry_after`), AuthFailed, or BadReading for what is refused for good."""
    buttons: bool = False
    """Whether buttons come back, by `ctx.answered`."""
    clear: Callable[[Context, Outbound], Awaitable[None]] | None = None
    """Take back what `handle` names."""
    shared: bool = False
    """True when one entry serves everybody (MQTT, browsers) and each person says whether they want it."""
    browsers: Callable[[Context], Awaitable[str]] | None = None
    """Gives the key with which browsers subscribe; addresses are then kept by the hub."""
    readers: str = ""
    """Who can read a notice on its way, in words, for the page."""
