"""Fields of selectors: what stands in one comes back as it was, whatever it is."""

import string
from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from multidict import MultiDict

from hub.automation.selectors import KINDS
from hub.automation.world import Directory, EntityFacts, PlaceFacts, Seen
from hub.view import View
from web import selectors


@dataclass
class Sent(HTMLParser):
    """What a browser would send for a piece of HTML."""

    form: MultiDict[str] = field(default_factory=MultiDict)
    names: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._area: tuple[str, list[str]] | None = None
        self._menu: tuple[str, list[tuple[str, bool]]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        name = told.get("name", "")
        if tag == "input" and name:
            kind = told.get("type", "text")
            if kind in ("checkbox", "radio"):
                if "checked" in told:
                    self.form.add(name, told.get("value", "on"))
            else:
                self.form.add(name, told.get("value", "").replace("\n", "").replace("\r", ""))
        elif tag == "textarea":
            self._area = (name, [])
        elif tag == "select":
            self._menu = (name, [])
        elif tag == "option" and self._menu is not None:
            self._menu[1].append((told["value"], "selected" in told))

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area is not None:
            text = "".join(self._area[1]).removeprefix("\n")
            self.form.add(self._area[0], text.replace("\r\n", "\n").replace("\n", "\r\n"))
            self._area = None
        elif tag == "select" and self._menu is not None:
            chosen = next((value for value, selected in self._menu[1] if selected), self._menu[1][0][0])
            self.form.add(self._menu[0], chosen)
            self._menu = None


class FakeHouse:
    """A house with a lamp, a sensor and two rooms; all that fields look at."""

    def __init__(self) -> None:
        self._all = {
            one.entity_id: one
            for one in (
                Seen("light.kitchen", "on", {"friendly_name": "Kitchen lamp"}),
                Seen("light.hall", "off", {"friendly_name": "Hall lamp"}),
                Seen("sensor.kitchen_air", "612", {"friendly_name": "Kitchen air", "device_class": "carbon_dioxide",
                     "unit_of_measurement": "ppm"}),
                Seen("input_select.mode", "day", {"friendly_name": "Mode", "options": ["day", "night"]}),
            )
        }  # fmt: skip
        self._directory = Directory(
            entities={"light.kitchen": EntityFacts("light.kitchen", integration="hue")},
            areas={"kitchen": PlaceFacts("kitchen", "Kitchen"), "hall": PlaceFacts("hall", "Hall")},
        )

    def choosable(self) -> list[Seen]:
        return list(self._all.values())

    def choosable_entity(self, entity_id: str) -> Seen | None:
        return self._all.get(entity_id)

    def directory(self) -> Directory:
        return self._directory

    def people(self) -> list[Any]:
        return [SimpleNamespace(slug="anna", name="Anna"), SimpleNamespace(slug="ben", name="Ben")]

    def journal_kinds(self) -> list[Any]:
        return [SimpleNamespace(key="meal", name="Meal"), SimpleNamespace(key="sleep", name="Sleep")]

    def metrics(self) -> list[Any]:
        return [SimpleNamespace(key="heart_rate", name="Heart rate")]

    def entries(self) -> list[Any]:
        return [(SimpleNamespace(id="e1", title="Hue", domain="hue"), None)]


HOUSE = cast(View, FakeHouse())


def back(selector: Any, value: Any, name: str = "x") -> Any:
    """Draw the field, send it as a browser does, read it."""
    page = Sent()
    page.feed(str(selectors.field(selector, name, value, HOUSE, label="A field")))
    page.close()
    return selectors.read(selector, name, page.form)


LINE = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Zl", "Zp")), max_size=30)
TEXT = st.lists(LINE, max_size=4).map("\n".join)
WORD = st.text(string.ascii_lowercase + "_", min_size=1, max_size=8).map(lambda one: f"a{one}z")
ENTITY = st.builds(lambda domain, name: f"{domain}.{name}", st.sampled_from(["light", "sensor", "switch"]), WORD)
FLOAT = st.floats(-1e9, 1e9, allow_nan=False).map(lambda one: round(one, 6))
NUMBER = st.integers(-(10**9), 10**9) | FLOAT
NO_CONTROLS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))
ANY = st.recursive(
    st.none() | st.booleans() | NUMBER | st.text(NO_CONTROLS, max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORD, inner, max_size=3),
    max_leaves=6,
)
ACTIONS = st.lists(
    st.builds(lambda seconds: {"delay": seconds}, st.integers(0, 900))
    | st.builds(lambda one, text: {"action": one, "data": {"message": text}}, st.just("notify.notify"), TEXT),
    max_size=3,
)
CHOICES = ["a", "b", "Something else", "d", "e", "f", "<g> & \"h\""]  # fmt: skip
FIELDS = {
    "name": {"label": "Name", "required": True, "selector": {"text": {}}},
    "count": {"selector": {"number": {"min": 0, "max": 10}}},
    "on": {"selector": {"boolean": {}}},
    "who": {"selector": {"entity": {"multiple": True}}},
}
ITEM = st.fixed_dictionaries(
    {"name": LINE.filter(str.strip)},
    optional={"count": st.integers(0, 10), "on": st.booleans(), "who": st.lists(ENTITY, max_size=2, unique=True)},
)
SPAN = st.dictionaries(
    st.sampled_from(["days", "hours", "minutes", "seconds", "milliseconds"]), st.integers(0, 999), min_size=1
)
TIMES = st.times().map(lambda one: one.replace(microsecond=0).isoformat())
INSTANTS = st.datetimes().map(lambda one: one.replace(microsecond=0).isoformat(" "))
ROUND: dict[str, tuple[Any, st.SearchStrategy[Any]]] = {
    "text": ({"text": {}}, TEXT),
    "text with affixes": ({"text": {"prefix": "€", "suffix": "a day", "type": "url"}}, LINE),
    "text of a number": ({"text": {"type": "number"}}, LINE),
    "long text": ({"text": {"multiline": True}}, TEXT),
    "texts": ({"text": {"multiple": True}}, st.lists(LINE.filter(str.strip), max_size=4)),
    "template": ({"template": {}}, TEXT),
    "number": ({"number": {"mode": "box"}}, st.none() | NUMBER),
    "slider": ({"number": {"min": 0, "max": 100, "step": 0.5, "unit_of_measurement": "%"}}, st.integers(0, 100)),
    "boolean": ({"boolean": {}}, st.booleans()),
    "constant": ({"constant": {"value": 5, "label": "Five"}}, st.none() | st.just(5)),
    "color_rgb": ({"color_rgb": {}}, st.none() | st.lists(st.integers(0, 255), min_size=3, max_size=3)),
    "color_temp": ({"color_temp": {"unit": "kelvin"}}, st.none() | st.integers(2000, 6500)),
    "time": ({"time": {}}, st.none() | TIMES),
    "date": ({"date": {}}, st.none() | st.dates().map(lambda one: one.isoformat())),
    "datetime": ({"datetime": {}}, st.none() | INSTANTS),
    "duration": ({"duration": {}}, st.none() | SPAN),
    "select": ({"select": {"options": CHOICES}}, st.none() | st.sampled_from(CHOICES)),
    "select with an empty option": ({"select": {"options": ["", "a"]}}, st.sampled_from(["", "a"])),
    "select of numbers": ({"select": {"options": [1, 2, 3]}}, st.none() | st.sampled_from([1, 2, 3])),
    "select in a list": ({"select": {"mode": "list", "options": CHOICES}}, st.none() | st.sampled_from(CHOICES)),
    "select of one's own": (
        {"select": {"custom_value": True, "options": [{"value": "x", "label": "The x"}]}},
        st.none() | st.just("x") | LINE.filter(str.strip).filter(lambda one: one != "The x"),
    ),
    "selects": (
        {"select": {"multiple": True, "sort": True, "options": CHOICES}},
        st.lists(st.sampled_from(CHOICES), unique=True),
    ),
    "selects of one's own": (
        {"select": {"multiple": True, "custom_value": True, "options": CHOICES}},
        st.lists(st.sampled_from(CHOICES) | WORD, unique=True, max_size=5),
    ),
    "entity": ({"entity": {"filter": [{"domain": "light"}]}}, st.none() | ENTITY),
    "entities": ({"entity": {"multiple": True, "reorder": True}}, st.lists(ENTITY, unique=True, max_size=4)),
    "device": ({"device": {}}, st.none() | WORD),
    "area": ({"area": {"multiple": True}}, st.lists(WORD, unique=True, max_size=3)),
    "floor": ({"floor": {}}, st.none() | WORD),
    "label": ({"label": {"multiple": True}}, st.lists(WORD, unique=True, max_size=3)),
    "statistic": ({"statistic": {}}, st.none() | ENTITY),
    "target": (
        {"target": {"entity": {"domain": "light"}}},
        st.dictionaries(
            st.sampled_from(["device_id", "area_id", "floor_id", "label_id"]),
            st.lists(WORD, min_size=1, max_size=3, unique=True),
        ).flatmap(
            lambda rest: st.lists(ENTITY, max_size=2, unique=True).map(
                lambda ones: {**({"entity_id": ones} if ones else {}), **rest}
            )
        ),
    ),
    "action": ({"action": {}}, ACTIONS),
    "condition": ({"condition": {}}, st.lists(st.just("{{ is_state('sun.sun', 'above_horizon') }}"), max_size=2)),
    "trigger": (
        {"trigger": {}},
        st.lists(st.builds(lambda one: {"trigger": "state", "entity_id": one, "to": "on"}, ENTITY), max_size=2),
    ),
    "object": ({"object": {}}, ANY),
    "object with fields": ({"object": {"fields": FIELDS}}, st.just({}) | ITEM),
    "objects with fields": (
        {"object": {"fields": FIELDS, "multiple": True, "label_field": "name"}},
        st.lists(ITEM, max_size=3),
    ),
    "location": (
        {"location": {"radius": True}},
        st.none() | st.fixed_dictionaries(
            {"latitude": st.floats(-90, 90), "longitude": st.floats(-180, 180)},
            optional={"radius": st.integers(0, 900)},
        ),
    ),
    "media": (
        {"media": {}},
        st.fixed_dictionaries(
            {}, optional={"entity_id": ENTITY, "media_content_id": LINE, "media_content_type": LINE}
        ),
    ),
    "qr_code": ({"qr_code": {"data": "https://example.org/<x>"}}, st.none()),
    "numeric_threshold": ({"numeric_threshold": {}}, ANY),
    "choose": ({"choose": {"choices": {}}}, ANY),
    "automation_behavior": ({"automation_behavior": {}}, st.none() | st.sampled_from(["each", "first", "all"])),
    "state_class": ({"state_class": {}}, st.none() | st.just("measurement")),
    "config_entry": ({"config_entry": {}}, st.none() | st.just("e1") | WORD),
    "person": ({"person": {"multiple": True}}, st.lists(st.sampled_from(["anna", "ben", "gone"]), unique=True)),
    "journal_kind": ({"journal_kind": {}}, st.none() | st.sampled_from(["meal", "sleep"])),
    "metric": ({"metric": {}}, st.none() | st.just("heart_rate")),
    "states": ({"state": {"multiple": True}}, st.lists(LINE.filter(str.strip), max_size=3)),
    **{
        one: ({one: {"entity_id": "input_select.mode"}}, st.none() | LINE.filter(bool))
        for one in (
            "attribute", "state", "device_class", "unit_of_measurement", "language", "country", "conversation_agent",
            "icon", "theme", "assist_pipeline", "addon", "app", "backup_location", "serial_port", "file",
        )
    },
    "no selector": (None, TEXT),
}  # fmt: skip


def test_every_selector_is_tried() -> None:
    assert {next(iter(selector)) for selector, _ in ROUND.values() if selector} == KINDS


@pytest.mark.parametrize("name", ROUND)
def test_a_value_comes_back_from_its_field(name: str) -> None:
    selector, values = ROUND[name]

    @settings(max_examples=40, deadline=None)
    @given(values)
    def tried(value: Any) -> None:
        assert back(selector, value) == value
        assert selectors.fit(selector, value) == value

    tried()


@pytest.mark.parametrize("name", ROUND)
def test_no_value_whatsoever_is_lost_in_a_field(name: str) -> None:
    """A template where a number goes, a list where one goes: as the field writes it, or as YAML."""
    selector, _ = ROUND[name]

    @settings(max_examples=25, deadline=None)
    @given(ANY | TEXT | st.just("{{ now() }}"))
    def tried(value: Any) -> None:
        if name in ("action", "condition", "trigger"):
            return  # what is no such thing is shown, and refused when it is sent
        if name in ("slider", "color_temp") and isinstance(selectors.fit(selector, value), int | float):
            return  # shown, and refused with the limits
        assert back(selector, value) == selectors.fit(selector, value)

    tried()
