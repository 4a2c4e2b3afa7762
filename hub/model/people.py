"""Whose data, who logs in, and who may do what with whose data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

HOUSEHOLD = "household"
"""Stands where a person's slug would, for data that belongs to everyone."""


class Verb(StrEnum):
    VIEW = "view"
    RECORD = "record"
    ACT = "act"
    MANAGE = "manage"


class Role(StrEnum):
    """Names for sets of verbs; the sets are in `hub.access`."""

    OWNER = "owner"
    ADULT = "adult"
    CAREGIVER = "caregiver"
    COACH = "coach"
    FAMILY = "family"
    GUEST = "guest"


@dataclass(frozen=True, slots=True)
class Household:
    id: str
    name: str
    time_zone: str = "UTC"
    """IANA name."""
    latitude: float | None = None
    longitude: float | None = None
    units: Mapping[str, str] = field(default_factory=dict)
    """Metric key or quantity -> UCUM unit to show, where it differs from the canonical one."""
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Person:
    slug: str
    name: str
    birth_date: date | None = None
    time_zone: str | None = None
    """IANA name; None: the household's."""
    sex: str | None = None
    """`female`, `male` or None; growth charts and reference ranges need it."""
    colour: int = 0
    """Index into the palette of people."""
    units: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Account:
    name: str
    display_name: str
    role: Role
    person: str | None = None
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Grant:
    """An account may do `verbs` with `person`'s `subjects` until an instant."""

    id: str
    account: str
    person: str
    """A slug, `household`, or `*` for everyone."""
    verbs: frozenset[Verb]
    subjects: frozenset[str] | None = None
    """Metric keys and `journal:<kind>`; None: all."""
    until: datetime | None = None
    by: str = ""
    """The account that gave it; "" for the console."""
    given_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """An API token; only digests of its text are stored. It never reaches further than its account."""

    id: str
    account: str
    label: str
    persons: frozenset[str] | None
    verbs: frozenset[Verb]
    subjects: frozenset[str] | None
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Credential:
    """What a client showed: `bearer` text, `sha1` or `sha512` hex of a token's text, or a `session` id."""

    scheme: str
    value: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: an account, or a token of it; grants are looked up anew at every question."""

    account: str
    token: str | None = None
    session: str | None = None
    kind: str = "account"
    """`account`, `token`, `system` (the hub itself, commands on the console)."""


SYSTEM = Actor(account="", kind="system")
"""The hub itself and the console: may do everything."""
