"""Values of several parts: objects with fields, places on the map, media, and codes to look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from markupsafe import Markup

from web.codes import draw as draw_code
from web.forms.titles import titled
from web.selectors import fields
from web.selectors.form import Form, every, first
from web.selectors.plain import fit_number, is_empty, read_number
from web.selectors.spot import Kind, Options, Spot, draw
from web.selectors.written import draw_written, read_written

_NOTHING: tuple[Any, ...] = (None, "", [], {}, False)


def _parts(options: Options) -> Mapping[str, Mapping[str, Any]]:
    told = options.get("fields")
    return {key: one for key, one in told.items() if isinstance(one, Mapping)} if isinstance(told, Mapping) else {}


def _fit_object(options: Options, value: Any) -> Any:
    parts = _parts(options)
    if not parts:
        return value
    if options.get("multiple"):
        given = [] if is_empty(value) else value if isinstance(value, list) else [value]
        return [_fit_one(parts, one) for one in given]
    return {} if is_empty(value) else _fit_one(parts, value)


def _fit_one(parts: Mapping[str, Mapping[str, Any]], value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping) or set(value) - set(parts):
        raise ValueError("this has keys that no field is for")
    return {key: fields.fit(parts[key].get("selector"), one) for key, one in value.items()}


def _draw_object(spot: Spot) -> Markup:
    parts = _parts(spot.options)
    if not parts:
        return draw_written(spot)
    if not spot.options.get("multiple"):
        return draw(
            "group_of",
            replace(spot, more={"fields": _fields(parts, spot, spot.name, spot.value), "had": list(spot.value)}),
        )
    told = str(spot.options.get("label_field") or "")
    groups = [
        {
            "at": at,
            "title": str(one.get(told) or "") or f"No. {at + 1}",
            "fields": _fields(parts, spot, f"{spot.name}.{at}", one),
            "had": list(one),
        }
        for at, one in enumerate(spot.value)
    ]
    at = len(groups)
    blank = {"at": at, "fields": _fields(parts, spot, f"{spot.name}.{at}", {})}
    return draw("groups", replace(spot, more={"groups": groups, "blank": blank}))


def _fields(parts: Mapping[str, Mapping[str, Any]], spot: Spot, name: str, value: Mapping[str, Any]) -> list[Markup]:
    return [
        fields.field(
            one.get("selector"),
            f"{name}.{key}",
            value.get(key),
            spot.view,
            label=str(one.get("label") or titled(key)),
            help=str(one.get("description") or ""),
            optional=not one.get("required"),
        )
        for key, one in parts.items()
    ]


def _read_object(options: Options, form: Form, name: str) -> Any:
    parts = _parts(options)
    if not parts:
        return read_written(options, form, name)
    if not options.get("multiple"):
        return _read_one(parts, form, name)
    found = []
    for at in every(form, f"{name}.at"):
        if f"{name}.{at}.gone" in form:
            continue
        one = _read_one(parts, form, f"{name}.{at}")
        if one or first(form, f"{name}.{at}.was"):
            found.append(one)
    return found


def _read_one(parts: Mapping[str, Mapping[str, Any]], form: Form, name: str) -> dict[str, Any]:
    """Keys that were there stay; others come when something is said. Raises ValueError that names the part."""
    had = every(form, f"{name}.had")
    found: dict[str, Any] = {}
    for key in (*(one for one in had if one in parts), *(one for one in parts if one not in had)):
        part = parts[key]
        try:
            value = fields.read(part.get("selector"), f"{name}.{key}", form)
        except ValueError as error:
            raise ValueError(f"{part.get('label') or titled(key)}: {error}") from None
        if key in had or value not in _NOTHING:
            found[key] = value
    needed = [str(one.get("label") or titled(key)) for key, one in parts.items() if one.get("required")]
    if found and (
        lacking := [one for one, key in zip(needed, _needed(parts), strict=True) if found.get(key) in (None, "")]
    ):
        raise ValueError(f"{lacking[0]} is needed.")
    return found


def _needed(parts: Mapping[str, Mapping[str, Any]]) -> list[str]:
    return [key for key, one in parts.items() if one.get("required")]


_PLACE = ("latitude", "longitude", "radius")


def _fit_place(options: Options, value: Any) -> dict[str, Any] | None:
    if is_empty(value):
        return None
    if not isinstance(value, Mapping) or set(value) - set(_PLACE):
        raise ValueError("this is no place")
    found = {key: fit_number({}, value[key]) for key in _PLACE if key in value}
    if None in found.values():
        raise ValueError("this is no place")
    return found


def _draw_place(spot: Spot) -> Markup:
    value = spot.value or {}
    wanted = [key for key in _PLACE if key != "radius" or spot.options.get("radius") or "radius" in value]
    rows = [(key, titled(key), "" if (one := value.get(key)) is None else repr(one)) for key in wanted]
    return draw("place", replace(spot, more={"parts": rows}))


def _read_place(options: Options, form: Form, name: str) -> dict[str, Any] | None:
    limits = {"latitude": (-90, 90), "longitude": (-180, 180), "radius": (0, 40_000_000)}
    found: dict[str, Any] = {}
    for key, (least, most) in limits.items():
        try:
            value = read_number({"min": least, "max": most}, form, f"{name}.{key}")
        except ValueError as error:
            raise ValueError(f"{titled(key)}: {error}") from None
        if value is not None:
            found[key] = value
    if found and not {"latitude", "longitude"} <= set(found):
        raise ValueError("A place needs latitude and longitude.")
    return found or None


_MEDIA = {
    "entity_id": {"entity": {"domain": "media_player"}},
    "media_content_id": {"text": {}},
    "media_content_type": {"text": {}},
}
_MEDIA_NAMES = {"entity_id": "Player", "media_content_id": "Content", "media_content_type": "Type of content"}


def _media_parts(options: Options) -> dict[str, dict[str, Any]]:
    return {
        key: {"selector": selector, "label": _MEDIA_NAMES[key]}
        for key, selector in _MEDIA.items()
        if key != "entity_id" or not options.get("accept")
    }


def _fit_media(options: Options, value: Any) -> dict[str, Any]:
    return {} if is_empty(value) else _fit_one(_media_parts(options), value)


def _draw_media(spot: Spot) -> Markup:
    parts = _media_parts(spot.options)
    return draw(
        "group_of", replace(spot, more={"fields": _fields(parts, spot, spot.name, spot.value), "had": list(spot.value)})
    )


def _draw_qr(spot: Spot) -> Markup:
    return draw("code", replace(spot, more={"drawing": draw_code(str(spot.options.get("data") or ""))}))


KINDS = {
    "object": Kind(_fit_object, _draw_object, _read_object, several=lambda options: bool(_parts(options))),
    "location": Kind(_fit_place, _draw_place, _read_place, several=lambda options: True),
    "media": Kind(
        _fit_media,
        _draw_media,
        lambda options, form, name: _read_one(_media_parts(options), form, name),
        several=lambda options: True,
    ),
    "qr_code": Kind(
        lambda options, value: None, _draw_qr, lambda options, form, name: None, several=lambda options: True
    ),
}
