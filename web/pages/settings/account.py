"""The account that is signed in: its password, passkeys and codes, and the ways to what else is about it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from aiohttp import web

from hub.errors import Conflict, Forbidden, NotFound, StepUpNeeded, TooManyTries
from web import answer, codes, session
from web.pages.confirm import signed
from web.routing import PageRoute
from web.words import moment, sentence, waiting, zone

if TYPE_CHECKING:
    from datetime import datetime

    from hub.view import View

PLACE = "/settings/account"
CODES = f"{PLACE}/codes"


async def show(request: web.Request, view: View) -> web.Response:
    return await _page(request, view)


async def password(request: web.Request, view: View) -> web.Response:
    form = await _typed(request)
    try:
        await view.change_password(form.get("old", ""), form.get("new", ""))
    except TooManyTries as error:
        problem = f"Too many wrong tries. Wait {waiting(error.wait)}."
        return await _page(request, view, wrong=problem, status=429)
    except Forbidden:
        return await _page(request, view, wrong="The old password is not right.", status=422)
    except Conflict as error:
        return await _page(request, view, wrong=sentence(str(error)), status=422)
    return answer.done(request, PLACE, "Your password is changed, and you are signed out everywhere else.")


# Passkeys


async def passkey_options(request: web.Request, view: View) -> web.Response:
    """What the browser is to make; or where to go before."""
    try:
        return answer.columns(request, await view.ask_new_passkey(session.place(request)))
    except StepUpNeeded:
        return web.json_response({"go": f"/confirm?next={quote(PLACE)}"}, status=403)
    except (Conflict, Forbidden) as error:
        return web.json_response({"problem": sentence(str(error))}, status=409)


async def add_passkey(request: web.Request, view: View) -> web.Response:
    form = await _typed(request)
    try:
        made = await view.add_passkey(session.place(request), form.get("name", ""), signed(form.get("made", "")) or {})
    except (Conflict, NotFound) as error:
        return await _page(request, view, problem=sentence(str(error)), status=422)
    return answer.done(request, PLACE, f"{made.name} can sign you in from now on.")


async def remove_passkey(request: web.Request, view: View) -> web.Response:
    try:
        gone = await view.remove_passkey((await _typed(request)).get("passkey", ""))
    except (Conflict, NotFound) as error:
        return await _page(request, view, problem=sentence(str(error)), status=422)
    return answer.done(request, PLACE, f"{gone.name} opens nothing here any more. Delete it in the device, too.")


async def ask_also(request: web.Request, view: View) -> web.Response:
    """A passkey after the password, or not; who has no codes on paper gets some along with it."""
    wanted = (await _typed(request)).get("do") == "on"
    try:
        await view.ask_passkey_too(wanted)
    except Conflict as error:
        return await _page(request, view, problem=sentence(str(error)), status=422)
    if wanted and not view.factors().recovery:
        return _paper(request, view, await view.new_recovery_codes(), "From now on a passkey is asked for, too.")
    said = "From now on a passkey is asked for, too." if wanted else "From now on the password alone lets you in."
    return answer.done(request, PLACE, said)


# Codes


async def begin_codes(request: web.Request, view: View) -> web.Response:
    return _codes(request, view)


async def confirm_codes(request: web.Request, view: View) -> web.Response:
    try:
        await view.confirm_codes((await _typed(request)).get("code", ""))
    except (Conflict, NotFound) as error:
        return _codes(request, view, sentence(str(error)))
    said = "Your app’s codes are asked for from now on."
    if view.factors().recovery:
        return answer.done(request, PLACE, said)
    return _paper(request, view, await view.new_recovery_codes(), said)


async def end_codes(request: web.Request, view: View) -> web.Response:
    try:
        await view.end_codes()
    except (Conflict, NotFound) as error:
        return await _page(request, view, problem=sentence(str(error)), status=422)
    return answer.done(request, PLACE, "Codes are asked for no more. Remove Homeostat from the app, too.")


async def recovery(request: web.Request, view: View) -> web.Response:
    """Ten new codes; they are on this answer and nowhere else ever."""
    try:
        made = await view.new_recovery_codes()
    except Conflict as error:
        return await _page(request, view, problem=sentence(str(error)), status=422)
    return _paper(request, view, made, "Those you had before work no more.")


# An owner's word


async def demand(request: web.Request, view: View) -> web.Response:
    wanted = (await _typed(request)).get("do") == "on"
    try:
        await view.demand_second(wanted)
    except Conflict as error:
        return await _page(request, view, problem=sentence(str(error)), status=422)
    said = "Every owner needs a passkey or an app from now on." if wanted else "Owners may do without from now on."
    return answer.done(request, PLACE, said)


async def reset(request: web.Request, view: View) -> web.Response:
    """For who lost everything: an owner takes the passkeys and codes away, and the password alone lets in."""
    name = (await _typed(request)).get("account", "")
    try:
        found = await view.reset_factors(name)
    except Conflict as error:
        return answer.done(request, f"/settings/rights/{quote(name, safe='')}", sentence(str(error)))
    said = f"{found.display_name} signs in with the password alone and can add new ones."
    return answer.done(request, f"/settings/rights/{quote(found.name, safe='')}", said)


async def _typed(request: web.Request) -> dict[str, str]:
    return {key: str(value) for key, value in (await request.post()).items()}


def _codes(request: web.Request, view: View, problem: str = "") -> web.Response:
    seed, address = view.begin_codes()
    return answer.page(
        request,
        "settings/codes.html",
        status=422 if problem else 200,
        seed=" ".join(seed[at : at + 4] for at in range(0, len(seed), 4)),
        drawing=codes.draw(address),
        address=address,
        problem=problem,
    )


def _paper(request: web.Request, view: View, made: list[str], said: str) -> web.Response:
    house = view.household().name
    head = f"Recovery codes of {view.actor.account} at {house} (Homeostat), {view.clock.now():%Y-%m-%d}"
    text = "\r\n".join([head, "Each works once, in place of a passkey or of the app's code.", "", *made, ""])
    return answer.page(
        request,
        "settings/recovery.html",
        codes=made,
        said_first=said,
        file=f"data:text/plain;charset=utf-8,{quote(text)}",
    )


async def _page(
    request: web.Request, view: View, *, wrong: str = "", problem: str = "", status: int = 200
) -> web.Response:
    """`wrong`: with the password's form; `problem`: with anything else."""
    here = session.place(request)
    held = view.factors()
    tz, now = zone(view.household().time_zone), view.clock.now()

    def when(at: datetime | None) -> str:
        return moment(at, tz, now) if at is not None else ""

    return answer.page(
        request,
        "settings/account.html",
        status=status,
        wrong=wrong,
        problem=problem,
        held=held,
        here=here,
        when=when,
        has_password=(await view.ways(here)).password,
    )


ROUTES = (
    PageRoute("GET", PLACE, show),
    PageRoute("POST", f"{PLACE}/password", password),
    PageRoute("GET", f"{PLACE}/passkeys/new", passkey_options),
    PageRoute("POST", f"{PLACE}/passkeys", add_passkey),
    PageRoute("POST", f"{PLACE}/passkeys/remove", remove_passkey),
    PageRoute("POST", f"{PLACE}/passkeys/also", ask_also),
    PageRoute("GET", CODES, begin_codes),
    PageRoute("POST", CODES, confirm_codes),
    PageRoute("POST", f"{CODES}/remove", end_codes),
    PageRoute("POST", f"{PLACE}/recovery", recovery),
    PageRoute("POST", f"{PLACE}/demand", demand),
    PageRoute("POST", f"{PLACE}/reset", reset),
)
