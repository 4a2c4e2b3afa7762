"""The journal: what happened, by day; write, change, take back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from aiohttp import web

from hub.errors import BadReading, Conflict, NotFound
from hub.model import HOUSEHOLD, JournalDraft, JournalEntry, JournalKind, Verb
from web import answer, words
from web.display import Display
from web.journal.form import EntryForm, Unfit, blank, draft_of, of_entry, of_typed
from web.journal.telling import details_of, title_of
from web.keys import CLOCK
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import View

ROWS = 40


@dataclass(frozen=True, slots=True)
class Line:
    """An entry in the list."""

    entry: JournalEntry
    kind: JournalKind | None
    title: str
    details: str
    by: str
    another: bool
    """Somebody else than the viewer wrote it by hand."""
    zone: ZoneInfo
    may_change: bool


async def index(request: web.Request, view: View) -> web.Response:
    """`?person=anna&kind=meal&before=<cursor>`; the newest first."""
    person, kind = request.query.get("person", ""), request.query.get("kind", "")
    entries, cursor = await view.journal(
        [person] if person else None, [kind] if kind else None, limit=ROWS, cursor=request.query.get("before") or None
    )
    lines = lines_of(view, entries)
    now = request.app[CLOCK].now()
    days: list[tuple[str, list[Line]]] = []
    for line in lines:
        day = words.day(line.entry.start, line.zone, now)
        if not days or days[-1][0] != day:
            days.append((day, []))
        days[-1][1].append(line)
    asked = {key: value for key, value in (("person", person), ("kind", kind)) if value}
    return answer.page(
        request,
        "journal/page.html",
        days=days,
        person_asked=person,
        kind_asked=kind,
        kinds=view.journal_kinds(),
        link=lambda **change: f"/journal?{urlencode({k: v for k, v in {**asked, **change}.items() if v})}".rstrip("?"),
        older=f"/journal?{urlencode({**asked, 'before': cursor})}" if cursor else "",
        newest="before" not in request.query,
    )


def lines_of(view: View, entries: list[JournalEntry]) -> list[Line]:
    kinds = {kind.key: kind for kind in view.journal_kinds()}
    zones = {slug: ZoneInfo(view.time_zone(slug)) for slug in {entry.person for entry in entries}}
    return [
        Line(
            entry,
            kinds.get(entry.kind),
            title_of(entry, kinds[entry.kind].name if entry.kind in kinds else ""),
            details_of(entry),
            view.writer(entry) or "the hub",
            _by_another(view, entry),
            zones[entry.person],
            view.allowed(Verb.RECORD, entry.person, f"journal:{entry.kind}"),
        )
        for entry in entries
    ]


def _by_another(view: View, entry: JournalEntry) -> bool:
    own = view.account.name if view.account is not None else ""
    return entry.author not in (own, "system") and ":" not in entry.author and bool(view.writer(entry))


async def new(request: web.Request, view: View) -> web.Response:
    """Choose what to log; with `?kind=` its form."""
    person = _person(view, request.query.get("person", ""))
    key = request.query.get("kind", "")
    writable = _writable(view)
    if not key:
        return answer.page(
            request, "journal/choose.html", kinds=_ordered(view, person), person=person, writable=writable
        )
    kind = _kind(view, key)
    form = blank(kind, person, request.app[CLOCK].now(), Display(view, person).zone)
    return _form(request, view, form)


async def add(request: web.Request, view: View) -> web.Response:
    typed = {key: str(value) for key, value in (await request.post()).items()}
    kind, person = _kind(view, typed.get("kind", "")), typed.get("person", "")
    try:
        entry = await view.add_journal(person, draft_of(kind, typed, Display(view, person).zone))
    except Unfit as unfit:
        return _form(request, view, of_typed(kind, person, typed, unfit.errors), status=422, back=_back(typed))
    except BadReading as bad:
        form = of_typed(kind, person, typed, {"": words.capital(str(bad))})
        return _form(request, view, form, status=422, back=_back(typed))
    title = title_of(entry, kind.name)
    return answer.done(
        request, _back(typed), f"Logged: {title}.", undo=f"/journal/{entry.id}/undo?back={quote(_back(typed))}"
    )


async def show(request: web.Request, view: View) -> web.Response:
    """One entry with all it says, and every revision of it."""
    entry = await view.journal_entry(request.match_info["entry"])
    kind = next((one for one in view.journal_kinds() if one.key == entry.kind), None)
    line = lines_of(view, [entry])[0]
    revisions = lines_of(view, await view.journal_revisions(entry.id))
    return answer.page(
        request,
        "journal/entry.html",
        line=line,
        facts=facts_of(kind, entry),
        revisions=list(reversed(revisions)),
        zone=line.zone,
    )


def facts_of(kind: JournalKind | None, entry: JournalEntry) -> list[tuple[str, str]]:
    """Every field that says something, named as in the form."""
    schema = kind.model.model_json_schema()["properties"] if kind is not None else {}
    facts = []
    for key, value in entry.data.items():
        described = schema.get(key, {})
        if value in ("", None, [], {}) or described.get("form") == "hidden":
            continue
        name = str(described.get("title") or words.capital(words.spaced(key)))
        unit = str(described.get("description", "")) if len(str(described.get("description", ""))) <= 7 else ""
        facts.append((name, f"{_plain(value)}{words.NARROW + unit if unit else ''}"))
    return facts


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, int | float):
        return words.number(value, 0 if float(value).is_integer() else 1)
    if isinstance(value, list):
        return ", ".join(_plain(one) for one in value)
    return words.spaced(str(value))


async def edit(request: web.Request, view: View) -> web.Response:
    entry = await _writable_entry(request, view)
    form = of_entry(_kind(view, entry.kind), entry, Display(view, entry.person).zone)
    return _form(request, view, form, entry=entry)


async def change(request: web.Request, view: View) -> web.Response:
    entry = await _writable_entry(request, view)
    typed = {key: str(value) for key, value in (await request.post()).items()}
    kind = _kind(view, entry.kind)
    try:
        draft = draft_of(kind, typed, Display(view, entry.person).zone, old=entry)
        await view.change_journal(entry.id, draft, expected_revision=int(typed.get("revision") or entry.revision))
    except Unfit as unfit:
        form = of_typed(kind, entry.person, typed, unfit.errors)
        return _form(request, view, form, entry=entry, status=422, back=_back(typed))
    except (BadReading, Conflict) as bad:
        form = of_typed(kind, entry.person, typed, {"": words.capital(str(bad))})
        return _form(
            request, view, form, entry=entry, status=409 if isinstance(bad, Conflict) else 422, back=_back(typed)
        )
    return answer.done(request, _back(typed), "Changed.", undo=_undo(entry, _back(typed)))


async def _writable_entry(request: web.Request, view: View) -> JournalEntry:
    entry = await view.journal_entry(request.match_info["entry"])
    view.require(Verb.RECORD, entry.person, f"journal:{entry.kind}")
    return entry


async def end(request: web.Request, view: View) -> web.Response:
    """What is still going on has just ended."""
    entry = await view.journal_entry(request.match_info["entry"])
    back = _back({key: str(value) for key, value in (await request.post()).items()})
    if entry.end is not None:
        return answer.done(request, back, "It had ended already.")
    now: datetime = request.app[CLOCK].now()
    draft = JournalDraft(entry.kind, entry.start, now, entry.data, entry.note, entry.source, entry.external_id)
    await view.change_journal(entry.id, draft, expected_revision=entry.revision)
    took = words.duration((now - entry.start).total_seconds())
    return answer.done(request, back, f"Ended after {took}.", undo=_undo(entry, back))


async def remove(request: web.Request, view: View) -> web.Response:
    entry = await view.remove_journal(request.match_info["entry"])
    back = _back({key: str(value) for key, value in (await request.post()).items()})
    back = "/journal" if back.startswith(f"/journal/{entry.id}") else back
    return answer.done(request, back, "Removed.", undo=_undo(entry, back))


async def undo(request: web.Request, view: View) -> web.Response:
    """Back to how it was before."""
    entry = await view.undo_journal(request.match_info["entry"])
    back = _back({**request.query, **{key: str(value) for key, value in (await request.post()).items()}})
    back = "/journal" if entry.deleted and back.startswith(f"/journal/{entry.id}") else back
    return answer.done(request, back, "Taken back." if entry.deleted else "Back as it was before.")


def _undo(entry: JournalEntry, back: str) -> str:
    return f"/journal/{entry.id}/undo?back={quote(back)}"


def _form(
    request: web.Request,
    view: View,
    form: EntryForm,
    *,
    entry: JournalEntry | None = None,
    status: int = 200,
    back: str = "",
) -> web.Response:
    writable = _writable(view, f"journal:{form.kind.key}")
    if entry is None and form.person not in writable and writable:
        form = replace(form, person=next(iter(writable)))
    return answer.page(
        request,
        "journal/form.html",
        status=status,
        form=form,
        entry=entry,
        writable=writable,
        back=back or _back(request.query),
    )


def _back(given: Mapping[str, str]) -> str:
    """Where to go after: a page of ours, the journal otherwise."""
    wish = given.get("back", "")
    return wish if wish.startswith("/") and not wish.startswith(("//", "/\\")) else "/journal"


def _kind(view: View, key: str) -> JournalKind:
    found = next((one for one in view.journal_kinds() if one.key == key), None)
    if found is None:
        raise NotFound(f"there is no kind of entry called {key!r}")
    return found


def _person(view: View, wish: str) -> str:
    """The person asked for, else the viewer's own, else the first."""
    slugs = [person.slug for person in view.people()]
    own = view.account.person if view.account is not None else None
    return next((one for one in (wish, own, *slugs) if one and one in slugs), HOUSEHOLD)


def _writable(view: View, subject: str | None = None) -> dict[str, str]:
    """Slug -> name of those for whom the viewer may write."""
    return {one.slug: one.name for one in view.people() if view.allowed(Verb.RECORD, one.slug, subject)}


def _ordered(view: View, person: str) -> list[JournalKind]:
    """What suits the person's age first."""
    born = next((one.birth_date for one in view.people() if one.slug == person), None)
    small = born is not None and (view.clock.now().date() - born).days < 3 * 365
    baby = ("feeding", "nappy", "sleep", "symptom", "medication", "note")
    grown = ("meal", "drink", "mood", "medication", "workout", "sleep", "symptom", "insulin", "note")
    first = {key: rank for rank, key in enumerate(baby if small else grown)}
    kinds = [one for one in view.journal_kinds() if one.key in first or small or one.family.value != "baby"]
    return sorted(kinds, key=lambda one: first.get(one.key, 99))


ROUTES = (
    PageRoute("GET", "/journal", index),
    PageRoute("GET", "/journal/new", new),
    PageRoute("POST", "/journal/new", add),
    PageRoute("GET", "/journal/{entry}", show),
    PageRoute("GET", "/journal/{entry}/edit", edit),
    PageRoute("POST", "/journal/{entry}/edit", change),
    PageRoute("POST", "/journal/{entry}/end", end),
    PageRoute("POST", "/journal/{entry}/remove", remove),
    PageRoute("POST", "/journal/{entry}/undo", undo),
)
