"""One day of the demo family as the hub would be told of it."""

from __future__ import annotations

from datetime import date, datetime
from enum import Flag

from integrations.demo.diary import Diary, grid
from integrations.demo.family import adult_day
from integrations.demo.glucose import Glucose
from integrations.demo.habits import habits, sensor
from integrations.demo.house import garden, rooms, rooms_now
from integrations.demo.infant import infant
from integrations.demo.story import Persona, Story
from integrations.demo.wearables import Wearables, heart_of


class Part(Flag):
    """Which samples of a day are meant."""

    OUTLINE = 1
    """What summaries are made of: sleep, steps, meals, weight, weather; few."""
    CURVES = 2
    """What runs all day: heart, glucose, air; many."""
    WHOLE = 3


def generate_day(story: Story, persona: Persona, day: date, part: Part = Part.WHOLE) -> Diary:
    """Samples and journal drafts of one local day, each with the instant it arrives; pure, about 10 ms."""
    diary = Diary()
    if persona is Persona.HOUSEHOLD:
        if Part.CURVES in part:
            rooms(story, day, diary)
        if Part.OUTLINE in part:
            garden(story, day, diary)
    elif persona is Persona.BABY:
        if Part.OUTLINE in part:
            infant(story, day, diary)
    else:
        today = adult_day(story, persona, day)
        worn = Wearables(story, persona, today, diary)
        if Part.CURVES in part:
            worn.heart()
            if persona is Persona.ADULT_GLUCOSE:
                sensor(story, persona, today, diary)
        if Part.OUTLINE in part:
            worn.outline()
            habits(story, persona, today, diary)
    return diary


def live(story: Story, persona: Persona, start: float, end: float, pace: float, glucose_every: float) -> Diary:
    """The finer grain of (start, end] that only a live demo shows: the same curves, read more often."""
    diary = Diary()
    for at in grid(start + 1e-3, end + 1e-3, 2 * pace if persona is Persona.HOUSEHOLD else pace):
        day = datetime.fromtimestamp(at, story.zone).date()
        if persona is Persona.HOUSEHOLD:
            rooms_now(story, day, at, diary)
        elif persona in (Persona.ADULT, Persona.ADULT_GLUCOSE):
            today = adult_day(story, persona, day)
            diary.measure("heart_rate", at, round(heart_of(story, persona, today).at(at)), "watch")
    if persona is Persona.ADULT_GLUCOSE and glucose_every < 300:
        for at in grid(start + 1e-3, end + 1e-3, glucose_every):
            today = adult_day(story, persona, datetime.fromtimestamp(at, story.zone).date())
            level = Glucose(story, persona, today).at(at)
            if level is not None:
                diary.measure("blood_glucose", at, level, "cgm")
    return diary
