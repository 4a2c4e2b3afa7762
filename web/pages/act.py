"""An action of an integration, as a form and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web
from pydantic import ValidationError

from hub.errors import HubError, NotFound
from web import answer, codes, forms, words
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.api import ActionSpec
    from hub.view import View

SECRETS = frozenset({"password", "secret", "token", "api_secret"})
CARRIED = SECRETS | {"name", "user", "username", "host", "port", "address", "url", "topics", "header"}
"""What one carries elsewhere: where an outcome has a secret, these get a button that copies them."""


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that an action answered."""

    name: str
    text: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    carried: bool = False


async def page(request: web.Request, view: View) -> web.Response:
    """Ask for what the action needs, do it, and show what it answered."""
    found = view.entry(request.match_info["entry"])
    spec = next((one for one in view.actions() if one.name == request.match_info["action"]), None)
    if spec is None or not spec.name.startswith(f"{found.domain}."):
        raise NotFound("there is no such action")
    schema = _schema(spec)
    outcome: Mapping[str, Any] | None = None
    problem = ""
    shown = forms.fields(schema)
    if request.method == "POST":
        given = forms.values(schema, await request.post())
        errors = given.errors
        if not errors:
            try:
                extra = {"entry": found.id} if "entry" in spec.parameters.model_fields else {}
                spec.parameters.model_validate({**given.values, **extra})
                outcome = await view.call(spec.name, {**given.values, **extra})
            except ValidationError as error:
                errors = forms.errors_of(error)
            except HubError as error:
                problem = words.capital(str(error))
        shown = forms.fields(schema, {} if outcome is not None else given.values, errors)
    return answer.page(
        request,
        "integrations/act.html",
        entry=found,
        spec=spec,
        fields=shown,
        outcome=outcome,
        codes=codes.drawn(outcome),
        told=told(outcome or {}),
        once="password" in (outcome or {}),
        problem=problem,
        status=422 if problem or any(one.error for one in shown) else 200,
    )


def asks_nothing(spec: ActionSpec) -> bool:
    """True when a button is all the form there is."""
    return not spec.parameters.model_fields.keys() - {"entry"}


def told(outcome: Mapping[str, Any]) -> list[Told]:
    """What was answered, each part under its name: texts, lists, and tables of things that are alike."""
    secret = not SECRETS.isdisjoint(outcome)
    return [_told(key, value, secret and key in CARRIED) for key, value in outcome.items() if not codes.is_code(key)]


def _told(key: str, value: Any, carried: bool) -> Told:
    name = _name(key)
    if isinstance(value, Mapping):
        return Told(name, columns=("", ""), rows=tuple((_name(str(k)), plain(v)) for k, v in value.items()))
    if (
        isinstance(value, Sequence)
        and not isinstance(value, str | bytes)
        and any(isinstance(v, Mapping) for v in value)
    ):
        things = [one for one in value if isinstance(one, Mapping)]
        columns = list(dict.fromkeys(str(k) for one in things for k in one))
        rows = tuple(tuple(plain(one.get(k)) for k in columns) for one in things)
        return Told(name, columns=tuple(_name(k) for k in columns), rows=rows)
    return Told(name, plain(value), carried=carried)


def plain(value: Any) -> str:
    """A value of JSON as one writes it: lists with "and", yes and no, a dash for nothing."""
    match value:
        case None | "":
            return words.NONE
        case bool():
            return "Yes" if value else "No"
        case float():
            return f"{value:,.6g}"
        case Mapping():
            return ", ".join(f"{words.spaced(str(k))} {plain(v)}" for k, v in value.items()) or words.NONE
        case str():
            return value
        case Iterable():
            return words.listed([plain(one) for one in value]) or "None"
        case _:
            return str(value)


def _name(key: str) -> str:
    return forms.titled(key)


def _schema(spec: ActionSpec) -> dict[str, Any]:
    schema = spec.parameters.model_json_schema()
    schema["properties"] = {key: one for key, one in schema.get("properties", {}).items() if key != "entry"}
    return schema


ROUTES = (
    PageRoute("GET", "/integrations/{entry}/act/{action}", page),
    PageRoute("POST", "/integrations/{entry}/act/{action}", page),
)
