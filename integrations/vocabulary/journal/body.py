"""Sleep, workouts, medication and insulin."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, Field, model_validator

from hub.api import Family, JournalKind
from integrations.vocabulary.journal.base import (
    ONE_SPELLING,
    BeatsPerMinute,
    EntryData,
    Kilocalories,
    Minutes,
    Name,
)

StageName = Literal["awake", "light", "deep", "rem", "asleep", "in_bed", "out_of_bed"]


class Stage(BaseModel):
    """One stretch of a night."""

    stage: Annotated[StageName, ONE_SPELLING]
    start: AwareDatetime
    end: AwareDatetime

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.end < self.start:
            raise ValueError(f"the stage that starts at {self.start.isoformat()} ends before that")
        return self


class Sleep(EntryData):
    nap: bool = Field(False, title="A nap", description="A sleep beside the night's.")
    asleep: Minutes | None = Field(None, title="Asleep", description="Minutes asleep, without the time awake.")
    light: Minutes | None = Field(None, title="Light sleep", description="Minutes")
    deep: Minutes | None = Field(None, title="Deep sleep", description="Minutes")
    rem: Minutes | None = Field(None, title="REM sleep", description="Minutes")
    awake: Minutes | None = Field(None, title="Awake", description="Minutes awake in bed.")
    latency: Minutes | None = Field(None, title="Time to fall asleep", description="Minutes")
    efficiency: float | None = Field(None, title="Efficiency", description="Per cent of the time in bed.", ge=0, le=100)
    score: float | None = Field(None, title="Score", description="The source's own, 0 to 100.", ge=0, le=100)
    quality: int | None = Field(None, title="How it felt", description="1 is very bad, 10 is very good.", ge=1, le=10)
    in_bed_from: datetime | None = Field(None, title="In bed from", description="When you lay down.")
    in_bed_until: datetime | None = Field(None, title="In bed until", description="When you got up.")
    device: Name = Field("", title="Device", description="What recorded it.")
    stages: list[Stage] = Field(
        default_factory=list,
        title="Stages",
        description="Stretches in order of time.",
        max_length=5_000,
        json_schema_extra={"form": "hidden"},
    )


class Workout(EntryData):
    activity: Annotated[str, ONE_SPELLING, Field(max_length=100)] = Field(
        "other", title="Activity", description="running, cycling, strength_training, yoga ..."
    )
    name: Name = Field("", title="Name", description="Morning run, leg day ...")
    distance: float | None = Field(None, title="Distance", description="m", ge=0, le=2_000_000)
    energy: Kilocalories | None = Field(None, title="Active energy", description="kcal")
    steps: float | None = Field(None, title="Steps", ge=0, le=500_000)
    mean_heart_rate: BeatsPerMinute | None = Field(None, title="Mean heart rate", description="bpm")
    max_heart_rate: BeatsPerMinute | None = Field(None, title="Highest heart rate", description="bpm")
    min_heart_rate: BeatsPerMinute | None = Field(None, title="Lowest heart rate", description="bpm")
    mean_speed: float | None = Field(None, title="Mean speed", description="km/h", ge=0, le=200)
    mean_cadence: float | None = Field(None, title="Cadence", description="steps or turns a minute", ge=0, le=500)
    elevation_gain: float | None = Field(None, title="Elevation gained", description="m", ge=0, le=20_000)
    effort: float | None = Field(
        None, title="How hard it felt", description="1 is very easy, 10 is all out.", ge=0, le=10
    )
    indoor: bool | None = Field(None, title="Indoors")
    device: Name = Field("", title="Device", description="What recorded it.")


class Medication(EntryData):
    name: Name = Field(title="Medicine", description="As the packet says.", min_length=1)
    dose: float | None = Field(None, title="Dose", description="How much of the unit below.", ge=0, le=100_000)
    unit: Name = Field("", title="Unit", description="mg, mL, tablets, drops, puffs ...")
    taken: bool = Field(True, title="Taken", description="Off when it was skipped.")
    reason: Name = Field("", title="Reason", description="What for.")


class Insulin(EntryData):
    units: float | None = Field(
        None, title="Units", description="Units taken; for the record, never a suggestion.", ge=0, le=500
    )
    delivery: Annotated[
        Literal["bolus", "correction", "basal", "temporary_basal", "suspend", "other"], ONE_SPELLING
    ] = Field("bolus", title="Kind")
    rate: float | None = Field(None, title="Rate", description="Units an hour, for basal.", ge=0, le=100)
    duration: float | None = Field(
        None, title="Duration", description="Minutes, for basal and extended boluses.", ge=0, le=2_880
    )
    product: Name = Field("", title="Insulin", description="Its name.")


KINDS = (
    JournalKind(
        "sleep", "Sleep", Sleep, Family.SLEEP, icon="moon", lasts=True, max_hours=24, summary="{asleep:g} min asleep"
    ),
    JournalKind(
        "workout", "Workout", Workout, Family.ACTIVITY, icon="dumbbell", lasts=True, max_hours=24, summary="{activity}"
    ),
    JournalKind("medication", "Medication", Medication, Family.BODY, icon="pill", summary="{name}"),
    JournalKind("insulin", "Insulin", Insulin, Family.GLUCOSE, icon="syringe", summary="{units:g} units"),
)
