"""What is answered about the household, its people, tokens, integrations and devices; as in `shapes`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NotRequired

from typing_extensions import TypedDict


class HouseholdShape(TypedDict):
    id: str
    name: str
    time_zone: str
    language: str
    units: dict[str, str]


class PersonShape(TypedDict):
    person: str
    name: str
    time_zone: str
    birth_date: NotRequired[date | None]
    sex: NotRequired[str | None]


class People(TypedDict):
    people: list[PersonShape]


class MetricShape(TypedDict):
    key: str
    name: str
    unit: str
    display_units: list[str]
    kind: str
    family: str
    aggregation: str
    hard: list[float | None]
    """Lowest and highest that are kept; null: no limit."""
    plausible: list[float | None]
    """Lowest and highest that are not marked."""
    options: list[str]
    loinc: str | None
    device_class: str | None
    state_class: str | None
    description: str


class Metrics(TypedDict):
    metrics: list[MetricShape]


class DeviceShape(TypedDict):
    id: str
    name: str
    entry: str
    person: str
    pending: bool
    ignored: bool
    manufacturer: str
    model: str
    sw_version: str


class Devices(TypedDict):
    devices: list[DeviceShape]


class StatusShape(TypedDict):
    state: str
    since: datetime
    problem: str
    remedy: str
    next_try: datetime | None
    last_success: datetime | None
    samples: int
    errors: int
    rejected: int
    progress: float | None
    progress_text: str


class EntryShape(TypedDict):
    """A config entry; secrets in its options are never told."""

    id: str
    domain: str
    title: str
    person: str
    disabled: bool
    declared_in: str
    options: dict[str, Any]
    status: StatusShape | None


class Entries(TypedDict):
    entries: list[EntryShape]


class LogLine(TypedDict):
    at: datetime
    level: str
    message: str


class EntryLog(TypedDict):
    lines: list[LogLine]


class WishesShape(TypedDict):
    """What a custom integration wants, and what this machine's kernel does not keep it from."""

    words: list[str]
    sha256: str
    signed_by: str | None
    gaps: list[str]


class IntegrationShape(TypedDict):
    domain: str
    name: str
    description: str
    documentation: str
    belongs_to: str
    problem: str
    """Why it cannot be used; empty when it can."""
    options: NotRequired[dict[str, Any]]
    """JSON Schema of a config entry's options."""
    wishes: NotRequired[WishesShape]
    """Of a custom one."""


class Integrations(TypedDict):
    integrations: list[IntegrationShape]


class TokenShape(TypedDict):
    id: str
    account: str
    label: str
    persons: list[str] | None
    verbs: list[str]
    subjects: list[str] | None
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class Tokens(TypedDict):
    tokens: list[TokenShape]


class NewToken(TokenShape):
    text: str
    """The token itself; it is shown this once."""


class Me(TypedDict):
    account: str
    kind: str
    persons: dict[str, list[str]]
    """Person -> verbs."""


class ProblemShape(TypedDict):
    key: str
    message: str
    remedy: str
    since: datetime


class Problems(TypedDict):
    problems: list[ProblemShape]
