"""Every component in every state, for whoever builds pages; only in development."""

from __future__ import annotations

import math
import random
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from web import answer
from web.charts.columns import Column
from web.charts.page import chart_json
from web.charts.windows import Window
from web.drawing import CurveData, LaneData, Spark, bars, draw_day, line
from web.keys import CLOCK, OPTIONS
from web.routing import PageRoute
from web.today.card import Act, Chip, PersonCard, Room, Row

ZONE = ZoneInfo("Europe/Berlin")
FAMILIES = ("sleep", "heart", "glucose", "activity", "body", "food", "mood", "baby", "air", "practice", "device")


async def show(request: web.Request) -> web.Response:
    if not request.app[OPTIONS].development:
        raise web.HTTPNotFound
    now = request.app[CLOCK].now()
    return answer.page(
        request,
        "components/page.html",
        cards=[_adult(now), _baby(now), _home(now)],
        families=FAMILIES,
        spark=_wave(now),
        chart=_chart(now),
    )


def _series(
    now: datetime, hours: float, step: float, level: float, swing: float, seed: int
) -> list[tuple[float, float | None]]:
    dice = random.Random(seed)
    count = int(hours * 60 / step)
    first = now.timestamp() - hours * 3600
    return [
        (
            first + index * step * 60,
            level
            + swing * math.sin(index / count * 11 + seed)
            + swing * 0.5 * math.sin(index / count * 29)
            + dice.gauss(0, swing * 0.08),
        )
        for index in range(count + 1)
    ]


def _wave(now: datetime, level: float = 62, swing: float = 8, seed: int = 1) -> Spark | None:
    points = _series(now, 24, 15, level, swing, seed)
    return line(points, now.timestamp() - 86_400, now.timestamp(), gap=3600, usual=(level - swing, level + swing))


def _chart(now: datetime) -> str:
    """A day with a gap, late readings, a range and events."""
    points = _series(now, 24, 10, 110, 38, 3)
    values = [None if 60 < index < 72 else value for index, (_, value) in enumerate(points)]
    times = [at for at, _ in points]
    column = Column("made/up", "Glucose", "glucose", "mg/dL", "line", "raw", 0, times, values, usual=(70.0, 180.0))
    column.late = [(times[20], times[40])]
    events: list[dict[str, Any]] = [
        {"start": times[30], "end": times[70], "kind": "sleep", "family": "sleep", "icon": "moon", "title": "Asleep"},
        {"start": times[90], "end": None, "kind": "meal", "family": "food", "icon": "utensils", "title": "Lunch"},
    ]
    window = Window("day", now - timedelta(days=1), now)
    return chart_json(window, [column], events, "", ZONE)


def _adult(now: datetime) -> PersonCard:
    start = now - timedelta(hours=24)
    glucose = _series(now, 24, 5, 6.4, 1.7, 3)
    glucose[120:134] = [(at, None) for at, _ in glucose[120:134]]
    day = draw_day(
        start,
        now,
        ZONE,
        label="Glucose over the last 24 hours: between 4.1 and 9.0 mmol/L.",
        curve=CurveData("glucose", glucose, 1200, 3, (3.9, 10.0), 1),
        lanes=[
            LaneData(
                "moon", "Sleep", "sleep", [(now - timedelta(hours=11), now - timedelta(hours=3.6), "Sleep, 7 h 24 min")]
            ),
            LaneData(
                "utensils",
                "Food",
                "food",
                marks=[(now - timedelta(hours=h), "utensils", "Meal") for h in (20.5, 15.2, 2.4)]
                + [(now - timedelta(hours=17.5), "footprints", "Walk")],
            ),
        ],
    )
    spark = _wave(now)
    return PersonCard(
        "anna",
        "Anna",
        "7 h 12 min asleep, a little short of your usual 7 h 40 min.",
        "A",
        "0",
        lines=("Glucose is in your range and steady.",),
        day=day,
        rows=(
            Row("a", "#", "Glucose", "droplet", "glucose", "6.1", "mmol/L", now, "fresh", "flat", _wave(now, 6, 1, 3)),
            Row(
                "b",
                "#",
                "Heart rate",
                "heart-pulse",
                "heart",
                "62",
                "bpm",
                now - timedelta(minutes=3),
                "fresh",
                "down",
                spark,
            ),
            Row(
                "c",
                "#",
                "Steps",
                "footprints",
                "activity",
                "4,210",
                "",
                now - timedelta(minutes=41),
                "ageing",
                "",
                bars([5200, 8100, 9400, 3000, 7800, 10400, 4210]),
                "usual 5,900 by now",
            ),
            Row(
                "d",
                "#",
                "Weight",
                "scale",
                "body",
                "64.2",
                "kg",
                now - timedelta(days=3),
                "stale",
                "",
                _wave(now, 64, 1, 6),
            ),
        ),
    )


def _baby(now: datetime) -> PersonCard:
    hours = timedelta(hours=1)
    day = draw_day(
        now - 24 * hours,
        now,
        ZONE,
        label="Emil's last 24 hours: four sleeps, six feedings, five nappies.",
        curve=None,
        lanes=[
            LaneData(
                "moon",
                "Sleep",
                "sleep",
                [
                    (now - a * hours, now - b * hours, "Sleep")
                    for a, b in ((23, 21.6), (19, 17.9), (15.5, 10), (9.6, 5.2), (1.2, 0.4))
                ],
            ),
            LaneData(
                "milk",
                "Feedings",
                "baby",
                marks=[(now - h * hours, "milk", "Feeding") for h in (21, 17.5, 16, 9.8, 5, 1.9)],
            ),
            LaneData(
                "baby",
                "Nappies",
                "food",
                marks=[(now - h * hours, "droplet", "Nappy") for h in (20.4, 16.2, 9.7, 4.8, 2.2)],
            ),
        ],
    )
    return PersonCard(
        "emil",
        "Emil",
        "Fed 1 h 54 min ago. Emil usually goes about 3 h.",
        "E",
        "2",
        "7 months",
        ("Awake for 24 min. 13 h 5 min of sleep since this time yesterday.",),
        (Chip("Awake", "eye"),),
        day,
        (
            Row(
                "e",
                "#",
                "Temperature",
                "thermometer",
                "body",
                "36.8",
                "°C",
                now - timedelta(hours=2),
                "fresh",
                "flat",
                _wave(now, 36.8, 0.2, 2),
            ),
            Row(
                "f",
                "#",
                "Weight",
                "scale",
                "baby",
                "8.14",
                "kg",
                now - timedelta(days=4),
                "fresh",
                "up",
                _wave(now, 8, 0.3, 5),
            ),
        ),
        (Act("feeding", "Feeding", "milk"), Act("nappy", "Nappy", "baby"), Act("sleep", "Sleep", "moon")),
    )


def _home(now: datetime) -> PersonCard:
    return PersonCard(
        "household",
        "Home",
        "The air is fresh everywhere but the bedroom: 1,180 ppm of CO₂.",
        colour="household",
        lines=("4 °C and rain outside until the evening.",),
        rooms=(
            Room(
                "Bedroom",
                (
                    Row("g", "#", "CO₂", "wind", "air", "1,180", "ppm", now, "fresh", "up", _wave(now, 900, 240, 8)),
                    Row(
                        "h",
                        "#",
                        "Temperature",
                        "thermometer",
                        "air",
                        "17.4",
                        "°C",
                        now,
                        "fresh",
                        "flat",
                        _wave(now, 21, 1, 9),
                    ),
                ),
            ),
            Room(
                "Garden",
                (
                    Row(
                        "i",
                        "#",
                        "Temperature",
                        "thermometer",
                        "air",
                        "4.0",
                        "°C",
                        now,
                        "fresh",
                        "down",
                        _wave(now, 5, 3, 4),
                    ),
                ),
            ),
        ),
    )


ROUTES = (PageRoute("GET", "/settings/components", show, open=True),)
