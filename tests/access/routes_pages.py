"""What the pages of the house ask for."""

from __future__ import annotations

from tests.access.asks import (
    SOME,
    THINGS,
    Ask,
    a_changed_note,
    a_note,
    a_reading,
    acts_on_lamp,
    an_entry,
    asks_who_sees,
    at,
    data,
    house,
    known,
    manages_device,
    records,
    sees,
    sees_house,
    sees_note,
    sees_some,
    writes,
    writes_note,
)
from tests.access.oracle import Caller
from tests.access.street import PEOPLE


def house_of_mia(caller: Caller, person: str) -> bool:
    """The phone's entry is Mia's."""
    return house(caller, person) and caller.sees_some("mia")


PAGES: dict[str, Ask] = {
    "GET /": Ask(known, shows="name"),
    "GET /live/today": Ask(known, stream=True),
    "GET /live/values": Ask(known, stream=True),
    "GET /live/events": Ask(known, stream=True),
    "GET /events": Ask(known),
    "GET /explore": Ask(known),
    "GET /more": Ask(known),
    "POST /theme": Ask(known, form=data(theme="auto")),
    "GET /charts/data": Ask(sees(), at("?series={weight}&start=2026-01-01T00:00:00Z&end={at}"), SOME),
    "GET /people/{person}": Ask(sees_some, at("/people/{person}"), PEOPLE, shows="name"),
    "GET /people/{person}/who-sees": Ask(asks_who_sees, at("/people/{person}/who-sees"), PEOPLE),
    "GET /people/{person}/{metric}": Ask(sees(), at("/people/{person}/{metric}"), SOME),
    "POST /people/{person}/{metric}/sources": Ask(
        records(), at("/people/{person}/{metric}/sources"), SOME, form=data(first="{weight}")
    ),
    "GET /entities/{entity}": Ask(sees(), at("/entities/{weight}"), SOME),
    "POST /entities/{entity}/command": Ask(
        acts_on_lamp, at("/entities/{lamp}/command"), THINGS, form=data(command="turn_on")
    ),
    "GET /entities/{entity}/readings/correct": Ask(
        writes, at("/entities/{weight}/readings/correct?taken_at={at}"), SOME
    ),
    "POST /entities/{entity}/readings/correct": Ask(
        writes,
        at("/entities/{weight}/readings/correct"),
        SOME,
        form=data(taken_at="{at}", value="20", raw="1"),
    ),
    "POST /entities/{entity}/readings/remove": Ask(
        writes,
        at("/entities/{weight}/readings/remove"),
        SOME,
        form=data(taken_at="{at}"),
        before=a_reading,
    ),
    "POST /entities/{entity}/readings/restore": Ask(
        writes,
        at("/entities/{weight}/readings/restore?taken_at=2020-01-01T00:00:00Z"),
        SOME,
        form=data(),
    ),
    "GET /journal": Ask(known, shows="note"),
    "GET /journal/new": Ask(known),
    "POST /journal/new": Ask(
        records("journal:note"),
        whose=PEOPLE,
        form=data(person="{person}", kind="note", note="Hallo", start="2026-01-01T10:00"),
    ),
    "GET /journal/{entry}": Ask(sees_note, at("/journal/{note}"), SOME, shows="note"),
    "GET /journal/{entry}/edit": Ask(writes_note, at("/journal/{note}/edit"), SOME),
    "POST /journal/{entry}/edit": Ask(
        writes_note, at("/journal/{fresh}/edit"), SOME, form=data(note="So"), before=a_note
    ),
    "POST /journal/{entry}/end": Ask(writes_note, at("/journal/{fresh}/end"), SOME, form=data(), before=a_note),
    "POST /journal/{entry}/remove": Ask(writes_note, at("/journal/{fresh}/remove"), SOME, form=data(), before=a_note),
    "POST /journal/{entry}/undo": Ask(
        writes_note, at("/journal/{fresh}/undo"), SOME, form=data(), before=a_changed_note
    ),
    "GET /notifications": Ask(known),
    "GET /notifications/list": Ask(known),
    "GET /notifications/live": Ask(known, stream=True),
    "POST /notifications/clear": Ask(known, form=data()),
    "POST /notifications/{notice}/answer": Ask(known, "/notifications/none/answer", form=data(), absent=True),
    "POST /notifications/{notice}/confirm": Ask(known, "/notifications/none/confirm", form=data(), absent=True),
    "POST /notifications/{notice}/clear": Ask(known, "/notifications/none/clear", form=data(), absent=True),
    "GET /integrations": Ask(known),
    "GET /integrations/entries": Ask(known),
    "GET /integrations/devices": Ask(known, shows="device"),
    "POST /integrations/devices/assign": Ask(
        manages_device, whose=THINGS, form=data(device="{device}", person="{person}")
    ),
    "POST /integrations/devices/ignore": Ask(manages_device, whose=THINGS, form=data(device="{device}")),
    "GET /integrations/add/{domain}": Ask(house, "/integrations/add/demo"),
    "POST /integrations/add/{domain}": Ask(house, "/integrations/add/demo", form=data(no="1")),
    "GET /integrations/{entry}": Ask(sees_house, at("/integrations/{entry}")),
    "GET /integrations/{entry}/status": Ask(sees_house, at("/integrations/{entry}/status")),
    "GET /integrations/{entry}/heard": Ask(house_of_mia, "/integrations/phone/heard"),
    "GET /integrations/{entry}/connect": Ask(house_of_mia, "/integrations/phone/connect"),
    "GET /integrations/{entry}/act/{action}": Ask(house, at("/integrations/{entry}/act/things.blink")),
    "POST /integrations/{entry}/act/{action}": Ask(house, at("/integrations/{entry}/act/things.blink"), form=data()),
    "GET /integrations/{entry}/edit": Ask(house, at("/integrations/{entry}/edit")),
    "POST /integrations/{entry}/edit": Ask(
        house, at("/integrations/spare/edit"), form=data(title="S"), before=an_entry
    ),
    "POST /integrations/{entry}/reload": Ask(house, at("/integrations/spare/reload"), form=data(), before=an_entry),
    "POST /integrations/{entry}/agree": Ask(house, at("/integrations/spare/agree"), form=data(), before=an_entry),
    "POST /integrations/{entry}/switch": Ask(house, at("/integrations/spare/switch"), form=data(), before=an_entry),
    "POST /integrations/{entry}/remove": Ask(house, at("/integrations/spare/remove"), form=data(), before=an_entry),
}
