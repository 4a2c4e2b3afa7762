"""Metrics of metrics: what is usual for a person, learned from what was recorded. We inform, we don't diagnose."""

from hub.insight.baseline import Baseline, Period, Present
from hub.insight.habits import DayKind, Habit, Predicted, UsualTime

__all__ = ["Baseline", "DayKind", "Habit", "Period", "Predicted", "Present", "UsualTime"]
