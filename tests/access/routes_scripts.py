"""What scripts and scenes ask for: a right to act on something, and on the household for what is the household's."""

from __future__ import annotations

from typing import Any

from hub.errors import NotFound
from tests.access.asks import Ask, data
from tests.access.oracle import ACT, HOUSEHOLD, MANAGE, RECORD, VIEW, Caller
from tests.access.street import PEOPLE, Street

SCRIPT = "alias: Street\nsequence: []\n"
SEES = "alias: Street\nsequence:\n  - variables: {seen: \"{{ states('sensor.ben_weight') }}\"}\n"
SCENE = "name: Street\nentities: {switch.none: on}\n"


def automates(caller: Caller, person: str) -> bool:
    """Who may act on anything of anybody."""
    if not caller.live or ACT not in caller.verbs:
        return False
    theirs = {HOUSEHOLD, *PEOPLE, *(one.person for one in caller.grants)}
    subjects = {one for grant in caller.grants for one in grant.subjects or ()}
    limits = caller.subjects or frozenset()
    return any(caller.may(ACT, who, subject) for who in theirs for subject in (None, *subjects, *limits))


def whole(caller: Caller, person: str) -> bool:
    """Not a token that reaches less than its account."""
    unlimited = caller.persons is None and caller.subjects is None and {VIEW, RECORD, ACT} <= caller.verbs
    return automates(caller, person) and (not caller.token or unlimited)


def runs(caller: Caller, person: str) -> bool:
    """What is the household's."""
    return caller.may(ACT, HOUSEHOLD, "script.street") or caller.may(MANAGE, HOUSEHOLD)


def runs_it(caller: Caller, person: str) -> bool:
    return automates(caller, person) and caller.may(ACT, HOUSEHOLD, "script.street")


def looks(caller: Caller, person: str) -> bool:
    return automates(caller, person) and runs(caller, person)


def changes(caller: Caller, person: str) -> bool:
    own = caller.account == "anna" or caller.may(MANAGE, HOUSEHOLD)
    return looks(caller, person) and whole(caller, person) and own


async def a_script(street: Street, person: str) -> None:
    await _anew(street.hub.rooms.deeds.scripts, SCRIPT)


async def a_script_that_ran(street: Street, person: str) -> None:
    """Of Anna's, that saw how much Ben weighs."""
    await _anew(street.hub.rooms.deeds.scripts, SEES)
    await street.hub.views.of_account("anna").run_script("street")


async def a_scene(street: Street, person: str) -> None:
    await _anew(street.hub.rooms.deeds.scenes, SCENE)


async def none(street: Street, person: str) -> None:
    for kept in (street.hub.rooms.deeds.scripts, street.hub.rooms.deeds.scenes):
        for key in list(kept.all):
            await kept.remove(key)


async def _anew(kept: Any, text: str) -> None:
    try:
        await kept.remove("street")
    except NotFound:
        pass
    await kept.add(kept.read_yaml(text), "anna", by="anna", key="street")


def _json(**told: Any) -> Any:
    return lambda street, person: told


def _of(word: str, before: Any, text: str) -> dict[str, Ask]:
    rest, page = f"/hub/v1/{word}", f"/automations/{word}"
    one, shown = f"{rest}/street", f"{page}/street"
    return {
        f"GET {rest}": Ask(automates),
        f"POST {rest}": Ask(whole, before=none, json=_json(text=text)),
        f"GET {rest}/{{key}}": Ask(looks, one, before=before),
        f"PUT {rest}/{{key}}": Ask(changes, one, before=before, json=_json(text=text)),
        f"DELETE {rest}/{{key}}": Ask(changes, one, before=before),
        f"POST {rest}/{{key}}/run": Ask(
            runs_it if word == "scripts" else looks, f"{one}/run", before=before, json=_json()
        ),
        f"GET {page}": Ask(automates),
        f"GET {page}/new": Ask(automates),
        f"GET {page}/{{key}}": Ask(looks, shown, before=before),
        f"POST {page}/{{key}}": Ask(
            changes, shown, before=before, form=data(text=text.replace("{", "{{").replace("}", "}}"))
        ),
        f"POST {page}/{{key}}/run": Ask(
            runs_it if word == "scripts" else looks, f"{shown}/run", before=before, form=data()
        ),
        f"POST {page}/{{key}}/remove": Ask(changes, f"{shown}/remove", before=before, form=data()),
    }


SCRIPTS: dict[str, Ask] = {
    **_of("scripts", a_script, SCRIPT),
    **_of("scenes", a_scene, SCENE),
    "GET /hub/v1/scripts/{key}/traces": Ask(looks, "/hub/v1/scripts/street/traces", before=a_script_that_ran),
    "POST /automations/scripts/new": Ask(whole, before=none, form=data(text=SCRIPT)),
    "POST /automations/scenes/new": Ask(automates, form=data(name="")),
}
