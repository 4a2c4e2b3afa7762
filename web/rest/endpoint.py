"""One row of the route table, and the one way every request to it goes: who, query, body, handler, answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from aiohttp import hdrs, web
from pydantic import BaseModel, ValidationError

from hub.errors import HubError, NotAllowed
from web.keys import VIEW
from web.rest import body as bodies
from web.rest.fields import Query
from web.rest.problem import BARRED, UNAUTHENTICATED, Problem, broken, from_error, from_status, from_validation, meant

if TYPE_CHECKING:
    from hub.view import View

BODIES = web.AppKey("bodies", bodies.Bodies)
JSON = "application/json"
_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS


@dataclass(frozen=True, slots=True)
class Call:
    """A checked request on its way into a handler."""

    view: View
    path: Mapping[str, str]
    query: Any
    """An instance of the endpoint's query model."""
    body: Any
    """An instance of the endpoint's body model, or what its `parse` made of the JSON."""
    request: web.Request


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Method and path, what it takes, what it answers; the OpenAPI document is made from the same row."""

    method: str
    path: str
    summary: str
    tag: str
    handler: Callable[[Call], Awaitable[Any]]
    answer: Any
    """The type of a good answer: TypedDicts and lists of them."""
    query: type[Query] = Query
    body: type[BaseModel] | None = None
    status: int = 200
    errors: tuple[int, ...] = ()
    """What it can answer beyond what every endpoint can."""
    description: str = ""
    largest: int = bodies.LARGEST
    lists: frozenset[str] = frozenset()
    """Query parameters that may be repeated."""
    body_schema: Callable[[View, dict[str, Any]], Mapping[str, Any]] | None = None
    """The body's schema where the hub's vocabulary decides it; what it refers to is put into the dictionary."""
    sends: str = ""
    """Media type of a body that the handler reads by itself."""
    gives: str = JSON
    """Media type of a good answer."""
    beside: tuple[str, ...] = ()
    """What the last placeholder never is: words that are addresses of their own."""
    parse: Callable[[Any], Any] | None = None
    """Reads the decoded body instead of `body`'s model; for batches whose items are refused one by one."""

    @property
    def name(self) -> str:
        """E.g. `list_readings`, from the handler."""
        return self.handler.__name__

    @property
    def statuses(self) -> tuple[int, ...]:
        """Every refusal it can give."""
        found = {401, 403, 404, 429, 503, *self.errors}
        if self.query.model_fields:
            found.add(422)
        if self.body is not None:
            found |= {400, 409, 413, 415, 422}
        return tuple(sorted(found | {400}))


async def run(endpoint: Endpoint, request: web.Request) -> web.StreamResponse:
    """Answer one request; every failure becomes the one shape of `problem`."""
    try:
        view = request.get(VIEW)
        if view is None:
            raise UNAUTHENTICATED
        if view.barred and not endpoint.path.startswith("/hub/v1/account/"):
            raise BARRED
        query = read_query(endpoint, request)
        body = await read_body(endpoint, request)
        path = dict(request.match_info)
        if any("\0" in part for part in path.values()):
            raise Problem(404, "not_found", "There is nothing by that name.", where="path")
        result = await endpoint.handler(Call(view, path, query, body, request))
        return result if isinstance(result, web.StreamResponse) else as_json(result, endpoint.status)
    except Problem as problem:
        return problem.answer()
    except HubError as error:
        refused = from_error(error)
        if isinstance(error, NotAllowed) and (why := request[VIEW].why(error)) is not None:
            refused.why = {
                "verb": why.verb.value,
                "person": why.person,
                "subject": why.subject,
                "givers": list(why.givers),
                "asked": why.asked,
            }
        return refused.answer()
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return from_status(error.status, error.text or "", error.headers).answer()
    except (ConnectionResetError, TimeoutError):
        raise
    except Exception as error:  # noqa: BLE001 # told as JSON, logged without what was in the request
        return broken(request, error).answer()


def as_json(value: Any, status: int = 200) -> web.Response:
    """orjson's bytes as they are; instants end in Z."""
    body = value if isinstance(value, bytes) else orjson.dumps(value, option=_OPTIONS)
    return web.Response(body=body, status=status, content_type=JSON)


def read_query(endpoint: Endpoint, request: web.Request) -> Query:
    """The checked parameters. Raises Problem 422 for unknown, doubled and malformed ones."""
    given: dict[str, Any] = {}
    known = endpoint.query.model_fields
    for name in dict.fromkeys(request.query):
        values = request.query.getall(name)
        if name not in known:
            hint = meant(name, known) or "This address takes no parameters."
            raise Problem(422, "invalid", f"{name[:80]!r} is not known here.", where="query", hint=hint)
        if name in endpoint.lists:
            given[name] = values
        elif len(values) > 1:
            raise Problem(422, "invalid", f"{name!r} was given {len(values)} times.", where=f"query {name}")
        else:
            given[name] = values[0]
    try:
        return endpoint.query.model_validate(given)
    except ValidationError as error:
        raise from_validation(error, "query", known) from None


async def read_body(endpoint: Endpoint, request: web.Request) -> Any:
    """The checked body; None where the endpoint takes none."""
    if endpoint.body is None:
        return None
    bodies.check_type(request)
    raw = await request.app[BODIES].read(request, endpoint.largest)
    decoded = bodies.decode(raw, lenient=endpoint.parse is not None)
    if endpoint.parse is not None:
        return endpoint.parse(decoded)
    try:
        # By the rules of JSON: an enum or a date is text here, and nothing else is bent into shape.
        # Written again, so that no number is left that the database could not keep.
        return endpoint.body.model_validate_json(orjson.dumps(bodies.whole(decoded)))
    except ValidationError as error:
        raise from_validation(error, "body", endpoint.body.model_fields) from None


def add(app: web.Application, endpoint: Endpoint) -> None:
    async def handle(request: web.Request) -> web.StreamResponse:
        return await run(endpoint, request)

    path = endpoint.path
    if endpoint.beside:
        # Else the header Allow of those would name the methods of this one.
        path = f"{path.removesuffix('}')}:(?!(?:{'|'.join(endpoint.beside)})$)[^/]+}}"
    if endpoint.method == hdrs.METH_GET:
        app.router.add_get(path, handle)
    else:
        app.router.add_route(endpoint.method, path, handle)
