"""The household, its people, their accounts and tokens."""

from __future__ import annotations

import difflib
from datetime import date
from typing import Any

from hub.console.operations.site import Progress, Site
from hub.errors import Conflict, NotFound
from hub.model import HOUSEHOLD, Person, Token, Verb
from hub.view import SetupRequest

_JOURNAL = "journal:"


async def setup(site: Site, _: Progress, **given: Any) -> dict[str, Any]:
    """Household, owner and people. Raises Conflict when that was done before."""
    people = [{"name": name} for name in given.pop("people", ())]
    account = await site.hub.views.setup(SetupRequest(people=people, **given), code=None)
    everybody = site.view.people()
    return {"account": account.name, "household": given["household"], "people": [one.slug for one in everybody]}


async def add(
    site: Site,
    _: Progress,
    *,
    name: str,
    birth_date: str | None = None,
    sex: str | None = None,
    time_zone: str | None = None,
) -> dict[str, Any]:
    fields: dict[str, Any] = {"sex": sex, "time_zone": time_zone}
    if birth_date is not None:
        fields["birth_date"] = date.fromisoformat(birth_date)
    return _person(await site.view.add_person(name, **{key: one for key, one in fields.items() if one is not None}))


async def list_all(site: Site, _: Progress) -> list[dict[str, Any]]:
    return [_person(one) for one in site.view.people()]


async def zone(site: Site, _: Progress, *, person: str) -> str:
    """IANA name of the zone that the person's days belong to. Raises NotFound."""
    people = site.hub.rooms.people
    if not people.known(person):
        raise NotFound(f"there is no person {person!r}; there are: {', '.join([*people.all, HOUSEHOLD])}")
    return people.time_zone(person)


async def create_token(
    site: Site,
    _: Progress,
    *,
    account: str,
    persons: list[str],
    verbs: list[str],
    subjects: list[str],
    label: str,
    days: float | None,
) -> dict[str, Any]:
    """A token of an account; without persons or subjects it reaches as far as the account does."""
    rooms = site.hub.rooms
    known = {one.name for one in rooms.accounts.all}
    name = account.strip().lower()
    if name not in known:
        there = f"there are: {', '.join(sorted(known))}" if known else "run `homeostat setup` first"
        raise Conflict(f"there is no account {account!r}; {there}")
    persons = [slug_of(site, person) for person in persons]
    for subject in subjects:
        _check_subject(site, subject)
    token, text = await rooms.accounts.create_token(
        name,
        label=label,
        persons=persons or None,
        verbs=[Verb(one) for one in verbs],
        subjects=subjects or None,
        days=days,
    )
    await rooms.trail.note("system", "token.add", detail=f"{token.id} of {token.account}")
    return {**_token(token), "token": text}


async def tokens(site: Site, _: Progress) -> list[dict[str, Any]]:
    return [_token(one) for one in site.view.tokens()]


async def revoke_token(site: Site, _: Progress, *, token: str) -> None:
    await site.view.revoke_token(token)


def slug_of(site: Site, given: str) -> str:
    """A person by slug, or by the name that only one of them has. Raises Conflict with those there are."""
    people = site.hub.rooms.people
    if people.known(given):
        return given
    found = [one.slug for one in people.all.values() if given.casefold() in (one.slug, one.name.casefold())]
    if len(found) == 1:
        return found[0]
    raise Conflict(f"there is no person {given!r}; there are: {', '.join([*people.all, HOUSEHOLD])}")


def _check_subject(site: Site, subject: str) -> None:
    words = site.hub.rooms.vocabulary
    known = [*words.metrics, *(f"{_JOURNAL}{kind}" for kind in words.journal_kinds)]
    if subject not in known and subject not in site.hub.rooms.entities.all:
        near = difflib.get_close_matches(subject, known, n=1)
        raise Conflict(f"there is no metric {subject!r}" + (f"; did you mean {near[0]!r}?" if near else ""))


def _person(one: Person) -> dict[str, Any]:
    return {
        "person": one.slug,
        "name": one.name,
        "birth_date": one.birth_date,
        "sex": one.sex,
        "time_zone": one.time_zone,
    }


def _token(one: Token) -> dict[str, Any]:
    return {
        "id": one.id,
        "account": one.account,
        "label": one.label,
        "persons": one.persons,
        "verbs": sorted(verb.value for verb in one.verbs),
        "metrics": one.subjects,
        "created_at": one.created_at,
        "expires_at": one.expires_at,
        "last_used_at": one.last_used_at,
    }
