"""Runs in words: what came of a trigger and why, and the path of a run through its automation."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from hub.view import Line, as_yaml, plain
from web import words

if TYPE_CHECKING:
    from hub.view import Branch, Names, Told, Trace


class Outcome(NamedTuple):
    name: str
    icon: str
    chip: str
    advice: str = ""


OUTCOMES: Mapping[str, Outcome] = {
    "running": Outcome("Running", "refresh-cw", ""),
    "done": Outcome("Done", "check", "good"),
    "stopped": Outcome("Stopped", "pause", ""),
    "failed": Outcome("Failed", "circle-alert", "alarm", "Look at the step that failed below."),
    "cancelled": Outcome("Ended early", "x", "", "It was set off anew, changed or switched off meanwhile."),
    "condition": Outcome("Not run: a condition", "circle", ""),
    "disabled": Outcome("Not run: switched off", "power", ""),
    "busy": Outcome(
        "Not run: busy", "hourglass", "", "To let it wait or run beside, change what happens while it runs."
    ),
    "missed": Outcome(
        "Not run: missed", "calendar-clock", "",
        "The hub was down or its clock was wrong. In the editor you choose what becomes of such runs.",
    ),
    "loop": Outcome(
        "Stopped: it sets itself off", "refresh-cw", "alarm",
        "What it does fires its own trigger. Add a condition that tells its own doing apart, or a delay.",
    ),
    "not_allowed": Outcome(
        "Not allowed", "lock", "alarm",
        "Its account may not do this. Whoever owns the hub can give it the right under Settings, Who may do what.",
    ),
}  # fmt: skip
_ADVICE: Sequence[tuple[str, str]] = (
    ("there is no action", "Choose another action in the editor, or add the integration that brings it."),
    ("there is no", "It may have been renamed or removed. Choose another one in the editor."),
    ("may not", "The account that it belongs to has no right to this. See Settings, Who may do what."),
    ("template", "Look at the template in the editor: what it says is shown beside it."),
    ("unavailable", "The device did not answer. Look whether it has power and is connected."),
    ("took too long", "The device did not answer in time. Look whether it has power and is connected."),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the timeline: something set it off, and this came of it."""

    id: str
    at: datetime
    cause: str
    outcome: Outcome
    why: str
    ran: bool
    key: str
    took: float | None
    steps: int


def cause_of(trace: Trace, told: Told | None) -> str:
    """What set it off, in the words of the automation."""
    by = trace.trigger.get("trigger_by")
    if trace.trigger.get("platform") is None:
        return f"Run by {_who(str(by))}" if by else "Run by hand"
    index = str(trace.trigger.get("idx", ""))
    if told is not None and index.isdigit() and int(index) < len(told.triggers):
        line = told.triggers[int(index)]
        return line.alias or line.text
    return words.capital(str(trace.trigger.get("description") or trace.trigger.get("platform")))


def _who(author: str) -> str:
    """Of an account's name, which is a slug."""
    return "the hub itself" if author == "system" else words.capital(words.spaced(author))


def row_of(trace: Trace, told: Told | None) -> Row:
    outcome = OUTCOMES.get(trace.outcome.value, OUTCOMES["done"])
    took = (trace.ended - trace.at).total_seconds() if trace.ended is not None and trace.ran else None
    return Row(
        id_of(trace), trace.at, cause_of(trace, told), outcome, words.sentence(trace.why), trace.ran,
        trace.outcome.value, took, len(trace.steps) + trace.left_out,
    )  # fmt: skip


def id_of(trace: Trace) -> str:
    """Its instant in microseconds; what did not run has no other name."""
    return str(round(trace.at.timestamp() * 1e6))


@dataclass(slots=True)
class Passage:
    """A part of the automation, and what the run did there."""

    line: Line
    state: str
    """`met`, `unmet`, `done`, `failed`, `running`, `skipped` or `` for never reached."""
    result: str = ""
    error: str = ""
    advice: str = ""
    times: int = 0
    took: float = 0.0
    after: float = 0.0
    """Seconds from the run's beginning."""
    changed: list[tuple[str, str, str]] = field(default_factory=list)
    """Variable, before ("": there was none), after."""
    data: str = ""
    branches: list[Way] = field(default_factory=list)

    @property
    def lasted(self) -> str:
        return lasting(self.took) if self.state else ""

    @property
    def word(self) -> str:
        return {"met": "Met", "unmet": "Not met", "done": "Done", "failed": "Failed", "running": "Going on",
                "skipped": "Switched off", "": "Not reached"}[self.state]  # fmt: skip

    @property
    def icon(self) -> str:
        return {"met": "check", "unmet": "x", "done": "check", "failed": "circle-alert", "running": "refresh-cw",
                "skipped": "power", "": "circle"}[self.state]  # fmt: skip


@dataclass(slots=True)
class Way:
    text: str
    taken: bool
    passages: list[Passage]


def path_of(trace: Trace, told: Told) -> tuple[list[Passage], list[Passage]]:
    """Conditions and actions of the automation, with what the run did at each."""
    by_path: dict[str, list[Any]] = {}
    for step in trace.steps:
        by_path.setdefault(step.path, []).append(step)
    before: dict[int, dict[str, Any]] = {}
    known: dict[str, Any] = {}
    for step in trace.steps:
        before[id(step)] = {name: known.get(name) for name in step.changed}
        known.update(step.changed)

    def passage(line: Line) -> Passage:
        steps = by_path.get(line.path, [])
        made = Passage(line, "")
        if steps:
            _fill(made, steps, trace, before)
        made.branches = [_way(branch, steps, by_path, passage) for branch in line.branches]
        return made

    return [passage(line) for line in told.conditions], [passage(line) for line in told.actions]


def _way(branch: Branch, steps: list[Any], by_path: Mapping[str, Any], passage: Any) -> Way:
    reached = any(path.startswith(f"{branch.path}/") for path in by_path)
    taken = reached or (branch.taken is not None and any(step.result == branch.taken for step in steps))
    return Way(branch.text, taken, [passage(line) for line in branch.lines])


def _fill(made: Passage, steps: list[Any], trace: Trace, before: Mapping[int, Mapping[str, Any]]) -> None:
    last = steps[-1]
    made.times, made.took = len(steps), sum(step.took for step in steps)
    made.after = (steps[0].at - trace.at).total_seconds()
    result = last.result
    made.state, made.error = "failed" if last.error else "done", words.sentence(last.error)
    if last.error:
        made.advice = advice_for(last.error)
    elif result == "switched off":
        made.state = "skipped"
    elif isinstance(result, Mapping) and "met" in result:
        made.state, made.result = "met" if result["met"] else "unmet", words.sentence(str(result.get("why") or ""))
    elif last is trace.steps[-1] and trace.outcome.value == "running":
        made.state = "running"
    made.result = made.result or _said(last.kind, result, last)
    if isinstance(result, Mapping) and result.get("data"):
        made.data = as_yaml(plain(result["data"])).strip()
    made.changed = [
        (name, _short(was) if (was := before[id(last)].get(name)) is not None else "", _short(value))
        for name, value in last.changed.items()
        if name != "wait"
    ]


def _said(kind: str, result: Any, step: Any) -> str:
    if kind == "delay" and isinstance(result, int | float):
        return f"Waited {lasting(result)}." if step.took else f"Waits {lasting(result)}."
    if kind in ("wait_template", "wait_for_trigger") and isinstance(result, bool):
        return "It happened." if result else "The time ran out."
    if kind == "repeat" and isinstance(result, int) and not isinstance(result, bool):
        return f"{words.plural(result, 'time')}."
    if isinstance(result, Mapping) and "action" in result:
        return f"Called {result['action']}."
    return ""


def lasting(seconds: float) -> str:
    """`3 ms`, `1.2 s`, `7 min`; empty for less than half a millisecond."""
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f}{words.NARROW}ms" if seconds >= 0.0005 else ""
    if seconds < 9.95:
        return f"{seconds:.1f}".removesuffix(".0") + f"{words.NARROW}s"
    return words.duration(seconds)


def advice_for(error: str) -> str:
    told = error.lower()
    found = next((advice for piece, advice in _ADVICE if piece in told), "")
    return found or "The run ended here. If the steps after it should still be done, let it go on when this one fails."


def _short(value: Any) -> str:
    if value is None:
        return words.NONE
    shown = plain(value)
    return shown if isinstance(shown, str) else json.dumps(shown, ensure_ascii=False, default=str)


def facts_of(trace: Trace, names: Names) -> list[tuple[str, str]]:
    """What the trigger told, the readable part of it."""
    told = plain(dict(trace.trigger))
    found: list[tuple[str, str]] = []
    entity_id = told.get("entity_id")
    if isinstance(entity_id, str):
        found.append(("What", f"{words.capital(names.thing(entity_id).name)} ({entity_id})"))
    for key, title in (("from_state", "Before"), ("to_state", "Then")):
        if isinstance(told.get(key), Mapping):
            unit = str(told[key].get("attributes", {}).get("unit_of_measurement") or "")
            found.append((title, f"{told[key].get('state')}{words.NARROW + unit if unit else ''}"))
    if told.get("for"):
        found.append(("For", words.duration(float(told["for"]))))
    hidden = {
        "entity_id",
        "from_state",
        "to_state",
        "for",
        "idx",
        "id",
        "alias",
        "platform",
        "description",
        "trigger_by",
    }
    for key, value in told.items():
        if key not in hidden and value not in (None, "", [], {}):
            found.append((words.capital(words.spaced(key)), _short(value)))
    if told.get("id") and not str(told["id"]).isdigit():
        found.append(("Id of the trigger", str(told["id"])))
    return found
