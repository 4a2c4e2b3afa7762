"""What triggers of all kinds share."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from hub.automation.schema.values import Part, Text, TruthOrTemplate, Variables


class Trigger(Part):
    """What all kinds share."""

    kind: ClassVar[str] = ""
    trigger: str
    id: Text | None = None
    alias: Text | None = None
    enabled: TruthOrTemplate = True
    variables: Variables = Field(default_factory=dict)
    note: Text | None = None
