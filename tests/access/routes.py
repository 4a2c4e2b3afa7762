"""What each address asks for, on whose data. A new address is added here, by hand and from what it is meant to ask.

`right(caller, person)` says who gets in; the matrix tries every caller with every one in `whose`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from hub.model import Grant, JournalDraft, Role, Verb
from hub.view.base import microseconds
from tests.access.oracle import ACT, HOUSEHOLD, MANAGE, RECORD, UNASSIGNED, VIEW, Caller
from tests.access.street import EVERYBODY, PASSWORD, PEOPLE, Street

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
    changes: bool = True
    """False for a POST after which everything is as before."""
    plain: bool = False
    """Shows no data of anybody beyond what the frame of the page has."""


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
    """An address with `{person}`, `{metric}`, `{weight}`, `{lamp}`, `{note}`, `{device}`, `{entry}`, `{at}`, `{made}`."""

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
    wished = await erasures.preview("", "api", None, street.measured - timedelta(days=3_000))
    street.made["erasure"] = (await erasures.ask(wished, "anna", now=False)).id


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


REST: dict[str, Ask] = {
    "GET /hub/v1/readings": Ask(sees(), at("?person={person}&metric={metric}"), SOME, shows="value"),
    "POST /hub/v1/readings": Ask(records(), whose=SOME, json=reading, let_in=kept),
    "PATCH /hub/v1/readings": Ask(
        writes, whose=SOME, json=lambda s, p: {"entity_id": s.weight[p], "taken_at": earlier(s), "value": 20.0}
    ),
    "DELETE /hub/v1/readings": Ask(writes, at("?entity_id={weight}&taken_at=2020-01-01T00:00:00Z"), SOME),
    "POST /hub/v1/readings/restore": Ask(
        writes, whose=SOME, json=lambda s, p: {"entity_id": s.weight[p], "taken_at": ["2020-01-01T00:00:00Z"]}
    ),
    "GET /hub/v1/readings/revisions": Ask(sees(), at("?entity_id={weight}"), SOME),
    "GET /hub/v1/series": Ask(sees(), at("?entity_id={weight}"), SOME, shows="value"),
    "GET /hub/v1/statistics": Ask(sees(), at("?person={person}&metric={metric}"), SOME),
    "GET /hub/v1/states": Ask(known, shows="value"),
    "GET /hub/v1/states/{entity_id}": Ask(sees(), at("/hub/v1/states/{weight}"), SOME, shows="value"),
    "GET /hub/v1/entities": Ask(known),
    "GET /hub/v1/entities/{entity_id}": Ask(sees(), at("/hub/v1/entities/{weight}"), SOME),
    "GET /hub/v1/journal": Ask(known, shows="note"),
    "POST /hub/v1/journal": Ask(
        records("journal:note"),
        whose=SOME,
        json=lambda s, p: {"person": p, "kind": "note", "start": moment(s), "note": "Hallo"},
    ),
    "GET /hub/v1/journal/{id}": Ask(sees_note, at("/hub/v1/journal/{note}"), SOME, shows="note"),
    "PATCH /hub/v1/journal/{id}": Ask(writes_note, at("/hub/v1/journal/{note}"), SOME, json=lambda s, p: {}),
    "DELETE /hub/v1/journal/{id}": Ask(writes_note, at("/hub/v1/journal/{fresh}"), SOME, before=a_note),
    "GET /hub/v1/journal/{id}/revisions": Ask(sees_note, at("/hub/v1/journal/{note}/revisions"), SOME),
    "POST /hub/v1/journal/{id}/undo": Ask(writes_note, at("/hub/v1/journal/{fresh}/undo"), SOME, before=a_changed_note),
    "GET /hub/v1/journal_kinds": Ask(known),
    "GET /hub/v1/me": Ask(known),
    "GET /hub/v1/household": Ask(known),
    "PATCH /hub/v1/household": Ask(house, json=lambda s, p: {"language": "en"}),
    "GET /hub/v1/people": Ask(known, shows="name"),
    "POST /hub/v1/people": Ask(house, json=lambda s, p: {"name": "Neu"}),
    "GET /hub/v1/people/{person}": Ask(sees_some, at("/hub/v1/people/{person}"), PEOPLE, shows="name"),
    "PATCH /hub/v1/people/{person}": Ask(
        lambda c, p: c.may(MANAGE, p) and c.sees_some(p),
        at("/hub/v1/people/{person}"),
        PEOPLE,
        json=lambda s, p: {"sex": "female"},
    ),
    "GET /hub/v1/metrics": Ask(known),
    "GET /hub/v1/metrics/{key}": Ask(known, "/hub/v1/metrics/weight"),
    "GET /hub/v1/tokens": Ask(known),
    "POST /hub/v1/tokens": Ask(browser, json=lambda s, p: {"label": "x", "persons": ["anna"], "days": 1}),
    "DELETE /hub/v1/tokens/{id}": Ask(
        lambda c, p: c.account == "gus" or c.may(MANAGE, HOUSEHOLD),
        at("/hub/v1/tokens/{token}"),
        before=a_token_of_guest,
    ),
    "GET /hub/v1/problems": Ask(known),
    "GET /hub/v1/integrations": Ask(known),
    "GET /hub/v1/integrations/{domain}": Ask(known, "/hub/v1/integrations/things"),
    "GET /hub/v1/entries": Ask(known),
    "POST /hub/v1/entries": Ask(house, json=lambda s, p: {"domain": "demo", "title": "x", "options": {"no": 1}}),
    "GET /hub/v1/entries/{id}": Ask(sees_house, at("/hub/v1/entries/{entry}")),
    "PATCH /hub/v1/entries/{id}": Ask(
        house, at("/hub/v1/entries/spare"), before=an_entry, json=lambda s, p: {"title": "S"}
    ),
    "DELETE /hub/v1/entries/{id}": Ask(house, at("/hub/v1/entries/spare"), before=an_entry),
    "POST /hub/v1/entries/{id}/reload": Ask(house, at("/hub/v1/entries/spare/reload"), before=an_entry),
    "GET /hub/v1/entries/{id}/log": Ask(house, at("/hub/v1/entries/{entry}/log")),
    "GET /hub/v1/devices": Ask(known, shows="device"),
    "GET /hub/v1/devices/{id}": Ask(sees_device, at("/hub/v1/devices/{device}"), THINGS, shows="device"),
    "PATCH /hub/v1/devices/{id}": Ask(
        manages_device, at("/hub/v1/devices/{device}"), THINGS, json=lambda s, p: {"ignored": False}
    ),
    "GET /hub/v1/actions": Ask(known),
    "POST /hub/v1/actions/{name}": Ask(
        records("journal:note"),
        at("/hub/v1/actions/journal.add"),
        SOME,
        json=lambda s, p: {"person": p, "kind": "note", "note": "x"},
    ),
    "GET /hub/v1/accounts": Ask(owns),
    "POST /hub/v1/accounts": Ask(
        owns, json=lambda s, p: {"name": "new", "password": PASSWORD, "role": "guest"}, before=no_account
    ),
    "PATCH /hub/v1/accounts/{account}": Ask(
        owns, "/hub/v1/accounts/hugo", json=lambda s, p: {"role": "guest"}, before=an_account
    ),
    "DELETE /hub/v1/accounts/{account}": Ask(owns, "/hub/v1/accounts/hugo", before=an_account),
    "GET /hub/v1/grants": Ask(known),
    "POST /hub/v1/grants": Ask(
        manages,
        whose=SOME,
        json=lambda s, p: {"account": "dora", "person": p, "verbs": ["view"], "subjects": ["steps"]},
    ),
    "DELETE /hub/v1/grants/{id}": Ask(
        # Whoever it is about ends it, too; not by a token, which is a program.
        lambda c, p: c.may(MANAGE, p) or (c.browser and c.person == p),
        at("/hub/v1/grants/{grant}"),
        SOME,
        before=a_grant,
    ),
    "GET /hub/v1/people/{person}/audience": Ask(asks_who_sees, at("/hub/v1/people/{person}/audience"), PEOPLE),
    "GET /hub/v1/sessions": Ask(known),
    "DELETE /hub/v1/sessions": Ask(lambda c, p: c.browser or c.owns),
    "DELETE /hub/v1/sessions/{id}": Ask(
        # One's own browsers; everybody's for an owner's program.
        lambda c, p: c.live and (c.account == "gus" or (c.token and c.owns)),
        at("/hub/v1/sessions/{session}"),
        before=a_session_of_guest,
    ),
    "GET /hub/v1/audit": Ask(owns),
    "GET /hub/v1/audit/verify": Ask(owns),
    "GET /hub/v1/live": Ask(known, stream=True),
    "GET /hub/v1/ws": Ask(known),
    "GET /hub/v1/openapi.json": Ask(anybody),
    "GET /healthz": Ask(anybody),
    "GET /readyz": Ask(anybody),
    "GET /metrics": Ask(lambda c, p: c.may(VIEW, HOUSEHOLD) or c.may(MANAGE, HOUSEHOLD)),
}
PAGES: dict[str, Ask] = {
    "GET /static/{version}/{path}": Ask(anybody, lambda s, p: s.made["static"]),
    "GET /": Ask(known, shows="name"),
    "GET /live/today": Ask(known, stream=True),
    "GET /live/values": Ask(known, stream=True),
    "GET /live/events": Ask(known, stream=True),
    "GET /events": Ask(known),
    "GET /explore": Ask(known),
    "GET /more": Ask(known),
    "POST /theme": Ask(known, form=data(theme="auto")),
    "GET /charts/data": Ask(sees(), at("?series={weight}&start=2026-01-01T00:00:00Z&end={at}"), SOME),
    "GET /people/{person}": Ask(sees_some, at("/people/{person}"), PEOPLE, shows="name"),
    "GET /people/{person}/who-sees": Ask(asks_who_sees, at("/people/{person}/who-sees"), PEOPLE),
    "GET /people/{person}/{metric}": Ask(sees(), at("/people/{person}/{metric}"), SOME),
    "POST /people/{person}/{metric}/sources": Ask(
        records(), at("/people/{person}/{metric}/sources"), SOME, form=data(first="{weight}")
    ),
    "GET /entities/{entity}": Ask(sees(), at("/entities/{weight}"), SOME),
    "POST /entities/{entity}/command": Ask(
        acts_on_lamp, at("/entities/{lamp}/command"), THINGS, form=data(command="turn_on")
    ),
    "GET /entities/{entity}/readings/correct": Ask(
        writes, at("/entities/{weight}/readings/correct?taken_at={at}"), SOME
    ),
    "POST /entities/{entity}/readings/correct": Ask(
        writes,
        at("/entities/{weight}/readings/correct"),
        SOME,
        form=data(taken_at="{at}", value="20", raw="1"),
    ),
    "POST /entities/{entity}/readings/remove": Ask(
        writes,
        at("/entities/{weight}/readings/remove"),
        SOME,
        form=data(taken_at="{at}"),
        before=a_reading,
    ),
    "POST /entities/{entity}/readings/restore": Ask(
        writes,
        at("/entities/{weight}/readings/restore?taken_at=2020-01-01T00:00:00Z"),
        SOME,
        form=data(),
    ),
    "GET /journal": Ask(known, shows="note"),
    "GET /journal/new": Ask(known),
    "POST /journal/new": Ask(
        records("journal:note"),
        whose=PEOPLE,
        form=data(person="{person}", kind="note", note="Hallo", start="2026-01-01T10:00"),
    ),
    "GET /journal/{entry}": Ask(sees_note, at("/journal/{note}"), SOME, shows="note"),
    "GET /journal/{entry}/edit": Ask(writes_note, at("/journal/{note}/edit"), SOME),
    "POST /journal/{entry}/edit": Ask(
        writes_note, at("/journal/{fresh}/edit"), SOME, form=data(note="So"), before=a_note
    ),
    "POST /journal/{entry}/end": Ask(writes_note, at("/journal/{fresh}/end"), SOME, form=data(), before=a_note),
    "POST /journal/{entry}/remove": Ask(writes_note, at("/journal/{fresh}/remove"), SOME, form=data(), before=a_note),
    "POST /journal/{entry}/undo": Ask(
        writes_note, at("/journal/{fresh}/undo"), SOME, form=data(), before=a_changed_note
    ),
    "GET /integrations": Ask(known),
    "GET /integrations/entries": Ask(known),
    "GET /integrations/devices": Ask(known, shows="device"),
    "POST /integrations/devices/assign": Ask(
        manages_device, whose=THINGS, form=data(device="{device}", person="{person}")
    ),
    "POST /integrations/devices/ignore": Ask(manages_device, whose=THINGS, form=data(device="{device}")),
    "GET /integrations/add/{domain}": Ask(house, "/integrations/add/demo"),
    "POST /integrations/add/{domain}": Ask(house, "/integrations/add/demo", form=data(no="1")),
    "GET /integrations/{entry}": Ask(sees_house, at("/integrations/{entry}")),
    "GET /integrations/{entry}/status": Ask(sees_house, at("/integrations/{entry}/status")),
    "GET /integrations/{entry}/heard": Ask(house, at("/integrations/{entry}/heard")),
    "GET /integrations/{entry}/connect": Ask(house, at("/integrations/{entry}/connect")),
    "GET /integrations/{entry}/act/{action}": Ask(house, at("/integrations/{entry}/act/things.blink")),
    "POST /integrations/{entry}/act/{action}": Ask(house, at("/integrations/{entry}/act/things.blink"), form=data()),
    "GET /integrations/{entry}/edit": Ask(house, at("/integrations/{entry}/edit")),
    "POST /integrations/{entry}/edit": Ask(
        house, at("/integrations/spare/edit"), form=data(title="S"), before=an_entry
    ),
    "POST /integrations/{entry}/reload": Ask(house, at("/integrations/spare/reload"), form=data(), before=an_entry),
    "POST /integrations/{entry}/agree": Ask(house, at("/integrations/spare/agree"), form=data(), before=an_entry),
    "POST /integrations/{entry}/switch": Ask(house, at("/integrations/spare/switch"), form=data(), before=an_entry),
    "POST /integrations/{entry}/remove": Ask(house, at("/integrations/spare/remove"), form=data(), before=an_entry),
    "GET /invite/{secret}": Ask(nobody, "/invite/guessed"),
    "POST /invite/{secret}": Ask(nobody, "/invite/guessed", form=data(password=PASSWORD, again=PASSWORD)),
    "GET /manifest.webmanifest": Ask(anybody),
    "GET /robots.txt": Ask(anybody),
    "GET /settings": Ask(known),
    "GET /settings/about": Ask(known),
    "GET /settings/components": Ask(nobody),
    "GET /settings/account": Ask(known),
    "POST /settings/account/password": Ask(
        browser, form=data(old="wrong", new="x"), let_in=lambda status, body: status == 422
    ),
    "GET /settings/audit": Ask(owns),
    "POST /settings/audit": Ask(owns, form=data()),
    "POST /settings/audit/check": Ask(owns, form=data()),
    "GET /settings/audit/state": Ask(owns),
    "GET /settings/audit/export": Ask(owns),
    "GET /settings/database": Ask(known),
    "GET /settings/household": Ask(house),
    "POST /settings/household": Ask(house, form=data(name="Kanari Haus", time_zone="Europe/Madrid")),
    "GET /settings/people": Ask(known, shows="name"),
    "GET /settings/people/{person}": Ask(manages, at("/settings/people/{person}"), PEOPLE, shows="name"),
    "POST /settings/people/{person}": Ask(manages, at("/settings/people/{person}"), PEOPLE, form=data(name="")),
    "GET /settings/privacy": Ask(known),
    "POST /settings/privacy/export": Ask(
        lambda c, p: c.may(MANAGE, HOUSEHOLD) if p == "" else c.may(VIEW, p),
        whose=(*PEOPLE, ""),
        form=data(person="{person}"),
    ),
    "POST /settings/privacy/preview": Ask(house, form=data(what="person:gone")),
    "POST /settings/privacy/erase": Ask(house, form=data(what="person:gone")),
    "POST /settings/privacy/cancel": Ask(house, form=data(erasure="{erasure}"), before=an_erasure),
    "GET /settings/rights": Ask(owns),
    "POST /settings/rights/invite": Ask(owns, form=data(name="new", role="guest"), before=no_invitation),
    "POST /settings/rights/uninvite": Ask(owns, form=data(invitation="{invitation}"), before=an_invitation),
    "POST /settings/rights/withdraw": Ask(
        lambda c, p: c.may(MANAGE, p) or (c.browser and c.person == p),
        whose=SOME,
        form=data(grant="{grant}"),
        before=a_grant,
    ),
    "GET /settings/rights/{account}": Ask(owns, "/settings/rights/dora"),
    "POST /settings/rights/{account}/give": Ask(
        owns, "/settings/rights/dora/give", whose=SOME, form=data(whose="{person}", subject="steps", until="1d")
    ),
    "POST /settings/rights/{account}/change": Ask(
        owns, "/settings/rights/hugo/change", form=data(do="disable"), before=an_account
    ),
    "GET /settings/sessions": Ask(known),
    "POST /settings/sessions": Ask(
        lambda c, p: c.live and (c.account == "gus" or (c.token and c.owns)),
        form=data(session="{session}"),
        before=a_session_of_guest,
    ),
    "POST /settings/sessions/others": Ask(lambda c, p: c.browser or c.owns, form=data()),
    "GET /settings/tokens": Ask(known),
    "POST /settings/tokens": Ask(
        browser, form=data(label="x", use="read", days="90"), let_in=lambda status, body: status == 200
    ),
    "POST /settings/tokens/revoke": Ask(
        lambda c, p: c.account == "gus" or c.may(MANAGE, HOUSEHOLD),
        form=data(token="{token}"),
        before=a_token_of_guest,
    ),
    "GET /sign-in": Ask(anybody),
    "POST /sign-in": Ask(nobody, form=data(account="anna", password="wrong")),
    "POST /sign-out": Ask(known, form=data()),
    "GET /welcome": Ask(nobody),
    "POST /welcome": Ask(nobody, form=data(owner="x", password=PASSWORD)),
    "POST /welcome/code": Ask(nobody, form=data(code="000-000-000")),
    "GET /welcome/sources": Ask(known),
}
PLUGINS: dict[str, Ask] = {}
OPEN = frozenset(
    {
        "GET /static/{version}/{path}",
        "GET /hub/v1/openapi.json",
        "GET /healthz",
        "GET /readyz",
        "GET /manifest.webmanifest",
        "GET /robots.txt",
        "GET /sign-in",
    }
)
"""All that answers somebody unknown with anything but a refusal or the way to the sign-in."""
ROUTES = {**REST, **PAGES, **PLUGINS}
