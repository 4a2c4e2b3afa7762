"""`todo.*` and `calendar.*`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from hub.automation.calendars import Calendars, day, moment
from hub.automation.lists import DONE, OPEN, Lists
from hub.automation.services.described import Given, Service, choice, span, text, texts
from hub.automation.services.hands import Hands, warned
from hub.automation.services.own import inner_spec, own_spec
from hub.automation.services.values import Text, Texts
from hub.errors import BadReading, Forbidden, NotFound
from hub.model import HOUSEHOLD, Actor
from hub.plugin import ActionSpec

_TODO, _CALENDAR = ("todo",), ("calendar",)
_DUE = (
    Given("due_date", Text, "The day by which.", {"date": {}}),
    Given("due_datetime", Text, "The time by which.", {"datetime": {}}),
    text("description", "More words.", lines=True),
)
_ITEM = text("item", "What it says, or its id.", required=True, example="Milk")
_NAME = text("name", "What it is called.", required=True, example="Shopping")
_WHOSE = text("person", "Whose it is: a person's short name, or household.", default=HOUSEHOLD, example="anna")
SERVICES = (
    Service("todo.add_item", "Add to list", "Adds an item to to-do lists.",
            (text("item", "What it says.", required=True, example="Milk"), *_DUE), _TODO,
            only_one=(("due_date", "due_datetime"),)),
    Service("todo.update_item", "Change on list", "Changes an item: its words, whether it is done, when it is due.",
            (_ITEM, text("rename", "New words."), choice("status", "Whether it is done.", OPEN, DONE), *_DUE), _TODO,
            only_one=(("due_date", "due_datetime"),)),
    Service("todo.remove_item", "Remove from list", "Removes items from to-do lists.",
            (texts("item", "What they say, or their ids.", required=True),), _TODO),
    Service("todo.get_items", "Read list", "Gives the items of to-do lists.",
            (Given("status", Texts, "Of which state; left out: what is to be done.",
                   {"select": {"options": [OPEN, DONE], "multiple": True}}),), _TODO, response=True),
    Service("todo.remove_completed_items", "Remove what is done", "Removes all items that are done.", (), _TODO),
    Service("todo.create_list", "Make a list", "Makes a to-do list.", (_NAME, _WHOSE)),
    Service("todo.remove_list", "Remove a list", "Removes to-do lists with all that is on them.", (), _TODO),
    Service("calendar.create_calendar", "Make a calendar", "Makes a calendar.", (_NAME, _WHOSE)),
    Service("calendar.remove_calendar", "Remove a calendar", "Removes calendars with all events.", (), _CALENDAR),
    Service("calendar.remove_event", "Remove from calendar", "Removes an event.",
            (text("uid", "Its id, as calendar.get_events gives it.", required=True),), _CALENDAR),
    Service("calendar.create_event", "Add to calendar", "Adds an event to calendars.",
            (text("summary", "What it is.", required=True, example="Dentist"), text("description", "More words."),
             Given("start_date_time", Text, "When it begins.", {"datetime": {}}, example="2026-11-21 09:00:00"),
             Given("end_date_time", Text, "When it ends.", {"datetime": {}}),
             Given("start_date", Text, "First day, of what lasts whole days.", {"date": {}}),
             Given("end_date", Text, "The day after the last.", {"date": {}}),
             Given("in", dict[str, int], "A whole day, so many days or weeks from now.", {"object": {}},
                   example={"days": 2}),
             text("location", "Where.")), _CALENDAR, only_one=(("start_date_time", "start_date", "in"),),
            at_least=("start_date_time", "start_date", "in")),
    Service("calendar.get_events", "Read calendar", "Gives the events of calendars in a span of time.",
            (Given("start_date_time", Text, "From when; left out: now.", {"datetime": {}}),
             Given("end_date_time", Text, "Until when.", {"datetime": {}}),
             span("duration", "Or for how long.", example="24:00:00")), _CALENDAR,
            only_one=(("end_date_time", "duration"),), at_least=("end_date_time", "duration"), response=True),
)  # fmt: skip


def specs(hands: Hands, lists: Lists, calendars: Calendars, knows: Callable[[str], bool]) -> list[ActionSpec]:
    by_name = {one.name: one for one in SERVICES}

    def each(name: str, do: Any, *, looks: bool = False) -> ActionSpec:
        service = by_name[name]

        async def run(actor: Actor, given: Any) -> Mapping[str, Any] | None:
            aim = hands.aim(actor, given, service.target)
            answers: dict[str, Any] = {}
            for entity_id in (*aim.named, *aim.reached):
                # What is aimed at is what the actor may look at; to change it takes more.
                if not looks and not hands.acts(actor, entity_id):
                    raise Forbidden(f"you may not change {entity_id}")
                told = await do(entity_id.partition(".")[2], given)
                if told is not None:
                    answers[entity_id] = told
            return {**answers, **(warned(aim.warnings) or {})} or None

        return inner_spec(service, run)

    def due(given: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if given.due_date is not None:
            found["due"] = day(given.due_date)
        if given.due_datetime is not None:
            found["due"] = moment(given.due_datetime, calendars.zone)
        if given.description is not None:
            found["description"] = given.description
        return found

    async def add(key: str, given: Any) -> None:
        await lists.add_item(key, given.item, **due(given))

    async def update(key: str, given: Any) -> None:
        facts = due(given)
        if given.rename is not None:
            facts["summary"] = given.rename
        if given.status is not None:
            facts["status"] = given.status
        if not facts:
            raise BadReading("todo.update_item: nothing says what is to change")
        await lists.change_item(key, given.item, **facts)

    async def remove(key: str, given: Any) -> None:
        await lists.remove_items(key, given.item)

    async def items(key: str, given: Any) -> Mapping[str, Any]:
        wanted = given.status or [OPEN]
        return {"items": [one.shown() for one in lists.get(key).items if one.status in wanted]}

    async def clear(key: str, given: Any) -> None:
        await lists.remove_done(key)

    async def create(key: str, given: Any) -> None:
        start, end = _when(given, hands.clock.now(), calendars)
        await calendars.add_event(key, given.summary, start, end, given.description, given.location)

    async def events(key: str, given: Any) -> Mapping[str, Any]:
        zone = calendars.zone
        start = _at(given.start_date_time, calendars) if given.start_date_time else hands.clock.now()
        end = _at(given.end_date_time, calendars) if given.end_date_time else start + timedelta(seconds=given.duration)
        return {"events": [{**one.shown(), "uid": one.uid} for one in calendars.get(key).between(start, end, zone)]}

    def whose(given: Any) -> str:
        person = given.person or HOUSEHOLD
        if not knows(person):
            raise NotFound(f"there is no person {person!r}")
        return str(person)

    async def make_list(actor: Actor, given: Any) -> Mapping[str, Any]:
        return {"entity_id": (await lists.make(given.name, whose(given))).entity_id}

    async def make_calendar(actor: Actor, given: Any) -> Mapping[str, Any]:
        return {"entity_id": (await calendars.make(given.name, whose(given))).entity_id}

    async def remove_list(key: str, given: Any) -> None:
        await lists.remove(key)

    async def remove_calendar(key: str, given: Any) -> None:
        await calendars.remove(key)

    async def remove_event(key: str, given: Any) -> None:
        await calendars.remove_event(key, given.uid)

    def theirs(given: Any) -> tuple[str, None]:
        return given.person or HOUSEHOLD, None

    return [
        own_spec(by_name["todo.create_list"], make_list, whose=theirs),
        own_spec(by_name["calendar.create_calendar"], make_calendar, whose=theirs),
        each("todo.remove_list", remove_list),
        each("calendar.remove_calendar", remove_calendar),
        each("calendar.remove_event", remove_event),
        each("todo.add_item", add),
        each("todo.update_item", update),
        each("todo.remove_item", remove),
        each("todo.get_items", items, looks=True),
        each("todo.remove_completed_items", clear),
        each("calendar.create_event", create),
        each("calendar.get_events", events, looks=True),
    ]


def _at(told: str, calendars: Calendars) -> datetime:
    return datetime.fromisoformat(moment(told, calendars.zone))


def _when(given: Any, now: datetime, calendars: Calendars) -> tuple[str, str]:
    """Start and end of a new event. Raises BadReading."""
    if given.start_date_time is not None:
        if given.end_date_time is None:
            raise BadReading("calendar.create_event: end_date_time is missing")
        return moment(given.start_date_time, calendars.zone), moment(given.end_date_time, calendars.zone)
    if given.start_date is not None:
        first = day(given.start_date)
        after = datetime.fromisoformat(first) + timedelta(days=1)
        return first, day(given.end_date) if given.end_date is not None else after.date().isoformat()
    ahead = getattr(given, "in")
    if set(ahead) - {"days", "weeks"} or len(ahead) != 1:
        raise BadReading("calendar.create_event: in: has days or weeks")
    on = now.astimezone(calendars.zone).date() + timedelta(**ahead)
    return on.isoformat(), (on + timedelta(days=1)).isoformat()
