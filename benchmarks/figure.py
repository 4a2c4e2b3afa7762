"""One measured figure, and the table of many."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Literal


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured, in the unit it is told in; `key` pairs it with the peer's."""

    key: str
    name: str
    value: float
    unit: str
    goal: float | None = None
    better: Literal["more", "less"] = "less"
    peer: float | None = None
    """The same work by Home Assistant, in the same run."""
    note: str = ""

    @property
    def reached(self) -> bool | None:
        """None where there is no goal."""
        if self.goal is None:
            return None
        return self.value >= self.goal if self.better == "more" else self.value <= self.goal


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that so many percent do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(percent / 100 * len(ordered) + 0.5) - 1))]


def tell(figures: Sequence[Figure]) -> None:
    """As JSON on standard output, for `python -m benchmarks`, or as a table for whoever runs a part alone."""
    if "--json" in sys.argv:
        print(json.dumps([asdict(one) for one in figures]))
    else:
        print(table(figures))


def told(text: str) -> list[Figure]:
    """What `tell` wrote, in the last line of a part's output."""
    return [Figure(**one) for one in json.loads(text.strip().splitlines()[-1])]


def paired(figures: Sequence[Figure], peers: Sequence[Figure]) -> list[Figure]:
    """The hub's figures with the peer's beside them."""
    theirs = {one.key: one.value for one in peers}
    return [replace(one, peer=theirs.get(one.key, one.peer)) for one in figures]


def shown(value: float | None) -> str:
    if value is None:
        return ""
    if value >= 1_000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def table(figures: Sequence[Figure]) -> str:
    """Markdown: figure, measured, goal, whether reached, the peer, the ratio in our favour."""
    lines = [
        "| figure | measured | goal | reached | Home Assistant | times better | note |",
        "|---|---:|---:|---|---:|---:|---|",
    ]
    for one in figures:
        ratio = None
        if one.peer and one.value:
            ratio = one.value / one.peer if one.better == "more" else one.peer / one.value
        sign = "" if one.goal is None else ("at least " if one.better == "more" else "at most ") + shown(one.goal)
        reached = {True: "yes", False: "NO", None: ""}[one.reached]
        row = (f"{one.name}, {one.unit}", shown(one.value), sign, reached, shown(one.peer), shown(ratio), one.note)
        lines.append(f"| {' | '.join(row)} |")
    return "\n".join(lines)
