"""What blueprints ask for: a right to act on something to look and to use, the household's management to keep one."""

from __future__ import annotations

from typing import Any

from hub.errors import HubError
from tests.access.asks import Ask, data, house
from tests.access.oracle import HOUSEHOLD, MANAGE, Caller
from tests.access.routes_scripts import automates, whole
from tests.access.street import Street

TEXT = "blueprint:\n  name: Street\n  domain: automation\ntriggers: []\nactions: [{delay: 1}]\n"
FORM = TEXT.replace("{", "{{").replace("}", "}}")
PATH = "street/one.yaml"
PAGE, REST = f"/automations/blueprints/{PATH}", "/hub/v1/blueprints/street%2Fone.yaml"


def looks(caller: Caller, person: str) -> bool:
    """At Anna's automation."""
    return automates(caller, person) and (caller.account == "anna" or caller.may(MANAGE, HOUSEHOLD))


def changes(caller: Caller, person: str) -> bool:
    return looks(caller, person) and whole(caller, person)


async def a_blueprint(street: Street, person: str) -> None:
    await _unused(street)
    street.hub.rooms.shelf.keep(TEXT, PATH, replace=True)


async def no_blueprint(street: Street, person: str) -> None:
    await a_blueprint(street, person)
    street.hub.rooms.shelf.remove(PATH)


async def an_automation(street: Street, person: str) -> None:
    await a_blueprint(street, person)
    body = {"alias": "Street", "use_blueprint": {"path": PATH, "input": {}}}
    await street.hub.rooms.automations.add(body, "anna", by="anna", key="street_blueprint", enabled=False)


async def _unused(street: Street) -> None:
    automations = street.hub.rooms.automations
    for key, one in list(automations.all.items()):
        if one.body.get("use_blueprint"):
            try:
                await automations.remove(key, by="anna")
            except HubError:
                pass


def _json(**told: Any) -> Any:
    return lambda street, person: told


BLUEPRINTS: dict[str, Ask] = {
    "GET /hub/v1/blueprints": Ask(automates),
    "POST /hub/v1/blueprints": Ask(house, before=no_blueprint, json=_json(text=TEXT, path=PATH)),
    "POST /hub/v1/blueprints/preview": Ask(house, json=_json(text=TEXT)),
    "POST /hub/v1/blueprints/check": Ask(automates, json=_json(text=TEXT)),
    "GET /hub/v1/blueprints/{path}": Ask(automates, REST, before=a_blueprint),
    "GET /hub/v1/blueprints/{path}/update": Ask(house, f"{REST}/update", before=a_blueprint),
    "POST /hub/v1/blueprints/{path}/update": Ask(house, f"{REST}/update", before=a_blueprint, json=_json()),
    "DELETE /hub/v1/blueprints/{path}": Ask(house, REST, before=a_blueprint),
    "GET /automations/blueprints": Ask(automates),
    "GET /automations/blueprints/import": Ask(house),
    "POST /automations/blueprints/newer": Ask(house, before=no_blueprint, form=data()),
    "POST /automations/blueprints/preview": Ask(house, form=data(text=FORM)),
    "POST /automations/blueprints/keep": Ask(house, before=no_blueprint, form=data(text=FORM, path=PATH)),
    "GET /automations/blueprints/{path}": Ask(automates, PAGE, before=a_blueprint),
    "POST /automations/blueprints/{path}": Ask(whole, PAGE, before=a_blueprint, form=data(alias="Street")),
    "POST /automations/blueprints/{path}/check": Ask(automates, f"{PAGE}/check", before=a_blueprint, form=data()),
    "POST /automations/blueprints/{path}/past": Ask(automates, f"{PAGE}/past", before=a_blueprint, form=data()),
    "GET /automations/blueprints/{path}/source": Ask(automates, f"{PAGE}/source", before=a_blueprint),
    "GET /automations/blueprints/{path}/update": Ask(house, f"{PAGE}/update", before=a_blueprint),
    "POST /automations/blueprints/{path}/update": Ask(house, f"{PAGE}/update", before=a_blueprint, form=data()),
    "POST /automations/blueprints/{path}/remove": Ask(house, f"{PAGE}/remove", before=a_blueprint, form=data()),
    "GET /automations/{key}/inputs": Ask(looks, "/automations/street_blueprint/inputs", before=an_automation),
    "POST /automations/{key}/inputs": Ask(
        changes, "/automations/street_blueprint/inputs", before=an_automation, form=data(alias="Street")
    ),
    "GET /automations/choices": Ask(automates, '/automations/choices?selector={"entity":null}'),
    "POST /automations/choices/check": Ask(automates, form=data(kind="action", name="x", x="- delay: 1")),
    "POST /automations/choices/template": Ask(automates, form=data(name="x", x="x")),
}
