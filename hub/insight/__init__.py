"""Metrics of metrics: what is usual for a person, learned from what was recorded. We inform, we don't diagnose."""

from hub.insight.baseline import Baseline, Day, Direction, Period, Present, baseline, first_day
from hub.insight.habits import DayKind, Habit, Predicted, UsualTime
from hub.insight.learning import learned
from hub.insight.silence import usual_silence

__all__ = [
    "Baseline",
    "Day",
    "DayKind",
    "Direction",
    "Habit",
    "Period",
    "Predicted",
    "Present",
    "UsualTime",
    "baseline",
    "first_day",
    "learned",
    "usual_silence",
]
