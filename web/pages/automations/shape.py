"""The shape of what was written: each part with its kind, its fields, and the lists within it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.view import KindField, kinds_of

TOP = {"triggers": ("triggers", "trigger"), "conditions": ("conditions", "condition"), "actions": ("actions", "action")}
"""Area -> the new and the old key of it at the top."""
FORMS = {"count": "number", "for_each": "yaml", "while": "", "until": ""}
"""Ways to repeat -> how a form asks for them; the others hold conditions."""
YAML = "yaml"
"""The kind of what no form is made for."""
_TOGETHER = ("and", "or", "not")
_ACTIONS = (
    ("delay", "delay"), ("wait_template", "wait_template"), ("condition", "condition"), ("and", "condition"),
    ("or", "condition"), ("not", "condition"), ("event", "event"), ("device_id", "device"), ("scene", "scene"),
    ("repeat", "repeat"), ("choose", "choose"), ("wait_for_trigger", "wait_for_trigger"),
    ("variables", "variables"), ("if", "if"), ("action", "action"), ("stop", "stop"), ("parallel", "parallel"),
    ("sequence", "sequence"), ("set_conversation_response", "set_conversation_response"),
)  # fmt: skip
_SHARED = {
    "triggers": (KindField("alias", "text"), KindField("enabled", "flag", settled=True), KindField("variables", "yaml"),
                 KindField("note", "text")),
    "conditions": (KindField("alias", "text"), KindField("enabled", "flag", settled=True), KindField("note", "text")),
    "actions": (KindField("alias", "text"), KindField("enabled", "flag", settled=True),
                KindField("continue_on_error", "flag", settled=False), KindField("note", "text")),
    "options": (KindField("alias", "text"),),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Inner:
    """A list of parts within a part; `keys` lead to it."""

    keys: tuple[str, ...]
    area: str
    name: str
    """Its heading."""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    kind: str
    area: str
    """Whose words it takes: a condition among actions is of the conditions."""
    fields: tuple[KindField, ...]
    shared: tuple[KindField, ...]
    inner: tuple[Inner, ...] = ()
    head: tuple[str, ...] = ()
    """Keys that say what it is; no form asks for them."""

    @property
    def known(self) -> set[str]:
        keys = {one.key.split(".")[0] for one in (*self.fields, *self.shared)}
        return keys | set(self.head) | {one.keys[0] for one in self.inner}


def longer(area: str, given: Any) -> Any:
    """With the new and long spelling; what no form knows stays as it is."""
    if area in ("conditions", "actions") and isinstance(given, str | bool):
        text = given if isinstance(given, str) else str(given).lower()
        return {"condition": "template", "value_template": text}
    if not isinstance(given, Mapping):
        return given
    if area == "triggers":
        return _renamed(given, {"platform": "trigger"})
    if area == "actions":
        given = _renamed(given, {"service": "action", "service_template": "action"})
        if _kind(given) != "condition":
            return given
    if area in ("conditions", "actions"):
        return _long_condition(given)
    return dict(given)


def _renamed(given: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {(names[key] if key in names and names[key] not in given else key): one for key, one in given.items()}


def _long_condition(given: Mapping[str, Any]) -> dict[str, Any]:
    if "condition" not in given:
        word = next((one for one in _TOGETHER if one in given), None)
        if word is None:
            return dict(given)
        rest = {key: one for key, one in given.items() if key != word}
        return {"condition": word, **rest, "conditions": given[word]}
    kind = given["condition"]
    if isinstance(kind, list):
        return {**given, "condition": "and", "conditions": kind}
    if isinstance(kind, str) and ("{{" in kind or "{%" in kind):
        return {**given, "condition": "template", "value_template": kind}
    if isinstance(kind, Mapping) and len(given) == 1:
        return _long_condition(kind)
    return dict(given)


def _kind(given: Mapping[str, Any]) -> str:
    return next((kind for key, kind in _ACTIONS if key in given), YAML)


def shape_of(area: str, node: Any) -> Shape:
    """Of a part in the long spelling."""
    unknown = Shape(YAML, area, (), ())
    if not isinstance(node, Mapping):
        return unknown
    if area == "options":
        both = (Inner(("conditions",), "conditions", "If"), Inner(("sequence",), "actions", "Then"))
        return Shape("option", area, (), _SHARED[area], both)
    if area == "triggers":
        return _simple(area, str(node.get("trigger")), ("trigger",)) or unknown
    if area == "conditions":
        return _condition(node) or unknown
    kind = _kind(node)
    if kind == "condition":
        return _condition(node) or unknown
    found = _simple(area, kind, ())
    if found is None:
        return unknown
    fields = found.fields
    inner: tuple[Inner, ...] = _INNER.get(kind, ())
    if kind == "repeat":
        way = _way(node["repeat"])
        if way is None:
            return unknown
        fields = (KindField(f"repeat.{way}", FORMS[way], required=True),) if FORMS[way] else ()
        inner = (Inner(("repeat", "sequence"), "actions", "Each time"),)
        if not FORMS[way]:
            name = "As long as" if way == "while" else "Until"
            inner = (Inner(("repeat", way), "conditions", name), *inner)
        kind = f"repeat_{way}"
    return Shape(kind, area, fields, found.shared, inner)


def _simple(area: str, kind: str, head: tuple[str, ...]) -> Shape | None:
    fields = kinds_of(area).get(kind)
    return Shape(kind, area, fields, _SHARED[area], (), head) if fields is not None else None


def _condition(node: Mapping[str, Any]) -> Shape | None:
    kind = str(node.get("condition"))
    found = _simple("conditions", kind, ("condition",))
    if found is None or kind not in _TOGETHER:
        return found
    name = {"and": "All of these", "or": "One of these", "not": "None of these"}[kind]
    return Shape(kind, "conditions", (), found.shared, (Inner(("conditions",), "conditions", name),), found.head)


def _way(repeat: Any) -> str | None:
    if not isinstance(repeat, Mapping) or set(repeat) - {*FORMS, "sequence"}:
        return None
    ways = [one for one in FORMS if one in repeat]
    return ways[0] if len(ways) == 1 else None


_INNER: Mapping[str, tuple[Inner, ...]] = {
    "choose": (Inner(("choose",), "options", ""), Inner(("default",), "actions", "Otherwise", optional=True)),
    "if": (
        Inner(("if",), "conditions", "If"),
        Inner(("then",), "actions", "Then"),
        Inner(("else",), "actions", "Otherwise", optional=True),
    ),
    "parallel": (Inner(("parallel",), "actions", "At the same time"),),
    "sequence": (Inner(("sequence",), "actions", "One after the other"),),
    "wait_for_trigger": (Inner(("wait_for_trigger",), "triggers", "Until one of these"),),
}


def flat(area: str, given: Any) -> list[tuple[tuple[str | int, ...], Any]]:
    """Parts as one list, however they are nested, each with its place in what was written."""
    if given is None:
        return []
    if not isinstance(given, list):
        if area == "triggers" and isinstance(given, Mapping) and set(given) == {"triggers"}:
            return [(("triggers", *place), one) for place, one in flat(area, given["triggers"])]
        return [((), given)]
    return [((index, *place), one) for index, each in enumerate(given) for place, one in flat(area, each)]


def get(node: Any, keys: tuple[str, ...]) -> Any:
    for key in keys:
        if not isinstance(node, Mapping):
            return None
        node = node.get(key)
    return node


def put(node: Mapping[str, Any], keys: tuple[str, ...], value: Any) -> dict[str, Any]:
    """A copy with the value there; None takes the key away."""
    made = dict(node)
    if len(keys) > 1:
        within = made.get(keys[0])
        made[keys[0]] = put(within if isinstance(within, Mapping) else {}, keys[1:], value)
    elif value is None:
        made.pop(keys[0], None)
    else:
        made[keys[0]] = value
    return made
