"""The OpenAPI 3.1 document, made from the route table and the models it names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from hub.model import Verb
from web.rest.endpoint import JSON, Endpoint
from web.rest.problem import ProblemAnswer

if TYPE_CHECKING:
    from hub.view import View

REF = "#/components/schemas/{model}"
STREAMS = {
    "/hub/v1/live": {
        "summary": "Server-sent events: what becomes known, as it does",
        "parameters": ["person", "entity_id", "events", "snapshot"],
        "events": ["state", "journal", "lagged"],
    },
    "/hub/v1/ws": {
        "summary": "The same over a WebSocket, with subscribe and unsubscribe messages",
        "messages": ["subscribe", "unsubscribe", "ping"],
    },
}
ABOUT = (
    "Readings and journal entries in, history, statistics and states out. A bearer token "
    "(`homeostat token create`) says who asks; what it may see decides what is found. Instants are RFC 3339 "
    "with an offset and come back in UTC. 422 is for what these schemas refuse, 409 for what is well formed and still "
    "cannot be true, 404 also for what the token may not know of. Endless streams are listed under `x-streams`."
)


def document(endpoints: Sequence[Endpoint], view: View, version: str) -> dict[str, Any]:
    """The whole document; journal kinds are those of `view`'s hub."""
    wanted: list[tuple[str, JsonSchemaMode, TypeAdapter[Any]]] = []
    for endpoint in endpoints:
        wanted.append((f"{endpoint.name} answer", "serialization", TypeAdapter(endpoint.answer)))
        wanted.append((f"{endpoint.name} query", "validation", TypeAdapter(endpoint.query)))
        if endpoint.body is not None:
            wanted.append((f"{endpoint.name} body", "validation", TypeAdapter(endpoint.body)))
    wanted.append(("problem", "serialization", TypeAdapter(ProblemAnswer)))
    made, definitions = TypeAdapter.json_schemas(wanted, ref_template=REF)
    schemas: dict[str, Any] = {name: schema for (name, _), schema in made.items()}
    components: dict[str, Any] = definitions.get("$defs", {})
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        described = _operation(endpoint, schemas, components, view)
        if endpoint.status == 201:
            described["responses"]["201"]["links"] = _links(endpoint, endpoints)
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = described
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Homeostat",
            "version": version,
            "description": ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in dict.fromkeys(endpoint.tag for endpoint in endpoints)],
        "security": [{"bearer": []}, {"session": []}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "From `homeostat token create`."},
                "session": {"type": "apiKey", "in": "cookie", "name": "homeostat_session"},
            },
        },
        "x-streams": STREAMS,
        "x-verbs": [verb.value for verb in Verb],
    }


def _operation(
    endpoint: Endpoint, schemas: Mapping[str, Any], components: dict[str, Any], view: View
) -> dict[str, Any]:
    problem = {"description": "", "content": {JSON: {"schema": schemas["problem"]}}}
    responses: dict[str, Any] = {
        str(endpoint.status): {
            "description": HTTPStatus(endpoint.status).phrase,
            "content": {endpoint.gives: {"schema": schemas[f"{endpoint.name} answer"]}},
        }
    }
    for status in endpoint.statuses:
        responses[str(status)] = {**problem, "description": HTTPStatus(status).phrase}
    described: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "tags": [endpoint.tag],
        "parameters": [*_path(endpoint), *_query(endpoint, schemas, components)],
        "responses": responses,
    }
    if endpoint.description:
        described["description"] = endpoint.description
    if endpoint.body is not None:
        schema = schemas[f"{endpoint.name} body"]
        if endpoint.body_schema is not None:
            schema = endpoint.body_schema(view, components)
        described["requestBody"] = {"required": True, "content": {JSON: {"schema": schema}}}
    if endpoint.sends:
        binary = {"type": "string", "format": "binary"}
        described["requestBody"] = {"required": True, "content": {endpoint.sends: {"schema": binary}}}
    return described


def _links(made: Endpoint, endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """Where what was made is found: every address below, its name taken from the answer."""
    return {
        one.name: {
            "operationId": one.name,
            "parameters": {f"path.{name}": f"$response.body#/{name}" for name in re.findall(r"{(\w+)}", one.path)},
        }
        for one in endpoints
        if one.path.startswith(f"{made.path}/{{")
    }


def _path(endpoint: Endpoint) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in re.findall(r"{(\w+)}", endpoint.path)
    ]


def _query(endpoint: Endpoint, schemas: Mapping[str, Any], components: Mapping[str, Any]) -> list[dict[str, Any]]:
    schema = schemas[f"{endpoint.name} query"]
    model = components[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    required = set(model.get("required", ()))
    found = []
    for name, shape in model.get("properties", {}).items():
        plain = _without_null({key: value for key, value in shape.items() if key != "title"})
        described = {"name": name, "in": "query", "required": name in required, "schema": plain}
        if "description" in plain:
            described["description"] = plain.pop("description")
        found.append(described)
    return found


def _without_null(shape: dict[str, Any]) -> dict[str, Any]:
    """A parameter is left out, never null."""
    kinds = [kind for kind in shape.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) == 1:
        rest = {key: value for key, value in shape.items() if key not in ("anyOf", "default")}
        return {**kinds[0], **rest}
    if shape.get("default", ...) is None:
        return {key: value for key, value in shape.items() if key != "default"}
    return shape
