"""What the bell, the list, its buttons, browsers and the settings of notices ask for."""

from __future__ import annotations

from hub.model import HOUSEHOLD as HOUSE
from hub.model import SYSTEM
from hub.notify import Draft
from tests.access.asks import Ask, anybody, at, browser, data, house, known, nobody
from tests.access.oracle import ACT, HOUSEHOLD, MANAGE, VIEW, Caller
from tests.access.routes_scripts import automates
from tests.access.street import PEOPLE, Canary, Street

ABOUT = ("anna", "ben", "mia")


def answers(caller: Caller, person: str) -> bool:
    """Whoever signs in; a program that may do something at all."""
    return caller.browser or automates(caller, person)


def own(caller: Caller, person: str) -> bool:
    """A notice to a person about that person."""
    return caller.person == person and answers(caller, person) and caller.may(VIEW, person)


def tells(caller: Caller, person: str) -> bool:
    """Oneself, whom one may act for, and everybody for who manages the household and knows them."""
    oneself = caller.person == person and answers(caller, person)
    manages = caller.may(MANAGE, HOUSEHOLD) and caller.sees_some(person)
    return oneself or manages or caller.may(ACT, person)


def looks_after(caller: Caller, person: str) -> bool:
    oneself = caller.person == person and caller.browser
    return oneself or (caller.may(MANAGE, HOUSEHOLD) and (caller.person == person or caller.sees_some(person)))


def orders(caller: Caller, person: str) -> bool:
    return caller.may(MANAGE, HOUSEHOLD) and caller.may(VIEW, person)


async def told(street: Street, person: str) -> None:
    """Everybody who may hear it is told something of three people, once."""
    if any(one.kind == "notice" for one in street.canaries):
        return
    for about in ABOUT:
        text = f"Kanari Meldung: {about}"
        await street.hub.rooms.notify.send(SYSTEM, Draft(message=text, target=["everyone"], data={"person": about}))
        street.canaries.append(Canary(text, about, "notice"))


async def asked(street: Street, person: str) -> None:
    """A fresh question to a person about that person."""
    about = {} if person == HOUSE else {"person": person}
    draft = Draft(message="x", target=[person], data={"confirm": True, **about})
    found = await street.hub.rooms.notify.send(SYSTEM, draft)
    street.made["notice"] = found.notices[0].id


async def a_channel(street: Street, person: str) -> None:
    supervisor = street.hub.rooms.supervisor
    if "street_push" not in supervisor.entries:
        await supervisor.add("notify_webpush", {"contact": "a@example.org"}, person=HOUSE, entry_id="street_push")


REST_ONE, PAGE_ONE = "/hub/v1/notifications/{notice}", "/notifications/{notice}"
NOTIFICATIONS: dict[str, Ask] = {
    "GET /hub/v1/notifications": Ask(known, before=told, shows="notice"),
    "POST /hub/v1/notifications": Ask(tells, whose=PEOPLE, json=lambda s, p: {"to": [p], "message": "x"}),
    "POST /hub/v1/notifications/{id}/answer": Ask(
        own, at(f"{REST_ONE}/answer"), ABOUT, json=lambda s, p: {"action": "CONFIRM"}, before=asked
    ),
    "POST /hub/v1/notifications/{id}/confirm": Ask(own, at(f"{REST_ONE}/confirm"), ABOUT, before=asked),
    "DELETE /hub/v1/notifications/{id}": Ask(own, at(REST_ONE), ABOUT, before=asked),
    "GET /notifications": Ask(known, before=told, shows="notice"),
    "GET /notifications/list": Ask(known, before=told, shows="notice"),
    "GET /notifications/live": Ask(known, stream=True),
    "POST /notifications/clear": Ask(answers, form=data()),
    "POST /notifications/{notice}/answer": Ask(
        own, at(f"{PAGE_ONE}/answer"), ABOUT, form=data(action="CONFIRM"), before=asked
    ),
    "POST /notifications/{notice}/confirm": Ask(own, at(f"{PAGE_ONE}/confirm"), ABOUT, form=data(), before=asked),
    "POST /notifications/{notice}/clear": Ask(own, at(f"{PAGE_ONE}/clear"), ABOUT, form=data(), before=asked),
    # Whoever has a notice's token answers that notice; nobody guesses one.
    "POST /notifications/by-token": Ask(nobody, json=lambda s, p: {"token": "x.y", "action": "CONFIRM"}),
    "GET /notifications/by-token/{token}": Ask(anybody, "/notifications/by-token/x.y", absent=True),
    "POST /notifications/by-token/{token}": Ask(
        nobody,
        "/notifications/by-token/x.y",
        form=data(action="CONFIRM"),
        let_in=lambda status, body: "was taken" in body,
    ),
    "GET /sw.js": Ask(anybody),
    "GET /settings/notifications": Ask(known),
    "POST /settings/notifications": Ask(
        looks_after, whose=PEOPLE, form=data(who="{person}", burst="10", per_hour="30")
    ),
    "POST /settings/notifications/channel": Ask(
        looks_after,
        whose=PEOPLE,
        form=data(who="{person}", channel="street_push"),
        before=a_channel,
    ),
    "POST /settings/notifications/test": Ask(looks_after, whose=PEOPLE, form=data(who="{person}", channel="app")),
    "POST /settings/notifications/carers": Ask(orders, whose=PEOPLE, form=data(person="{person}")),
    "POST /settings/notifications/address": Ask(house, form=data(address="")),
    "GET /settings/notifications/browser": Ask(browser),
    "POST /settings/notifications/browser": Ask(browser, json=lambda s, p: {}),
    "POST /settings/notifications/browser/off": Ask(browser, json=lambda s, p: {"endpoint": "https://none.example"}),
}
