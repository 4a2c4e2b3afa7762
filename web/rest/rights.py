"""Accounts, grants, and who sees whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from hub.model import Account, Grant, Role, Verb
from hub.view import Reach, View, until_of
from web.rest.endpoint import Call, Endpoint
from web.rest.fields import Body, Name

Subjects = Annotated[list[Name] | None, Field(description="Metric keys and `journal:<kind>`; left out: all.")]


class AccountShape(TypedDict):
    account: str
    name: str
    role: str
    person: str | None
    disabled: bool


class AccountList(TypedDict):
    accounts: list[AccountShape]


class ConsentShape(TypedDict):
    """What one person says to a grant about them."""

    person: str
    by: str
    """The account that agreed, for a child whoever gave it; empty while they are asked."""
    at: datetime | None


class GrantShape(TypedDict):
    id: str
    account: str
    person: str
    verbs: list[str]
    subjects: list[str] | None
    until: datetime | None
    by: str
    given_at: datetime | None
    consents: list[ConsentShape]
    waits: bool
    """True: it gives nothing before all of them have agreed."""


class GrantList(TypedDict):
    grants: list[GrantShape]


class ReachShape(TypedDict):
    account: str
    name: str
    role: str
    verbs: list[str]
    subjects: list[str] | None
    until: datetime | None
    grant: str | None
    """Null: it comes with the role."""


class Audience(TypedDict):
    person: str
    accounts: list[ReachShape]


class Waiting(Body):
    wait: Annotated[bool, Field(description="A grant gives nothing before everyone it is about has agreed.")]


class WaitingShape(TypedDict):
    wait: bool


class NewAccount(Body):
    name: Name
    password: Annotated[str, Field(max_length=1_000)]
    role: Role
    person: Name | None = None


class AccountChange(Body):
    role: Role | None = None
    person: Annotated[Name | None, Field(description="Null: nobody of the household.")] = None
    disabled: bool | None = None


class NewRight(Body):
    person: Annotated[Name, Field(description="A person, `household`, or `*` for everybody.")]
    verbs: Annotated[list[Verb], Field(min_length=1)] = Field(default=[Verb.VIEW])
    subjects: Subjects = None
    until: Annotated[str, Field(max_length=40, description="`2h`, `3d`, `tonight`, or ISO 8601; empty: for ever.")] = ""


class NewGrant(NewRight):
    account: Name


def account_shape(one: Account) -> AccountShape:
    return {
        "account": one.name,
        "name": one.display_name,
        "role": one.role.value,
        "person": one.person,
        "disabled": one.disabled,
    }


async def list_accounts(call: Call) -> AccountList:
    return {"accounts": [account_shape(one) for one in call.view.accounts()]}


async def add_account(call: Call) -> AccountShape:
    body: NewAccount = call.body
    return account_shape(await call.view.add_account(body.name, body.password, role=body.role, person=body.person))


async def change_account(call: Call) -> AccountShape:
    body: AccountChange = call.body
    given: dict[str, Any] = body.model_dump(exclude_unset=True)
    fields = {key: value for key, value in given.items() if value is not None or key == "person"}
    return account_shape(await call.view.change_account(call.path["account"], **fields))


async def remove_account(call: Call) -> AccountList:
    await call.view.remove_account(call.path["account"])
    return await list_accounts(call)


def grant_shape(view: View, one: Grant) -> GrantShape:
    return {
        "id": one.id,
        "account": one.account,
        "person": one.person,
        "verbs": sorted(verb.value for verb in one.verbs),
        "subjects": sorted(one.subjects) if one.subjects is not None else None,
        "until": one.until,
        "by": one.by,
        "given_at": one.given_at,
        "consents": [{"person": each.person, "by": each.by, "at": each.at} for each in view.consents(one)],
        "waits": view.held(one),
    }


async def list_grants(call: Call) -> GrantList:
    return {"grants": [grant_shape(call.view, one) for one in call.view.grants()]}


async def add_grant(call: Call) -> GrantShape:
    body: NewGrant = call.body
    view = call.view
    account = view.find_account(body.account).name
    draft = view.draft_grant(body.person, body.verbs, subjects=body.subjects)
    zone = view.time_zone(body.person) if body.person != "*" else view.household().time_zone
    until = until_of(body.until, view.clock.now(), zone)
    return grant_shape(view, await view.give(replace(draft, account=account, until=until)))


async def withdraw_grant(call: Call) -> GrantList:
    await call.view.withdraw(call.path["id"])
    return await list_grants(call)


async def agree_to_grant(call: Call) -> GrantShape:
    return grant_shape(call.view, await call.view.agree(call.path["id"]))


async def show_waiting(call: Call) -> WaitingShape:
    return {"wait": call.view.consent_waits}


async def set_waiting(call: Call) -> WaitingShape:
    body: Waiting = call.body
    await call.view.set_consent_waits(body.wait)
    return await show_waiting(call)


def reach_shape(account: Account, one: Reach) -> ReachShape:
    return {
        "account": account.name,
        "name": account.display_name,
        "role": account.role.value,
        "verbs": sorted(verb.value for verb in one.verbs),
        "subjects": sorted(one.subjects) if one.subjects is not None else None,
        "until": one.grant.until if one.grant is not None else None,
        "grant": one.grant.id if one.grant is not None else None,
    }


async def who_sees(call: Call) -> Audience:
    slug = call.path["person"]
    call.view.require_whose(slug)
    found = call.view.who_sees(slug)
    return {"person": slug, "accounts": [reach_shape(account, one) for account, reaches in found for one in reaches]}


ENDPOINTS = (
    Endpoint("GET", "/hub/v1/accounts", "Accounts", "rights", list_accounts, AccountList),
    Endpoint(
        "POST", "/hub/v1/accounts", "Add an account", "rights", add_account, AccountShape, body=NewAccount, status=201
    ),
    Endpoint(
        "PATCH", "/hub/v1/accounts/{account}", "Change or disable an account", "rights", change_account, AccountShape,
        body=AccountChange,
    ),
    Endpoint(
        "DELETE", "/hub/v1/accounts/{account}", "Remove an account", "rights", remove_account, AccountList,
        errors=(409,),
    ),
    Endpoint("GET", "/hub/v1/grants", "Grants that hold", "rights", list_grants, GrantList),
    Endpoint("POST", "/hub/v1/grants", "Give a right", "rights", add_grant, GrantShape, body=NewGrant, status=201),
    Endpoint("DELETE", "/hub/v1/grants/{id}", "Withdraw a grant", "rights", withdraw_grant, GrantList),
    Endpoint("POST", "/hub/v1/grants/{id}/agree", "Agree to a grant about oneself", "rights", agree_to_grant,
             GrantShape),
    Endpoint("GET", "/hub/v1/rights/waiting", "Whether grants wait for a yes", "rights", show_waiting, WaitingShape),
    Endpoint("PUT", "/hub/v1/rights/waiting", "Have grants wait for a yes, or not", "rights", set_waiting, WaitingShape,
             body=Waiting),
    Endpoint("GET", "/hub/v1/people/{person}/audience", "Who sees a person", "rights", who_sees, Audience),
)  # fmt: skip
