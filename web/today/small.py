"""What matters now for a baby or a small child: fed, asleep, changed."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from hub.model import JournalEntry
from web import words
from web.today import grown
from web.today.gather import Gathered
from web.today.said import Said
from web.today.usual import compared, usual_of

LONG_NIGHT = 5 * 3600.0
"""A longer pause between feedings is a night's, and says nothing about the day."""


def say(found: Gathered) -> Said:
    said = Said()
    said.add(grown.say_temperature(found))
    name = found.person.name if found.person is not None else "The baby"
    asleep = sleeping(found)
    if asleep is not None:
        said.chip("Asleep", "moon")
        said.add(f"Asleep for {words.duration((found.now - asleep.start).total_seconds())}.")
    said.add(_fed(found, name))
    if asleep is None:
        said.add(_woke(found))
    said.add(_slept(found))
    said.add(_changed(found))
    return said


def sleeping(found: Gathered) -> JournalEntry | None:
    """The sleep that is still going on."""
    for one in found.entries("sleep"):
        if one.start <= found.now and (one.end is None or one.end > found.now):
            return one if found.now - one.start < timedelta(hours=16) else None
    return None


def _fed(found: Gathered, name: str) -> str:
    feedings = [one for one in found.entries("feeding") if one.start <= found.now]
    if not feedings:
        return ""
    since = (found.now - feedings[0].start).total_seconds()
    if since > 86_400:
        return f"No feeding noted for {words.duration(since)}."
    usual = usual_pause([one.start for one in feedings])
    habit = f" {name} usually goes about {words.duration(round(usual / 900) * 900)}." if usual else ""
    return f"Fed {words.duration(since)} ago.{habit}"


def usual_pause(starts: list[datetime]) -> float | None:
    """Seconds that usually pass between feedings by day; `starts` newest first. None while there are too few."""
    pauses = [(later - earlier).total_seconds() for later, earlier in pairwise(starts)]
    by_day = [pause for pause in pauses if 1200 < pause < LONG_NIGHT]
    return median(by_day) if len(by_day) >= 8 else None


def _woke(found: Gathered) -> str:
    ended = [one for one in found.entries("sleep") if one.end is not None and one.end <= found.now]
    if not ended or ended[0].end is None:
        return ""
    awake = (found.now - ended[0].end).total_seconds()
    if awake > 8 * 3600:
        return ""
    slept = (ended[0].end - ended[0].start).total_seconds()
    return f"Woke {words.ago(ended[0].end, found.now)} after {words.duration(slept)} of sleep."


def _slept(found: Gathered) -> str:
    total = slept_between(found.entries("sleep"), found.now - timedelta(hours=24), found.now)
    if total < 600:
        return ""
    earlier = [
        slept_between(found.entries("sleep"), found.now - timedelta(days=back + 1), found.now - timedelta(days=back))
        for back in range(1, 13)
    ]
    verdict = compared(total, usual_of([one for one in earlier if one > 3600]), less="less than")
    return f"{words.duration(total)} of sleep in the last 24 hours{', ' + verdict if verdict else ''}."


def slept_between(sleeps: list[JournalEntry], start: datetime, end: datetime) -> float:
    """Seconds asleep between two instants; overlapping entries count once."""
    total, reached = 0.0, start
    for one in sorted(sleeps, key=lambda entry: entry.start):
        begun, ended = max(one.start, reached), min(one.end or end, end)
        if ended > begun:
            total += (ended - begun).total_seconds()
            reached = ended
    return total


def _changed(found: Gathered) -> str:
    today = found.entries("nappy", since=found.midnight)
    return f"{words.plural(len(today), 'nappy', 'nappies')} since midnight." if today else ""
