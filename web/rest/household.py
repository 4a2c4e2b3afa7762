"""The household, its people, the vocabulary of metrics, who asks, and tokens."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from hub.model import HOUSEHOLD, Household, Metric, Person, Token, Verb
from web.rest.endpoint import Call, Endpoint
from web.rest.fields import Body, Name
from web.rest.house_shapes import (
    HouseholdShape,
    Me,
    Metrics,
    MetricShape,
    NewToken,
    People,
    PersonShape,
    Problems,
    Tokens,
    TokenShape,
)
from web.rest.problem import Problem

Zone = Annotated[Name, Field(description="IANA name, such as Europe/Madrid.")]
Sex = Literal["female", "male"]


class HouseholdChange(Body):
    name: Name | None = None
    time_zone: Zone | None = None
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")] | None = None


class NewPerson(Body):
    name: Annotated[Name, Field(pattern=r"^[^\u0000]*\S[^\u0000]*$")]
    time_zone: Zone | None = None
    birth_date: date | None = None
    sex: Sex | None = None


class PersonChange(Body):
    name: Annotated[Name, Field(pattern=r"^[^\u0000]*\S[^\u0000]*$")] | None = None
    time_zone: Zone | None = None
    birth_date: date | None = None
    sex: Sex | None = None


class TokenRequest(Body):
    label: Name
    persons: list[Name] | None = None
    verbs: Annotated[list[Verb], Field(min_length=1)] = Field(default=[Verb.VIEW])
    subjects: Annotated[list[Name] | None, Field(description="Metric keys and `journal:<kind>`; left out: all.")] = None
    days: Annotated[float | None, Field(gt=0, le=3650, description="Null: until it is revoked.")] = 90


def household_shape(one: Household) -> HouseholdShape:
    return {
        "id": one.id,
        "name": one.name,
        "time_zone": one.time_zone,
        "language": one.language,
        "units": dict(one.units),
    }


async def get_household(call: Call) -> HouseholdShape:
    return household_shape(call.view.household())


async def change_household(call: Call) -> HouseholdShape:
    body: HouseholdChange = call.body
    fields = {name: value for name, value in body.model_dump().items() if value is not None}
    await call.view.save_household(replace(call.view.household(), **fields))
    return household_shape(call.view.household())


def person_shape(call: Call, one: Person) -> PersonShape:
    shape: PersonShape = {"person": one.slug, "name": one.name, "time_zone": call.view.time_zone(one.slug)}
    # Whoever may see only some metrics has no business with the rest of the person.
    if call.view.allowed(Verb.VIEW, one.slug):
        shape["birth_date"] = one.birth_date
        shape["sex"] = one.sex
    return shape


async def list_people(call: Call) -> People:
    return {"people": [person_shape(call, one) for one in call.view.people()]}


async def get_person(call: Call) -> PersonShape:
    return person_shape(call, call.view.person(call.path["person"]))


async def add_person(call: Call) -> PersonShape:
    body: NewPerson = call.body
    fields = {name: value for name, value in body.model_dump(exclude={"name"}).items() if value is not None}
    return person_shape(call, await call.view.add_person(body.name, **fields))


async def change_person(call: Call) -> PersonShape:
    body: PersonChange = call.body
    slug = call.view.person(call.path["person"]).slug
    fields: dict[str, Any] = body.model_dump(exclude_unset=True)
    if fields.get("name", ...) is None:
        del fields["name"]
    return person_shape(call, await call.view.change_person(slug, **fields))


def metric_shape(one: Metric) -> MetricShape:
    return {
        "key": one.key,
        "name": one.name,
        "unit": one.unit,
        "display_units": list(one.display_units),
        "kind": one.kind.value,
        "family": one.family.value,
        "aggregation": one.aggregation.value,
        "hard": list(one.hard),
        "plausible": list(one.plausible),
        "options": list(one.options),
        "loinc": one.loinc,
        "device_class": one.device_class,
        "state_class": one.state_class,
        "description": one.description,
    }


async def list_metrics(call: Call) -> Metrics:
    return {"metrics": [metric_shape(one) for one in call.view.metrics()]}


async def get_metric(call: Call) -> MetricShape:
    return metric_shape(call.view.metric(call.path["key"]))


async def who_am_i(call: Call) -> Me:
    view = call.view
    slugs = [*(one.slug for one in view.people()), HOUSEHOLD]
    scopes = {verb: view.scope(verb) for verb in Verb}
    return {
        "account": view.actor.account,
        "kind": view.actor.kind,
        "persons": {
            slug: [verb.value for verb, scope in scopes.items() if scope.touches(slug)]
            for slug in slugs
            if any(scope.touches(slug) for scope in scopes.values())
        },
    }


def token_shape(one: Token) -> TokenShape:
    return {
        "id": one.id,
        "account": one.account,
        "label": one.label,
        "persons": sorted(one.persons) if one.persons is not None else None,
        "verbs": sorted(verb.value for verb in one.verbs),
        "subjects": sorted(one.subjects) if one.subjects is not None else None,
        "created_at": one.created_at,
        "expires_at": one.expires_at,
        "last_used_at": one.last_used_at,
    }


async def list_tokens(call: Call) -> Tokens:
    return {"tokens": [token_shape(one) for one in call.view.tokens()]}


async def create_token(call: Call) -> NewToken:
    body: TokenRequest = call.body
    token, text = await call.view.create_token(
        body.label, persons=body.persons, verbs=body.verbs, subjects=body.subjects, days=body.days
    )
    return {**token_shape(token), "text": text}


async def revoke_token(call: Call) -> Tokens:
    if call.path["id"] == call.view.actor.token:
        raise Problem(
            409,
            "own_token",
            "This is the token that asks.",
            hint="Revoke it with another one, on the page, or with `homeostat token revoke`.",
        )
    await call.view.revoke_token(call.path["id"])
    return await list_tokens(call)


async def list_problems(call: Call) -> Problems:
    return {
        "problems": [
            {"key": key, "since": since, "message": message, "remedy": remedy}
            for key, since, message, remedy in call.view.problems()
        ]
    }


ENDPOINTS = (
    Endpoint("GET", "/hub/v1/me", "Who asks, and what they may", "household", who_am_i, Me),
    Endpoint("GET", "/hub/v1/household", "The household", "household", get_household, HouseholdShape),
    Endpoint(
        "PATCH", "/hub/v1/household", "Change the household", "household", change_household, HouseholdShape,
        body=HouseholdChange,
    ),
    Endpoint("GET", "/hub/v1/people", "People", "household", list_people, People),
    Endpoint(
        "POST", "/hub/v1/people", "Add a person", "household", add_person, PersonShape, body=NewPerson, status=201
    ),
    Endpoint("GET", "/hub/v1/people/{person}", "One person", "household", get_person, PersonShape),
    Endpoint(
        "PATCH", "/hub/v1/people/{person}", "Change a person", "household", change_person, PersonShape,
        body=PersonChange,
    ),
    Endpoint("GET", "/hub/v1/metrics", "What can be measured", "household", list_metrics, Metrics),
    Endpoint("GET", "/hub/v1/metrics/{key}", "One metric", "household", get_metric, MetricShape),
    Endpoint("GET", "/hub/v1/tokens", "Tokens", "tokens", list_tokens, Tokens),
    Endpoint(
        "POST", "/hub/v1/tokens", "Make a token", "tokens", create_token, NewToken, body=TokenRequest, status=201,
        description="Needs a signed-in browser: a token cannot make tokens. Its text is shown this once.",
    ),
    Endpoint("DELETE", "/hub/v1/tokens/{id}", "Revoke a token", "tokens", revoke_token, Tokens, errors=(409,)),
    Endpoint("GET", "/hub/v1/problems", "What the owner should know", "household", list_problems, Problems),
)  # fmt: skip
