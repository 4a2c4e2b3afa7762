"""What the house consists of survives a restart, on both databases."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from hub.clock import VirtualClock
from hub.errors import NotFound
from hub.model import (
    Account,
    ConfigEntry,
    Device,
    DeviceDescription,
    Entity,
    Grant,
    Household,
    Kind,
    Person,
    Role,
    Token,
    Verb,
)
from hub.recorder import Recorder, Session

AT = datetime(2026, 3, 1, 8, 0, 0, 123456, tzinfo=UTC)
ANNA = Person("anna", "Anna Łukasz", birth_date=date(1990, 2, 28), time_zone="Europe/Berlin", units={"weight": "kg"})
WATCH = Device("d1", "mqtt", DeviceDescription("watch", "Watch", model="W 1"), person="anna")
ODD: Mapping[str, Any] = {
    "nested": {"list": [1, 2.5, None, True, "x"]},
    "ünïcode": '\u0000 "quoted" \'; DROP TABLE people',
}


def entity(number: int) -> Entity:
    return Entity(
        id=f"sensor.anna_{number}",
        series=number,
        entry="mqtt",
        key=f"k{number}",
        person="anna",
        name="Heart",
        kind=Kind.COUNTER,
        options=("a", "b"),
        precision=0,
        attributes=ODD,
    )


async def test_the_household_and_its_people_come_back(recorder: Recorder) -> None:
    assert await recorder.load_household() is None
    household = Household("home", "Our home", "Europe/Berlin", 52.5, 13.4, {"blood_glucose": "mmol/L"})
    await recorder.save_household(household)
    assert await recorder.load_household() == household
    await recorder.save_person(ANNA)
    await recorder.save_person(replace(ANNA, name="Anna"))
    await recorder.save_person(replace(ANNA, slug="bob"))
    assert [person.name for person in await recorder.load_people()] == ["Anna", ANNA.name]
    await recorder.remove_person("bob")
    assert await recorder.load_people() == [replace(ANNA, name="Anna")]


async def test_households_in_one_database_do_not_see_each_other(database_url: str, clock: VirtualClock) -> None:
    one = await Recorder.open(database_url, clock=clock, household="one")
    two = await Recorder.open(database_url, clock=clock, household="two")
    await one.save_person(ANNA)
    await one.set_setting("key", 1)
    assert await two.load_people() == []
    assert await two.get_setting("key") is None
    assert set(await one.allocate_series(3)).isdisjoint(await two.allocate_series(3))
    await one.close()
    await two.close()


async def test_accounts_keep_their_password_when_they_change(recorder: Recorder) -> None:
    account = Account("anna", "Anna", Role.OWNER, "anna")
    await recorder.save_account(account)
    assert await recorder.password_hash("anna") is None
    await recorder.set_password("anna", "$argon2id$...")
    await recorder.save_account(replace(account, disabled=True))
    assert await recorder.password_hash("anna") == "$argon2id$..."
    assert await recorder.load_accounts() == [replace(account, disabled=True)]
    with pytest.raises(NotFound, match="nobody"):
        await recorder.set_password("nobody", "x")
    assert await recorder.password_hash("nobody") is None


async def test_removing_an_account_takes_all_its_ways_in_with_it(recorder: Recorder) -> None:
    for name in ("anna", "bob"):
        await recorder.save_account(Account(name, name, Role.ADULT))
        await recorder.save_grant(Grant(f"g-{name}", name, "*", frozenset({Verb.VIEW}), until=AT))
        await recorder.save_token(token(f"t-{name}", name), {"sha256": name})
        await recorder.save_session(f"s-{name}", name, 1, 2, "browser")
    await recorder.remove_account("anna")
    assert [account.name for account in await recorder.load_accounts()] == ["bob"]
    assert [grant.id for grant in await recorder.load_grants()] == ["g-bob"]
    assert [(found.id, digests) for found, digests in await recorder.load_tokens()] == [("t-bob", {"sha256": "bob"})]
    assert await recorder.load_sessions() == [Session("s-bob", "bob", 1, 2, "browser")]
    await recorder.remove_session("s-bob")
    await recorder.remove_grant("g-bob")
    await recorder.remove_token("t-bob")
    assert not await recorder.load_sessions()
    assert not await recorder.load_grants()
    assert not await recorder.load_tokens()


def token(token_id: str, account: str) -> Token:
    return Token(
        token_id,
        account,
        "phone",
        persons=frozenset({"anna"}),
        verbs=frozenset({Verb.VIEW, Verb.RECORD}),
        subjects=None,
        created_at=AT,
    )


async def test_a_token_remembers_its_last_use(recorder: Recorder) -> None:
    await recorder.save_token(token("t", "anna"), {"sha1": "a", "sha256": "b"})
    await recorder.touch_token("t", AT)
    await recorder.touch_token("gone", AT)
    assert await recorder.load_tokens() == [
        (replace(token("t", "anna"), last_used_at=AT), {"sha1": "a", "sha256": "b"})
    ]


async def test_entries_devices_and_entities_come_back_with_every_field(recorder: Recorder) -> None:
    entry = ConfigEntry("mqtt", "mqtt", "Broker", options=ODD, declared_in="hub.yaml:3")
    await recorder.save_entry(entry)
    await recorder.save_device(WATCH)
    await recorder.save_entities([entity(number) for number in range(1, 6)])
    await recorder.save_entities([replace(entity(2), name="Pulse")])
    assert await recorder.load_entries() == [entry]
    assert await recorder.load_devices() == [WATCH]
    assert await recorder.load_entities() == [
        entity(1),
        replace(entity(2), name="Pulse"),
        *(entity(number) for number in range(3, 6)),
    ]
    await recorder.remove_entity("sensor.anna_2")
    await recorder.remove_device("d1")
    assert len(await recorder.load_entities()) == 4
    assert await recorder.load_devices() == []


async def test_what_an_entry_kept_goes_with_it(recorder: Recorder) -> None:
    await recorder.save_entry(ConfigEntry("a", "a", "A"))
    await recorder.entry_save("a", "cursor", ODD)
    await recorder.entry_save("b", "cursor", [1])
    assert await recorder.entry_load("a", "cursor") == ODD
    assert await recorder.entry_load("a", "other") is None
    await recorder.remove_entry("a")
    assert await recorder.entry_load("a", "cursor") is None
    assert await recorder.entry_load("b", "cursor") == [1]
    await recorder.entry_forget("b")
    assert await recorder.entry_load("b", "cursor") is None
    assert await recorder.load_entries() == []


async def test_series_numbers_are_given_once(recorder: Recorder) -> None:
    first = await recorder.allocate_series(3)
    second = await recorder.allocate_series(2)
    assert len({*first, *second}) == 5
    assert await recorder.allocate_series(0) == []


async def test_settings_priorities_and_retention_are_what_was_last_said(recorder: Recorder) -> None:
    await recorder.set_setting("theme", {"dark": True})
    await recorder.set_setting("theme", None)
    await recorder.set_setting("page", ["x"])
    assert await recorder.get_setting("theme") is None
    assert await recorder.get_setting("page") == ["x"]
    await recorder.save_priority("anna", "steps", ["sensor.b", "sensor.a"])
    await recorder.save_priority("anna", "steps", ["sensor.a", "sensor.b"])
    assert await recorder.load_priorities() == {("anna", "steps"): ["sensor.a", "sensor.b"]}
    await recorder.save_retention({"*": None, "noise": 30})
    await recorder.save_retention({"*": 365})
    assert await recorder.load_retention() == {"*": 365}
