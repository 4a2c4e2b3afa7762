"""One field: what it is asked with, what stands in it, and how it is drawn."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
import orjson
from markupsafe import Markup

from web.selectors.form import Form

if TYPE_CHECKING:
    from hub.view import View

Options = Mapping[str, Any]
_TEMPLATES = Path(__file__).parents[1] / "templates"


@dataclass(frozen=True, slots=True)
class Spot:
    kind: str
    options: Options
    name: str
    value: Any
    view: View
    label: str = ""
    """Read out where no label stands beside the field."""
    about: str = ""
    """Ids of the elements that describe it."""
    labelled: str = ""
    """Id of the element that names it, where that is no `label`."""
    required: bool = False
    invalid: bool = False
    more: Mapping[str, Any] = field(default_factory=dict)
    """What the drawing of this kind needs besides."""

    @property
    def id(self) -> str:
        return identified(self.name)

    @property
    def asked(self) -> str:
        """The selector as JSON, for questions that the field asks while it is filled in."""
        return orjson.dumps({self.kind: self.options}).decode()


Draw = Callable[[Spot], Markup]


@dataclass(frozen=True, slots=True)
class Kind:
    """A selector's field. `fit` gives a value as the field has it, or raises ValueError where no field can show it."""

    fit: Callable[[Options, Any], Any]
    draw: Draw
    read: Callable[[Options, Form, str], Any]
    """Raises ValueError with words for the person who filled it in."""
    several: Callable[[Options], bool] = lambda options: False
    """Whether it is drawn as several controls, which want a group with a name."""


def identified(name: str) -> str:
    """The HTML id of a field's first control."""
    return "s-" + re.sub(r"[^A-Za-z0-9_-]", lambda found: f"-{ord(found[0]):x}-", name)


def draw(macro: str, spot: Spot) -> Markup:
    """A macro of `selectors/parts.html`."""
    drawn: Markup = getattr(_parts(), macro)(spot)
    return drawn


@lru_cache(maxsize=1)
def _parts() -> Any:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("selectors/parts.html").module
