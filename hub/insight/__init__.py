"""Metrics of metrics: what is usual for a person, learned from what was recorded. We inform, we don't diagnose."""

from hub.insight.baseline import WINDOWS, Baseline, Day, Direction, Period, Present, first_day, usual_range
from hub.insight.daily import days, value_of
from hub.insight.habits import DayKind, Habit, Predicted, UsualTime
from hub.insight.learning import learned
from hub.insight.local import day_begins, next_day_begins
from hub.insight.silence import usual_silence

__all__ = [
    "WINDOWS",
    "Baseline",
    "Day",
    "DayKind",
    "Direction",
    "Habit",
    "Period",
    "Predicted",
    "Present",
    "UsualTime",
    "day_begins",
    "days",
    "first_day",
    "learned",
    "next_day_begins",
    "usual_range",
    "usual_silence",
    "value_of",
]
