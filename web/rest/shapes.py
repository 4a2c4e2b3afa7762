"""What is answered: plain dictionaries at run time, typed for the checker, and the source of the OpenAPI schemas."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from typing_extensions import TypedDict


class Rejected(TypedDict):
    index: int
    """Position in the list that was sent."""
    reason: str


class ReceiptShape(TypedDict):
    """Given after the commit that survives a power cut."""

    accepted: int
    unchanged: int
    rejected: list[Rejected]


class ReadingShape(TypedDict):
    taken_at: datetime
    received_at: datetime
    value: float | str
    unit: str
    entity_id: str
    late: bool
    """It did not become the newest reading, or arrived more than 15 minutes after it was taken."""
    imported: bool
    """Brought in with other history: nobody waited for it."""
    flags: list[str]


class ReadingsPage(TypedDict):
    readings: list[ReadingShape]
    cursor: str | None


class Changed(TypedDict):
    changed: int
    """How many readings were there to change."""


class ReadingRevision(TypedDict):
    taken_at: datetime
    at: datetime
    by: str
    reason: str
    old: float | str | None
    new: float | str | None
    """None: removed."""


class ReadingRevisions(TypedDict):
    revisions: list[ReadingRevision]


class StatisticShape(TypedDict):
    start: datetime
    end: datetime
    count: int
    min: float | None
    max: float | None
    mean: float | None
    time_weighted_mean: float | None
    sum: float | None
    last: float | str | None
    durations: dict[str, float]
    entity_id: str


class Statistics(TypedDict):
    unit: str
    period: str
    statistics: list[StatisticShape]


class SeriesShape(TypedDict):
    """Columns of equal length, to draw; `low` and `high` are empty while `resolution` is `raw`."""

    entity_id: str
    unit: str
    resolution: Literal["raw", "hour", "day"]
    times: list[float]
    """Seconds since 1970."""
    values: list[float | str | None]
    low: list[float | None]
    high: list[float | None]


class StateShape(TypedDict):
    """An entity's newest reading; `value` is null while it is unknown."""

    entity_id: str
    value: float | str | None
    unit: str
    taken_at: datetime | None
    received_at: datetime | None
    available: bool
    person: str
    metric: str
    name: str
    attributes: dict[str, Any]


class States(TypedDict):
    states: list[StateShape]


class EntityShape(TypedDict):
    entity_id: str
    name: str
    person: str
    component: str
    metric: str
    unit: str
    kind: str
    source: str
    entry: str
    device: str
    device_class: str
    state_class: str
    category: str
    options: list[str]
    enabled: bool
    commands: list[str]
    record: bool


class Entities(TypedDict):
    entities: list[EntityShape]


class JournalShape(TypedDict):
    id: str
    kind: str
    person: str
    author: str
    start: datetime
    end: datetime | None
    data: dict[str, Any]
    note: str
    source: str
    revision: int
    deleted: bool
    created_at: datetime
    updated_at: datetime


class JournalPage(TypedDict):
    entries: list[JournalShape]
    cursor: str | None


class JournalRevisions(TypedDict):
    revisions: list[JournalShape]


class JournalKindShape(TypedDict):
    key: str
    name: str
    family: str
    lasts: bool
    max_hours: float
    schema: dict[str, Any]
    """JSON Schema of `data`."""


class JournalKinds(TypedDict):
    kinds: list[JournalKindShape]


class ActionShape(TypedDict):
    name: str
    title: str
    description: str
    verb: str
    parameters: dict[str, Any]
    """JSON Schema of the body."""


class Actions(TypedDict):
    actions: list[ActionShape]


class ActionResult(TypedDict):
    result: dict[str, Any]
