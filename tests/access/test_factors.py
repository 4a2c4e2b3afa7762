"""Codes of an app, codes on paper, passkeys that lie, and passwords, on a clock that tests move."""

import base64
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest

from hub.access import Access, Accounts, PasskeyRefused, Place
from hub.access.passwords import Passwords
from hub.clock import VirtualClock
from hub.errors import Conflict, Forbidden, NotFound, SecondFactorNeeded, TooManyTries, WeakPassword
from hub.model import Account, Actor, Credential, Role
from hub.recorder import Recorder
from hub.vault import Vault
from tests.access.authenticator import PRESENT, Authenticator

START = datetime(2026, 6, 1, 18, 0, 10, tzinfo=UTC)
PASSWORD = "correct horse battery"
HERE = Place("homeostat.lan", secure=True)
RFC_6238 = {59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037"}
RFC_SEED = base64.b32encode(b"12345678901234567890").decode()
STEP = timedelta(seconds=30)


class House:
    """Accounts over a database that lasts, with one owner."""

    def __init__(self, recorder: Recorder, clock: VirtualClock, folder: Path) -> None:
        self.recorder, self.clock, self.folder = recorder, clock, folder
        self.told = 0
        self.accounts = self._accounts()

    def _accounts(self) -> Accounts:
        made = Accounts(self.recorder, Access(self.clock), self.clock, self._tell, vault=Vault.open(self.folder))
        # As where memory is short: a third of the time.
        made.proofs._passwords = Passwords(memory=1 << 30)
        return made

    def _tell(self) -> None:
        self.told += 1

    async def restart(self) -> None:
        self.accounts = self._accounts()
        await self.accounts.load()

    async def add_app(self, account: str = "anna") -> pyotp.TOTP:
        """Set up as a phone does: the seed, then the code that it shows."""
        proofs = self.accounts.proofs
        seed, _ = proofs.enrolling.begin(account, "Home")
        app = pyotp.TOTP(seed)
        assert await proofs.factors.set_app(account, seed, app.at(self.clock.now()))
        await self.clock.advance(60)
        return app

    async def add_passkey(self, account: str = "anna", place: Place = HERE) -> Authenticator:
        device = Authenticator(f"https://{place.address}")
        passkeys, whose = self.accounts.proofs.passkeys, self.accounts.get(account)
        await passkeys.add(whose, place, "Phone", device.create(await passkeys.ask_new(whose, place)))
        return device

    async def by_passkey(self, device: Authenticator, place: Place = HERE) -> str:
        """Whom it signs in."""
        wish = self.accounts.proofs.passkeys.ask(place, "sign-in")
        return (await self.accounts.sign_in_with_passkey(place, device.get(wish), "", ""))[0]

    async def ticket(self) -> str:
        with pytest.raises(SecondFactorNeeded) as needed:
            await self.accounts.sign_in("anna", PASSWORD)
        return needed.value.ticket


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    clock = VirtualClock(START)
    recorder = await Recorder.open(f"sqlite+aiosqlite:///{tmp_path / 'homeostat.db'}", clock=clock)
    house = House(recorder, clock, tmp_path)
    await house.accounts.load()
    await house.accounts.add(Account("anna", "Anna", Role.OWNER), PASSWORD)
    yield house
    await recorder.close()


# Codes of an app


@pytest.mark.parametrize(("second", "code"), RFC_6238.items())
async def test_codes_are_those_of_rfc_6238(second: int, code: str, tmp_path: Path) -> None:
    clock = VirtualClock(datetime.fromtimestamp(second, UTC))
    recorder = await Recorder.open(f"sqlite+aiosqlite:///{tmp_path / 'homeostat.db'}", clock=clock)
    factors = House(recorder, clock, tmp_path).accounts.proofs.factors
    assert not await factors.set_app("anna", RFC_SEED, f"{(int(code) + 1) % 1_000_000:06d}")
    assert await factors.set_app("anna", RFC_SEED, f"{code[:3]} {code[3:]}")
    await recorder.close()


async def test_a_code_of_a_step_before_or_after_is_taken_and_none_further_off(house: House) -> None:
    app = await house.add_app()
    take, now = house.accounts.proofs.factors.take_code, house.clock.now()
    assert not await take("anna", app.at(now - 2 * STEP))
    assert not await take("anna", app.at(now + 2 * STEP))
    assert await take("anna", app.at(now - STEP))
    assert await take("anna", app.at(now + STEP))


async def test_a_code_works_once_and_none_before_it_does_also_after_a_restart(house: House) -> None:
    app = await house.add_app()
    now = house.clock.now()
    assert await house.accounts.proofs.factors.take_code("anna", app.at(now))
    assert not await house.accounts.proofs.factors.take_code("anna", app.at(now))
    await house.restart()
    assert not await house.accounts.proofs.factors.take_code("anna", app.at(now))
    assert not await house.accounts.proofs.factors.take_code("anna", app.at(now - STEP))
    await house.clock.advance(30)
    assert await house.accounts.proofs.factors.take_code("anna", app.at(house.clock.now()))


async def test_the_database_tells_neither_seed_nor_recovery_code(house: House, tmp_path: Path) -> None:
    app = await house.add_app()
    codes = await house.accounts.proofs.factors.new_recovery("anna")
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("homeostat.db*"))
    assert b"access.factors" in kept
    for secret in (app.secret, *codes, *(one.replace("-", "") for one in codes)):
        assert secret.encode() not in kept
    assert b"sealed:" in kept


async def test_a_new_key_of_the_vault_changes_nothing_for_the_app(house: House) -> None:
    app = await house.add_app()
    vault = house.accounts.proofs.factors._vault
    assert isinstance(vault, Vault)
    vault.rotate()
    kept = await house.recorder.get_setting("access.factors")
    kept["anna"]["app"]["seed"] = vault.renew(kept["anna"]["app"]["seed"])
    await house.recorder.set_setting("access.factors", kept)
    vault.retire()
    assert await house.accounts.proofs.factors.take_code("anna", app.at(house.clock.now()))


# Codes on paper


async def test_each_of_ten_recovery_codes_lets_in_once(house: House) -> None:
    await house.add_app()
    codes = await house.accounts.proofs.factors.new_recovery("anna")
    assert len(set(codes)) == 10
    for number, code in enumerate(codes):
        written = code if number % 2 else code.replace("-", " ").upper()
        assert await house.accounts.sign_in_further(await house.ticket(), code=written)
    with pytest.raises(Forbidden):
        await house.accounts.sign_in_further(await house.ticket(), code=codes[0])
    assert house.accounts.proofs.factors.of("anna").recovery == ()


async def test_new_recovery_codes_end_the_old_and_go_with_the_last_factor(house: House) -> None:
    factors = house.accounts.proofs.factors
    with pytest.raises(Conflict, match="first"):
        await factors.new_recovery("anna")
    await house.add_app()
    old = await factors.new_recovery("anna")
    new = await factors.new_recovery("anna")
    assert not await factors.take_recovery("anna", old[0])
    assert await factors.take_recovery("anna", new[0])
    await factors.remove_app("anna")
    assert factors.of("anna").recovery == ()
    assert await house.accounts.sign_in("anna", PASSWORD)


async def test_a_recovery_code_of_one_account_is_none_of_another(house: House) -> None:
    await house.accounts.add(Account("ben", "Ben", Role.ADULT), PASSWORD)
    await house.add_app("anna")
    await house.add_app("ben")
    codes = await house.accounts.proofs.factors.new_recovery("anna")
    await house.accounts.proofs.factors.new_recovery("ben")
    assert not await house.accounts.proofs.factors.take_recovery("ben", codes[0])


# Guesses


async def test_wrong_codes_count_as_guesses_also_after_a_restart_and_hold_no_passkey_up(house: House) -> None:
    app, device = await house.add_app(), await house.add_passkey()
    held = 0
    for number in range(40):
        if number == 20:
            await house.restart()
        try:
            ticket = await house.ticket()
            with pytest.raises(Forbidden):
                await house.accounts.sign_in_further(ticket, code="000000")
        except (TooManyTries, AssertionError):
            held += 1
        await house.clock.advance(1)
    assert held > 25
    wait = house.accounts.proofs.guesses.wait("anna")
    assert wait > 0
    with pytest.raises(TooManyTries):
        await house.accounts.sign_in("anna", PASSWORD)
    assert await house.by_passkey(device) == "anna"
    await house.clock.advance(wait + 1)
    assert await house.accounts.sign_in_further(await house.ticket(), code=app.at(house.clock.now()))


async def test_a_ticket_of_the_password_lasts_five_minutes_and_opens_once(house: House) -> None:
    app = await house.add_app()
    late = await house.ticket()
    await house.clock.advance(301)
    with pytest.raises(NotFound, match="beginning"):
        await house.accounts.sign_in_further(late, code=app.at(house.clock.now()))
    ticket = await house.ticket()
    assert await house.accounts.sign_in_further(ticket, code=app.at(house.clock.now()))
    await house.clock.advance(60)
    with pytest.raises(NotFound):
        await house.accounts.sign_in_further(ticket, code=app.at(house.clock.now()))


# Passkeys


async def test_a_passkey_signs_in_alone_and_is_asked_for_after_the_password_where_wished(house: House) -> None:
    device = await house.add_passkey()
    assert await house.by_passkey(device) == "anna"
    assert await house.accounts.sign_in("anna", PASSWORD)
    await house.accounts.proofs.factors.ask_also("anna", True)
    ticket = await house.ticket()
    wish = house.accounts.proofs.passkeys.ask(HERE, f"second {ticket}", "anna")
    assert await house.accounts.sign_in_further(ticket, place=HERE, passkey=device.get(wish))


async def test_a_challenge_is_good_once_for_ten_minutes_and_for_one_purpose(house: House) -> None:
    device, passkeys = await house.add_passkey(), house.accounts.proofs.passkeys
    answer = device.get(passkeys.ask(HERE, "sign-in"))
    assert await passkeys.check(HERE, "sign-in", answer) == "anna"
    with pytest.raises(PasskeyRefused, match="twice"):
        await passkeys.check(HERE, "sign-in", answer)
    late = device.get(passkeys.ask(HERE, "sign-in"))
    other = device.get(passkeys.ask(HERE, "confirm 1"))
    with pytest.raises(PasskeyRefused, match="too long"):
        await passkeys.check(HERE, "sign-in", other)
    await house.clock.advance(601)
    with pytest.raises(PasskeyRefused, match="too long"):
        await passkeys.check(HERE, "sign-in", late)


async def test_ten_thousand_open_challenges_push_out_nobodys(house: House) -> None:
    device, passkeys = await house.add_passkey(), house.accounts.proofs.passkeys
    answer = device.get(passkeys.ask(HERE, "sign-in"))
    for _ in range(10_000):
        passkeys.ask(HERE, "sign-in")
    assert len(passkeys._challenges._used) == 1
    assert await passkeys.check(HERE, "sign-in", answer) == "anna"


async def test_a_counter_that_goes_back_is_refused(house: House) -> None:
    device = await house.add_passkey()
    device.counter = 40
    assert await house.by_passkey(device) == "anna"
    device.counter = 7
    with pytest.raises(PasskeyRefused, match="copy") as refused:
        await house.by_passkey(device)
    assert (refused.value.account, "went back" in refused.value.reason) == ("anna", True)
    device.counter = 50
    assert await house.by_passkey(device) == "anna"


async def test_a_passkey_that_counts_nothing_works_as_long_as_it_counts_nothing(house: House) -> None:
    device = await house.add_passkey()
    for _ in range(2):
        device.counter = -1
        assert await house.by_passkey(device) == "anna"


LIES = {
    "another origin": {"origin": "https://homeostat.lan.example.org"},
    "no HTTPS": {"origin": "http://homeostat.lan"},
    "another port": {"origin": "https://homeostat.lan:8443"},
    "nobody verified": {"flags": PRESENT},
    "nobody there": {"flags": 0},
    "another account's handle": {"handle": b"x" * 32},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
async def test_a_signature_is_refused_with(lie: dict[str, object], house: House) -> None:
    device = await house.add_passkey()
    for name, value in lie.items():
        setattr(device, name, value)
    with pytest.raises(PasskeyRefused):
        await house.by_passkey(device)


async def test_a_passkey_opens_nothing_with_anothers_key_for_another_host_or_once_removed(house: House) -> None:
    device, thief = await house.add_passkey(), Authenticator()
    thief.id, thief.handle = device.id, device.handle
    with pytest.raises(PasskeyRefused, match="signature"):
        await house.by_passkey(thief)
    with pytest.raises(PasskeyRefused, match="not known"):
        await house.by_passkey(device, Place("other.lan", secure=True))
    wish = house.accounts.proofs.passkeys.ask(HERE, "sign-in")
    with pytest.raises(PasskeyRefused):
        await house.accounts.sign_in_with_passkey(HERE, device.get(wish, host="other.lan"), "", "")
    [held] = house.accounts.proofs.factors.of("anna").passkeys
    await house.accounts.proofs.factors.remove_passkey("anna", held.id)
    with pytest.raises(PasskeyRefused, match="not known"):
        await house.by_passkey(device)


@pytest.mark.parametrize("answer", [{}, {"rawId": 1}, {"rawId": "AA", "response": []}, {"rawId": "AA", "response": {}}])
async def test_an_answer_that_is_none_is_refused_in_words(answer: dict[str, object], house: House) -> None:
    with pytest.raises(PasskeyRefused, match="can't be read"):
        await house.accounts.sign_in_with_passkey(HERE, answer, "", "")
    whose = house.accounts.get("anna")
    with pytest.raises(Conflict, match="can't be read"):
        await house.accounts.proofs.passkeys.add(whose, HERE, "x", answer)


async def test_a_passkey_of_a_disabled_account_opens_nothing(house: House) -> None:
    await house.accounts.add(Account("ben", "Ben", Role.ADULT), PASSWORD)
    device = await house.add_passkey("ben")
    await house.accounts.change("ben", disabled=True)
    with pytest.raises(Forbidden, match="disabled"):
        await house.by_passkey(device)


async def test_an_account_made_anew_under_a_name_has_nothing_of_the_one_before(house: House) -> None:
    await house.accounts.add(Account("ben", "Ben", Role.ADULT), PASSWORD)
    device = await house.add_passkey("ben")
    await house.accounts.remove("ben")
    await house.accounts.add(Account("ben", "Ben", Role.ADULT), PASSWORD)
    with pytest.raises(PasskeyRefused, match="not known"):
        await house.by_passkey(device)


@pytest.mark.parametrize(
    ("address", "secure", "says"),
    [
        ("192.168.1.7:8080", True, "number"),
        ("[fe80::1]:8080", True, "number"),
        ("homeostat.local:8080", False, "HTTPS"),
        ("homeostat.local", True, ""),
        ("localhost:8080", False, ""),
    ],
)
async def test_where_passkeys_cannot_be_is_said_in_words(address: str, secure: bool, says: str, house: House) -> None:
    place = Place(address, secure)
    assert says in place.hindrance
    assert bool(says) == bool(place.hindrance)
    if says:
        with pytest.raises(Conflict, match=says):
            await house.accounts.proofs.passkeys.ask_new(house.accounts.get("anna"), place)


# Showing again who sits there


async def actor(house: House, session: str) -> Actor:
    found = await house.accounts.authenticate(Credential("session", session))
    assert found is not None
    return found


async def test_a_proof_holds_for_ten_minutes_and_gives_the_session_another_id(house: House) -> None:
    old = await house.accounts.sign_in("anna", PASSWORD)
    who = await actor(house, old)
    assert house.accounts.fresh(who)
    await house.restart()
    assert house.accounts.fresh(who)
    await house.clock.advance(601)
    assert not house.accounts.fresh(who)
    new = await house.accounts.prove(who, password=PASSWORD)
    assert new != old
    assert house.accounts.fresh(await actor(house, new))
    assert not house.accounts.session_live(who)
    await house.restart()
    assert house.accounts.fresh(await actor(house, new))
    assert len(house.accounts.sessions.of("anna")) == 1


async def test_a_clock_set_back_makes_no_old_proof_new(house: House) -> None:
    who = await actor(house, await house.accounts.sign_in("anna", PASSWORD))
    await house.clock.advance(700)
    await house.clock.step(-timedelta(hours=5))
    assert not house.accounts.fresh(who)


async def test_the_password_alone_proves_nothing_where_a_second_factor_is(house: House) -> None:
    app = await house.add_app()
    session = await house.accounts.sign_in_further(await house.ticket(), code=app.at(house.clock.now()))
    who = await actor(house, session)
    await house.clock.advance(60)
    for given in ({"password": PASSWORD}, {"password": PASSWORD, "code": "aaaa-aaaa"}, {"code": "000000"}, {}):
        with pytest.raises(Forbidden):
            await house.accounts.prove(who, **given)  # type: ignore[arg-type] # texts only
    renewed = await house.accounts.prove(who, code=app.at(house.clock.now()))
    codes = await house.accounts.proofs.factors.new_recovery("anna")
    assert await house.accounts.prove(await actor(house, renewed), password=PASSWORD, code=codes[0])


async def test_guesses_elsewhere_keep_nobody_from_proving_who_she_is(house: House) -> None:
    who = await actor(house, await house.accounts.sign_in("anna", PASSWORD))
    for _ in range(30):
        with pytest.raises(Forbidden):
            await house.accounts.sign_in("anna", "wrong horse battery")
    with pytest.raises(TooManyTries):
        await house.accounts.sign_in("anna", PASSWORD)
    assert await house.accounts.prove(who, password=PASSWORD)


# Passwords


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("password1", "stolen"),
        ("Liverpool1", "stolen"),
        ("qwertyuiop", "stolen"),
        ("aaaaaaaaaaaa", "pattern"),
        ("annaanna", "pattern|name"),
        ("seven77", "at least 8"),
        ("x" * 1_001, "at most"),
    ],
)
async def test_a_password_that_is_guessed_first_is_refused_with_what_would_do(
    password: str, says: str, house: House
) -> None:
    with pytest.raises(WeakPassword, match=says):
        await house.accounts.set_password("anna", password)
    assert await house.accounts.sign_in("anna", PASSWORD)


async def test_long_passwords_count_to_the_last_letter(house: House) -> None:
    long = "wohl bekomms der alten Dame im gruenen Kleid, die am Fenster sitzt und strickt"
    await house.accounts.set_password("anna", f"{long}!")
    with pytest.raises(Forbidden):
        await house.accounts.sign_in("anna", f"{long}?")
    assert await house.accounts.sign_in("anna", f"{long}!")


async def test_a_hash_made_where_memory_was_short_is_made_anew_at_the_next_sign_in(house: House) -> None:
    least = Passwords(memory=1 << 30)
    weak = least.hash(PASSWORD)
    assert "$m=19456,t=2,p=1$" in weak
    await house.recorder.set_password("anna", weak)
    house.accounts.proofs._passwords = Passwords(memory=8 << 30)
    await house.accounts.sign_in("anna", PASSWORD)
    kept = await house.recorder.password_hash("anna")
    assert kept is not None
    assert "$m=65536,t=3,p=4$" in kept
    assert await house.accounts.sign_in("anna", PASSWORD)
    assert not least.outgrown(kept)
