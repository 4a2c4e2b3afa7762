"""What the options of all helpers have in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Options(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Given(BaseModel):
    """Parameters of a command."""

    model_config = ConfigDict(extra="forbid", frozen=True)
