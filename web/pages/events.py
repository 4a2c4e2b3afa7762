"""Events: what happens in the house right now, filtered and paused at will."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

from aiohttp import web

from hub.model import (
    HOUSEHOLD,
    ActionCalled,
    DeviceFound,
    EntitiesChanged,
    Entity,
    EntryChanged,
    Event,
    JournalChanged,
    Lagged,
    PeopleChanged,
    Problem,
    ReadingsRecorded,
    ReadingsRejected,
    ReadingsRemoved,
    StateChanged,
)
from web import answer, words
from web.display import Display
from web.live import HEADERS, QUIET
from web.pages.integrations import STATES
from web.routing import PageRoute

if TYPE_CHECKING:
    from hub.view import View

KINDS: dict[str, tuple[str, tuple[type[Event], ...], str]] = {
    "states": ("States", (StateChanged,), "activity"),
    "readings": ("Readings", (ReadingsRecorded, ReadingsRemoved, ReadingsRejected), "chart-line"),
    "journal": ("Journal", (JournalChanged,), "notebook-pen"),
    "devices": ("Devices", (DeviceFound, EntitiesChanged), "cpu"),
    "hub": ("Hub", (EntryChanged, ActionCalled, Problem, PeopleChanged), "settings"),
}
"""Filter -> name, types, icon."""
AT_ONCE = 40
"""Lines sent together at most; a flood shows its newest."""
PACE = 0.25
"""Seconds between batches of lines."""


@dataclass(frozen=True, slots=True)
class Line:
    clock: str
    kind: str
    icon: str
    title: str
    more: str = ""
    href: str = ""
    person: str = ""


async def index(request: web.Request, view: View) -> web.Response:
    kind, whose, asked = (request.query.get(key, "") for key in ("kind", "person", "q"))
    teller = _Teller(view, brief=kind not in KINDS)
    lines = [line for event in view.recent(*_kinds(kind)) if (line := teller.line(event)) is not None]
    lines = [line for line in lines if _wanted(line, whose, asked.lower())][::-1][:60]
    return answer.page(
        request,
        "events/page.html",
        kinds=KINDS,
        kind=kind if kind in KINDS else "",
        whose=whose,
        asked=asked,
        lines=lines,
    )


async def live(request: web.Request, view: View) -> web.StreamResponse:
    """News as rows for the page, newest last in each batch; ends when the browser leaves."""
    kind, whose = request.query.get("kind", ""), request.query.get("person", "")
    asked = request.query.get("q", "").lower()
    kinds = _kinds(kind)
    response = web.StreamResponse(headers=HEADERS)
    await response.prepare(request)
    lines: deque[Line] = deque(maxlen=AT_ONCE)
    teller = _Teller(view, brief=kind not in KINDS)
    events = cast("AsyncGenerator[Event, None]", view.subscribe(*kinds, name="events"))

    async def read() -> None:
        async for event in events:
            line = teller.line(event)
            if line is not None and _wanted(line, whose, asked):
                view.told(event)
                lines.append(line)

    reader = asyncio.ensure_future(read())
    quiet = 0.0
    try:
        with contextlib.suppress(ConnectionResetError):
            await response.write(b": hello\n\n")
            while not reader.done():
                await view.clock.sleep(PACE)
                quiet += PACE
                if lines:
                    batch = list(lines)
                    lines.clear()
                    html = answer.html(request, "events/lines.html", lines=batch[::-1])
                    data = "\n".join(f"data: {one}" for one in html.splitlines())
                    await response.write(f"{data}\n\n".encode())
                    quiet = 0.0
                elif quiet >= QUIET:
                    await response.write(b": quiet\n\n")
                    quiet = 0.0
    finally:
        reader.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await reader
        await events.aclose()
    return response


def _kinds(kind: str) -> tuple[type[Event], ...]:
    return KINDS[kind][1] if kind in KINDS else tuple(one for _, types, _ in KINDS.values() for one in types)


def _wanted(line: Line, whose: str, asked: str) -> bool:
    return (not whose or line.person == whose) and (not asked or asked in f"{line.title} {line.more}".lower())


class _Teller:
    """Says events in words, for one viewer."""

    def __init__(self, view: View, *, brief: bool = False) -> None:
        """`brief`: a live reading is left out, because the state that it moved is told."""
        self._view, self._brief = view, brief
        self._displays: dict[str, Display] = {}
        own = view.account.person if view.account is not None and view.account.person else HOUSEHOLD
        self._zone: tzinfo = ZoneInfo(view.time_zone(own))

    def line(self, event: Event) -> Line | None:
        clock = event.at.astimezone(self._zone).strftime("%H:%M:%S")
        match event:
            case StateChanged(entity=entity, old=old, new=new):
                show = self._display(entity.person).value
                before = str(show(entity, old.value)) if old and old.value is not None else ""
                after = str(show(entity, new.value)) if new.value is not None else "unknown"
                if old is not None and old.available != new.available:
                    after = after if new.available else "not reachable"
                more = f"{before} → {after}" if before and before != after else after
                return self._entity(clock, "states", entity, more)
            case ReadingsRecorded(entity=entity, readings=readings):
                first = readings[0]
                late = first.late and not first.imported
                how = ", late" if late else ", brought in" if first.imported else ""
                if len(readings) == 1:
                    if self._brief and not late:
                        return None
                    value = self._display(entity.person).value(entity, first.value)
                    more = f"{value}, taken {self._moment(first.taken_at, event.at)}{how}"
                else:
                    kind = "late readings" if late else "readings"
                    count = f"{words.number(len(readings))} {kind}{' brought in' if first.imported else ''}"
                    more = f"{count}, the first of {self._moment(first.taken_at, event.at)}"
                return self._entity(clock, "readings", entity, more)
            case ReadingsRemoved(entity=entity, taken_at=taken):
                more = f"{words.plural(len(taken), 'reading')} removed"
                return self._entity(clock, "readings", entity, more)
            case ReadingsRejected(entry=entry, person=person, refusals=refusals):
                title = f"{words.plural(len(refusals), 'reading')} refused"
                return Line(
                    clock, "readings", "circle-alert", title, refusals[0].reason, f"/integrations/{entry}", person
                )
            case JournalChanged(old=old, new=new):
                done = "removed" if new.deleted else "added" if old is None else "changed"
                title = f"{new.kind.replace('_', ' ').capitalize()} {done}"
                moment = self._moment(new.start, event.at)
                return Line(clock, "journal", "notebook-pen", title, moment, f"/journal/{new.id}", new.person)
            case DeviceFound(device=device):
                return Line(clock, "devices", "cpu", "New device", device.description.name, "/integrations/devices")
            case EntitiesChanged(entities=entities, gone=gone):
                count = words.plural(len(entities) or len(gone), "entity", "entities")
                title = f"{count} {'described' if entities else 'gone'}"
                names = ", ".join(one.id for one in (entities or gone)[:3])
                return Line(clock, "devices", "cpu", title, names)
            case EntryChanged(status=status):
                more = status.problem or (status.progress_text if status.progress is not None else "")
                title = f"{self._entry(status.entry)}: {STATES[status.state][0].lower()}"
                return Line(clock, "hub", "plug", title, more, f"/integrations/{status.entry}")
            case ActionCalled(action=action, account=account, person=person, outcome=outcome):
                title = next((one.title for one in self._view.actions() if one.name == action), action)
                return Line(clock, "hub", "zap", title, f"{outcome.capitalize()}, by {account}", "", person)
            case Problem(message=message, remedy=remedy, resolved=resolved):
                return Line(clock, "hub", "triangle-alert", "Solved" if resolved else message, words.sentence(remedy))
            case PeopleChanged():
                return Line(clock, "hub", "users", "People or rights changed")
            case Lagged(lost=lost):
                return Line(clock, "hub", "ellipsis", f"{lost} events skipped", "More came than can be shown.")
            case _:
                return None

    def _entity(self, clock: str, kind: str, entity: Entity, more: str) -> Line:
        people = {one.slug: one.name for one in self._view.people()}
        owner = people.get(entity.person) or self._device(entity)
        title = f"{owner}: {entity.name}" if owner else entity.name
        return Line(clock, kind, KINDS[kind][2], title, more, f"/entities/{entity.id}", entity.person)

    def _entry(self, id: str) -> str:
        return next((one.title for one, _ in self._view.entries() if one.id == id), id)

    def _device(self, entity: Entity) -> str:
        return self._view.device(entity.device).description.name if entity.device else ""

    def _display(self, person: str) -> Display:
        if person not in self._displays:
            self._displays[person] = Display(self._view, person or HOUSEHOLD)
        return self._displays[person]

    def _moment(self, at: datetime, now: datetime) -> str:
        return words.moment(at, self._zone, now)


ROUTES = (PageRoute("GET", "/events", index), PageRoute("GET", "/live/events", live))
