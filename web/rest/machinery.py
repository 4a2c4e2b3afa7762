"""Integrations, config entries, devices and actions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import orjson
from pydantic import Field, ValidationError

from hub.errors import NotFound
from hub.model import HOUSEHOLD, ConfigEntry, Device, EntryStatus, Verb
from web.hidden import mask, unmask
from web.rest.endpoint import Call, Endpoint
from web.rest.fields import Body, Name, from_us
from web.rest.house_shapes import (
    Devices,
    DeviceShape,
    Entries,
    EntryLog,
    EntryShape,
    Integrations,
    IntegrationShape,
    StatusShape,
)
from web.rest.problem import Problem, from_validation
from web.rest.shapes import ActionResult, Actions


class NewEntry(Body):
    domain: Name
    title: Annotated[str, Field(max_length=200, pattern=r"^[^\u0000]*$")] = ""
    person: Annotated[str, Field(max_length=200, description="Whose data it brings, where the integration asks.")] = ""
    options: dict[str, Any] = Field(default_factory=dict)
    agree: Annotated[bool, Field(description="To what a custom integration wants; a refusal (409) tells it.")] = False


class EntryChange(Body):
    """What is left out stays as it is; a secret that reads `********` does too."""

    title: Name | None = None
    person: Name | None = None
    options: dict[str, Any] | None = None
    disabled: bool | None = None


class DeviceChange(Body):
    person: Annotated[Name, Field(description="A slug, or `household`.")] | None = None
    ignored: bool | None = None


class ActionBody(Body):
    """The parameters of the action, as GET /hub/v1/actions tells."""


def status_shape(one: EntryStatus) -> StatusShape:
    return {
        "state": one.state.value,
        "since": one.since,
        "problem": one.problem,
        "remedy": one.remedy,
        "next_try": one.next_try,
        "last_success": one.last_success,
        "samples": one.samples,
        "errors": one.errors,
        "rejected": one.rejected,
        "progress": one.progress,
        "progress_text": one.progress_text,
    }


def entry_shape(call: Call, entry: ConfigEntry, status: EntryStatus) -> EntryShape:
    manages = call.view.allowed(Verb.MANAGE, HOUSEHOLD)
    return {
        "id": entry.id,
        "domain": entry.domain,
        "title": entry.title,
        "person": entry.person,
        "disabled": entry.disabled,
        "declared_in": entry.declared_in,
        "options": mask(entry.options, _schema(call, entry.domain)) if manages else {},
        "status": status_shape(status),
    }


def _schema(call: Call, domain: str) -> Mapping[str, Any] | None:
    try:
        return call.view.integration_schema(domain)
    except NotFound:
        return None


async def list_entries(call: Call) -> Entries:
    return {"entries": [entry_shape(call, *one) for one in call.view.entries()]}


async def get_entry(call: Call) -> EntryShape:
    entry = call.view.entry(call.path["id"])
    return entry_shape(call, entry, call.view.entry_status(entry.id))


async def add_entry(call: Call) -> EntryShape:
    body: NewEntry = call.body
    try:
        made = await call.view.add_entry(
            body.domain, body.options, title=body.title, person=body.person, agree=body.agree
        )
    except ValidationError as error:
        raise _misfit(call, body.domain, error) from None
    return entry_shape(call, made, call.view.entry_status(made.id))


async def change_entry(call: Call) -> EntryShape:
    body: EntryChange = call.body
    entry = call.view.entry(call.path["id"])
    fields = {name: value for name, value in body.model_dump(exclude_unset=True).items() if value is not None}
    if "options" in fields:
        fields["options"] = unmask(fields["options"], entry.options)
    try:
        await call.view.change_entry(entry.id, **fields)
    except ValidationError as error:
        raise _misfit(call, entry.domain, error) from None
    return await get_entry(call)


def _misfit(call: Call, domain: str, error: ValidationError) -> Problem:
    known = (_schema(call, domain) or {}).get("properties", {})
    return from_validation(error, "body options", known, status=409)


async def remove_entry(call: Call) -> Entries:
    await call.view.remove_entry(call.view.entry(call.path["id"]).id)
    return await list_entries(call)


async def reload_entry(call: Call) -> EntryShape:
    await call.view.reload_entry(call.view.entry(call.path["id"]).id)
    return await get_entry(call)


async def agree_entry(call: Call) -> EntryShape:
    await call.view.agree_entry(call.view.entry(call.path["id"]).id)
    return await get_entry(call)


async def get_entry_log(call: Call) -> EntryLog:
    lines = call.view.entry_log(call.view.entry(call.path["id"]).id)
    return {"lines": [{"at": from_us(int(at * 1e6)), "level": level, "message": text} for at, level, text in lines]}


async def list_integrations(call: Call) -> Integrations:
    found: list[IntegrationShape] = [
        {
            "domain": one.domain,
            "name": one.name,
            "description": one.description,
            "documentation": one.documentation,
            "belongs_to": one.belongs_to,
            "problem": one.problem,
        }
        for one in call.view.integrations()
    ]
    return {"integrations": found}


async def get_integration(call: Call) -> IntegrationShape:
    domain = call.path["domain"]
    found = next((one for one in (await list_integrations(call))["integrations"] if one["domain"] == domain), None)
    if found is None:
        raise NotFound(f"there is no integration {domain!r}; GET /hub/v1/integrations lists those there are")
    declared = next(one.declared for one in call.view.integrations() if one.domain == domain)
    if declared is not None:
        signed = declared.signed.short if declared.signed is not None else None
        found["wishes"] = {
            "words": declared.words, "sha256": declared.sha256, "signed_by": signed, "gaps": declared.open_here
        }  # fmt: skip
    schema = _schema(call, domain)
    return {**found, "options": dict(schema)} if schema is not None else found


def device_shape(one: Device) -> DeviceShape:
    return {
        "id": one.id,
        "name": one.description.name,
        "entry": one.entry,
        "person": one.person,
        "pending": one.pending,
        "ignored": one.ignored,
        "manufacturer": one.description.manufacturer,
        "model": one.description.model,
        "sw_version": one.description.sw_version,
    }


async def list_devices(call: Call) -> Devices:
    return {"devices": [device_shape(one) for one in call.view.devices()]}


async def get_device(call: Call) -> DeviceShape:
    found = next((one for one in call.view.devices() if one.id == call.path["id"]), None)
    if found is None:
        raise NotFound(f"there is no device {call.path['id']!r}")
    return device_shape(found)


async def change_device(call: Call) -> DeviceShape:
    body: DeviceChange = call.body
    known = (await get_device(call))["id"]
    if body.person is not None:
        await call.view.assign_device(known, body.person)
    if body.ignored is not None:
        await call.view.ignore_device(known, body.ignored)
    return await get_device(call)


async def list_actions(call: Call) -> Actions:
    return {
        "actions": [
            {
                "name": one.name,
                "title": one.title,
                "description": one.description,
                "verb": one.verb.value,
                "parameters": one.parameters.model_json_schema(),
            }
            for one in call.view.actions()
        ]
    }


async def call_action(call: Call) -> ActionResult:
    parameters: dict[str, Any] = call.body
    result = await call.view.call(call.path["name"], parameters)
    return {"result": orjson.loads(orjson.dumps(dict(result), option=orjson.OPT_UTC_Z, default=str))}


def parameters(decoded: Any) -> dict[str, Any]:
    """Raises Problem 422 when the body is not an object."""
    if not isinstance(decoded, dict):
        raise Problem(422, "invalid", "The body is not an object.", where="body", hint="Send {} for no parameters.")
    return decoded


PARAMETERS = {"type": "object", "description": "What GET /hub/v1/actions tells for this name."}
ENDPOINTS = (
    Endpoint("GET", "/hub/v1/integrations", "The catalogue", "integrations", list_integrations, Integrations),
    Endpoint(
        "GET", "/hub/v1/integrations/{domain}", "One integration, with the schema of its options", "integrations",
        get_integration, IntegrationShape,
    ),
    Endpoint("GET", "/hub/v1/entries", "Config entries and how they are", "integrations", list_entries, Entries),
    Endpoint(
        "POST", "/hub/v1/entries", "Add a config entry", "integrations", add_entry, EntryShape,
        body=NewEntry, status=201,
    ),
    Endpoint("GET", "/hub/v1/entries/{id}", "One config entry", "integrations", get_entry, EntryShape),
    Endpoint(
        "PATCH", "/hub/v1/entries/{id}", "Change a config entry", "integrations", change_entry, EntryShape,
        body=EntryChange,
    ),
    Endpoint(
        "DELETE", "/hub/v1/entries/{id}", "Remove a config entry; its history stays", "integrations", remove_entry,
        Entries, errors=(409,),
    ),
    Endpoint(
        "POST", "/hub/v1/entries/{id}/reload", "Start a config entry anew", "integrations", reload_entry, EntryShape,
        errors=(409,),
    ),
    Endpoint(
        "POST", "/hub/v1/entries/{id}/agree", "Agree to what its custom integration wants now", "integrations",
        agree_entry, EntryShape, errors=(409,),
    ),
    Endpoint("GET", "/hub/v1/entries/{id}/log", "Its newest log lines", "integrations", get_entry_log, EntryLog),
    Endpoint("GET", "/hub/v1/devices", "Devices", "integrations", list_devices, Devices),
    Endpoint("GET", "/hub/v1/devices/{id}", "One device", "integrations", get_device, DeviceShape),
    Endpoint(
        "PATCH", "/hub/v1/devices/{id}", "Say whose a device is", "integrations", change_device, DeviceShape,
        body=DeviceChange,
    ),
    Endpoint("GET", "/hub/v1/actions", "What can be done", "actions", list_actions, Actions),
    Endpoint(
        "POST", "/hub/v1/actions/{name}", "Do it", "actions", call_action, ActionResult, body=ActionBody,
        body_schema=lambda view, definitions: PARAMETERS,
        parse=parameters,
    ),
)  # fmt: skip
