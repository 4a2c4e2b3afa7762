"""The editor: one form whose every button sends the whole of it; it works without script, and nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from aiohttp import web

from hub.errors import BadReading, Conflict, HubError, NotFound
from hub.view import AutomationInvalid, BacktestWish, as_yaml, mentioned, names_of, of_yaml, tell
from web import answer, words
from web.backtests import SPANS, Asked, asked_of
from web.pages.automations.cards import Table
from web.pages.automations.draft import Draft, apply, area_of, node_at, read_draft
from web.pages.automations.picking import offered
from web.pages.automations.places import line_of
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import Flaw, Kept, View

CHANGES = ("add", "up", "down", "copy", "remove")


@dataclass(slots=True)
class State:
    """What the editor shows beside the draft."""

    version: int = 0
    note: str = ""
    view: str = "form"
    picking: str = ""
    query: str = ""
    focus: str = ""
    """Path of the card that was just added or moved, or the button's whole value."""
    new: str = ""
    """Path of the card that was just added: nothing in it is called wrong yet."""
    before: dict[str, Any] | None = None
    """The body that `Undo` brings back."""
    said: str = ""
    checked: bool = False
    changed: bool = False
    trying: bool = False
    verdicts: dict[str, tuple[bool, str]] = field(default_factory=dict)
    problem: str = ""
    asked: Asked = field(default_factory=Asked)
    """How it is tried on the past."""
    open: set[str] = field(default_factory=set)
    """Cards that are unfolded."""


async def new(request: web.Request, view: View) -> web.Response:
    _may(view)
    return _answer(request, view, Draft({"alias": "", "triggers": [], "conditions": [], "actions": []}), State(), None)


async def edit(request: web.Request, view: View) -> web.Response:
    one = _editable(request, view)
    return _answer(request, view, Draft(dict(one.body)), State(version=one.version), one)


async def press(request: web.Request, view: View) -> web.StreamResponse:
    """Any button of the editor."""
    _may(view)
    one = _editable(request, view) if "key" in request.match_info else None
    form = await request.post()
    draft = read_draft(form, {each.name: each for each in view.action_catalogue()})
    state = State(
        version=int(str(form.get("version") or "0")) if str(form.get("version") or "0").isdigit() else 0,
        note=str(form.get("note", ""))[:200],
        view="yaml" if form.get("view") == "yaml" else "form",
        picking=str(form.get("picking", "")),
        query=str(form.get("q", "")),
        before=_body(form.get("before")),
        checked=form.get("checked") == "1",
        changed=True,
        trying=form.get("trying") == "1",
        asked=asked_of({name: form.get(name) for name in ("days", "from", "to", "what", "values")}),
        open={one for one in str(form.get("open", "")).split(",") if one},
    )
    deed, _, target = str(form.get("op") or "show").partition(":")
    if deed == "save":
        return await _save(request, view, draft, state, one)
    try:
        draft = await _do(view, draft, state, deed, target)
    except NotFound as error:
        state.problem = str(error)
    return _answer(request, view, draft, state, one)


async def _do(view: View, draft: Draft, state: State, deed: str, target: str) -> Draft:
    """What a button does to the draft and to what is shown."""
    if deed in (*CHANGES, "form", "view") and not draft.sound:
        state.problem = "Mend what is marked first; then go on."
        return draft
    if deed in CHANGES:
        body, state.focus = apply(draft.body, deed, target)
        state.before = draft.body if deed == "remove" else None
        state.new = state.focus if deed == "add" else ""
        state.said = {"remove": "Removed.", "copy": "Copied."}.get(deed, "")
        state.focus = f"{deed}:{state.focus}" if deed in ("up", "down") else state.focus
        state.picking = state.query = ""
        return Draft(body, catalogue=draft.catalogue)
    if deed == "back" and state.before is not None:
        draft, state.before, state.said = Draft(state.before, catalogue=draft.catalogue), None, "Back as it was."
    elif deed == "pick":
        state.picking, state.query, state.focus = target, "", "pick"
        area_of(draft.body, target)
    elif deed == "unpick":
        state.picking, state.focus = "", f"pick:{state.picking}"
    elif deed == "yaml":
        draft.as_yaml.add(target)
        state.focus = target
    elif deed == "form":
        draft.as_yaml.discard(target)
        state.focus = target
    elif deed == "view":
        state.view, state.focus = ("yaml", "view:form") if target == "yaml" else ("form", "view:yaml")
    elif deed == "try":
        state.trying, state.focus = True, "past"
    elif deed == "check":
        state.checked = True
    elif deed == "test":
        state.verdicts[target] = await _verdict(view, node_at(draft.body, target))
        state.focus = f"test:{target}"
    return draft


async def _verdict(view: View, node: Any) -> tuple[bool, str]:
    try:
        found = await view.judge_condition(node)
    except (AutomationInvalid, HubError) as error:
        return False, words.sentence(str(error))
    return found.met, words.sentence(found.error or found.why)


async def _save(request: web.Request, view: View, draft: Draft, state: State, one: Kept | None) -> web.StreamResponse:
    state.checked = True
    made, flaws = view.check_automation(draft.body)
    table = Table(draft, view, names_of(view))
    if made is None or flaws or not draft.sound or not (state.view == "yaml" or table.needed()):
        state.problem = "It can’t be saved yet: mend what is marked."
        return _answer(request, view, draft, state, one, status=422)
    try:
        if one is None:
            kept = await view.add_automation(draft.body)
            return answer.done(
                request, f"/automations/{kept.key}", f"{kept.name} is kept, and switched on.",
                undo=f"/automations/{kept.key}/remove",
            )  # fmt: skip
        kept = await view.change_automation(one.key, draft.body, state.version or None, state.note.strip())
    except (Conflict, AutomationInvalid) as error:
        state.problem = words.sentence(str(error))
        return _answer(request, view, draft, state, one, status=409)
    undo = f"/automations/{one.key}/versions/{one.version}/restore"
    return answer.done(request, f"/automations/{kept.key}", f"{kept.name} was changed.", undo=undo)


def _answer(
    request: web.Request, view: View, draft: Draft, state: State, one: Kept | None, *, status: int = 200
) -> web.Response:
    names = names_of(view)
    draft.catalogue = draft.catalogue or {each.name: each for each in view.action_catalogue()}
    table = Table(draft, view, names)
    made, flaws = view.check_automation(draft.body)
    text = (draft.typed.get("yaml") or [as_yaml(draft.body)])[0]
    if state.checked:
        table.blame(flaws, state.new)
        table.needed(state.new)
    where = ""
    if state.picking:
        try:
            where = area_of(draft.body, state.picking)
        except NotFound:
            state.picking = ""
    context: dict[str, Any] = {
        "one": one,
        "draft": draft,
        "state": state,
        "table": table,
        "was": json.dumps(draft.body, default=str),
        "before": json.dumps(state.before, default=str) if state.before is not None else "",
        "text": text,
        "flaws": _with_lines(flaws, text) if state.checked and state.view == "yaml" else (),
        "wrong": table.wrong() if state.checked or draft.errors else (),
        "wholes": _whole(made, names),
        "groups": offered(where, state.query, draft.catalogue, view) if where else [],
        "knobs": view.knobs(BacktestWish(text=text)) if state.trying else (),
        "spans": SPANS,
        "asked": state.asked,
        "tried": state.focus == "past",
        "action": f"/automations/{one.key}/edit" if one is not None else "/automations/new",
    }
    template = "automations/editor.html" if "HX-Request" in request.headers else "automations/edit.html"
    if "HX-Request" in request.headers:
        # The form is shown as it is with its marks; htmx swaps what comes with a good status.
        return answer.fragment(request, template, **context)
    return answer.page(request, template, status=status, **context)


def _with_lines(flaws: Sequence[Flaw], text: str) -> list[str]:
    """`Line 7, triggers[0].entity_id: …`."""
    _, _, lines = of_yaml(text)
    return [words.capital(str(replace(one, line=line_of(one.path, lines)))) for one in flaws]


def _whole(made: Any, names: Any) -> str:
    return tell(made, names).whole if made is not None and (made.triggers or made.actions) else ""


async def pick(request: web.Request, view: View) -> web.Response:
    """What fits the words typed in the search of kinds and actions."""
    _may(view)
    form = await request.post()
    draft = read_draft(form, {each.name: each for each in view.action_catalogue()})
    where = str(form.get("picking", ""))
    groups = offered(area_of(draft.body, where), str(form.get("q", "")), draft.catalogue, view)
    return answer.fragment(request, "automations/offered.html", groups=groups, where=where)


async def template(request: web.Request, view: View) -> web.Response:
    """What a template says now, and what it looks at."""
    _may(view)
    form = await request.post()
    text = str(form.get(str(form.get("field", "")), ""))[:50_000]
    result, problem = "", ""
    if text.strip():
        try:
            result = view.render_template(text)
        except HubError as error:
            problem = words.sentence(str(error))
    names = names_of(view)
    reads = sorted(words.capital(names.thing(one).name) for one in mentioned([text], names.things))
    return answer.fragment(
        request, "automations/says.html", text=text.strip(), result=str(result), problem=problem, reads=reads[:12]
    )


def _body(given: Any) -> dict[str, Any] | None:
    if not given:
        return None
    try:
        found = json.loads(str(given))
    except ValueError:
        raise BadReading("the form does not hold an automation; open the editor anew") from None
    return found if isinstance(found, dict) else None


def _may(view: View) -> None:
    view.automations()


def _editable(request: web.Request, view: View) -> Kept:
    one = view.automation(request.match_info["key"])
    if not one.editable:
        name = one.source.partition(":")[2]
        raise Conflict(f"{one.name} stands in automations/{name}.yaml; change it there")
    return one


ROUTES = (
    PageRoute("GET", "/automations/new", new),
    PageRoute("POST", "/automations/new", press),
    PageRoute("POST", "/automations/new/pick", pick),
    PageRoute("POST", "/automations/new/template", template),
    PageRoute("GET", "/automations/{key}/edit", edit),
    PageRoute("POST", "/automations/{key}/edit", press),
)
