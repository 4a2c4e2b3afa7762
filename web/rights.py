"""Rights in words: what a cell of the matrix, a grant and a line about who sees whom say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from hub.model import HOUSEHOLD, Account, Grant, Person, Role, Verb
from hub.view import Reach

if TYPE_CHECKING:
    from hub.view import View, Wish

ROLES: tuple[tuple[Role, str, str], ...] = (
    (Role.ADULT, "Adult", "their own data and the household's"),
    (Role.FAMILY, "Family", "their own data, and a look at the household's"),
    (Role.CAREGIVER, "Caregiver", "only what you say"),
    (Role.COACH, "Coach", "only what you say"),
    (Role.GUEST, "Guest", "only what you say"),
    (Role.OWNER, "Owner", "everything, also rights and settings"),
)
DOES = {Verb.VIEW: "see", Verb.RECORD: "log", Verb.ACT: "switch", Verb.MANAGE: "manage"}
NAMED = 4
"""Metrics that are named before the rest is counted."""


@dataclass(frozen=True, slots=True)
class Line:
    """One right: `Sees and logs weight` `until Sat 03:00`."""

    text: str
    until: str = ""
    grant: str = ""
    """Its id where it is a grant that can be withdrawn."""
    given: str = ""
    consent: str = ""
    """Who agreed to it and when, or that nobody has yet."""
    asks: bool = False
    """The viewer is the one whose yes it waits for."""
    waits: bool = False
    """It gives nothing before that."""


def role_name(role: Role) -> str:
    return next(name for one, name, _ in ROLES if one is role)


def ends(until: datetime | None, zone: str, now: datetime) -> str:
    """`until 03:00 tomorrow`, in the zone."""
    if until is None:
        return ""
    local, today = until.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    days = (local.date() - today).days
    if days <= 1:
        return f"until {local:%H:%M}{' tomorrow' if days else ''}"
    return f"until {local.day} {local:%B}{f' {local.year}' if local.year != today.year else ''}, {local:%H:%M}"


def lines(view: View, reaches: Sequence[Reach], now: datetime, person: str = "") -> list[Line]:
    """Each right in words, with what `person` says to it; an owner's role is all there is to say of an owner."""
    if any(one.person is None for one in reaches):
        return [Line("Everything")]
    return [_line(view, one, now, person) for one in reaches]


def _line(view: View, one: Reach, now: datetime, person: str) -> Line:
    text = f"{_verbs(one.verbs).capitalize()} {_what(view, one.subjects)}"
    grant = one.grant
    if grant is None:
        return Line(text)
    zone = view.time_zone(grant.person) if grant.person != "*" else view.household().time_zone
    by = f"given by {grant.by}" if grant.by else "given at the console"
    day = f" on {grant.given_at.astimezone(ZoneInfo(zone)):%d %b %Y}" if grant.given_at is not None else ""
    waits = view.held(grant)
    consent, asks = _consent(view, grant, person or grant.person, zone)
    return Line(text, ends(grant.until, zone, now), grant.id, by + day, consent, asks, waits)


def _consent(view: View, grant: Grant, person: str, zone: str) -> tuple[str, bool]:
    """`you agreed on 3 Nov 2026`, and whether the viewer is still asked."""
    found = next((one for one in view.consents(grant) if one.person == person), None)
    if found is None:
        return "", False
    account = view.account
    mine = account is not None and account.person == person
    names = {one.slug: one.name for one in view.people()}
    if found.at is None:
        return ("waits for your OK" if mine else f"{names.get(person, person)} has not agreed yet"), mine
    day = f"{found.at.astimezone(ZoneInfo(zone)):%d %b %Y}"
    if mine and account is not None and found.by == account.name:
        return f"you agreed on {day}", False
    own = any(one.name == found.by and one.person == person for one in _accounts(view))
    return (
        f"{found.by} agreed on {day}" if own else f"{found.by} agreed for {names.get(person, person)} on {day}",
        False,
    )


def _accounts(view: View) -> Sequence[Account]:
    own = view.account
    return view.accounts() if view.is_owner else [own] if own is not None else []


def asked(view: View) -> list[str]:
    """`Anna let Carl see your weight`: the rights about the viewer that wait for their OK."""
    return [
        f"{(one.by or 'the owner').capitalize()} let {one.account.capitalize()} {_listed(_words(one.verbs))} "
        + (f"your {subjects(view, one.subjects)}" if one.subjects is not None else "everything of yours")
        for one in view.asked_of_me()
    ]


def wish(view: View, one: Wish) -> str:
    """`see weight of Mia`."""
    names = {each.slug: each.name for each in view.people()} | {HOUSEHOLD: "the household"}
    what = subjects(view, frozenset({one.subject})) if one.subject else "everything"
    return f"{DOES[one.verb]} {what} of {names.get(one.person, one.person)}"


def _words(verbs: frozenset[Verb]) -> list[str]:
    return [word for verb, word in DOES.items() if verb in verbs]


def _verbs(verbs: frozenset[Verb]) -> str:
    return _listed([f"{word}es" if word.endswith("ch") else f"{word}s" for word in _words(verbs)])


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _what(view: View, keys: frozenset[str] | None) -> str:
    return subjects(view, keys) if keys is not None else "everything"


def subjects(view: View, keys: frozenset[str]) -> str:
    """`weight, heart rate and 3 more`."""
    metrics = {one.key: one.name.lower() for one in view.metrics()}
    kinds = {f"journal:{one.key}": f"{one.name.lower()} notes" for one in view.journal_kinds()}
    kinds["journal:note"] = "notes"
    names = [{**metrics, **kinds}.get(key, key) for key in sorted(keys)]
    if len(names) > NAMED:
        return f"{', '.join(names[:NAMED])} and {len(names) - NAMED} more"
    return _listed(names)


@dataclass(frozen=True, slots=True)
class Row:
    account: Account
    role: str
    cells: Mapping[str, list[Line]]
    """Slug (or `household`) -> rights; none: an empty list."""


def matrix(view: View, people: Sequence[Person], now: datetime) -> list[Row]:
    """Accounts by people, as an owner reads it."""
    rows = []
    for account in sorted(view.accounts(), key=lambda one: (one.disabled, one.role is not Role.OWNER, one.name)):
        reaches = view.reaches(account.name)
        slugs = [*(one.slug for one in people), HOUSEHOLD]
        cells = {slug: lines(view, [one for one in reaches if one.about(slug)], now) for slug in slugs}
        rows.append(Row(account, role_name(account.role), cells))
    return rows


def audience(view: View, person: str, now: datetime, subject: str | None = None) -> list[dict[str, Any]]:
    """Who sees a person (or one metric of them); empty when the actor may not ask."""
    if not view.may_ask_who_sees(person):
        return []
    found = []
    for account, reaches in view.who_sees(person, subject):
        if seen := [one for one in reaches if subject is None or Verb.VIEW in one.verbs]:
            own = account.person == person
            found.append(
                {
                    "account": account,
                    "name": account.display_name,
                    "role": role_name(account.role),
                    "own": own,
                    "lines": lines(view, seen, now, person),
                }
            )
    return found


def names_of(seen: Sequence[Mapping[str, Any]]) -> str:
    """`Anna, Ben and Cleo`."""
    names = [str(one["name"]) for one in seen]
    return _listed(names)
