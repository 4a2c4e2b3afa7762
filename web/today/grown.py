"""What matters now for an adult or an older child."""

from __future__ import annotations

from datetime import timedelta

from web import words
from web.display import MINUTES
from web.today.gather import Gathered
from web.today.said import Said
from web.today.trend import slope
from web.today.usual import compared, usual_of

FEVER = 38.0
"""Degrees Celsius; said as a number, never as a judgement."""
TARGET = (70.0, 180.0)
"""mg/dL; the range that glucose reports call time in range."""
SENSED = timedelta(minutes=15)
"""Glucose older than this is no reason to alarm."""
EVENING = 14
"""Local hour from which the day so far matters more than last night."""


def say(found: Gathered) -> Said:
    said = Said()
    glucose = _glucose(found)
    alarming = _sensed_now(found) and "range" in glucose and "in range" not in glucose
    if alarming:
        said.add(glucose)
    said.add(say_temperature(found))
    sleep, steps = _sleep(found), _steps(found)
    hour = found.now.astimezone(found.zone).hour
    for sentence in (steps, sleep) if hour >= EVENING else (sleep, steps):
        said.add(sentence)
    if not alarming:
        said.add(glucose)
    said.add(_resting(found))
    return said


def _sleep(found: Gathered) -> str:
    """Last night, from the metric, or from the journal where no device measures it."""
    seconds = 0.0
    recent = found.now - timedelta(hours=20)
    measured = found.newest.get("sleep_duration")
    if measured is not None and measured[1].taken_at is not None and measured[1].taken_at > recent:
        value = measured[1].value
        seconds = value * MINUTES.get(measured[0].unit, 60.0) if isinstance(value, int | float) else 0.0
    if not seconds:
        nights = [
            one for one in found.entries("sleep", since=recent) if one.end is not None and not one.data.get("nap")
        ]
        if not nights or nights[0].end is None:
            return ""
        asleep = nights[0].data.get("asleep")
        seconds = asleep * 60.0 if asleep else (nights[0].end - nights[0].start).total_seconds()
    usual = usual_of([value * 60 for _, value in found.days.get("sleep_duration", [])])
    verdict = compared(seconds, usual, less="short of")
    return f"{words.duration(seconds)} asleep{', ' + verdict if verdict else ''}."


def _steps(found: Gathered) -> str:
    reached = found.today.get("steps")
    if not reached or reached < 50:
        return ""
    usual = usual_of(found.by_now.get("steps", []))
    verdict = compared(reached, usual, less="fewer than", more="more than")
    ending = f", {verdict} by this time" if verdict else " so far"
    return f"{words.number(reached)} steps{ending}."


def _sensed_now(found: Gathered) -> bool:
    """True while a sensor tells of glucose; apps send what it senses as either metric."""
    known = found.fresh("interstitial_glucose") or found.fresh("blood_glucose")
    at = known[1].taken_at if known is not None else None
    return at is not None and found.now - at < SENSED


def _glucose(found: Gathered) -> str:
    sensed = found.fresh("interstitial_glucose") or found.fresh("blood_glucose")
    if sensed is None or not isinstance(sensed[1].value, int | float):
        return ""
    entity, state = sensed
    level = float(sensed[1].value)
    pace = slope(found.series.get(entity.id, ()), found.now.timestamp())
    way = "" if pace is None else "steady" if abs(pace) < 1 else "rising" if pace > 0 else "falling"
    where = "below the range" if level < TARGET[0] else "above the range" if level > TARGET[1] else "in range"
    ending = f"{where} and {way}" if way else where
    return f"Glucose {found.display.state(entity, state)}, {ending}."


def say_temperature(found: Gathered) -> str:
    hot = found.fresh("body_temperature")
    if hot is None or not isinstance(hot[1].value, int | float) or hot[1].value < FEVER or hot[1].taken_at is None:
        return ""
    return f"{found.display.state(*hot)} measured {words.ago(hot[1].taken_at, found.now)}."


def _resting(found: Gathered) -> str:
    known = found.fresh("resting_heart_rate")
    if known is None or not isinstance(known[1].value, int | float):
        return ""
    usual = usual_of([value for _, value in found.days.get("resting_heart_rate", [])])
    value = float(known[1].value)
    if usual is None:
        return ""
    if usual.low - 1 <= value <= usual.high + 1:
        return f"Resting heart rate {found.display.state(*known)}, about usual."
    away = abs(value - usual.middle)
    return (
        f"Resting heart rate {found.display.state(*known)}, "
        f"{words.number(away)} {'above' if value > usual.middle else 'below'} usual."
    )
