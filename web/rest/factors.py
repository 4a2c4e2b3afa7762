"""Passkeys, codes of an app and codes on paper: of the account that is signed in, and an owner's word on others'."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from aiohttp import web
from pydantic import Field
from typing_extensions import TypedDict

from web import session
from web.rest.endpoint import Call, Endpoint, as_json
from web.rest.fields import Body

_ONE = "/hub/v1/account/factors"
_OTHER = "/hub/v1/accounts/{account}/factors"


class PasskeyShape(TypedDict):
    id: str
    name: str
    host: str
    """The hub's name under which it works."""
    since: datetime
    used: datetime | None
    synced: bool


class FactorsShape(TypedDict):
    account: str
    passkeys: list[PasskeyShape]
    app_since: datetime | None
    """Null: no app makes codes."""
    recovery_codes: int
    """How many are left."""
    recovery_since: datetime | None
    passkey_after_password: bool
    owners_need_one: bool


class Enrolment(TypedDict):
    seed: str
    address: str
    """`otpauth:`, for a QR code."""


class RecoveryCodes(TypedDict):
    codes: list[str]


class Confirmed(TypedDict):
    fresh_until: datetime


class FactorsChange(Body):
    passkey_after_password: bool | None = None
    owners_need_one: Annotated[bool | None, Field(description="An owner's: no owner may do without.")] = None


class CodeBody(Body):
    code: Annotated[str, Field(min_length=6, max_length=40, description="What the app shows.")]


class Proof(Body):
    password: Annotated[str, Field(max_length=1_000)] = ""
    code: Annotated[str, Field(max_length=40, description="Of the app, or with the password one on paper.")] = ""


def shape(call: Call, account: str = "") -> FactorsShape:
    held = call.view.factors(account)
    return {
        "account": account or call.view.actor.account,
        "passkeys": [
            {
                "id": one.id,
                "name": one.name,
                "host": one.host,
                "since": one.since,
                "used": one.used,
                "synced": one.synced,
            }
            for one in held.passkeys
        ],
        "app_since": held.app.since if held.app is not None else None,
        "recovery_codes": len(held.recovery),
        "recovery_since": held.recovery_since,
        "passkey_after_password": held.also_passkey,
        "owners_need_one": call.view.second_demanded,
    }


async def read_factors(call: Call) -> FactorsShape:
    return shape(call)


async def change_factors(call: Call) -> FactorsShape:
    body: FactorsChange = call.body
    if body.passkey_after_password is not None:
        await call.view.ask_passkey_too(body.passkey_after_password)
    if body.owners_need_one is not None:
        await call.view.demand_second(body.owners_need_one)
    return shape(call)


async def remove_passkey(call: Call) -> FactorsShape:
    await call.view.remove_passkey(call.path["id"])
    return shape(call)


async def begin_codes(call: Call) -> Enrolment:
    seed, address = call.view.begin_codes()
    return {"seed": seed, "address": address}


async def confirm_codes(call: Call) -> FactorsShape:
    body: CodeBody = call.body
    await call.view.confirm_codes(body.code)
    return shape(call)


async def end_codes(call: Call) -> FactorsShape:
    await call.view.end_codes()
    return shape(call)


async def make_recovery_codes(call: Call) -> RecoveryCodes:
    return {"codes": await call.view.new_recovery_codes()}


async def confirm_account(call: Call) -> web.Response:
    """The session has another id from now on, in the answer's cookie."""
    body: Proof = call.body
    renewed = await call.view.prove(password=body.password, code=body.code)
    found: Confirmed = {"fresh_until": call.view.fresh_until(renewed)}
    response = as_json(found)
    session.renew(call.request, response, renewed)
    return response


async def read_factors_of(call: Call) -> FactorsShape:
    return shape(call, call.view.find_account(call.path["account"]).name)


async def reset_factors(call: Call) -> FactorsShape:
    return shape(call, (await call.view.reset_factors(call.path["account"])).name)


ENDPOINTS = (
    Endpoint("GET", _ONE, "Your passkeys and codes", "factors", read_factors, FactorsShape),
    Endpoint("PATCH", _ONE, "What is asked for after the password", "factors", change_factors, FactorsShape,
             body=FactorsChange),
    Endpoint("DELETE", f"{_ONE}/passkeys/{{id}}", "Remove a passkey", "factors", remove_passkey, FactorsShape,
             errors=(409,)),
    Endpoint("POST", f"{_ONE}/codes", "Begin to set up an app", "factors", begin_codes, Enrolment),
    Endpoint("POST", f"{_ONE}/codes/confirm", "Turn on codes of the app", "factors", confirm_codes, FactorsShape,
             body=CodeBody),
    Endpoint("DELETE", f"{_ONE}/codes", "Turn off codes of the app", "factors", end_codes, FactorsShape, errors=(409,)),
    Endpoint("POST", f"{_ONE}/recovery", "Ten new recovery codes, shown once", "factors", make_recovery_codes,
             RecoveryCodes, errors=(409,)),
    Endpoint("POST", "/hub/v1/account/confirm", "Show that it is still you", "factors", confirm_account, Confirmed,
             body=Proof),
    Endpoint("GET", _OTHER, "An account's passkeys and codes", "factors", read_factors_of, FactorsShape),
    Endpoint("DELETE", _OTHER, "Take an account's passkeys and codes away", "factors", reset_factors, FactorsShape,
             errors=(409,)),
)  # fmt: skip
