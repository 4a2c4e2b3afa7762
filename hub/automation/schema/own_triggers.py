"""Triggers that only this hub has: journal, readings in their own time, silence, predictions, baselines."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from pydantic import Field, model_validator

from hub.automation.schema.trigger import Trigger
from hub.automation.schema.values import EntityIds, PositiveSpan, Span, Text, Threshold, Truth


class JournalTrigger(Trigger):
    """An entry of a kind was written or changed, or none has come for some time."""

    kind = "journal"
    entry: Text
    """The kind's key, e.g. `feeding`."""
    person: Text | None = None
    event: Literal["added", "changed", "missing"] = "added"
    for_: PositiveSpan | None = Field(default=None, alias="for")
    late: Truth = False
    """Entries that are about more than 15 minutes ago count too."""

    @model_validator(mode="after")
    def _missing(self) -> JournalTrigger:
        if (self.event == "missing") != (self.for_ is not None):
            raise ValueError("`event: missing` goes with `for`, how long nothing may have come")
        return self


class ReadingTrigger(Trigger):
    """A reading, live or late; how fast it changes; or that it crosses a line with hysteresis."""

    kind = "reading"
    entity_id: EntityIds
    above: Threshold | None = None
    below: Threshold | None = None
    hysteresis: float = Field(default=0, ge=0)
    rising_by: float | None = Field(default=None, gt=0)
    falling_by: float | None = Field(default=None, gt=0)
    within: PositiveSpan | None = None
    late: Truth = False

    @model_validator(mode="after")
    def _rate(self) -> ReadingTrigger:
        if (self.rising_by is not None or self.falling_by is not None) != (self.within is not None):
            raise ValueError("`rising_by` and `falling_by` go with `within`, in what time")
        return self


class MissingDataTrigger(Trigger):
    """A source has been silent for longer than usual, or than `for`."""

    kind = "missing_data"
    entity_id: EntityIds
    for_: PositiveSpan | None = Field(default=None, alias="for")


class PredictionTrigger(Trigger):
    """Some time before or after the usual time of what a person does again and again."""

    kind = "prediction"
    person: Text
    entry: Text
    """The journal kind, e.g. `meal`."""
    offset: Span = timedelta(0)
    label: Text | None = None
    """Which of a day's usual times, e.g. `lunch`; left out: each."""
    min_samples: int = Field(default=5, ge=3)


class StatisticTrigger(Trigger):
    """The day's or week's value of a metric leaves a person's usual range."""

    kind = "statistic"
    person: Text
    metric: Text
    period: Literal["day", "week"] = "day"
    direction: Literal["above", "below", "either"] = "either"
    deviations: float = Field(default=2, gt=0)
