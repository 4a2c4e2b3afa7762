"""What a search field offers for what is typed: entities, devices, areas and other names of the house."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from hub.view import Directory, Seen
from web.forms.titles import choice
from web.selectors.spot import Options

if TYPE_CHECKING:
    from hub.view import View

MOST = 40
"""Offers at a time; who wants others types more."""


@dataclass(frozen=True, slots=True)
class Offer:
    value: str
    name: str
    more: str = ""


def offers(selector: Mapping[str, Any], query: str, view: View) -> list[Offer]:
    """The likeliest first. `selector`: one kind with its options."""
    ((kind, options),) = selector.items()
    words = query.lower().replace("_", " ").split()
    found: list[tuple[int, str, Offer]] = []
    for one in _SOURCES[kind](view, options or {}):
        text = f"{one.name} {one.value} {one.more}".lower().replace("_", " ")
        if all(word in text for word in words):
            begins = bool(words) and one.name.lower().startswith(words[0])
            found.append((0 if begins else 1, one.name.lower(), one))
    return [one for *_, one in sorted(found, key=lambda ranked: ranked[:2])[:MOST]]


def offered(kind: str) -> bool:
    return kind in _SOURCES


def named(kind: str, value: str, view: View) -> Offer:
    """A chosen value with its name; what isn't there any more is told so."""
    if kind in ("entity", "statistic"):
        seen = view.choosable_entity(value)
        return _entity(seen) if seen is not None else Offer(value, value, "not there now")
    found = _PLACES[kind](view.directory()).get(value)
    return Offer(value, found or value, "" if found else "not there now")


def _entity(seen: Seen) -> Offer:
    """Without its state: who looks for a name looks at nobody's data."""
    return Offer(seen.entity_id, seen.name, seen.entity_id)


def entities(view: View, options: Options) -> Iterable[Offer]:
    directory = view.directory()
    filters = _filters(options, ("domain", "device_class", "integration"))
    only, without = options.get("include_entities"), options.get("exclude_entities") or ()
    for seen in view.choosable():
        if (only and seen.entity_id not in only) or seen.entity_id in without:
            continue
        if not filters or any(_entity_fits(seen, directory, one) for one in filters):
            yield _entity(seen)


def devices(view: View, options: Options) -> Iterable[Offer]:
    directory = view.directory()
    filters = _filters(options, ("integration", "manufacturer", "model", "model_id"))
    fitting = _devices_of(view, directory, options)
    for device in directory.devices.values():
        if fitting is not None and device.id not in fitting:
            continue
        domains = {str(directory.entries.get(one, {}).get("domain", "")) for one in device.entries}
        if filters and not any(_device_fits(device.attributes, domains, one) for one in filters):
            continue
        about = [str(device.attributes.get(key) or "") for key in ("manufacturer", "model")]
        area = directory.areas.get(device.area)
        yield Offer(
            device.id, device.name or device.id, " · ".join([*filter(None, about), *([area.name] if area else [])])
        )


def targets(view: View, options: Options) -> Iterable[Offer]:
    """Entities, devices, areas, floors and labels; the value tells which of them it is."""
    sources = [
        ("entity_id", "", entities(view, {"filter": options.get("entity") or []})),
        ("device_id", "Device", devices(view, {"filter": options.get("device") or []})),
        *((f"{kind}_id", kind.capitalize(), _places(view, kind)) for kind in ("area", "floor", "label")),
    ]
    for key, word, found in sources:
        for one in found:
            more = " · ".join(filter(None, (word, one.more)))
            yield Offer(f"{key}:{one.value}", one.name, more)


def named_target(text: str, view: View) -> Offer:
    key, _, value = text.partition(":")
    kind = key.removesuffix("_id")
    found = named(kind, value, view)
    word = "" if kind == "entity" else kind.capitalize()
    return Offer(text, found.name, " · ".join(filter(None, (word, found.more))))


def _places(view: View, kind: str) -> Iterable[Offer]:
    for value, name in _PLACES[kind](view.directory()).items():
        yield Offer(value, name)


def _attributes(view: View, options: Options) -> Iterable[Offer]:
    seen = view.choosable_entity(str(options.get("entity_id") or ""))
    without = options.get("hide_attributes") or ()
    for name in seen.attributes if seen is not None else ():
        if name not in without:
            yield Offer(name, choice(name))


def _states(view: View, options: Options) -> Iterable[Offer]:
    seen = view.choosable_entity(str(options.get("entity_id") or ""))
    known = list(seen.attributes.get("options") or ()) if seen is not None else []
    if seen is not None and not known:
        known = list(_USUAL.get(seen.domain, ()))
    for one in (*known, *(options.get("extra_options") or ()), "unavailable", "unknown"):
        value = str(one["value"] if isinstance(one, Mapping) else one)
        if value not in (options.get("hide_states") or ()):
            yield Offer(value, str(one["label"]) if isinstance(one, Mapping) else choice(value))


_USUAL: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("binary_sensor", "switch", "light", "fan", "input_boolean", "automation", "siren"), ("on", "off")),
    **dict.fromkeys(("person", "device_tracker"), ("home", "not_home")),
    "cover": ("open", "opening", "closed", "closing"),
    "lock": ("locked", "unlocked", "jammed"),
    "sun": ("above_horizon", "below_horizon"),
    "timer": ("active", "idle", "paused"),
}


def _classes(view: View, options: Options) -> Iterable[Offer]:
    return _used(view, "device_class")


def _units(view: View, options: Options) -> Iterable[Offer]:
    return _used(view, "unit_of_measurement")


def _used(view: View, attribute: str) -> Iterable[Offer]:
    found = {str(one.attributes[attribute]) for one in view.choosable() if one.attributes.get(attribute)}
    return [Offer(one, choice(one)) for one in sorted(found)]


def _languages(view: View, options: Options) -> Iterable[Offer]:
    only = options.get("languages")
    return [Offer(code, LANGUAGES.get(code, code)) for code in (only or LANGUAGES)]


def _countries(view: View, options: Options) -> Iterable[Offer]:
    known = countries()
    return [Offer(code, known.get(code, code)) for code in (options.get("countries") or known)]


@lru_cache(maxsize=1)
def countries() -> Mapping[str, str]:
    """ISO 3166 code -> name, as the time zones' own table has them."""
    lines = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text("utf-8").splitlines()
    pairs = (line.split("\t", 1) for line in lines if line and not line.startswith("#"))
    return dict(sorted(((code, name) for code, name in pairs), key=lambda pair: pair[1]))


LANGUAGES: Mapping[str, str] = {
    "ar": "Arabic", "bg": "Bulgarian", "ca": "Catalan", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek",
    "en": "English", "en-GB": "English (United Kingdom)", "es": "Spanish", "et": "Estonian", "fa": "Persian",
    "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian",
    "id": "Indonesian", "is": "Icelandic", "it": "Italian", "ja": "Japanese", "ko": "Korean", "lt": "Lithuanian",
    "lv": "Latvian", "nb": "Norwegian", "nl": "Dutch", "pl": "Polish", "pt": "Portuguese",
    "pt-BR": "Portuguese (Brazil)", "ro": "Romanian", "ru": "Russian", "sk": "Slovak", "sl": "Slovene",
    "sr": "Serbian", "sv": "Swedish", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian", "vi": "Vietnamese",
    "zh-Hans": "Chinese (simplified)", "zh-Hant": "Chinese (traditional)",
}  # fmt: skip


def _agents(view: View, options: Options) -> Iterable[Offer]:
    found = [_entity(one) for one in view.choosable() if one.entity_id.startswith("conversation.")]
    return [Offer("homeassistant", "Homeostat’s own"), *found]


_PLACES: Mapping[str, Callable[[Directory], dict[str, str]]] = {
    "device": lambda all: {one.id: one.name for one in all.devices.values()},
    "area": lambda all: {one.id: one.name for one in all.areas.values()},
    "floor": lambda all: {one.id: one.name for one in all.floors.values()},
    "label": lambda all: {one.id: one.name for one in all.labels.values()},
}
_SOURCES: Mapping[str, Callable[[View, Options], Iterable[Offer]]] = {
    "entity": entities,
    "statistic": lambda view, options: entities(view, {"domain": "sensor"}),
    "device": devices,
    "target": targets,
    "area": lambda view, options: _places(view, "area"),
    "floor": lambda view, options: _places(view, "floor"),
    "label": lambda view, options: _places(view, "label"),
    "attribute": _attributes,
    "state": _states,
    "device_class": _classes,
    "unit_of_measurement": _units,
    "language": _languages,
    "country": _countries,
    "conversation_agent": _agents,
}


def _filters(options: Options, legacy: tuple[str, ...]) -> list[Options]:
    """Any of which must fit; those beside `filter` are one."""
    given = options.get("filter") or []
    found = [one for one in (given if isinstance(given, list) else [given]) if isinstance(one, Mapping)]
    own = {key: options[key] for key in legacy if options.get(key)}
    return [*found, *([own] if own else [])]


def _many(value: Any) -> list[str]:
    return [] if value is None else [str(one) for one in value] if isinstance(value, list) else [str(value)]


def _entity_fits(seen: Seen, directory: Directory, wanted: Options) -> bool:
    if (domains := _many(wanted.get("domain"))) and seen.entity_id.partition(".")[0] not in domains:
        return False
    if (classes := _many(wanted.get("device_class"))) and seen.attributes.get("device_class") not in classes:
        return False
    facts = directory.entities.get(seen.entity_id)
    integrations = _many(wanted.get("integration"))
    return not integrations or (facts is not None and facts.integration in integrations)


def _device_fits(about: Mapping[str, Any], domains: set[str], wanted: Options) -> bool:
    if wanted.get("integration") and wanted["integration"] not in domains:
        return False
    return all(about.get(key) == wanted[key] for key in ("manufacturer", "model", "model_id") if wanted.get(key))


def _devices_of(view: View, directory: Directory, options: Options) -> set[str] | None:
    """Devices with an entity that `entity` asks for; None where it asks for nothing."""
    wanted = _filters({"filter": options.get("entity")}, ())
    if not wanted:
        return None
    return {
        facts.device
        for seen in view.choosable()
        if (facts := directory.entities.get(seen.entity_id)) is not None
        and any(_entity_fits(seen, directory, one) for one in wanted)
    }
