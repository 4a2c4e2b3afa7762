"""The small declarations that plugins register beside integrations."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import BaseModel

from hub.model import Actor, ConfigEntry, Credential, Household, Person, Verb


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """Something that can be done: `name` is `domain.verb`, `person_field` the parameter that says whose data."""

    name: str
    title: str
    parameters: type[BaseModel]
    verb: Verb
    run: Callable[[Actor, Any], Awaitable[Mapping[str, Any] | None]]
    """Called with the actor and the validated parameters; what it returns must be JSON-serialisable."""
    person_field: str = "person"
    subject_field: str = ""
    """The parameter that holds the metric key or `journal:<kind>` concerned, if one does."""
    whose: Callable[[Any], tuple[str, str | None]] | None = None
    """Instead of the fields: parameters -> (person, subject), for what is named indirectly (an entity)."""
    description: str = ""
    inner: bool = False
    """True: it does nothing but by calling others for the same actor, and each of those is asked for and noted."""
    known_to: Callable[[Actor], bool] | None = None
    """Whom its name may be shown to, where the name itself tells of somebody (`notify.anna`); None: who may call it."""


@dataclass(frozen=True, slots=True)
class RouteAuth:
    """How a compatibility surface shows who asks: `read` takes the request and gives the credential or None."""

    read: Callable[[Any], Awaitable[Credential | None]]
    refuse: Callable[[Any, str], Any]
    """`refuse(request, reason)` -> the response of that protocol for a missing or wrong credential."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What the house puts around a plugin's page knows."""

    form_token: str
    """HTML: the hidden field that each form on the page must hold."""
    base: str
    """Where other machines of the home reach this hub: `http://192.168.1.20:8480`."""
    reachable: bool
    """False when it answers on this machine alone."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a route may answer with: the middle of a page, shown with the house's navigation and styles."""

    title: str
    body: Callable[[Frame], str]
    """HTML; whoever makes it escapes what others wrote."""
    status: int = 200


@dataclass(frozen=True, slots=True)
class Route:
    """An HTTP route; `handler(request, view)` with aiohttp's request and the caller's `hub.view.View`.

    It returns aiohttp's response, or a `Page`.

    With `auth` None the ordinary session cookie or bearer token is required. `public` routes get a view of nobody.
    """

    method: str
    path: str
    handler: Callable[[Any, Any], Awaitable[Any]]
    auth: RouteAuth | None = None
    public: bool = False
    max_body: int = 1 << 20
    """Bytes; a longer body is answered 413 without reading it whole."""


class Console(Protocol):
    """What a subcommand is given by `click.pass_obj`; `--config`, `--json` and `--demo` are its already."""

    def show(self, data: Any, text: str | Iterable[str]) -> None:
        """The result: `data` with `--json`, else the text or its lines."""
        ...

    def note(self, text: str) -> None:
        """Something for a person to read, on standard error."""
        ...

    def call(self, action: str, **parameters: Any) -> Any:
        """Call an action in the hub, running or not; what is refused ends the program with exit code 1."""
        ...


@dataclass(frozen=True, slots=True)
class CliCommand:
    """A `homeostat` subcommand: `build` returns a `click.Command`, called only when needed.

    A folder integration names it under `[commands]` of its manifest too, so that `homeostat --help` lists it.
    """

    name: str
    summary: str
    build: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class DemoSetup:
    """The made-up household of `homeostat run --demo`; `integrations.demo.demo_setup()` returns it."""

    household: Household
    people: tuple[Person, ...]
    entries: tuple[ConfigEntry, ...]
    owner: str
    """Name of the account, whose person has the same name in lower case as slug."""
    password: str
