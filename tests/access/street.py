"""A house with somebody of every kind at its door, and in every room something to be found again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp
from pydantic import BaseModel

from hub.api import (
    Command,
    Context,
    DeviceDescription,
    EntityDescription,
    EntryAction,
    Integration,
    Kind,
    Sample,
    hookimpl,
)
from hub.daemon import Hub, Settings
from hub.model import Actor, Credential, Grant, JournalDraft, Limits, Role, Verb
from hub.view import IncomingReading, SetupRequest, View
from integrations.nightscout.surface.server import current
from tests.access.oracle import ACT, ERASED, EVERYTHING, HOUSEHOLD, RECORD, UNASSIGNED, VIEW, Caller, Given

PASSWORD = "correct horse battery"
PEOPLE = ("anna", "ben", "cleo", "mia", "fay", ERASED)
EVERYBODY = (*PEOPLE, HOUSEHOLD, UNASSIGNED)
COACHS = frozenset({"weight", "heart_rate", "steps"})
CLEAR = frozenset({"household_name"})
USED = 400.0
"""Seconds ago that everything was measured."""


class Canary(NamedTuple):
    """A text that whoever may not see `subject` of `person` must never be sent."""

    text: str
    person: str
    kind: str
    """`name`, `born`, `value`, `note` or `device`."""
    subject: str | None = None

    def for_eyes_of(self, caller: Caller) -> bool:
        if self.kind == "name":
            return caller.sees_some(self.person)
        return caller.may(VIEW, self.person, self.subject)


class Blink(BaseModel):
    pass


class Things:
    """A plugin with a device of somebody, of the household, and one that waits to hear whose it is."""

    def __init__(self) -> None:
        self.told: list[str] = []

    @hookimpl
    def register_integrations(self, register: Callable[[Integration], None]) -> None:
        register(
            Integration(
                "things",
                "Things",
                listen=self._listen,
                act=self._act,
                belongs_to="devices",
                actions=(EntryAction("things.blink", "Blink", Blink, self._blink),),
            )
        )

    async def _listen(self, ctx: Context) -> None:
        devices = [DeviceDescription(who, f"Kanari Ding {who}") for who in ("ben", "cleo", "house", "stray")]
        lamps = [
            EntityDescription(
                who,
                f"Kanari Lampe {who}",
                "switch",
                device=who,
                kind=Kind.ENUM,
                options=("on", "off", f"kanari-{who}"),
                commands=("turn_on", "turn_off"),
            )
            for who in ("ben", "cleo", "house", "stray")
        ]
        await ctx.describe(devices, lamps)
        await ctx.accept([Sample(entity=who, value=f"kanari-{who}") for who in ("ben", "cleo", "house", "stray")])
        await asyncio.Event().wait()

    async def _act(self, ctx: Context, command: Command) -> None:
        self.told.append(command.entity)

    async def _blink(self, ctx: Context, given: Blink) -> dict[str, str]:
        return {"blinked": "yes"}


@dataclass
class Street:
    hub: Hub
    client: aiohttp.ClientSession
    callers: list[Caller]
    canaries: list[Canary]
    entry: str
    """The config entry of the things."""
    weight: dict[str, str]
    """Person -> the entity of their weight."""
    note: dict[str, str]
    """Person -> a journal entry."""
    device: dict[str, str]
    lamp: dict[str, str]
    """Person (or "") -> the device, and its switch."""
    measured: datetime
    made: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.hub.port}"

    @property
    def system(self) -> View:
        return self.hub.views.system()

    def caller(self, name: str) -> Caller:
        return next(one for one in self.callers if one.name == name)

    async def view(self, caller: Caller) -> View:
        """As the caller's credential makes it; of nobody where it is worth nothing."""
        if bearer := caller.headers.get("Authorization"):
            credential = Credential("bearer", bearer.removeprefix("Bearer "))
        elif session := caller.cookies.get("homeostat_session"):
            credential = Credential("session", session)
        else:
            return self.hub.views.nobody()
        return await self.hub.views.authenticate(credential) or self.hub.views.nobody()

    def leaks(self, body: str, caller: Caller) -> list[str]:
        """What is in a body that the caller must not see."""
        return [
            f"{one.kind} {one.text!r} of {one.person or 'nobody yet'}"
            for one in self.canaries
            if one.text in body and not one.for_eyes_of(caller)
        ]


@asynccontextmanager
async def street(folder: Path) -> AsyncIterator[Street]:
    things = Things()
    # The flood of a test is no flood.
    limits = Limits(stranger_requests_per_second=1e6, requests_per_second=1e6)
    settings = Settings(folder / "data", port=0, automatic_entries=True, limits=limits)
    hub = await Hub.start(settings, plugins=[("things", things)])
    try:
        made = await _furnish(hub)
        nightscout = current()
        assert nightscout is not None
        # Wrong tokens would wait longer and longer, as they should.
        nightscout.throttle.failed = lambda address: None  # type: ignore[method-assign]
        timeout = aiohttp.ClientTimeout(total=20)
        jar = aiohttp.DummyCookieJar()
        async with aiohttp.ClientSession(timeout=timeout, cookie_jar=jar) as client:
            yield replace(made, client=client)
    finally:
        await hub.stop()


async def _furnish(hub: Hub) -> Street:
    others = [{"name": name.capitalize()} for name in PEOPLE if name != "anna"]
    await hub.views.setup(SetupRequest("Anna", PASSWORD, "Kanari Haus", "Europe/Madrid", people=others), code=None)
    system, now = hub.views.system(), hub.rooms.clock.now()
    for slug in PEOPLE:
        born = date(1960 + PEOPLE.index(slug), 3, 17)
        await system.change_person(slug, name=f"Kanari {slug.upper()}", birth_date=born)
    canaries = [
        Canary(text, slug, "born")
        for number, slug in enumerate(PEOPLE)
        for text in (f"March {1960 + number}", f"{1960 + number}-03-17")
    ]
    canaries += [Canary(f"Kanari {slug.upper()}", slug, "name") for slug in PEOPLE]
    weight, note = {}, {}
    at = now - timedelta(seconds=USED)
    for number, slug in enumerate((*PEOPLE, HOUSEHOLD)):
        values = {"weight": round(51.1371 + 3.0017 * number, 4), "blood_glucose": 91 + number + 0.11317}
        if slug == HOUSEHOLD:
            values = {"temperature_indoor": 21.13711}
        receipt = await system.record([IncomingReading(slug, key, value, at) for key, value in values.items()])
        assert not receipt.rejected, receipt.rejected
        key = next(iter(values))
        await system.record([IncomingReading(slug, key, 40.0, at - timedelta(hours=1))])
        canaries += [Canary(repr(value), slug, "value", key) for key, value in values.items()]
        entry = await system.add_journal(slug, JournalDraft("note", at, note=f"Geheimnis von {slug}"))
        note[slug] = entry.id
        canaries.append(Canary(f"Geheimnis von {slug}", slug, "note", "journal:note"))
        weight[slug] = f"sensor.{slug}_{next(iter(values))}"
        assert weight[slug] in hub.rooms.entities.all, sorted(hub.rooms.entities.all)
    # What an erasure may hide and give back, without anybody missing it.
    await system.record([IncomingReading("mia", "heart_rate", 100.0, at, source="old phone")])
    made = await system.add_entry("things", {}, title="Things", person="")
    for _ in range(200):
        if sum(one.entry == made.id and state is not None for one, state in system.states()) == 4:
            break
        await asyncio.sleep(0.02)
    await system.add_entry("phone", {}, person="mia")
    device, lamp = {}, {}
    for one in list(hub.rooms.entities.all.values()):
        if one.entry == made.id:
            slug = {"house": HOUSEHOLD, "stray": UNASSIGNED}.get(one.key, one.key)
            device[slug], lamp[slug] = one.device, one.id
            canaries.append(Canary(f"Kanari Ding {one.key}", slug, "device"))
            canaries.append(Canary(f"kanari-{one.key}", slug, "value", one.id))
            if slug:
                await system.assign_device(one.device, slug)
    assert len(lamp) == 4, lamp
    callers = await _callers(hub)
    await system.erase(await system.preview_erasure(person=ERASED))
    return Street(hub, None, callers, canaries, made.id, weight, note, device, lamp, at)  # type: ignore[arg-type] # the client comes


async def _callers(hub: Hub) -> list[Caller]:
    system, now = hub.views.system(), hub.rooms.clock.now()
    tomorrow = now + timedelta(days=1)
    for name, role, person in (
        ("ben", Role.ADULT, "ben"),
        ("fay", Role.FAMILY, "fay"),
        ("carl", Role.CAREGIVER, None),
        ("coach", Role.COACH, None),
        ("gus", Role.GUEST, None),
        ("dora", Role.ADULT, "cleo"),
        ("olga", Role.OWNER, None),
    ):
        await system.add_account(name, PASSWORD, role=role, person=person)
    use = frozenset({Verb.VIEW, Verb.RECORD, Verb.ACT})
    await hub.rooms.accounts.grant(Grant("g-carl", "carl", "mia", use, None, tomorrow))
    await hub.rooms.accounts.grant(Grant("g-coach", "coach", "anna", frozenset({Verb.VIEW}), COACHS, tomorrow))
    await hub.rooms.accounts.grant(Grant("g-dora", "dora", "*", use, None, tomorrow))

    async def session(account: str) -> dict[str, str]:
        return {"homeostat_session": await hub.views.sign_in(account, PASSWORD)}

    async def token(
        account: str,
        verbs: Iterable[str] = EVERYTHING,
        persons: Iterable[str] | None = None,
        subjects: Iterable[str] | None = None,
        days: float | None = 90,
    ) -> dict[str, str]:
        _, text = await hub.rooms.accounts.create_token(
            account, verbs=[Verb(one) for one in verbs], persons=persons, subjects=subjects, days=days
        )
        return {"Authorization": f"Bearer {text}"}

    used = frozenset({VIEW, RECORD, ACT})
    anna: dict[str, Any] = {"account": "anna", "role": "owner", "person": "anna", "token": True}
    callers = [
        Caller("owner", "anna", "owner", "anna", cookies=await session("anna")),
        Caller("adult", "ben", "adult", "ben", cookies=await session("ben")),
        Caller("family", "fay", "family", "fay", cookies=await session("fay")),
        Caller("caregiver", "carl", "caregiver", grants=(Given("mia", used),), cookies=await session("carl")),
        Caller(
            "coach",
            "coach",
            "coach",
            grants=(Given("anna", frozenset({VIEW}), COACHS),),
            cookies=await session("coach"),
        ),
        Caller("guest", "gus", "guest", cookies=await session("gus")),
        Caller("disabled account", live=False, cookies=await session("dora")),
        Caller("nobody", live=False),
        Caller("empty cookie", live=False, cookies={"homeostat_session": ""}),
        Caller("empty bearer", live=False, headers={"Authorization": "Bearer "}),
        Caller("expired session", live=False, cookies=await session("olga")),
        Caller("owner's token", headers=await token("anna"), **anna),
        Caller("view-only token", headers=await token("anna", [VIEW]), verbs=frozenset({VIEW}), **anna),
        Caller(
            "token of Mia",
            headers=await token("anna", used, persons=["mia"]),
            persons=frozenset({"mia"}),
            verbs=used,
            **anna,
        ),
        Caller(
            "token of the household",
            headers=await token("anna", persons=[HOUSEHOLD]),
            persons=frozenset({HOUSEHOLD}),
            **anna,
        ),
        Caller(
            "token of weight",
            headers=await token("anna", [VIEW, RECORD], subjects=["weight"]),
            subjects=frozenset({"weight"}),
            verbs=frozenset({VIEW, RECORD}),
            **anna,
        ),
        Caller("adult's token", "ben", "adult", "ben", token=True, headers=await token("ben")),
        Caller("disabled account's token", live=False, headers=await token("dora")),
        Caller("revoked token", live=False, headers=await token("anna")),
        Caller("expired token", live=False, headers=await token("anna", days=1)),
    ]
    rooms = hub.rooms
    await system.change_account("dora", disabled=True)
    tokens = {one.headers.get("Authorization", "").removeprefix("Bearer "): one.name for one in callers}
    for text, name in tokens.items():
        actor = await rooms.accounts.authenticate(Credential("bearer", text)) if text else None
        if name == "revoked token" and actor is not None and actor.token:
            await rooms.accounts.revoke_token(actor.token)
        if name == "expired token" and actor is not None and actor.token:
            await _run_out_token(hub, actor)
    (olgas,) = rooms.accounts.sessions.of("olga")
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    rooms.accounts.sessions._all[olgas.digest] = replace(olgas, expires=long_ago)
    return callers


async def _run_out_token(hub: Hub, actor: Actor) -> None:
    accounts = hub.rooms.accounts
    assert actor.token is not None
    old = accounts._tokens.by_id[actor.token]
    accounts._tokens.by_id[actor.token] = replace(old, expires_at=datetime(2020, 1, 1, tzinfo=UTC))
    accounts._learn()
