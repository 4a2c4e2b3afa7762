"""What an action is given: a field for each thing that the house knows it takes, the rest as YAML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from web import selectors
from web.pages.automations.controls import GONE, Unread, from_form
from web.pages.automations.shape import put

if TYPE_CHECKING:
    from hub.view import ActionFacts
    from web.pages.automations.draft import Draft

EMPTY: tuple[Any, ...] = (None, "", [], {})


def facts_for(catalogue: Mapping[str, ActionFacts], node: Mapping[str, Any]) -> ActionFacts | None:
    """None where its data can't be asked field by field."""
    found = catalogue.get(str(node.get("action", "")).strip().lower())
    return found if found is not None and isinstance(node.get("data"), dict | None) else None


def read(draft: Draft, form: Any, path: str, node: dict[str, Any]) -> dict[str, Any]:
    """The call with what was said in its fields."""
    facts = facts_for(draft.catalogue, node)
    if facts is None or f"{path}:data" not in form:
        return node
    data = dict(node.get("data") or {})
    before = dict(data)
    for one in facts.fields:
        name = f"{path}.data.{one.name}"
        try:
            said = selectors.read(one.selector, name, form)
        except ValueError as error:
            draft.errors[name] = str(error)
            continue
        if said == selectors.fit(one.selector, data.get(one.name)):
            continue
        if said in EMPTY:
            data.pop(one.name, None)
        else:
            data[one.name] = said
    data = _rest(draft, form, f"{path}.data:rest", data, {one.name for one in facts.fields})
    return node if data == before else put(node, ("data",), data or None)


def _rest(draft: Draft, form: Any, name: str, data: dict[str, Any], known: set[str]) -> dict[str, Any]:
    if name not in form:
        return data
    try:
        value = from_form("yaml", [str(form.get(name))])
    except Unread as error:
        draft.typed[name], draft.errors[name] = [str(form.get(name))], str(error)
        return data
    kept = {key: one for key, one in data.items() if key in known}
    if value is GONE:
        return kept
    if not isinstance(value, dict):
        draft.typed[name], draft.errors[name] = [str(form.get(name))], "Names with values go here."
        return data
    return {**kept, **{str(key): one for key, one in value.items() if key not in known}}
