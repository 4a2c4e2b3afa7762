"""A form field for every selector: `render` draws it, `read` takes what was sent.

What a field can't show (a template where a number goes) is drawn as YAML, so that nothing is lost:
`read(selector, name, form)` of what a browser sends for `render(selector, name, value, view)` is
`fit(selector, value)`, which is the value itself wherever it is written as the field writes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from web.selectors.form import Form, first
from web.selectors.spot import Kind, Options, Spot, draw, identified

if TYPE_CHECKING:
    from hub.view import View

Selector = Mapping[str, Any] | str | None


def render(
    selector: Selector,
    name: str,
    value: Any,
    view: View,
    *,
    label: str = "",
    about: str = "",
    labelled: str = "",
    required: bool = False,
    invalid: bool = False,
) -> Markup:
    """The field's controls; `field` draws them with label, help and error."""
    word, kind, options = _kind(selector, value)
    spot = Spot(word, options, name, value, view, label, about, labelled, required, invalid)
    try:
        fitted = kind.fit(options, value)
    except ValueError:
        return _written().draw(_with(spot, value=value, more={"astray": True}))
    return kind.draw(_with(spot, value=fitted))


def read(selector: Selector, name: str, form: Form) -> Any:
    """The value that was sent: None, "", [] or {} where nothing is said. Raises ValueError with words."""
    _, kind, options = _kind(selector, None)
    if first(form, f"{name}.yaml"):
        return _written().read(options, form, name)
    return kind.read(options, form, name)


def fit(selector: Selector, value: Any) -> Any:
    """The value as the field writes it; as it is where the field can't show it."""
    _, kind, options = _kind(selector, value)
    try:
        return kind.fit(options, value)
    except ValueError:
        return value


def field(
    selector: Selector,
    name: str,
    value: Any,
    view: View,
    *,
    label: str,
    help: Markup | str = "",
    error: str = "",
    required: bool = False,
    optional: bool = False,
) -> Markup:
    """A whole field. `required` marks it, `optional` says so."""
    word, kind, options = _kind(selector, value)
    id = identified(name)
    several = kind.several(options) and _fits(kind, options, value)
    about = f"{f'{id}-help ' if help else ''}{id}-error"
    control = render(
        selector, name, value, view, about=about, labelled=f"{id}-label" if several else "", required=required,
        invalid=bool(error), label="",
    )  # fmt: skip
    more = {
        "label": label, "help": help, "error": error, "control": control, "several": several, "optional": optional,
        "switch": word == "boolean" and _fits(kind, options, value),
    }  # fmt: skip
    return draw("field", Spot(word, options, name, value, view, required=required, more=more))


def _fits(kind: Kind, options: Options, value: Any) -> bool:
    try:
        kind.fit(options, value)
    except ValueError:
        return False
    return True


def _kind(selector: Selector, value: Any) -> tuple[str, Kind, Options]:
    """The word, its field and its options; without a selector a text."""
    if selector is None:
        return "text", _table()["text"], {"multiline": isinstance(value, str) and "\n" in value}
    if isinstance(selector, str):
        return selector, _table().get(selector, _written()), {}
    ((word, options),) = selector.items()
    return word, _table().get(word, _written()), options or {}


def _with(spot: Spot, **changes: Any) -> Spot:
    from dataclasses import replace

    return replace(spot, **changes)


def _written() -> Kind:
    from web.selectors.written import WRITTEN

    return WRITTEN


def _table() -> Mapping[str, Kind]:
    from web.selectors.table import KINDS

    return KINDS
