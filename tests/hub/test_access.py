from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.access import Access
from hub.clock import VirtualClock
from hub.model import HOUSEHOLD, SYSTEM, Account, Actor, Grant, Role, Token, Verb
from hub.view import View

START = datetime(2026, 1, 1, tzinfo=UTC)
PERSONS = ["anna", "ben", "mia", HOUSEHOLD, ""]
SUBJECTS = ["heart_rate", "blood_glucose", "journal:meal", None]


def _access(
    role: Role = Role.GUEST, person: str | None = None, grants: tuple[Grant, ...] = (), tokens: tuple[Token, ...] = ()
) -> tuple[Access, VirtualClock]:
    clock = VirtualClock(START)
    access = Access(clock)
    access.learn({"x": Account("x", "X", role, person)}, {g.id: g for g in grants}, {t.id: t for t in tokens})
    return access, clock


def test_an_owner_may_everything_and_a_stranger_nothing() -> None:
    access, _ = _access(Role.OWNER)
    assert access.allowed(Actor("x"), Verb.MANAGE, "")
    assert not access.allowed(Actor("nobody"), Verb.VIEW, "anna")
    assert not access.allowed(Actor("", kind="nobody"), Verb.VIEW, HOUSEHOLD)
    assert access.allowed(SYSTEM, Verb.MANAGE, "")


def test_an_adult_sees_their_own_and_the_household_but_not_others() -> None:
    access, _ = _access(Role.ADULT, "ben")
    assert access.allowed(Actor("x"), Verb.RECORD, "ben", "weight")
    assert access.allowed(Actor("x"), Verb.VIEW, HOUSEHOLD)
    assert not access.allowed(Actor("x"), Verb.VIEW, "anna", "weight")
    assert not access.allowed(Actor("x"), Verb.VIEW, "")


async def test_a_grant_ends_by_itself() -> None:
    until = START + timedelta(hours=2)
    access, clock = _access(grants=(Grant("g", "x", "mia", frozenset({Verb.VIEW}), None, until),))
    assert access.allowed(Actor("x"), Verb.VIEW, "mia")
    await clock.advance(2 * 3_600)
    assert not access.allowed(Actor("x"), Verb.VIEW, "mia")


def test_a_token_never_reaches_further_than_its_account() -> None:
    wide = Token("t", "x", "", None, frozenset(Verb), None, START)
    access, _ = _access(Role.FAMILY, "ben", tokens=(wide,))
    assert access.allowed(Actor("x", token="t"), Verb.RECORD, "ben")
    assert not access.allowed(Actor("x", token="t"), Verb.ACT, "ben")
    assert not access.allowed(Actor("x", token="t"), Verb.VIEW, "anna")


def test_a_token_of_one_metric_opens_that_metric_only() -> None:
    narrow = Token("t", "x", "", frozenset({"anna"}), frozenset({Verb.VIEW}), frozenset({"blood_glucose"}), START)
    access, _ = _access(Role.OWNER, tokens=(narrow,))
    actor = Actor("x", token="t")
    assert access.allowed(actor, Verb.VIEW, "anna", "blood_glucose")
    assert not access.allowed(actor, Verb.VIEW, "anna", "weight")
    assert not access.allowed(actor, Verb.VIEW, "anna")
    assert not access.allowed(actor, Verb.VIEW, "ben", "blood_glucose")
    assert not access.allowed(actor, Verb.RECORD, "anna", "blood_glucose")


_subjects = st.none() | st.frozensets(st.sampled_from([s for s in SUBJECTS if s]), min_size=1)
_grants = st.builds(
    Grant,
    id=st.uuids().map(str),
    account=st.sampled_from(["x", "y"]),
    person=st.sampled_from(["anna", "ben", HOUSEHOLD, "*"]),
    verbs=st.frozensets(st.sampled_from(list(Verb)), min_size=1),
    subjects=_subjects,
    until=st.none() | st.sampled_from([START - timedelta(seconds=1), START + timedelta(days=1)]),
)


@given(
    role=st.sampled_from(list(Role)),
    own=st.sampled_from([None, "ben"]),
    grants=st.lists(_grants, max_size=4),
    persons=st.none() | st.frozensets(st.sampled_from(PERSONS[:4]), min_size=1),
    subjects=_subjects,
    verb=st.sampled_from(list(Verb)),
)
def test_what_a_token_may_is_what_account_and_token_both_may(
    role: Role,
    own: str | None,
    grants: list[Grant],
    persons: frozenset[str] | None,
    subjects: frozenset[str] | None,
    verb: Verb,
) -> None:
    token = Token("t", "x", "", persons, frozenset({Verb.VIEW, Verb.RECORD}), subjects, START)
    access, _ = _access(role, own, tuple(grants), (token,))
    for person in PERSONS:
        for subject in SUBJECTS:
            by_account = access.allowed(Actor("x"), verb, person, subject)
            by_token = access.allowed(Actor("x", token="t"), verb, person, subject)
            fits = (
                verb in token.verbs
                and (persons is None or person in persons)
                and (subjects is None or subject in subjects)
            )
            assert by_token == (by_account and fits)
            assert access.scope(Actor("x"), verb).covers(person, subject) == by_account
            if by_account:
                assert access.scope(Actor("x"), verb).touches(person)


def test_no_part_of_the_view_takes_the_place_of_anothers_method() -> None:
    """It is made of many; two of one name, and a rule about people would be asked of scripts."""
    names = [name for part in View.__mro__[:-1] for name in vars(part) if not name.startswith("__")]
    assert {name for name in names if names.count(name) > 1} == set()
