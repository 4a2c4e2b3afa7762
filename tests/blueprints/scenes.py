"""A fortnight for each blueprint: what is tested, and what its picture in the guide shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from tests.blueprints import of_days, of_health
from tests.blueprints.fortnight import Fortnight
from tests.blueprints.of_days import CO2, SLEPT, STEPS, STRESS
from tests.blueprints.of_health import GLUCOSE, STOCK


@dataclass(frozen=True, slots=True)
class Scene:
    """A fortnight with the blueprint at work, ready to be lived, and how it is drawn."""

    make: Callable[[], Fortnight]
    colour: str
    """Of the family that it is about, as the pages' tokens call it."""
    line: str = ""
    """The entity whose readings are drawn."""
    what: str = ""
    """Of the line, for the legend."""
    scale: tuple[float, float] = (0, 1)
    marks: tuple[float, ...] = ()
    """Values at which a dashed line is drawn."""
    logged: Mapping[str, str] = field(default_factory=dict)
    """Kind of entry -> its word in the legend."""
    deeds: Mapping[str, str] = field(default_factory=dict)
    """Action -> what it does here, in a word or two."""
    drawn: Literal["curve", "steps", "bars"] = "curve"
    """`steps`: a value holds until the next one."""
    line_colour: str = ""
    """Where the line is of another family."""
    hours: tuple[int, int] = (0, 24)
    """Of the day, that are drawn."""
    unshown: frozenset[str] = frozenset()
    """Conditions for which it is held back so often that a mark for each says nothing."""
    about: str = ""
    """What is made up in this fortnight, in a sentence or two."""


_DIM = {"light.turn_on": "the light is dimmed"}
SCENES: Mapping[str, Scene] = {
    "baby_rhythm": Scene(
        of_health.baby_rhythm,
        "baby",
        logged={"sleep": "asleep", "nappy": "nappy"},
        unshown=frozenset({"It is day", "No nappy is logged"}),
        about=(
            "Mia sleeps at about 9:30 and 13:30, as in the four weeks before. On one Sunday she is asleep early, "
            "on a Saturday a nappy is forgotten, and one morning none is logged."
        ),
    ),
    "bedroom_air": Scene(
        lambda: of_days.bedroom([]),
        "air",
        CO2,
        "carbon dioxide",
        (400, 1_500),
        (900,),
        drawn="steps",
        hours=(18, 24),
        about=("The bedroom is aired on most evenings; on two Tuesdays it is not."),
    ),
    "breathing_practice": Scene(
        of_days.breathing_practice,
        "practice",
        STRESS,
        "stress",
        (0, 100),
        (75,),
        {"workout": "workout"},
        {"journal.add": "logged"},
        drawn="steps",
        about=(
            "Stress is high on a Monday morning, and again soon after; for ten minutes on a Saturday; for long on "
            "a Sunday; and after a workout on a Tuesday."
        ),
    ),
    "feeding_due": Scene(
        of_health.feeding_due,
        "baby",
        logged={"feeding": "feeding"},
        unshown=frozenset({"It is due by day, or by night where wished"}),
        about=(
            "Mia drinks every two and a half hours by day. On a Thursday two feedings are left out; on a "
            "Wednesday one is written down late."
        ),
    ),
    "first_appointment": Scene(
        of_days.first_appointment,
        "mood",
        deeds={"input_datetime.set_datetime": "wake-up time is set"},
        unshown=frozenset({"It is earlier than usual"}),
        hours=(18, 24),
        about=(
            "An early appointment on a Saturday, one at eleven on a Wednesday, one half an hour after midnight on "
            "a Friday; and one evening on which the calendar can’t be read."
        ),
    ),
    "glucose_high": Scene(
        of_health.glucose_high,
        "glucose",
        GLUCOSE,
        "glucose",
        (70, 240),
        (180, 160),
        about=(
            "A long rise on a Monday, a short one on a Thursday that is not told of, a long evening on a Sunday, "
            "one on a Wednesday. Where nothing is drawn nothing happens."
        ),
    ),
    "glucose_low": Scene(
        of_health.glucose_low,
        "glucose",
        GLUCOSE,
        "glucose",
        (50, 200),
        (70,),
        about=(
            "A low night on a Tuesday, a long low on a Friday that fell fast, a fast fall on a Sunday that ends "
            "well, and one from high up on a Thursday that is not told of."
        ),
    ),
    "glucose_stale": Scene(
        of_health.glucose_stale,
        "glucose",
        GLUCOSE,
        "glucose",
        (70, 180),
        about=("The sensor speaks every five minutes, and on a Saturday says nothing for three hours."),
    ),
    "hydration": Scene(
        of_days.hydration,
        "food",
        logged={"drink": "drink"},
        deeds={"journal.add": "logged"},
        unshown=frozenset({"It is within the hours chosen", "No drink is logged"}),
        about=(
            "Anna drinks every hour and a half. On a Thursday she uses the button once, then nothing more; on a "
            "Sunday a glass is late; on a Wednesday she logs nothing at all."
        ),
    ),
    "meal_nudge": Scene(
        of_health.meal_nudge,
        "food",
        GLUCOSE,
        "glucose",
        (70, 200),
        (140,),
        {"meal": "meal"},
        line_colour="glucose",
        about=(
            "Meals at about 7:30, 12:30 and 19:00, as in the four weeks before. Three are left out; at one of "
            "them glucose is high. Quiet from 21:00 to 7:00."
        ),
    ),
    "medication": Scene(
        of_health.medication,
        "heart",
        logged={"medication": "logged"},
        deeds={"journal.add": "logged"},
        hours=(7, 10),
        about=(
            "Asked at eight each morning. Once it takes two askings, once it is skipped, once nobody answers and "
            "Ben is told, once it is logged by hand after another medicine."
        ),
    ),
    "medicine_running_out": Scene(
        of_health.medicine_running_out,
        "body",
        STOCK,
        "what is left",
        (0, 30),
        (14,),
        {"medication": "dose"},
        drawn="steps",
        unshown=frozenset({"It lasts fewer days than wished, since this dose"}),
        about="Two a day of twenty-six, which last for thirteen days.",
    ),
    "move_reminder": Scene(
        of_days.move_reminder,
        "activity",
        STEPS,
        "steps of the day",
        (0, 10_000),
        logged={"workout": "workout"},
        drawn="steps",
        unshown=frozenset({"It is within the hours chosen", "There were fewer steps than wished"}),
        about=(
            "Anna walks a little in every hour, but for an afternoon on a Wednesday, one on a Sunday that is "
            "followed by a workout, and a Wednesday on which her watch is on its charger from noon."
        ),
    ),
    "poor_sleep_easy_day": Scene(
        of_days.poor_sleep,
        "sleep",
        SLEPT,
        "minutes of sleep",
        (0, 600),
        deeds={"input_boolean.turn_on": "easy day on", "input_boolean.turn_off": "easy day off"},
        drawn="bars",
        unshown=frozenset({"There is something to switch off"}),
        about=("Close to eight hours in most nights; not even five before two Thursdays."),
    ),
    "post_meal_walk": Scene(
        of_health.post_meal_walk,
        "activity",
        GLUCOSE,
        "glucose",
        (80, 180),
        logged={"meal": "meal", "workout": "workout"},
        line_colour="glucose",
        about=("A large meal on five days: one is small, after one glucose stays level, one is followed by a workout."),
    ),
    "wake_up_light": Scene(
        of_days.wake_up_light,
        "sleep",
        deeds={"light.turn_on": "the light comes up"},
        hours=(5, 9),
        about=(
            "Seven o’clock from Monday to Friday. On one Wednesday somebody switches it off, on the other it is "
            "on already."
        ),
    ),
    "weekly_summary": Scene(
        of_days.weekly_summary,
        "body",
        about="Two Sundays.",
    ),
    "wind_down": Scene(
        of_days.wind_down,
        "sleep",
        logged={"sleep": "asleep"},
        deeds=_DIM,
        hours=(18, 24),
        about=(
            "Bed at about 22:45, as in the four weeks before. On one Friday she sleeps early; on a Monday the "
            "light is off."
        ),
    ),
}

_lived: dict[str, Fortnight] = {}


async def lived(name: str) -> Fortnight:
    """A blueprint's fortnight when it is over, lived once for all who look at it."""
    if name not in _lived:
        house = SCENES[name].make()
        await house.live()
        _lived[name] = house
    return _lived[name]
