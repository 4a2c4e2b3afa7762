"""People and rights: who may do what, grants, and invitations."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from aiohttp import web

from hub.errors import Conflict, Forbidden, NotFound
from hub.model import Grant, Role, Verb
from hub.view import until_of
from web import answer, rights
from web.routing import PageRoute

if TYPE_CHECKING:
    from multidict import MultiDictProxy

    from hub.view import View

ENDS = (("", "Until I withdraw it"), ("tonight", "Until tonight, 03:00"), ("2h", "Two hours"), ("1d", "A day"),
        ("1w", "A week"), ("4w", "Four weeks"))  # fmt: skip
PLACE = "/settings/rights"


async def index(request: web.Request, view: View) -> web.Response:
    return _index(request, view)


async def show(request: web.Request, view: View) -> web.Response:
    return _account(request, view)


async def invite(request: web.Request, view: View) -> web.Response:
    """Make an invitation; its link is on this answer and nowhere else ever."""
    form: MultiDictProxy[Any] = await request.post()
    try:
        role = Role(str(form.get("role", "guest")))
        person = str(form.get("person", "")) or None
        made, secret = await view.invite(
            str(form.get("name", "")), role=role, person=person, grants=_grants(view, form)
        )
    except (Conflict, Forbidden, ValueError) as error:
        return _index(request, view, problem=str(error), form=form, status=422)
    return _index(request, view, made=(made, f"{request.scheme}://{request.host}/invite/{secret}"))


async def uninvite(request: web.Request, view: View) -> web.Response:
    await view.withdraw_invitation(str((await request.post()).get("invitation", "")))
    return answer.done(request, PLACE, "The invitation is withdrawn; its link opens nothing.")


async def give(request: web.Request, view: View) -> web.Response:
    account = view.find_account(request.match_info["account"])
    try:
        drafts = _grants(view, await request.post())
        if not drafts:
            raise Conflict("choose whose data it is about")
        for draft in drafts:
            await view.give(replace(draft, account=account.name))
    except (Conflict, Forbidden, ValueError) as error:
        return _account(request, view, problem=str(error), status=422)
    return answer.done(request, f"{PLACE}/{account.name}", f"{account.display_name} may do so now.")


async def change(request: web.Request, view: View) -> web.Response:
    account = view.find_account(request.match_info["account"])
    form = {key: str(value) for key, value in (await request.post()).items()}
    try:
        match form.get("do"):
            case "disable" | "enable":
                await view.change_account(account.name, disabled=form["do"] == "disable")
            case "remove":
                await view.remove_account(account.name)
                return answer.done(request, PLACE, f"{account.display_name} can’t sign in any more.")
            case _:
                role = Role(form.get("role", ""))
                await view.change_account(account.name, role=role, person=form.get("person") or None)
    except (Conflict, ValueError) as error:
        return _account(request, view, problem=str(error), status=422)
    return answer.done(request, f"{PLACE}/{account.name}", f"{account.display_name} is changed.")


async def withdraw(request: web.Request, view: View) -> web.Response:
    """For an owner here, and for the person under "Who sees my data"."""
    form = await request.post()
    gone = await view.withdraw(str(form.get("grant", "")))
    place = _back(str(form.get("back", "")))
    return answer.done(request, place, f"Withdrawn: {gone.account} has lost it everywhere, also on open pages.")


async def agree(request: web.Request, view: View) -> web.Response:
    """For the person whom a right is about."""
    form = await request.post()
    one = await view.agree(str(form.get("grant", "")))
    return answer.done(request, _back(str(form.get("back", ""))), f"Noted: {one.account} may, and you agreed.")


async def wait(request: web.Request, view: View) -> web.Response:
    """Whether a right waits for the yes of whom it is about."""
    waits = (await request.post()).get("waits") == "yes"
    await view.set_consent_waits(waits)
    said = "Rights wait for the yes of whom they are about." if waits else "Rights hold from the moment they are given."
    return answer.done(request, PLACE, said)


async def answer_wish(request: web.Request, view: View) -> web.Response:
    """An owner's answer to who asked for a right."""
    form = {key: str(value) for key, value in (await request.post()).items()}
    if form.get("do") == "give":
        given = await view.grant_wish(form.get("request", ""), form.get("until", ""))
        return answer.done(request, PLACE, f"Given: {given.account} may do so now.")
    await view.dismiss_wish(form.get("request", ""))
    return answer.done(request, PLACE, "Not given.")


async def ask(request: web.Request, view: View) -> web.Response:
    """From a page that was refused: leave a request for the owner."""
    form = {key: str(value) for key, value in (await request.post()).items()}
    try:
        verb = Verb(form.get("verb", ""))
    except ValueError:
        raise NotFound("there is nothing to ask for") from None
    await view.ask(verb, form.get("person", ""), form.get("subject", ""))
    return answer.done(request, "/", "Asked. The owner sees it under People and rights.")


def _back(wish: str) -> str:
    return wish if wish.startswith((PLACE, "/people/")) else PLACE


def _grants(view: View, form: MultiDictProxy[Any]) -> list[Grant]:
    """What the form says: verbs for each person chosen, perhaps some metrics, perhaps notes to write."""
    people = [str(one) for one in form.getall("whose", [])]
    verbs = [Verb(str(one)) for one in form.getall("verb", ["view"])]
    chosen = [str(one) for one in form.getall("subject", [])]
    if form.get("only") and people and not chosen:
        # Nothing chosen would mean everything, which nobody wants who says "only".
        raise Conflict("choose the metrics they may see")
    made = []
    for person in people:
        zone = view.time_zone(person) if person != "*" else view.household().time_zone
        until = until_of(str(form.get("until", "")), view.clock.now(), zone)
        made.append(view.draft_grant(person, verbs, subjects=chosen or None, until=until))
        if form.get("comments"):
            note = view.draft_grant(person, [Verb.VIEW, Verb.RECORD], subjects=["journal:note"], until=until)
            made.append(note)
    return made


def _choices(view: View) -> dict[str, Any]:
    measured = {one.metric for one in view.entities() if one.metric}
    return {
        "roles": rights.ROLES,
        "ends": ENDS,
        "verbs": [(verb.value, word.capitalize()) for verb, word in rights.DOES.items() if verb is not Verb.MANAGE],
        "metrics": sorted((one.name, one.key) for one in view.metrics() if one.key in measured),
    }


def _index(
    request: web.Request,
    view: View,
    *,
    made: tuple[Any, str] | None = None,
    problem: str = "",
    form: MultiDictProxy[Any] | None = None,
    status: int = 200,
) -> web.Response:
    qr = ""
    if made is not None:
        import segno  # only where a code is shown

        qr = segno.make(made[1], error="m").svg_inline(scale=4, border=2, svgclass="qr", lineclass=None, omitsize=False)
    preset = request.query.get("for", "") if form is None else ""
    return answer.page(
        request,
        "settings/rights.html",
        status=status,
        rows=rights.matrix(view, view.people(), view.clock.now()),
        invitations=view.invitations(),
        wishes=[(one, view.find_account(one.account), rights.wish(view, one)) for one in view.wishes()],
        made=made,
        qr=qr,
        problem=problem,
        preset=preset,
        wanted=request.query.get("person", ""),
        typed=form or {},
        **_choices(view),
    )


def _account(request: web.Request, view: View, *, problem: str = "", status: int = 200) -> web.Response:
    account = view.find_account(request.match_info["account"])
    reaches = view.reaches(account.name)
    return answer.page(
        request,
        "settings/right.html",
        status=status,
        account=account,
        role=rights.role_name(account.role),
        grants=[
            (one.person, rights.lines(view, [one], view.clock.now())[0]) for one in reaches if one.grant is not None
        ],
        problem=problem,
        **_choices(view),
    )


ROUTES = (
    PageRoute("GET", PLACE, index),
    PageRoute("POST", f"{PLACE}/invite", invite),
    PageRoute("POST", f"{PLACE}/uninvite", uninvite),
    PageRoute("POST", f"{PLACE}/withdraw", withdraw),
    PageRoute("POST", f"{PLACE}/agree", agree),
    PageRoute("POST", f"{PLACE}/wait", wait),
    PageRoute("POST", f"{PLACE}/answer", answer_wish),
    PageRoute("POST", "/ask", ask),
    PageRoute("GET", f"{PLACE}/{{account}}", show),
    PageRoute("POST", f"{PLACE}/{{account}}/give", give),
    PageRoute("POST", f"{PLACE}/{{account}}/change", change),
)
