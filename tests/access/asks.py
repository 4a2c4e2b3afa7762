"""What an address can ask for, on whose data, and how it is knocked at.

`right(caller, person)` says who gets in; the matrix tries every caller with every one in `whose`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from hub.model import Grant, JournalDraft, Role, Verb
from hub.view.base import microseconds
from tests.access.oracle import ACT, HOUSEHOLD, MANAGE, RECORD, UNASSIGNED, VIEW, Caller
from tests.access.street import PEOPLE, Street

Right = Callable[[Caller, str], bool]
SOME = (*PEOPLE, HOUSEHOLD)
THINGS = ("ben", "cleo", HOUSEHOLD, UNASSIGNED)


@dataclass(frozen=True)
class Ask:
    right: Right
    path: Callable[[Street, str], str] | str = ""
    """With what is in braces filled in; empty: as the route is written, filled by `FILL`."""
    whose: tuple[str, ...] = (HOUSEHOLD,)
    json: Callable[[Street, str], Any] | None = None
    form: Callable[[Street, str], dict[str, str]] | None = None
    before: Callable[[Street, str], Awaitable[None]] | None = None
    """Makes what the request is about to use up."""
    let_in: Callable[[int, str], bool] | None = None
    """Where a refusal is told in the body of an answer of 200 or 422."""
    shows: str = ""
    """The kind of canaries that must be there for whoever may see them: nothing is refused by being left out."""
    stream: bool = False
    absent: bool = False
    """There is nothing by that name: who may is told so (404), and nobody else (401, 403)."""


def anybody(caller: Caller, person: str) -> bool:
    return True


def nobody(caller: Caller, person: str) -> bool:
    """Not even the owner: it is over, guessed, or for the makers of the hub."""
    return False


def known(caller: Caller, person: str) -> bool:
    return caller.live


def browser(caller: Caller, person: str) -> bool:
    return caller.browser


def owns(caller: Caller, person: str) -> bool:
    return caller.owns


def house(caller: Caller, person: str) -> bool:
    return caller.may(MANAGE, HOUSEHOLD)


def sees_house(caller: Caller, person: str) -> bool:
    return caller.sees_some(HOUSEHOLD)


def sees_some(caller: Caller, person: str) -> bool:
    return caller.sees_some(person)


def manages(caller: Caller, person: str) -> bool:
    return caller.may(MANAGE, person)


def asks_who_sees(caller: Caller, person: str) -> bool:
    own = caller.browser and bool(person) and caller.person == person
    return caller.live and (own or caller.may(MANAGE, person)) and caller.sees_some(person)


def takes(caller: Caller, person: str) -> bool:
    """All of a person leaves the house for that person and for who manages it."""
    own = bool(person) and caller.person == person
    return caller.may(VIEW, person) and (own or caller.may(MANAGE, HOUSEHOLD))


def consents(caller: Caller, person: str) -> bool:
    """Each person for herself, and who manages the household; a program never for its person."""
    return caller.may(MANAGE, HOUSEHOLD) or (caller.browser and caller.person == person)


def sees(subject: str | None = "") -> Right:
    return lambda caller, person: caller.may(VIEW, person, _subject(person) if subject == "" else subject)


def records(subject: str | None = "") -> Right:
    return lambda caller, person: caller.may(RECORD, person, _subject(person) if subject == "" else subject)


def sees_note(caller: Caller, person: str) -> bool:
    return caller.may(VIEW, person, "journal:note")


def writes_note(caller: Caller, person: str) -> bool:
    return sees_note(caller, person) and caller.may(RECORD, person, "journal:note")


def writes(caller: Caller, person: str) -> bool:
    return caller.may(VIEW, person, _subject(person)) and caller.may(RECORD, person, _subject(person))


def acts_on_lamp(caller: Caller, person: str) -> bool:
    lamp = "lamp"  # no token or grant of the street names one
    return caller.may(VIEW, person, lamp) and caller.may(ACT, person, lamp)


def sees_device(caller: Caller, person: str) -> bool:
    return caller.may(VIEW, person)


def manages_device(caller: Caller, person: str) -> bool:
    return caller.may(MANAGE, HOUSEHOLD) and caller.may(VIEW, person)


def _subject(person: str) -> str:
    return "temperature_indoor" if person == HOUSEHOLD else "weight"


def at(text: str) -> Callable[[Street, str], str]:
    """An address with `{person}`, `{metric}`, `{weight}`, `{lamp}`, `{note}`, `{device}`, `{entry}`, `{at}`, or what
    was made for this knock."""

    def fill(street: Street, person: str) -> str:
        return text.format(
            person=person,
            metric=_subject(person),
            weight=street.weight.get(person, ""),
            lamp=street.lamp.get(person, ""),
            note=street.note.get(person, ""),
            device=street.device.get(person, ""),
            entry=street.entry,
            at=earlier(street),
            **street.made,
        )

    return fill


def data(**fields: str) -> Callable[[Street, str], dict[str, str]]:
    """A form or body whose texts are filled like addresses."""
    return lambda street, person: {name: at(text)(street, person) for name, text in fields.items()}


def earlier(street: Street) -> str:
    """When there is a reading that may be changed."""
    return (street.measured - timedelta(hours=1)).isoformat().replace("+00:00", "Z")


def moment(street: Street) -> str:
    return street.hub.rooms.clock.now().isoformat()


# What is made anew for every knock, because who may would use it up.


async def a_grant(street: Street, person: str) -> None:
    street.made["grant"] = "g-gus"
    view = frozenset({Verb.VIEW})
    # To a disabled account: for nobody in the street does it change anything.
    await street.hub.rooms.accounts.grant(Grant("g-gus", "dora", person, view, frozenset({"steps"})))


async def an_account(street: Street, person: str) -> None:
    accounts = street.hub.rooms.accounts
    if not any(one.name == "hugo" for one in accounts.all):
        hashed = await street.hub.rooms.recorder.password_hash("gus")
        account = replace(accounts.get("gus"), name="hugo")
        await street.hub.rooms.recorder.save_account(account)
        await street.hub.rooms.recorder.set_password("hugo", hashed or "")
        accounts._accounts["hugo"] = account
        accounts._learn()


async def no_account(street: Street, person: str) -> None:
    accounts = street.hub.rooms.accounts
    if any(one.name == "new" for one in accounts.all):
        await accounts.remove("new")


async def no_invitation(street: Street, person: str) -> None:
    for one in street.hub.rooms.invitations.open:
        await street.hub.rooms.invitations.withdraw(one.id)


async def an_invitation(street: Street, person: str) -> None:
    await no_invitation(street, person)
    made, _ = await street.system.invite("new", role=Role.GUEST)
    street.made["invitation"] = made.id


async def a_token_of_guest(street: Street, person: str) -> None:
    token, _ = await street.hub.rooms.accounts.create_token("gus", verbs=[Verb.VIEW], days=1)
    street.made["token"] = token.id


async def a_session_of_guest(street: Street, person: str) -> None:
    accounts = street.hub.rooms.accounts
    await accounts.sessions.open("gus", "Firefox")
    street.made["session"] = accounts.sessions.of("gus")[0].id


async def an_erasure(street: Street, person: str) -> None:
    erasures = street.hub.rooms.erasures
    for one in erasures.waiting:
        if one.source:
            await erasures.cancel(one.id)
    wished = await erasures.preview("", "old phone", None, None)
    street.made["erasure"] = (await erasures.ask(wished, "anna", now=False)).id


async def an_export(street: Street, person: str) -> None:
    """Asked for by the owner of the house, or by the person herself where she has an account."""
    exports = street.hub.rooms.exports
    by = {"ben": "ben", "fay": "fay"}.get(person, "anna")
    found = [one for one in exports.all if one.person == person and one.by == by and one.state in ("ready", "failed")]
    if not found:
        for one in exports.all:
            await exports.remove(one.id)
        found = [exports.ask(person, by)]
        while exports.get(found[0].id).state not in ("ready", "failed"):
            await asyncio.sleep(0.01)
    street.made["export"] = found[0].id


async def an_entry(street: Street, person: str) -> None:
    supervisor = street.hub.rooms.supervisor
    if "spare" not in supervisor.entries:
        await supervisor.add("things", {}, title="Spare", entry_id="spare")


async def a_note(street: Street, person: str) -> None:
    draft = JournalDraft("note", street.measured, note="Eine Notiz", source="test", external_id=person)
    await street.hub.rooms.journal.accept(person, [draft], source="test")
    found = await street.hub.rooms.journal.by_external(person, "test", [person])
    street.made["fresh"] = found[person].id


async def a_reading(street: Street, person: str) -> None:
    rooms = street.hub.rooms
    series = rooms.entities.get(street.weight[person]).series
    at = street.measured - timedelta(hours=1)
    await rooms.recorder.restore(series, [microseconds(at)], by="test")


async def a_changed_note(street: Street, person: str) -> None:
    await a_note(street, person)
    draft = JournalDraft("note", street.measured, note="Eine andere Notiz", source="test", external_id=person)
    await street.hub.rooms.journal.change(street.made["fresh"], draft, author="test")


def kept(status: int, body: str) -> bool:
    return status == 200 and '"accepted":0,"unchanged":0' not in body.replace(" ", "")


def reading(street: Street, person: str) -> Any:
    value = 20.5 if person == HOUSEHOLD else 60.5
    return {
        "readings": [{"person": person, "metric": _subject(person), "value": value, "taken_at": "2026-01-01T00:00:00Z"}]
    }
