"""Templates: one environment, and what every page is given."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2

from hub.units import label
from web import words
from web.assets import Assets

FOLDER = Path(__file__).parent / "templates"


class Renderer:
    """Renders `web/templates`; undefined names are errors, everything is escaped."""

    def __init__(self, assets: Assets, *, development: bool = False) -> None:
        self._assets = assets
        self.environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(FOLDER),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=development,
            cache_size=-1,
            extensions=["jinja2.ext.do"],
        )
        self.environment.filters.update(words.FILTERS, unit=label)
        self.environment.globals.update(asset=assets.url, has_icon=lambda name: name in assets.icons)

    def render(self, template: str, context: Mapping[str, Any]) -> str:
        return self.environment.get_template(template).render(context)
