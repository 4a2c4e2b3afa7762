"""The tables of docs/actions.md, from the registry of a hub.

python -m tests.automation.services.reference
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from hub.automation.services.catalogue import ActionFacts, ActionField, facts
from hub.daemon import Hub
from hub.model import Verb
from hub.plugin import ActionSpec
from tests.support.house import house

PAGE = Path(__file__).parents[3] / "docs" / "actions.md"
MARK = "<!-- From here on: python -m tests.automation.services.reference -->\n"
GROUPS = {
    "Lights, switches and other devices": (
        "light", "switch", "button", "number", "select", "text", "date", "time", "datetime", "siren", "remote",
        "update", "device", "entity", "homeassistant",
    ),
    "Air and warmth": ("climate", "fan", "humidifier", "water_heater"),
    "What opens and closes": ("cover", "valve", "lock", "alarm_control_panel"),
    "Machines and players": ("vacuum", "lawn_mower", "media_player"),
    "Helpers": (
        "input_boolean", "input_number", "input_text", "input_select", "input_datetime", "input_button", "counter",
        "timer", "schedule",
    ),
    "Automations, scripts, scenes": ("automation", "script", "scene", "conversation", "tag"),
    "Lists and calendars": ("todo", "calendar"),
    "Journal, readings, log": ("journal", "reading", "recorder", "logbook", "system_log"),
    "MQTT, integrations and the hub": ("mqtt", "entry", "nightscout", "phone"),
}  # fmt: skip
ELSEWHERE = ("notify", "persistent_notification")
"""Named after people; they have a page of their own."""
WHO = {
    "automation": "whose automation it is, or who manages the household",
    "scene.turn_on": "who may act on each entity", "scene.apply": "who may act on each entity",
    "scene": "who made it, or who manages the household", "scene.create": "everybody",
    "conversation": "everybody; what it sets off is done for its own account", "tag": "who may act on anything",
    "todo.get_items": "who may see the list", "calendar.get_events": "who may see the calendar",
    "homeassistant.restart": "nobody", "homeassistant.stop": "nobody",
    "homeassistant.reload_config_entry": "who manages the household",
    "homeassistant.reload_all": "who manages the household", "homeassistant.save_persistent_states": "everybody",
    "homeassistant.update_entity": "everybody", "device.act": "who may act on each entity",
}  # fmt: skip
"""Where the verb does not say it; by action, or by domain for those that ask for each thing themselves."""
_VERBS = {
    Verb.ACT: "who may act for them",
    Verb.RECORD: "who may record for them",
    Verb.MANAGE: "who manages the household",
    Verb.VIEW: "who may see it",
}


def tables(hub: Hub) -> str:
    """Every action of the registry; KeyError for a domain that stands in no group."""
    specs = {name: one for name, one in hub.rooms.actions.all.items() if name.partition(".")[0] not in ELSEWHERE}
    found = {one.name: one for one in facts(specs.values(), hub.rooms.deeds.described())}
    groups: dict[str, list[ActionFacts]] = {title: [] for title in GROUPS}
    where = {domain: title for title, domains in GROUPS.items() for domain in domains}
    for one in found.values():
        groups[where[one.domain]].append(one)
    parts = [f"There are {len(found)}, and those of your scripts, of `rest_command` and of your people.\n"]
    for title, ones in groups.items():
        ones.sort(key=lambda one: (GROUPS[where[one.domain]].index(one.domain), one.name))
        rows = "".join(_row(one, specs[one.name]) for one in ones)
        parts.append(
            f"### {title}\n\n| action | what it does | for | fields | who may |\n|---|---|---|---|---|\n{rows}"
        )
    return "\n".join(parts)


def _row(one: ActionFacts, spec: ActionSpec) -> str:
    words = one.description or f"{one.title}."
    answer = " Answers." if one.response else ""
    target = "" if one.target is None else ", ".join(f"`{domain}`" for domain in one.target) or "any entity"
    fields = "<br>".join(map(_field, one.fields))
    return f"| `{one.name}` | {_cell(words)}{answer} | {target} | {_cell(fields)} | {_who(one, spec)} |\n"


def _field(one: ActionField) -> str:
    name = f"**`{one.name}`**" if one.required else f"`{one.name}`"
    words = " ".join(part for part in (one.description, *_limits(one)) if part)
    return f"{name} {words}".rstrip()


def _limits(one: ActionField) -> Iterable[str]:
    kind = next(iter(one.selector), "text")
    told: Mapping[str, Any] = one.selector.get(kind) or {}
    if kind == "number" and "min" in told and "max" in told:
        unit = f" {told['unit_of_measurement']}" if "unit_of_measurement" in told else ""
        if (span := f"{told['min']:g} to {told['max']:g}") not in one.description:
            yield f"{span}{unit}."
    if kind == "select" and len(told["options"]) <= 8 and not told.get("custom_value"):
        yield f"One of {', '.join(told['options'])}."
    if one.default not in (None, "", [], {}):
        yield f"Without it: {str(one.default).lower() if isinstance(one.default, bool) else one.default}."


def _who(one: ActionFacts, spec: ActionSpec) -> str:
    if one.name in WHO:
        return WHO[one.name]
    if spec.inner and one.domain in WHO:
        return WHO[one.domain]
    return "who may act on each entity" if spec.inner and one.target is not None else _VERBS[spec.verb]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with house(Path(folder)) as hub:
            head = PAGE.read_text().partition(MARK)[0]
            PAGE.write_text(head + MARK + "\n" + tables(hub))


if __name__ == "__main__":
    asyncio.run(main())
