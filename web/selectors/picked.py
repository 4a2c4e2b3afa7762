"""Things of the house, searched for by name; and texts with suggestions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from markupsafe import Markup

from web.selectors.form import Form, every, first
from web.selectors.house import named, named_target
from web.selectors.plain import is_empty
from web.selectors.spot import Kind, Options, Spot, draw

_ENTITY = re.compile(r"[a-z0-9_]+\.[a-z0-9_]+|[0-9a-f]{32}")
_TARGETS = ("entity_id", "device_id", "area_id", "floor_id", "label_id")
_NAMES = {"entity": "an entity", "statistic": "an entity", "device": "a device", "target": "a device, area or entity",
          "area": "an area", "floor": "a floor", "label": "a label"}  # fmt: skip


def _fit(options: Options, value: Any) -> Any:
    """A list where several may be chosen, else one text or None."""
    given = [] if is_empty(value) else value if isinstance(value, list) else [value]
    if any(not isinstance(one, str) or not one.strip() or "{" in one or "\n" in one for one in given):
        raise ValueError("this names nothing of the house")
    chosen = list(dict.fromkeys(given))
    if options.get("multiple"):
        return chosen
    if len(chosen) > 1:
        raise ValueError("one goes here")
    return chosen[0] if chosen else None


def _fit_entity(options: Options, value: Any) -> Any:
    if isinstance(value, str) and "," in value:
        value = [one.strip() for one in value.split(",") if one.strip()]
    found = _fit(options, value)
    for one in found if isinstance(found, list) else [found] if found else []:
        if not _ENTITY.fullmatch(one):
            raise ValueError("this is no entity id")
    return found


def _draw(spot: Spot) -> Markup:
    chosen = spot.value if isinstance(spot.value, list) else [spot.value] if spot.value else []
    more = {
        "chosen": [named(spot.kind, one, spot.view) for one in chosen],
        "several": bool(spot.options.get("multiple")),
        "what": _NAMES[spot.kind],
        "moves": bool(spot.options.get("multiple") and spot.options.get("reorder")),
    }
    return draw("picker", replace(spot, more=more))


def _read(options: Options, form: Form, name: str) -> Any:
    """The chosen ones, and what was typed where there is no script to choose with."""
    chosen = [one for one in every(form, name) if one]
    typed = [one.strip() for one in first(form, f"{name}.add").split(",") if one.strip()]
    if options.get("multiple"):
        return list(dict.fromkeys([*chosen, *typed]))
    found = typed or chosen
    if len(found) > 1:
        raise ValueError("Choose one; there are several.")
    return found[0] if found else None


def _read_entity(options: Options, form: Form, name: str) -> Any:
    found = _read(options, form, name)
    for one in found if isinstance(found, list) else [found] if found else []:
        if not _ENTITY.fullmatch(one):
            raise ValueError(
                f"“{one}” is no entity; choose one from the list, or write its id like sensor.anna_weight."
            )
    return found


def _fit_target(options: Options, value: Any) -> dict[str, Any]:
    if is_empty(value):
        return {}
    if not isinstance(value, Mapping) or set(value) - set(_TARGETS):
        raise ValueError("this is no target")
    many = {"multiple": True}
    fitted = {key: (_fit_entity if key == "entity_id" else _fit)(many, value[key]) for key in _TARGETS if key in value}
    return {key: one for key, one in fitted.items() if one}


def _draw_target(spot: Spot) -> Markup:
    chosen = [named_target(f"{key}:{one}", spot.view) for key, ones in spot.value.items() for one in ones]
    return draw(
        "picker", replace(spot, more={"chosen": chosen, "several": True, "what": _NAMES["target"], "moves": False})
    )


def _read_target(options: Options, form: Form, name: str) -> dict[str, Any]:
    found: dict[str, list[str]] = {}
    for text in _read({"multiple": True}, form, name):
        key, _, value = text.partition(":") if ":" in text else ("entity_id", "", text)
        if key not in _TARGETS or (key == "entity_id" and not _ENTITY.fullmatch(value)):
            raise ValueError(f"“{text}” is no entity, device or area; choose from the list.")
        found.setdefault(key, []).append(value)
    return {key: found[key] for key in _TARGETS if key in found}


PICKER = Kind(_fit, _draw, _read, several=lambda options: True)
_ENTITIES = Kind(_fit_entity, _draw, _read_entity, several=lambda options: True)


def _fit_suggested(options: Options, value: Any) -> Any:
    if options.get("multiple"):
        told = [] if is_empty(value) else value if isinstance(value, list) else [value]
        if any(not isinstance(one, str) or not one.strip() or "\n" in one for one in told):
            raise ValueError("each stands on a line of its own")
        return told
    if is_empty(value):
        return None
    if isinstance(value, Mapping | list) or "\n" in str(value):
        raise ValueError("this is no text of one line")
    return ("on" if value else "off") if isinstance(value, bool) else str(value)


def _draw_suggested(spot: Spot) -> Markup:
    if spot.options.get("multiple"):
        return draw("long", replace(spot, more={"text": "\n".join(spot.value), "rows": 3, "each": True}))
    return draw("suggested", spot)


def _read_suggested(options: Options, form: Form, name: str) -> Any:
    if options.get("multiple"):
        return [one for one in first(form, name).split("\n") if one.strip()]
    return first(form, name) or None


SUGGESTED = Kind(_fit_suggested, _draw_suggested, _read_suggested)
_SUGGESTED = (
    "attribute", "state", "device_class", "unit_of_measurement", "language", "country", "conversation_agent", "icon",
    "theme", "assist_pipeline", "addon", "app", "backup_location", "serial_port", "file",
)  # fmt: skip
KINDS = {
    "entity": _ENTITIES,
    "statistic": _ENTITIES,
    "device": PICKER,
    "area": PICKER,
    "floor": PICKER,
    "label": PICKER,
    "target": Kind(_fit_target, _draw_target, _read_target, several=lambda options: True),
    **dict.fromkeys(_SUGGESTED, SUGGESTED),
}
