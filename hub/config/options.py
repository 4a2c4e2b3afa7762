"""Declared entries against the integrations there are: what can only be said once those are loaded."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from hub.config.checked import flaws_of, names_of
from hub.config.load import Reading
from hub.config.places import meant
from hub.errors import NotFound
from hub.supervisor import Catalogue, strangers
from hub.supervisor.declared import completed


def check_entries(reading: Reading, catalogue: Catalogue) -> None:
    """Add what is wrong with the declared entries to the reading's flaws."""
    places = reading.places
    for entry in reading.settings.entries:
        path = reading.paths[entry.id]
        if entry.problem or places.flawed(path):
            continue
        try:
            integration = catalogue.get(entry.domain)
        except NotFound as error:
            hint = "" if entry.domain in catalogue.items else meant(entry.domain, catalogue.items)
            message = str(error) if entry.domain in catalogue.items else f"there is no integration {entry.domain!r}."
            places.flaw((*path, "domain"), message, hint)
            continue
        if problem := completed(entry, catalogue).problem:
            places.flaw(path, problem)
        options: Any = entry.options
        for name in strangers(options, integration.config):
            hint = meant(name, names_of(integration.config))
            places.flaw((*path, "options", name), "this option is not known.", hint)
        try:
            integration.config.model_validate(options)
        except ValidationError as error:
            flaws_of(error, (*path, "options"), integration.config, places)
