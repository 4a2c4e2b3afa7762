"""The picture of a card: one curve, and what was slept, eaten, done and logged, over the same day."""

from __future__ import annotations

from web import words
from web.drawing import CurveData, DayPicture, LaneData, draw_day
from web.today.gather import CURVES, DAY, Gathered
from web.today.grown import TARGET

MARKS = {
    "meal": "utensils",
    "drink": "cup-soda",
    "workout": "dumbbell",
    "medication": "pill",
    "insulin": "syringe",
    "symptom": "thermometer-sun",
    "mood": "smile",
}


def picture_of(found: Gathered) -> DayPicture | None:
    curve, told = _curve(found)
    lanes = _small(found) if found.is_small else _grown(found)
    said = [told] if told else []
    said += [f"{lane.name}: {len(lane.spans) + len(lane.marks)}" for lane in lanes if lane.spans or lane.marks]
    name = found.person.name if found.person is not None else "Home"
    return draw_day(
        found.now - DAY,
        found.now,
        found.zone,
        label=f"The last 24 hours of {name}. {'. '.join(said)}.",
        curve=curve,
        lanes=lanes,
    )


def _curve(found: Gathered) -> tuple[CurveData | None, str]:
    for key in CURVES:
        known = found.newest.get(key)
        if known is None:
            continue
        entity, _ = known
        points = found.curve(entity.id)
        if not points:
            continue
        metric = found.display.metric(entity)
        shown = [(at, found.display.number(entity, value)) for at, value in points]
        glucose = "glucose" in key
        usual = (found.display.number(entity, TARGET[0]), found.display.number(entity, TARGET[1])) if glucose else None
        low, high = min(value for _, value in shown), max(value for _, value in shown)
        decimals = found.display.decimals(entity)
        family = metric.family.value if metric is not None else "device"
        data = CurveData(family, list(shown), 1800.0, (high - low) * 0.2 + 1, usual, decimals)
        name = metric.name if metric is not None else entity.name
        return data, f"{name} between {words.number(low, decimals)} and {words.number(high, decimals)}"
    return None, ""


def _sleep(found: Gathered) -> LaneData:
    spans = []
    for one in found.entries("sleep", since=found.now - DAY):
        end = one.end or found.now
        spans.append((one.start, end, f"Asleep for {words.duration((end - one.start).total_seconds())}"))
    return LaneData("moon", "Sleep", "sleep", spans)


def _grown(found: Gathered) -> list[LaneData]:
    food = [
        (one.start, MARKS[one.kind], str(one.data.get("name") or one.kind).capitalize())
        for one in found.entries("meal", "insulin", "medication", since=found.now - DAY)
    ]
    sport = [
        (one.start, one.end or one.start, str(one.data.get("name") or one.data.get("activity") or "Workout"))
        for one in found.entries("workout", since=found.now - DAY)
    ]
    sleep = _sleep(found)
    # Sleep and sport never overlap, so they share a lane; each keeps its colour by being its own.
    return [sleep, LaneData("dumbbell", "Sport", "activity", sport), LaneData("utensils", "Food", "food", marks=food)]


def _small(found: Gathered) -> list[LaneData]:
    since = found.now - DAY
    fed = [
        (one.start, "milk" if one.data.get("type") != "solid_food" else "utensils", "Feeding")
        for one in found.entries("feeding", since=since)
    ]
    changed = [
        (one.start, "droplet" if not one.data.get("solid") else "baby", "Nappy")
        for one in found.entries("nappy", since=since)
    ]
    return [
        _sleep(found),
        LaneData("milk", "Feedings", "baby", marks=fed),
        LaneData("baby", "Nappies", "food", marks=changed),
    ]
