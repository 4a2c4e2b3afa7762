"""What automations ask for: a right to act on something; one's own, or all for who manages the household."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from hub.automation.replay.room import BacktestJob
from hub.automation.trace import Outcome
from hub.errors import HubError
from hub.model import Actor, Verb
from tests.access.asks import Ask, at, data
from tests.access.oracle import HOUSEHOLD, MANAGE, Caller
from tests.access.routes_scripts import automates, whole
from tests.access.street import Street

OWNERS = ("anna", "ben")
LOOK = "{{ states('sensor.ben_weight') }} and {{ states('sensor.mia_weight') }}"
TEXT = "alias: Street\ntriggers: []\nactions: [{delay: 0}]\n"
REST, PAGE = "/hub/v1/automations/street_{person}", "/automations/street_{person}"
JOBS, TRIED = "/hub/v1/backtests/{backtest}", "/automations/backtests/{backtest}"


def looks(caller: Caller, account: str) -> bool:
    """At the automation of an account."""
    return automates(caller, account) and (caller.account == account or caller.may(MANAGE, HOUSEHOLD))


def changes(caller: Caller, account: str) -> bool:
    return looks(caller, account) and whole(caller, account)


def sees_as_much(caller: Caller, person: str) -> bool:
    """What Anna found, in a browser or with a token that reaches as far as she."""
    unlimited = caller.persons is None and caller.subjects is None
    return automates(caller, person) and caller.account == "anna" and unlimited


async def an_automation(street: Street, account: str) -> None:
    """That looks at Ben and Mia, and has run once."""
    automations, key = street.hub.rooms.automations, f"street_{account}"
    if key not in automations.all:
        body = {"alias": f"Street of {account}", "triggers": [], "actions": [{"variables": {"seen": LOOK}}]}
        await automations.add(body, account, by=account, key=key)
    one = automations.all[key]
    if not any(each.outcome is Outcome.DONE for each in await automations.traces(key)):
        await automations.enable(key, True, by=account)
        automations.run(key)
        while not any(each.outcome is Outcome.DONE for each in await automations.traces(one.key)):
            await asyncio.sleep(0.01)
    street.made["run"] = next(each.run for each in await automations.traces(key) if each.run)


async def no_automation(street: Street, account: str) -> None:
    automations = street.hub.rooms.automations
    for key in [one for one in automations.all if one.startswith("street")]:
        try:
            await automations.remove(key, by="anna")
        except HubError:
            pass


async def one_automation(street: Street, account: str) -> None:
    """No copies of it."""
    await no_automation(street, account)
    await an_automation(street, account)


async def a_removed_automation(street: Street, account: str) -> None:
    await one_automation(street, account)
    removed = await street.hub.rooms.automations.remove(f"street_{account}", by=account)
    street.made["version"] = str(removed.version)


async def a_backtest(street: Street, person: str) -> None:
    """Of Anna's, that saw how much Ben weighs."""
    rooms = street.hub.rooms
    value = next(one.text for one in street.canaries if one.person == "ben" and one.subject == "weight")
    now = rooms.clock.now()
    result = {"entities": [street.weight["ben"]], "variants": [], "notes": [value]}
    job = BacktestJob("street", "anna", "Street", "", now - timedelta(days=1), now, now, state="failed", result=result)
    job.ended_at, job.error, job.scope = now, "Straße", rooms.access.scope(Actor("anna"), Verb.VIEW)
    rooms.backtests._jobs["street"] = job
    street.made["backtest"] = "street"


def told(status: int, body: str) -> bool:
    return "Straße" in body


def _json(**said: Any) -> Any:
    return lambda street, person: said


def _version(street: Street, person: str) -> Any:
    return {"version": int(street.made["version"])}


AUTOMATIONS: dict[str, Ask] = {
    "GET /hub/v1/automations": Ask(automates, before=an_automation, whose=("anna",)),
    "POST /hub/v1/automations": Ask(whole, before=no_automation, json=_json(text=TEXT, key="street_new")),
    "GET /hub/v1/automations/{key}": Ask(looks, at(REST), OWNERS, before=an_automation),
    "PUT /hub/v1/automations/{key}": Ask(changes, at(REST), OWNERS, before=one_automation, json=_json(text=TEXT)),
    "PATCH /hub/v1/automations/{key}": Ask(
        changes, at(REST), ("ben",), before=an_automation, json=_json(enabled=False)
    ),
    "DELETE /hub/v1/automations/{key}": Ask(changes, at(REST), OWNERS, before=one_automation),
    "POST /hub/v1/automations/{key}/run": Ask(changes, at(f"{REST}/run"), OWNERS, before=an_automation, json=_json()),
    "GET /hub/v1/automations/{key}/versions": Ask(looks, at(f"{REST}/versions"), OWNERS, before=an_automation),
    "POST /hub/v1/automations/{key}/restore": Ask(
        changes, at(f"{REST}/restore"), OWNERS, before=a_removed_automation, json=_version
    ),
    "GET /hub/v1/automations/{key}/traces": Ask(looks, at(f"{REST}/traces"), OWNERS, before=an_automation),
    "POST /hub/v1/checks/automation": Ask(automates, json=_json(text=TEXT)),
    "POST /hub/v1/checks/condition": Ask(
        automates, json=_json(condition={"condition": "numeric_state", "entity_id": "sensor.ben_weight", "above": 900})
    ),
    "POST /hub/v1/template": Ask(automates, json=_json(template=LOOK)),
    "GET /hub/v1/backtests": Ask(automates, before=a_backtest),
    "POST /hub/v1/backtests": Ask(automates, json=_json(text="not one")),
    "GET /hub/v1/backtests/{id}": Ask(sees_as_much, at(JOBS), before=a_backtest),
    "DELETE /hub/v1/backtests/{id}": Ask(sees_as_much, at(JOBS), before=a_backtest),
    "GET /automations": Ask(automates, before=an_automation, whose=("anna",)),
    "GET /automations/lines": Ask(automates, before=an_automation, whose=("ben",)),
    "GET /automations/bring": Ask(automates),
    "POST /automations/bring": Ask(automates, form=data(text=TEXT.replace("{", "{{").replace("}", "}}"))),
    "GET /automations/new": Ask(automates),
    "POST /automations/new": Ask(automates, form=data(op="show")),
    "POST /automations/new/pick": Ask(automates, form=data(picking="triggers", q="")),
    "POST /automations/new/template": Ask(
        automates, form=data(field="x", x=LOOK.replace("{", "{{").replace("}", "}}"))
    ),
    "GET /automations/{key}": Ask(looks, at(PAGE), OWNERS, before=an_automation),
    "GET /automations/{key}/timeline": Ask(looks, at(f"{PAGE}/timeline"), OWNERS, before=an_automation),
    "GET /automations/{key}/runs/{run}": Ask(looks, at(f"{PAGE}/runs/{{run}}"), OWNERS, before=an_automation),
    "GET /automations/{key}/versions": Ask(looks, at(f"{PAGE}/versions"), OWNERS, before=an_automation),
    "GET /automations/{key}/edit": Ask(looks, at(f"{PAGE}/edit"), OWNERS, before=an_automation),
    "POST /automations/{key}/edit": Ask(looks, at(f"{PAGE}/edit"), OWNERS, before=an_automation, form=data(op="show")),
    "GET /automations/{key}/backtest": Ask(looks, at(f"{PAGE}/backtest"), OWNERS, before=an_automation),
    "POST /automations/{key}/enable": Ask(
        changes, at(f"{PAGE}/enable"), OWNERS, before=an_automation, form=data(on="1")
    ),
    "POST /automations/{key}/on": Ask(changes, at(f"{PAGE}/on"), ("ben",), before=an_automation, form=data()),
    "POST /automations/{key}/off": Ask(changes, at(f"{PAGE}/off"), ("ben",), before=an_automation, form=data()),
    "POST /automations/{key}/run": Ask(changes, at(f"{PAGE}/run"), ("ben",), before=an_automation, form=data()),
    "POST /automations/{key}/duplicate": Ask(
        changes, at(f"{PAGE}/duplicate"), ("ben",), before=one_automation, form=data()
    ),
    "POST /automations/{key}/remove": Ask(changes, at(f"{PAGE}/remove"), ("ben",), before=one_automation, form=data()),
    "POST /automations/{key}/versions/{version}/restore": Ask(
        changes, at(f"{PAGE}/versions/{{version}}/restore"), ("ben",), before=a_removed_automation, form=data()
    ),
    "POST /automations/backtest": Ask(automates, form=data(body="not one")),
    "GET /automations/backtests/{job}": Ask(sees_as_much, at(TRIED), before=a_backtest, let_in=told),
    "POST /automations/backtests/{job}/cancel": Ask(
        sees_as_much, at(f"{TRIED}/cancel"), before=a_backtest, form=data()
    ),
}
