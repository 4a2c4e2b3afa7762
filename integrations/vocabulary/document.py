"""Writes docs/metrics.md from the tables: `python -m integrations.vocabulary.document > docs/metrics.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from hub.api import Family, Kind, Metric
from integrations.vocabulary.journal import KINDS
from integrations.vocabulary.metrics import METRICS

HEAD = """\
# Metrics and journal kinds

Written from the tables in `integrations/vocabulary` by `python -m integrations.vocabulary.document`; a test
compares. To add a metric, add a row there, or register one from an integration of your own
([author's guide](integrations-author-guide.md)).

- **Unit** is UCUM and the one values are stored in; the others in brackets can be chosen for display. A reading
  may come in any unit that fits ([which](decisions/0120-units.md)).
- **Day** is the number that stands for a day. Counters take running totals, which may start over, or amounts over
  an interval.
- **Possible**: what lies outside is refused with a reason. **Plausible**: what lies outside is kept and marked; so
  is a **step** between neighbours that is larger than shown.
- **Home Assistant**: device class, state class, unit.
"""
COLUMNS = ("Key", "What", "Unit", "Day", "Possible", "Plausible", "Step", "Home Assistant", "LOINC")
DAYS = {"time_weighted_mean": "mean over time", "durations": "time in each"}


def page() -> str:
    """The whole page."""
    parts = [HEAD, f"There are {len(METRICS)} metrics.\n"]
    for family in Family:
        rows = [metric for metric in METRICS if metric.family is family]
        parts.append("\n".join([f"## {family.value.capitalize()}\n", _line(COLUMNS), _line("---" for _ in COLUMNS)]))
        parts[-1] += "\n" + "\n".join(_line(_cells(metric)) for metric in rows) + "\n"
    parts.append("\n".join(_kinds()))
    return "\n".join(parts) + "\n"


def _cells(metric: Metric) -> Iterator[str]:
    yield f"`{metric.key}`"
    yield f"{metric.name}. {metric.description}"
    if metric.kind is Kind.ENUM:
        yield "one of " + ", ".join(metric.options)
    else:
        shown = ", ".join(f"`{unit}`" for unit in metric.display_units)
        yield (f"`{metric.unit}`" if metric.unit else "text") + (f" ({shown})" if shown else "")
    yield DAYS.get(metric.aggregation.value, metric.aggregation.value)
    yield _between(metric.hard)
    yield _between(metric.plausible)
    yield "" if metric.max_step is None else f"{metric.max_step:g} in {metric.step_within / 60:g} min"
    yield ", ".join(part for part in (metric.device_class, metric.state_class, metric.ha_unit) if part)
    yield metric.loinc or ""


def _between(limits: tuple[float | None, float | None]) -> str:
    low, high = limits
    if low is None and high is None:
        return ""
    return f"{'' if low is None else f'{low:,g}'} … {'' if high is None else f'{high:,g}'}".strip()


def _kinds() -> Iterator[str]:
    yield "## Journal kinds\n"
    yield "Times with a zone; an end is never before the start nor more than the hours shown after it. Fields that a"
    yield "source has beyond these are kept under `extra`.\n"
    for kind in KINDS:
        lasts = f"has an end, at most {kind.max_hours:g} h" if kind.lasts else "an instant"
        yield f"### {kind.name} (`{kind.key}`, {lasts})\n"
        for name, field in kind.model.model_fields.items():
            if name != "extra":
                needed = " (needed)" if field.is_required() else ""
                yield f"- `{name}`{needed}: {' · '.join(part for part in (field.title, field.description) if part)}"
        yield ""


def _line(cells: Iterator[str] | tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.stdout.write(page())
