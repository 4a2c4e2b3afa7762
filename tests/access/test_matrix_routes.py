"""Every address, tried by everybody, about everybody's data; what is right stands in tables, not in the code."""

from __future__ import annotations

import re

import pytest

from hub.access import READ
from tests.access.asks import Ask
from tests.access.knock import knock, routes_of
from tests.access.oracle import HOUSEHOLD, UNASSIGNED, Caller
from tests.access.routes import OPEN, ROUTES
from tests.access.street import Canary, Street

LIST = "say what it asks for, in one of the tables of tests/access/ (routes_rest, _pages, _settings, _open, _plugins)"
SHOWN_FIRST = ("weight", "temperature_indoor")
"""What a list of one person's values is asked for in the matrix."""


@pytest.fixture(scope="module", autouse=True)
async def stylesheet(kanari: Street) -> None:
    async with kanari.client.get(f"{kanari.url}/sign-in") as page:
        found = re.search(r'"(/static/[^"]+\.css)"', await page.text())
    assert found is not None
    kanari.made["static"] = found[1]


def test_every_address_stands_in_the_table(kanari: Street) -> None:
    there = set(routes_of(kanari))
    new, gone = sorted(there - set(ROUTES)), sorted(set(ROUTES) - there)
    assert not new, f"nobody has said who may ask {new}: {LIST}"
    assert not gone, f"these addresses are no more; take them out of the tables: {gone}"


# What is only looked at goes first: the others leave something behind.
@pytest.mark.parametrize("name", sorted(ROUTES, key=lambda one: (not str(one).startswith("GET"), one)))
async def test_an_address_lets_in_whom_it_should_and_shows_them_no_more(kanari: Street, name: str) -> None:
    if name not in routes_of(kanari):
        pytest.skip("it is no more; another test says so")
    ask, wrong, reads = ROUTES[name], list[str](), kanari.hub.rooms.reads
    for person in ask.whose:
        for caller in kanari.callers:
            reads._folds.clear()
            answer = await knock(kanari, name, ask, caller, person)
            what = f"{name} about {person or 'nobody yet'} by {caller.name}: {answer.status}"
            right = ask.right(caller, person)
            if answer.inside != right:
                wrong.append(f"{what}: {'let in' if answer.inside else 'refused'} {answer.body[:200]!r}")
            wrong += [f"{what}: LEAK of {one}" for one in kanari.leaks(answer.body, caller)]
            looked = {key.person for key in reads._folds if key.account == caller.account and key.action == READ}
            unnoted = _others_seen(kanari, caller, answer.body) - looked
            wrong += [f"{what}: shows what is {one}'s, and the trail does not tell" for one in unnoted]
            if right and ask.shows:
                lacks = _lacking(kanari, ask, caller, person, answer.body)
                wrong += [f"{what}: {one.kind} {one.text!r} is not there" for one in lacks]
    assert not wrong, "\n".join(wrong)


def _lacking(street: Street, ask: Ask, caller: Caller, person: str, body: str) -> list[Canary]:
    of_all = ask.whose == (HOUSEHOLD,)
    return [
        one
        for one in street.canaries
        if one.kind == ask.shows
        and one.for_eyes_of(caller)
        and (of_all or (one.person == person and one.subject in (*SHOWN_FIRST, None, "journal:note")))
        and one.text not in body
    ]


def _others_seen(street: Street, caller: Caller, body: str) -> set[str]:
    """Other people whose readings or journal are in a body that was sent."""
    own = {caller.person, HOUSEHOLD, UNASSIGNED}
    # A lamp can be told its values; that one of them is named is no reading.
    told = [one for one in street.canaries if one.kind == "note" or (one.kind == "value" and one.text[0].isdigit())]
    return {one.person for one in told if one.text in body} - own


async def test_to_strangers_nothing_answers_but_the_door(kanari: Street) -> None:
    stranger = kanari.caller("nobody")
    answered = {
        name
        for name, ask in ROUTES.items()
        if name in routes_of(kanari)
        and not name.startswith("OPTIONS")
        and (await knock(kanari, name, ask, stranger, ask.whose[0])).inside
    }
    assert answered == OPEN


def test_the_matrix_is_no_small_one() -> None:
    assert sum(len(ask.whose) for ask in ROUTES.values()) * 19 > 9_000
