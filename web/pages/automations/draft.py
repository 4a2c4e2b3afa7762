"""An automation in the editor: what a form says about it, and what its buttons do to it. Nothing typed is lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hub.errors import BadReading, NotFound
from hub.view import KindField, as_yaml, of_yaml
from web import selectors
from web.pages.automations import data as calls
from web.pages.automations.controls import GONE, PICKED, Unread, fits, from_form, to_form
from web.pages.automations.kinds import SETTINGS, fresh
from web.pages.automations.shape import TOP, YAML, Inner, Shape, flat, get, longer, put, shape_of

Form = Mapping[str, Any]
"""aiohttp's MultiDict: several texts may have one name."""


@dataclass(slots=True)
class Draft:
    body: dict[str, Any]
    typed: dict[str, list[str]] = field(default_factory=dict)
    """What stands in fields that could not be read."""
    errors: dict[str, str] = field(default_factory=dict)
    """Field -> why not."""
    as_yaml: set[str] = field(default_factory=set)
    """Cards that are looked at as YAML."""
    catalogue: Mapping[str, Any] = field(default_factory=dict)
    """Name -> facts of the actions that there are."""

    @property
    def sound(self) -> bool:
        return not self.errors


def top_key(body: Mapping[str, Any], area: str) -> str:
    """The key under which the area stands: the one that was used, else the new one."""
    return next((key for key in TOP[area] if key in body), area)


def read_draft(form: Any, catalogue: Mapping[str, Any]) -> Draft:
    """What the form says, with all that it does not ask for as it was. Raises BadReading for what is no such form."""
    try:
        was = json.loads(str(form.get("was") or "{}"))
    except (ValueError, RecursionError):
        was = None
    if not isinstance(was, dict):
        raise BadReading("the form does not hold an automation; open the editor anew")
    draft = Draft(was, catalogue=catalogue)
    if form.get("view") == "yaml":
        _read_whole(draft, str(form.get("yaml", "")).replace("\r\n", "\n"))
        return draft
    body = draft.body
    for one in SETTINGS:
        body = _read_field(draft, form, "", body, one)
    body = _read_rest(
        draft, form, "", body, {one.key for one in SETTINGS} | {key for keys in TOP.values() for key in keys}
    )
    for area in TOP:
        key = top_key(body, area)
        told = _read_list(draft, form, area, area, body.get(key))
        if told is not body.get(key):
            body = {**body, key: told}
    draft.body = body
    return draft


def _read_whole(draft: Draft, text: str) -> None:
    if text.strip() == as_yaml(draft.body).strip():
        return
    value, flaws, _ = of_yaml(text)
    if not flaws and not isinstance(value, dict):
        draft.errors["yaml"] = "An automation is a set of keys: alias, triggers, conditions, actions."
    for one in flaws[:1]:
        draft.errors["yaml"] = f"{f'Line {one.line}: ' if one.line else ''}{one.message} {one.hint}".strip()
    if "yaml" in draft.errors:
        draft.typed["yaml"] = [text]
    else:
        draft.body = value


def _read_list(draft: Draft, form: Any, path: str, area: str, given: Any) -> Any:
    """The same object where nothing was changed."""
    count = form.get(f"{path}:n")
    if count is None:
        return given
    olds = [one for _, one in flat(area, given)][: int(count)]
    news = [_read_card(draft, form, f"{path}.{index}", area, one) for index, one in enumerate(olds)]
    return given if all(new is old for new, old in zip(news, olds, strict=True)) else news


def _read_card(draft: Draft, form: Any, path: str, area: str, given: Any) -> Any:
    if f"{path}:yaml" in form:
        draft.as_yaml.add(path)
        return _read_text(draft, form, path, given)
    before = longer(area, given)
    shape = shape_of(area, before)
    if shape.kind == YAML:
        return given
    node = before
    for one in (*shape.fields, *shape.shared):
        node = _read_field(draft, form, path, node, one)
    if shape.kind == "action":
        node = calls.read(draft, form, path, node)
    node = _read_rest(draft, form, path, node, shape.known)
    for inner in shape.inner:
        old = get(node, inner.keys)
        new = _read_list(draft, form, f"{path}.{'.'.join(inner.keys)}", inner.area, old)
        if new is not old:
            node = put(node, inner.keys, new)
    return given if node is before else node


def _read_text(draft: Draft, form: Any, path: str, given: Any) -> Any:
    name = f"{path}:yaml"
    text = str(form.get(name, "")).replace("\r\n", "\n")
    if text.strip() == as_yaml(given).strip():
        return given
    value, flaws, _ = of_yaml(text)
    if flaws or value is None:
        draft.typed[name] = [text]
        draft.errors[name] = f"{flaws[0].message} {flaws[0].hint}".strip() if flaws else "Something goes here."
        return given
    return value


def _read_field(draft: Draft, form: Any, path: str, node: dict[str, Any], one: KindField) -> dict[str, Any]:
    name = f"{path}.{one.key}" if path else one.key
    keys = tuple(one.key.split("."))
    old = get(node, keys)
    control = one.control if fits(one.control, old) else "yaml"
    if control in PICKED:
        return _read_picked(draft, form, name, node, keys, PICKED[control]) if f"{name}:shown" in form else node
    if name not in form:
        return node
    given = [str(each).replace("\r\n", "\n") for each in form.getall(name)]
    before = to_form(control, old, one.settled)
    if [each.strip() for each in given if each.strip()] == [each.strip() for each in before if each.strip()]:
        return node
    try:
        value = from_form(control, given)
    except Unread as error:
        draft.typed[name], draft.errors[name] = given, str(error)
        return node
    return put(node, keys, None if value is GONE else value)


def _read_picked(
    draft: Draft, form: Any, name: str, node: dict[str, Any], keys: tuple[str, ...], selector: Mapping[str, Any]
) -> dict[str, Any]:
    """Of a field that searches the house."""
    old = get(node, keys)
    try:
        said = selectors.read(selector, name, form)
    except ValueError as error:
        draft.errors[name] = str(error)
        return node
    if said == selectors.fit(selector, old):
        return node
    if said in calls.EMPTY:
        return put(node, keys, None)
    return put(node, keys, said[0] if isinstance(said, list) and len(said) == 1 else said)


def _read_rest(draft: Draft, form: Any, path: str, node: dict[str, Any], known: set[str]) -> dict[str, Any]:
    """Keys that no field asks for, as YAML."""
    name = f"{path}:rest"
    if name not in form:
        return node
    rest = {key: one for key, one in node.items() if key not in known}
    text = str(form.get(name)).replace("\r\n", "\n")
    if text.strip() == as_yaml(rest).strip():
        return node
    try:
        value = from_form("yaml", [text])
    except Unread as error:
        draft.typed[name], draft.errors[name] = [text], str(error)
        return node
    if value is not GONE and not isinstance(value, dict):
        draft.typed[name], draft.errors[name] = [text], "Keys with values go here, like `topic: bed/weight`."
        return node
    kept = {key: one for key, one in node.items() if key in known}
    return kept if value is GONE else {**kept, **{key: one for key, one in value.items() if key not in known}}


# What its buttons do

Change = Callable[[list[Any]], list[Any]]


def change_list(body: Mapping[str, Any], path: str, change: Change) -> dict[str, Any]:
    """A copy with the list at `path` (`actions.0.then`) changed. Raises NotFound."""
    area, *rest = path.split(".")
    if area not in TOP:
        raise NotFound(f"there is no list {path!r} here")
    key = top_key(body, area)
    return {**body, key: _changed(area, body.get(key), rest, change, path)}


def _changed(area: str, given: Any, rest: Sequence[str], change: Change, path: str) -> Any:
    items = [one for _, one in flat(area, given)]
    if not rest:
        return change(items)
    try:
        index = int(rest[0])
        node = longer(area, items[index])
    except (ValueError, IndexError):
        raise NotFound(f"there is nothing at {path!r}") from None
    inner = inner_at(shape_of(area, node), rest[1:])
    new = _changed(inner.area, get(node, inner.keys), rest[1 + len(inner.keys) :], change, path)
    items[index] = put(node, inner.keys, None if new == [] and inner.optional else new)
    return items


def inner_at(shape: Shape, rest: Sequence[str]) -> Inner:
    for one in shape.inner:
        if tuple(rest[: len(one.keys)]) == one.keys:
            return one
    raise NotFound(f"there is no list {'.'.join(rest)!r} here")


def area_of(body: Mapping[str, Any], path: str) -> str:
    """Of the list at a path."""
    found: list[str] = []

    def walk(area: str, given: Any, rest: Sequence[str]) -> None:
        if not rest:
            found.append(area)
            return
        items = [one for _, one in flat(area, given)]
        if not rest[0].isdigit() or int(rest[0]) >= len(items):
            raise NotFound(f"there is nothing at {path!r}")
        node = longer(area, items[int(rest[0])])
        inner = inner_at(shape_of(area, node), rest[1:])
        walk(inner.area, get(node, inner.keys), rest[1 + len(inner.keys) :])

    area, *rest = path.split(".")
    if area not in TOP:
        raise NotFound(f"there is no list {path!r} here")
    walk(area, body.get(top_key(body, area)), rest)
    return found[0]


def node_at(body: Mapping[str, Any], path: str) -> Any:
    """The part at `actions.0.then.1`, as it was written."""
    where, _, index = path.rpartition(".")
    items = _list_at(body, where)
    if not index.isdigit() or int(index) >= len(items):
        raise NotFound(f"there is nothing at {path!r}")
    return items[int(index)]


def _list_at(body: Mapping[str, Any], path: str) -> list[Any]:
    found: list[Any] = []

    def look(items: list[Any]) -> list[Any]:
        found.extend(items)
        return items

    change_list(body, path, look)
    return found


def apply(body: Mapping[str, Any], deed: str, target: str) -> tuple[dict[str, Any], str]:
    """The body after `add`, `up`, `down`, `copy` or `remove`, and the path of what is looked at next."""
    if deed == "add":
        where, _, kind = target.partition(":")
        made = fresh(area_of(body, where), kind)
        counted: list[int] = []

        def add(items: list[Any]) -> list[Any]:
            counted.append(len(items))
            return [*items, made]

        return change_list(body, where, add), f"{where}.{counted[0] if counted else 0}"
    where, _, told = target.rpartition(".")
    index = int(told) if told.isdigit() else -1
    step = {"up": -1, "down": 1}.get(deed, 0)

    def change(items: list[Any]) -> list[Any]:
        if not 0 <= index < len(items):
            raise NotFound(f"there is nothing at {target!r}")
        one = items[index]
        if deed == "copy":
            return [*items[: index + 1], json.loads(json.dumps(one)), *items[index + 1 :]]
        rest = items[:index] + items[index + 1 :]
        if deed == "remove":
            return rest
        to = min(max(0, index + step), len(rest))
        return [*rest[:to], one, *rest[to:]]

    made = change_list(body, where, change)
    last = len(_list_at(made, where)) - 1
    moved = min(max(0, index + step), last) + (1 if deed == "copy" else 0)
    return made, where if deed == "remove" else f"{where}.{moved}"
