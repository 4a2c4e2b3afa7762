"""What happened in a run, step by step; and why there was none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

MOST_STEPS = 500
"""Of one run; a loop's later rounds are counted, not kept."""


class Outcome(StrEnum):
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    """By a `stop`, or a wait that ran out."""
    FAILED = "failed"
    CANCELLED = "cancelled"
    """By a restart, a reload or somebody."""
    CONDITION = "condition"
    """A condition was not met, so nothing ran."""
    DISABLED = "disabled"
    BUSY = "busy"
    """A run was under way, and the mode allows no other."""
    LOOP = "loop"
    """It had set itself off, again and again."""
    NOT_ALLOWED = "not_allowed"
    MISSED = "missed"
    """It was due some time ago, and is not made up for."""


@dataclass(slots=True)
class Step:
    path: str
    """`actions/0/choose/1/sequence/0`."""
    at: datetime
    kind: str
    result: Any = None
    error: str = ""
    took: float = 0.0
    """Seconds."""
    changed: Mapping[str, Any] = field(default_factory=dict)
    """Variables that it set."""


@dataclass(slots=True)
class Trace:
    automation: str
    at: datetime
    trigger: Mapping[str, Any]
    run: str = ""
    outcome: Outcome = Outcome.RUNNING
    why: str = ""
    """In words, where the outcome is not `done`."""
    steps: list[Step] = field(default_factory=list)
    left_out: int = 0
    """Steps beyond those that are kept."""
    ended: datetime | None = None
    response: str | None = None
    """What it answers whoever said the sentence that set it off."""

    def step(self, path: str, at: datetime, kind: str) -> Step:
        made = Step(path, at, kind)
        if len(self.steps) < MOST_STEPS:
            self.steps.append(made)
        else:
            self.left_out += 1
        return made

    @property
    def ran(self) -> bool:
        return bool(self.run)
