"""Whether the hub's clock can be believed: a machine without a battery begins somewhere in the past."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from hub.clock import Clock
from hub.intake.instants import AHEAD
from hub.intake.machine import Evidence
from hub.states import States

SLACK = timedelta(minutes=1)
"""How far a clock may go back, or a source's agree with it, and be the same clock still."""
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
"""Nothing was received by any hub before."""
UNKNOWN_AHEAD = timedelta(days=5 * 365)
"""What lies later than this after all that is known is refused, however wrong our own clock is."""
REMEDY = (
    "It goes away by itself once the clock is right: connect the machine to a network with a time server, or set its "
    "clock by hand. Readings that get their time from this machine are marked meanwhile."
)


class Trust:
    """Asked for every batch; looks at the evidence only while in doubt, or when the clock was set back."""

    def __init__(self, states: States, clock: Clock, evidence: Callable[[datetime], Evidence]) -> None:
        self._states, self._clock, self._evidence = states, clock, evidence
        self._newest: datetime | None = None
        self._synchronised: bool | None = None
        self._wall: tuple[datetime, float] | None = None
        self._told = False
        """The clock was set while we waited for that."""
        self.doubt: str | None = None
        """Why the clock is not believed; empty when it is, None before the first look."""

    def look(self) -> str:
        """Weigh the evidence anew; returns `doubt`."""
        now, monotonic = self._clock.now(), self._clock.monotonic()
        if self.doubt is None:
            received = (state.received_at for state in self._states.all().values())
            self._newest = max((at for at in received if at is not None), default=None)
        if self._wall is not None and (now - self._wall[0]).total_seconds() - (monotonic - self._wall[1]) > 60:
            self._told = True
        self._wall = (now, monotonic)
        found = self._evidence(now)
        self._synchronised = found.synchronised
        self.doubt = "" if found.synchronised else self._reason(now, found)
        return self.doubt

    def sure(self, now: datetime) -> bool:
        set_back = self._newest is not None and now + SLACK < self._newest and not self._synchronised
        if self.doubt != "" or set_back:
            self.look()
        return not self.doubt

    def received(self, now: datetime) -> None:
        """Something was kept at `now`, by a clock that was believed."""
        if self._newest is None or now > self._newest:
            self._newest = now

    def latest(self, now: datetime) -> datetime:
        """The latest instant at which anything may have happened."""
        if self.sure(now):
            return now + AHEAD
        return max(now, self._newest or FIRST, FIRST) + UNKNOWN_AHEAD

    def _reason(self, now: datetime, found: Evidence) -> str:
        shown = f"The clock of this machine shows {_words(now)}"
        if self._newest is not None and now + SLACK < self._newest:
            return f"{shown}, but something was received at {_words(self._newest)} already."
        if found.installed is not None and now + SLACK < max(found.installed, FIRST):
            return f"{shown}, but the hub was installed on {_words(max(found.installed, FIRST))}."
        if found.alone and found.synchronised is False and not self._told:
            return (
                f"{shown}. It has no clock that goes on while it is off, and nobody told it the time since it started."
            )
        return ""


def _words(at: datetime) -> str:
    return f"{at.day} {at:%B %Y, %H:%M} UTC"
