"""Notes, symptoms and moods."""

from __future__ import annotations

from pydantic import Field

from hub.api import Family, JournalKind
from integrations.vocabulary.journal.base import EntryData, Name


class Note(EntryData):
    title: Name = Field("", title="Title")
    text: str = Field(
        "",
        title="Text",
        description="Whatever is worth remembering.",
        max_length=20_000,
        json_schema_extra={"form": "long"},
    )
    tags: list[Name] = Field(default_factory=list, title="Tags", max_length=50)


class Symptom(EntryData):
    name: Name = Field(title="Symptom", description="Headache, cough, fever ...", min_length=1)
    severity: float | None = Field(
        None, title="How strong", description="0 is none, 10 is the worst there is.", ge=0, le=10
    )
    location: Name = Field("", title="Where", description="Left knee, forehead ...")


class Mood(EntryData):
    mood: float | None = Field(None, title="Mood", description="1 is very low, 10 is very good.", ge=1, le=10)
    valence: float | None = Field(
        None, title="Pleasantness", description="-1 is very unpleasant, 1 very pleasant, as phones ask it.", ge=-1, le=1
    )
    energy: float | None = Field(None, title="Energy", description="1 is exhausted, 10 is full of energy.", ge=1, le=10)
    stress: float | None = Field(None, title="Stress", description="1 is at ease, 10 is overwhelmed.", ge=1, le=10)
    labels: list[Name] = Field(
        default_factory=list, title="Feelings", description="Calm, worried, proud ...", max_length=50
    )
    associations: list[Name] = Field(
        default_factory=list, title="About", description="Work, family, health ...", max_length=50
    )


KINDS = (
    JournalKind("note", "Note", Note, Family.PRACTICE, icon="notebook-pen", summary="{title}"),
    JournalKind(
        "symptom",
        "Symptom",
        Symptom,
        Family.MOOD,
        icon="thermometer-sun",
        lasts=True,
        max_hours=24 * 14,
        summary="{name}",
    ),
    JournalKind("mood", "Mood", Mood, Family.MOOD, icon="smile", summary="{mood:g} of 10"),
)
