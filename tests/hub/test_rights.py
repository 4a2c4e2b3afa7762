"""Wrong passwords, sessions, invitations and rights that end, on a clock that tests move."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.access import Access, Accounts, Invitations, until_of
from hub.clock import VirtualClock
from hub.errors import Conflict, Forbidden, NotFound, TooManyTries
from hub.model import Account, Actor, Credential, Grant, Role, Verb
from hub.recorder import Recorder
from hub.vault import Vault

START = datetime(2026, 6, 1, 18, tzinfo=UTC)
RIGHT, WRONG = "correct horse battery", "wrong horse battery"


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(START)


@pytest.fixture
async def recorder(tmp_path: Path, clock: VirtualClock) -> AsyncIterator[Recorder]:
    recorder = await Recorder.open(f"sqlite+aiosqlite:///{tmp_path / 'homeostat.db'}", clock=clock)
    yield recorder
    await recorder.close()


class House:
    def __init__(self, recorder: Recorder, clock: VirtualClock, folder: Path) -> None:
        self.told = 0
        self.access = Access(clock)
        self.accounts = Accounts(recorder, self.access, clock, self._tell, vault=Vault.open(folder))
        self.looked_at = 0
        verify = self.accounts.proofs._passwords.verify

        def counted(hashed: str | None, password: str) -> bool:
            self.looked_at += 1
            return verify(hashed, password) if password == RIGHT else False

        self.accounts.proofs._passwords.verify = counted  # type: ignore[method-assign] # argon2 10,000 times takes too long

    def _tell(self) -> None:
        self.told += 1

    async def guess(self, password: str = WRONG, browser: str = "") -> bool:
        with suppress(Forbidden):
            await self.accounts.sign_in("anna", password, browser=browser)
            return True
        return False


@pytest.fixture
async def house(recorder: Recorder, clock: VirtualClock, tmp_path: Path) -> House:
    house = House(recorder, clock, tmp_path)
    await house.accounts.load()
    await house.accounts.add(Account("anna", "Anna", Role.OWNER), RIGHT)
    return house


async def test_ten_thousand_guesses_in_a_day_are_a_hundred_at_most_and_a_restart_forgets_none(
    house: House, recorder: Recorder, clock: VirtualClock, tmp_path: Path
) -> None:
    assert await house.guess(RIGHT, "her phone")
    house.looked_at = 0
    for number in range(10_000):
        if number == 5_000:
            before, house = house, House(recorder, clock, tmp_path)
            house.looked_at = before.looked_at
            await house.accounts.load()
            assert house.accounts.proofs.guesses.wait("anna") > 0
        await house.guess()
        await clock.advance(86_000 / 10_000)
    assert 50 <= house.looked_at <= 100
    # The browser that signed in before is let in at once, a stranger's not, whoever holds the right password.
    assert not await house.guess(RIGHT)
    assert await house.guess(RIGHT, "her phone")
    await clock.advance(86_400)
    assert await house.guess(RIGHT)


async def test_a_flood_at_once_is_counted_before_it_is_looked_at(house: House) -> None:
    await asyncio.gather(*(house.guess() for _ in range(200)))
    assert house.looked_at == 5


async def test_a_known_browser_has_a_count_of_its_own_and_forgets_nobody_elses(house: House) -> None:
    assert await house.guess(RIGHT, "phone")
    for _ in range(8):
        await house.guess(WRONG, "phone")
    assert not await house.guess(RIGHT, "phone")
    assert await house.guess(RIGHT, "another")
    with pytest.raises(TooManyTries):
        await house.accounts.verify("anna", RIGHT, "phone")


async def test_a_name_that_is_nobodys_is_held_up_alike_and_fills_no_disk(house: House, recorder: Recorder) -> None:
    for _ in range(5):
        with pytest.raises(Forbidden, match="do not go together"):
            await house.accounts.sign_in("zoe", WRONG)
    with pytest.raises(TooManyTries):
        await house.accounts.sign_in("zoe", WRONG)
    assert not await recorder.get_setting("access.guesses")


async def test_a_session_tells_since_when_and_a_new_password_ends_the_others(house: House, clock: VirtualClock) -> None:
    accounts = house.accounts
    old = await accounts.sign_in("anna", RIGHT, "Mozilla/5.0 (Android 14) Firefox/140.0")
    await clock.advance(3_600)
    new = await accounts.sign_in("anna", RIGHT)
    actor = await accounts.authenticate(Credential("session", new))
    assert actor is not None
    newest, oldest = accounts.sessions.of("anna")
    assert (newest.digest, newest.since - oldest.since) == (actor.session, timedelta(hours=1))
    await accounts.set_password("anna", "another long one", keep=actor.session)
    assert await accounts.authenticate(Credential("session", old)) is None
    assert accounts.session_live(actor)


async def test_who_is_disabled_or_removed_is_out_with_all_they_have(house: House) -> None:
    accounts = house.accounts
    await accounts.add(Account("ben", "Ben", Role.ADULT, "ben"), RIGHT)
    session = await accounts.sign_in("ben", RIGHT)
    _, token = await accounts.create_token("ben")
    actor = await accounts.authenticate(Credential("bearer", token))
    assert actor is not None
    told = house.told
    await accounts.change("ben", disabled=True)
    assert house.told > told
    assert not accounts.session_live(actor)
    assert await accounts.authenticate(Credential("bearer", token)) is None
    assert await accounts.authenticate(Credential("session", session)) is None
    with pytest.raises(Forbidden):
        await accounts.sign_in("ben", RIGHT)
    await accounts.change("ben", disabled=False)
    assert await accounts.authenticate(Credential("bearer", token)) == actor
    assert await accounts.authenticate(Credential("session", session)) is None
    await accounts.remove("ben")
    assert accounts.tokens == ()
    with pytest.raises(Conflict, match="only owner"):
        await accounts.change("anna", role=Role.ADULT)


async def test_a_grant_that_ends_is_told_of_at_its_instant(house: House, clock: VirtualClock) -> None:
    accounts = house.accounts
    await accounts.add(Account("sitter", "Sitter", Role.GUEST), RIGHT)
    task = asyncio.create_task(accounts.ends())
    await asyncio.sleep(0)
    await accounts.grant(Grant("g", "sitter", "mia", frozenset({Verb.VIEW}), None, START + timedelta(hours=5)))
    await clock.advance(5 * 3_600 - 1)
    told = house.told
    assert house.access.allowed(Actor("sitter"), Verb.VIEW, "mia")
    await clock.advance(1)
    assert house.told == told + 1
    assert not house.access.allowed(Actor("sitter"), Verb.VIEW, "mia")
    assert accounts.grants == ()
    task.cancel()


async def test_an_invitation_works_once_within_48_hours(house: House, recorder: Recorder, clock: VirtualClock) -> None:
    invitations = Invitations(recorder, house.accounts, clock)
    sitter = Account("sitter", "Sitter", Role.GUEST)
    grant = Grant("g", "sitter", "mia", frozenset({Verb.VIEW}))
    _, secret = await invitations.invite(sitter, [grant], by="anna")
    with pytest.raises(Conflict, match="invited already"):
        await invitations.invite(sitter, [], by="anna")
    again = Invitations(recorder, house.accounts, clock)
    await again.load()
    with pytest.raises(Conflict, match="at least 8"):
        await again.accept(secret, "short")
    assert await again.accept(secret, RIGHT) == sitter
    assert house.access.allowed(Actor("sitter"), Verb.VIEW, "mia")
    with pytest.raises(NotFound):
        await again.accept(secret, RIGHT)
    _, late = await again.invite(Account("coach", "Coach", Role.COACH), [], by="anna")
    await clock.advance(48 * 3_600)
    with pytest.raises(NotFound):
        again.find(late)
    assert secret not in str(await recorder.get_setting("access.invitations"))


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("2h", "2026-06-01T20:00"),
        ("30m", "2026-06-01T18:30"),
        ("1w", "2026-06-08T18:00"),
        ("tonight", "2026-06-02T01:00"),
        ("2026-06-03", "2026-06-03T22:00"),
        ("2026-06-02T10:00", "2026-06-02T08:00"),
        ("2026-06-02T10:00Z", "2026-06-02T10:00"),
    ],
)
def test_ends_are_said_as_people_say_them(text: str, end: str) -> None:
    assert until_of(text, START, "Europe/Madrid") == datetime.fromisoformat(end).replace(tzinfo=UTC)


@pytest.mark.parametrize("text", ["soon", "2026-05-01", "-2h", "99999w99", "tomorrow night", "0h"])
def test_what_is_no_end_is_refused(text: str) -> None:
    with pytest.raises(Conflict):
        until_of(text, START, "Europe/Madrid")


def test_tonight_after_midnight_is_the_same_night() -> None:
    assert until_of("tonight", datetime(2026, 6, 1, 23, tzinfo=UTC), "Europe/Madrid") == datetime(
        2026, 6, 2, 1, tzinfo=UTC
    )
