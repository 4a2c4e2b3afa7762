"""Every integration there is: those loaded, and those that could not be, with the reason."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from hub.errors import NotFound, PluginError
from hub.plugin import Integration

if TYPE_CHECKING:
    from hub.supervisor.child.declared import Declared


@dataclass(frozen=True, slots=True)
class CatalogueItem:
    """One row of the catalogue; `problem` says why it cannot be used."""

    domain: str
    name: str
    description: str = ""
    icon: str = "plug"
    documentation: str = ""
    custom: bool = False
    belongs_to: str = "person"
    single: bool = False
    automatic: bool = False
    problem: str = ""
    file: str = ""
    """Of a custom integration that cannot be used: where to mend it."""
    links: tuple[tuple[str, str], ...] = ()
    group: str = ""
    declared: Declared | None = None
    """What a custom one wants; the owner agrees to it entry by entry."""


class Catalogue:
    def __init__(self) -> None:
        self._items: dict[str, CatalogueItem] = {}
        self._integrations: dict[str, Integration] = {}

    @property
    def items(self) -> Mapping[str, CatalogueItem]:
        return self._items

    @property
    def integrations(self) -> tuple[Integration, ...]:
        return tuple(self._integrations.values())

    def add(self, integration: Integration, *, custom: bool = False, declared: Declared | None = None) -> None:
        """Raises PluginError for a doubled domain, or one that does nothing."""
        if integration.domain in self._integrations:
            raise PluginError(f"the domain {integration.domain!r} is registered twice")
        does = (integration.poll, integration.listen, integration.import_file, integration.webhook)
        if not any(does) and not integration.automatic:
            raise PluginError(f"integration {integration.domain!r} has no poll, listen, import_file or webhook")
        self._integrations[integration.domain] = integration
        self._items[integration.domain] = CatalogueItem(
            integration.domain,
            integration.name,
            integration.description,
            integration.icon,
            integration.documentation,
            custom,
            integration.belongs_to,
            integration.single,
            integration.automatic,
            links=integration.links,
            group=integration.group,
            declared=declared,
        )

    def add_broken(self, domain: str, name: str, problem: str, *, custom: bool = False, file: str = "") -> None:
        """List what could not be loaded, so that the owner sees why."""
        known = self._items.get(domain)
        item = known or CatalogueItem(domain, name, custom=custom)
        self._items[domain] = replace(item, problem=problem, file=file)

    def declare(self, domain: str, declared: Declared) -> None:
        """What a custom integration wants now, read anew."""
        self._items[domain] = replace(self._items[domain], declared=declared)

    def get(self, domain: str) -> Integration:
        """Raises NotFound with the reason, when there is one."""
        found = self._integrations.get(domain)
        if found is None:
            item = self._items.get(domain)
            if item is not None and item.problem:
                raise NotFound(f"integration {domain!r} cannot be used: {item.problem}")
            near = difflib.get_close_matches(domain.lower(), self._integrations, n=1, cutoff=0.6)
            hint = f"did you mean {near[0]!r}? " if near else ""
            raise NotFound(
                f"there is no integration {domain!r}; {hint}`homeostat integration list` shows those there are"
            )
        return found

    def schema(self, domain: str) -> dict[str, Any]:
        """JSON schema of the options, for forms."""
        return self.get(domain).config.model_json_schema()
