"""An automation as it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.automation.flaws import Flaw
from hub.automation.schema.automation import Automation

PAGE = "page"
FILE = "file:"


@dataclass(slots=True)
class Kept:
    key: str
    """A slug; its entity is `automation.<key>`."""
    body: Mapping[str, Any]
    """As written: alias, triggers, actions ...; or alias and `use_blueprint` with `path` and `input`."""
    account: str
    """Whose rights it has."""
    enabled: bool
    source: str
    """`page`, or `file:<name>` of one that stands in the configuration."""
    version: int
    changed_at: datetime
    changed_by: str
    automation: Automation | None = None
    """None: it does not load; `flaws` say why."""
    flaws: tuple[Flaw, ...] = ()
    removed: bool = False
    note: str = ""
    """What was changed in this version, in the words of who did."""

    @property
    def entity_id(self) -> str:
        return f"automation.{self.key}"

    @property
    def name(self) -> str:
        return str(self.body.get("alias") or self.key.replace("_", " ").capitalize())

    @property
    def description(self) -> str:
        return str(self.body.get("description") or "")

    @property
    def blueprint(self) -> str:
        """The path of the blueprint that it is made of; empty: none."""
        use = self.body.get("use_blueprint")
        return str(use.get("path") or "") if isinstance(use, Mapping) else ""

    @property
    def inputs(self) -> Mapping[str, Any]:
        use = self.body.get("use_blueprint")
        found = use.get("input") if isinstance(use, Mapping) else None
        return found if isinstance(found, Mapping) else {}

    @property
    def editable(self) -> bool:
        return self.source == PAGE
