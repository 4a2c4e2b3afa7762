"""The rows of a card: newest value, age, last day, and what is usual."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import quote

from hub.model import Entity, Family, Kind, Metric, State
from hub.units import label
from web import words
from web.display import MINUTES, Shown
from web.drawing import Spark, bars, line
from web.today.card import Room, Row
from web.today.gather import DAY, Gathered
from web.today.trend import trend_of
from web.today.usual import Usual, usual_of

ADULT = (
    "interstitial_glucose",
    "blood_glucose",
    "heart_rate",
    "steps",
    "sleep_duration",
    "hrv_rmssd",
    "hrv_sdnn",
    "resting_heart_rate",
    "oxygen_saturation",
    "weight",
    "blood_pressure_systolic",
    "body_temperature",
    "mood",
)
SMALL = ("body_temperature", "feeding_amount", "heart_rate", "oxygen_saturation", "weight", "height")
HOME = (
    "temperature_indoor",
    "temperature_outdoor",
    "humidity_indoor",
    "humidity_outdoor",
    "carbon_dioxide",
    "pm25",
    "voc_index",
    "radon",
    "noise",
    "uv_index",
    "wind_speed",
    "precipitation",
    "aqi_european",
    "pollen_birch",
    "pollen_grass",
)
MOST = 5
MOST_IN_ROOM = 4
SHORT = {
    "carbon_dioxide": "CO₂",
    "interstitial_glucose": "Glucose",
    "pm25": "Fine dust",
    "uv_index": "UV index",
    "temperature_indoor": "Temperature",
    "temperature_outdoor": "Temperature",
    "humidity_indoor": "Humidity",
    "humidity_outdoor": "Humidity",
    "wind_speed": "Wind",
    "hrv_rmssd": "HRV",
    "hrv_sdnn": "HRV (SDNN)",
    "resting_heart_rate": "Resting heart",
    "blood_pressure_systolic": "Blood pressure",
    "oxygen_saturation": "Oxygen",
    "body_temperature": "Temperature",
    "feeding_amount": "Milk",
}
"""Names that fit a row."""
SLOW = frozenset({"weight", "height", "body_fat", "bmi", "muscle_mass", "waist_circumference", "head_circumference"})
"""What matters of these is where they are going, not what is usual."""


def rows_of(found: Gathered, rooms: dict[str, str]) -> tuple[Row, ...]:
    """The rows that were chosen when the card's facts were gathered."""
    return tuple(row(found, *found.newest[key], rooms) for key in found.rows)


def rooms_rows(found: Gathered, wanted: Sequence[str], rooms: dict[str, str]) -> tuple[Room, ...]:
    """The house's sensors by the room (or device) they stand in."""
    by_room: dict[str, list[Row]] = {}
    for key in wanted:
        for entity, state in found.states:
            if entity.metric == key:
                by_room.setdefault(rooms.get(entity.id, "") or "Around the house", []).append(
                    row(found, entity, state, rooms)
                )
    return tuple(Room(name, _best(rows, MOST_IN_ROOM)) for name, rows in by_room.items())


def _best(made: list[Row], most: int) -> tuple[Row, ...]:
    fresh = [one for one in made if one.freshness != "stale"] + [one for one in made if one.freshness == "stale"]
    chosen = fresh[:most]
    return tuple(one for one in made if one in chosen)


def row(found: Gathered, entity: Entity, state: State, rooms: dict[str, str]) -> Row:
    metric = found.display.metric(entity)
    room = rooms.get(entity.id, "")
    name = SHORT.get(entity.metric) or (metric.name if metric is not None else entity.name)
    points = found.curve(entity.id)
    shown, note = found.display.state(entity, state), ""
    usual = usual_of([value for _, value in found.days.get(entity.metric, [])])
    summed = entity.kind is Kind.COUNTER or (entity.kind is Kind.DURATION and entity.metric in found.today)
    if summed:
        shown = found.display.value(entity, found.today.get(entity.metric, 0.0))
    if entity.unit.startswith("{") and summed:
        # `5 nappies` would only repeat the row's name.
        shown = Shown(shown.text)
    if entity.kind is Kind.COUNTER:
        note = _by_now(found, entity)
    elif entity.metric in SLOW:
        note = _change_note(found, entity, state)
    elif entity.kind is Kind.DURATION or (usual is not None and not points):
        note = _usual_note(found, entity, usual)
    return Row(
        entity_id=entity.id,
        href=f"/entities/{quote(entity.id)}" if room or not entity.metric else _metric_page(found, entity),
        name=name,
        icon=entity.icon or (metric.icon if metric is not None else "") or "circle",
        family=metric.family.value if metric is not None else "device",
        text=shown.text,
        unit=shown.unit,
        at=state.taken_at,
        freshness=found.display.freshness(entity, state.taken_at, found.now, available=state.available),
        trend=_trend(found, metric, points),
        spark=_spark(found, entity, metric, points),
        note=note,
        fixed=summed,
    )


def _metric_page(found: Gathered, entity: Entity) -> str:
    return f"/people/{quote(found.slug)}/{quote(entity.metric)}"


def _trend(found: Gathered, metric: Metric | None, points: list[tuple[float, float]]) -> str:
    """Steady is worth an arrow for glucose only; elsewhere it would be noise."""
    trend = trend_of(points, found.now.timestamp())
    return "" if trend == "flat" and (metric is None or metric.family is not Family.GLUCOSE) else trend


def _spark(found: Gathered, entity: Entity, metric: Metric | None, points: list[tuple[float, float]]) -> Spark | None:
    days = found.days.get(entity.metric, [])
    if entity.kind in (Kind.COUNTER, Kind.DURATION):
        by_date = dict(days)
        local = found.now.astimezone(found.zone).date()
        week = [by_date.get(local - timedelta(days=back)) for back in range(6, 0, -1)]
        return bars([*week, found.today.get(entity.metric)])
    if points:
        gap = max(1800.0, metric.hold * 2 if metric is not None else 0.0)
        start, end = (found.now - DAY).timestamp(), found.now.timestamp()
        return line(list(points), start, end, gap=gap, least=_least(metric))
    dated = [(at.toordinal() * 86_400.0, value) for at, value in days]
    if len(dated) < 2:
        return None
    return line(list(dated), dated[0][0], dated[-1][0], gap=40 * 86_400.0, least=_least(metric))


def _least(metric: Metric | None) -> float:
    """A span below which a curve is drawn flat, so that noise does not look like news."""
    return {0: 8.0, 1: 1.0}.get(metric.precision, 0.5) if metric is not None else 1.0


def _by_now(found: Gathered, entity: Entity) -> str:
    usual = usual_of(found.by_now.get(entity.metric, []))
    if usual is None or usual.middle < 100:
        return ""
    return f"usual {words.number(found.display.number(entity, round(usual.middle, -2)))} by now"


def _change_note(found: Gathered, entity: Entity, state: State) -> str:
    """`+0.3 in 4 weeks`; empty while there is nothing to compare with."""
    days = found.days.get(entity.metric, [])
    if not days or not isinstance(state.value, int | float):
        return ""
    weeks = round((found.now.date() - days[0][0]).days / 7)
    change = found.display.number(entity, float(state.value)) - found.display.number(entity, days[0][1])
    text = words.signed(change, found.display.decimals(entity))
    return f"{text} in {words.plural(weeks, 'week')}" if weeks and text[0] in f"+{words.MINUS}" else ""


def _usual_note(found: Gathered, entity: Entity, usual: Usual | None) -> str:
    if usual is None:
        return ""
    if found.display.is_length_of_time(entity):
        return f"usual {words.duration(usual.middle * MINUTES[entity.unit])}"
    text = words.number(found.display.number(entity, usual.middle), found.display.decimals(entity))
    unit = label(found.display.entity_unit(entity))
    return f"usual {text}{'' if unit in ('', '%') else words.NARROW}{unit if unit == '%' else ''}".rstrip(words.NARROW)
