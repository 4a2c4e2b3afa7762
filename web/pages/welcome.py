"""The first visit: whose hub this is, where, in which units, for whom; then the first sources."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from aiohttp import web

from hub.errors import Conflict, Forbidden, WeakPassword
from hub.view import SetupRequest
from web import answer, session, words, zones
from web.display import QUANTITIES
from web.keys import TRIES, VIEWS
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import View


class Refused(Exception):
    """What was typed cannot be taken; `errors` by field name."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = dict(errors)


PEOPLE = 4
"""Rows for further people."""
SYSTEMS: Mapping[str, Mapping[str, str]] = {
    "metric": {},
    "us": {
        "weight": "[lb_av]",
        "length": "[in_i]",
        "distance": "[mi_i]",
        "temperature": "[degF]",
        "volume": "[foz_us]",
        "wind": "[mi_i]/h",
    },
    "uk": {"weight": "[stone_av]", "distance": "[mi_i]", "wind": "[mi_i]/h"},
}
SHORTEST_PASSWORD = 8
WRONG_CODE = "That is not the code. It stands in the window where the hub was started."
SUGGESTED = ("phone", "nightscout", "mqtt", "open_meteo")


async def show(request: web.Request) -> web.Response:
    if not request.app[VIEWS].needs_setup():
        return answer.go(request, "/")
    return _form(request, {"code": request.query.get("code", "")}, {})


async def set_up(request: web.Request) -> web.Response:
    await session.require_token(request)
    if not request.app[VIEWS].needs_setup():
        return answer.go(request, "/")
    typed = {key: str(value) for key, value in (await request.post()).items()}
    tries, address = request.app[TRIES], f"setup:{request.remote}"
    if wait := tries.wait(address):
        return _form(request, typed, {"code": f"Too many wrong tries. Wait {wait:.0f} seconds."}, status=429)
    try:
        wanted = setup_of(typed)
        account = await request.app[VIEWS].setup(wanted, code=code_of(typed.get("code", "")))
    except Refused as refused:
        return _form(request, typed, refused.errors, status=422)
    except Forbidden:
        tries.failed(address)
        return _form(request, typed, {"code": WRONG_CODE}, status=403)
    except WeakPassword as weak:
        return _form(request, typed, {"password": words.sentence(str(weak))}, status=422)
    except Conflict as conflict:
        return _form(request, typed, {"": words.sentence(str(conflict))}, status=409)
    response = answer.go(request, "/welcome/sources")
    await session.open_for(request, response, account.name, typed["password"])
    return response


async def code(request: web.Request) -> web.Response:
    """Whether the code fits, asked before the other steps are filled in: 204, or 403 with the sentence to show."""
    await session.require_token(request)
    tries, address = request.app[TRIES], f"setup:{request.remote}"
    if wait := tries.wait(address):
        return web.Response(status=429, text=f"Too many wrong tries. Wait {wait:.0f} seconds.")
    typed = code_of(str((await request.post()).get("code", "")))
    if not request.app[VIEWS].needs_setup() or not hmac.compare_digest(typed, request.app[VIEWS].setup_code):
        tries.failed(address)
        return web.Response(status=403, text=WRONG_CODE)
    return web.Response(status=204)


def code_of(typed: str) -> str:
    """The code with its hyphens, however it was typed."""
    digits = "".join(letter for letter in typed if letter in "0123456789")
    return "-".join(digits[at : at + 3] for at in range(0, len(digits), 3))


def setup_of(typed: Mapping[str, str]) -> SetupRequest:
    """What was typed, checked. Raises Refused with a sentence for each field that cannot be."""
    needed = {"owner": "Say your name.", "household": "Give your home a name."}
    errors = {name: text for name, text in needed.items() if not typed.get(name, "").strip()}
    if len(typed.get("password", "")) < SHORTEST_PASSWORD:
        errors["password"] = f"Use at least {SHORTEST_PASSWORD} characters; a few words in a row do well."
    elif typed.get("password") != typed.get("password_again", typed.get("password")):
        errors["password_again"] = "The two don’t match."
    if not zones.known(typed.get("time_zone", "")):
        errors["time_zone"] = "Choose a time zone."
    people: list[dict[str, Any]] = []
    for number in range(1, PEOPLE + 1):
        name, born = typed.get(f"name_{number}", "").strip(), typed.get(f"born_{number}", "").strip()
        if not name and not born:
            continue
        person: dict[str, Any] = {"name": name}
        if not name:
            errors[f"name_{number}"] = "A name goes with this date."
        if born:
            try:
                person["birth_date"] = date.fromisoformat(born)
            except ValueError:
                errors[f"born_{number}"] = "Write a date."
        if typed.get(f"sex_{number}") in ("female", "male"):
            person["sex"] = typed[f"sex_{number}"]
        people.append(person)
    latitude, longitude = _degrees(typed, "latitude", 90, errors), _degrees(typed, "longitude", 180, errors)
    if errors:
        raise Refused(errors)
    units = dict(SYSTEMS.get(typed.get("system", ""), {}))
    if typed.get("glucose") == "mmol/L":
        units["glucose"] = "mmol/L"
    return SetupRequest(
        owner=typed["owner"].strip(),
        password=typed["password"],
        household=typed["household"].strip(),
        time_zone=typed["time_zone"],
        owner_is_person=typed.get("owner_is_person") == "on",
        people=people,
        latitude=latitude,
        longitude=longitude,
        units=units,
    )


def _degrees(typed: Mapping[str, str], name: str, most: int, errors: dict[str, str]) -> float | None:
    text = typed.get(name, "").strip().replace(",", ".")
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not -most <= value <= most:
        errors[name] = f"Write degrees between -{most} and {most}."
        return None
    return value


def _form(
    request: web.Request, typed: Mapping[str, str], errors: Mapping[str, str], *, status: int = 200
) -> web.Response:
    return answer.page(
        request,
        "welcome/page.html",
        status=status,
        typed={"owner_is_person": "" if errors and "owner_is_person" not in typed else "on", **typed},
        errors=errors,
        zones=zones.zones(),
        rows=range(1, PEOPLE + 1),
        quantities=QUANTITIES,
    )


async def sources(request: web.Request, view: View) -> web.Response:
    """Where data may come from first."""
    catalogue = {one.domain: one for one in view.integrations() if not one.problem}
    configured = {entry.domain for entry, _ in view.entries()}
    return answer.page(
        request,
        "welcome/sources.html",
        suggested=[catalogue[domain] for domain in SUGGESTED if domain in catalogue],
        configured=configured,
    )


ROUTES = (
    PageRoute("GET", "/welcome", show, open=True),
    PageRoute("POST", "/welcome", set_up, open=True),
    PageRoute("POST", "/welcome/code", code, open=True),
    PageRoute("GET", "/welcome/sources", sources),
)
