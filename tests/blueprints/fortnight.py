"""A fortnight in a house on a virtual clock, with a blueprint at work in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hub.automation.blueprint import parse
from hub.automation.elsewhere import OtherRooms
from hub.automation.engine import Engine
from hub.automation.schema.automation import automation
from hub.automation.trace import Outcome, Trace
from hub.automation.world import Context
from hub.model import JournalEntry
from tests.automation.own import OwnHouse

FOLDER = Path(__file__).parents[2] / "blueprints" / "automation" / "homeostat"
ZONE = ZoneInfo("Europe/Berlin")
FIRST = date(2026, 3, 16)
"""A Monday; the clocks go forward on the second Sunday."""
DAYS = 14


@dataclass(frozen=True, slots=True)
class Said:
    at: datetime
    to: tuple[str, ...]
    title: str
    message: str
    data: Mapping[str, Any]


def local(day: int, at: str) -> datetime:
    """An instant of the fortnight, by its day (0 the first; before are negative) and local time."""
    return datetime.combine(FIRST + timedelta(days=day), time.fromisoformat(at), ZONE).astimezone(UTC)


def entry(kind: str, start: datetime, end: datetime | None = None, person: str = "anna", **data: Any) -> JournalEntry:
    """One that was logged as it happened."""
    at = end or start
    return JournalEntry(
        f"{kind}-{person}-{start.isoformat()}", kind, person, person, start, end, data, "", "", "", 1, False, at, at
    )


class Fortnight(OwnHouse):
    """`do(when, what)` plans what people and devices do; `live()` lets the days pass."""

    def __init__(self, *, before: list[JournalEntry] | None = None, **more: Any) -> None:
        super().__init__(local(0, "00:00"), str(ZONE), entries=before or (), **more)
        self.engine = Engine(self, OtherRooms(self), ended=self._over)
        self.ended: list[Trace] = []
        self.on_call: Callable[[str, Mapping[str, Any]], Any] = lambda name, data: None
        self.logged: list[JournalEntry] = []
        self.seen: list[tuple[datetime, str, str]] = []
        """(when, entity, state), as they were set."""
        self.quiet_hours: tuple[str, str] | None = None
        self._plan: list[tuple[datetime, int, Callable[[], Any]]] = []
        for person in ("anna", "ben", "mia"):
            self.set(f"person.{person}", "home", friendly_name=person.title())

    def _over(self, trace: Trace) -> None:
        self.ended.append(trace)

    async def call(self, action: str, data: Mapping[str, Any], context: Context) -> Mapping[str, Any] | None:
        answer = await super().call(action, data, context)
        self.on_call(action, data)
        return answer

    async def log(self, kind: str = "meal", **more: Any) -> JournalEntry:
        self.logged.append(entry := await super().log(kind, **more))
        return entry

    def set(self, entity_id: str, state: Any, /, **more: Any) -> None:
        self.seen.append((self.clock.now(), entity_id, str(state)))
        super().set(entity_id, state, **more)

    def use(self, name: str, key: str = "", **inputs: Any) -> None:
        """Put one of ours to work. `key`: another than its name, to have two of it."""
        blueprint = parse((FOLDER / f"{name}.yaml").read_text())
        body = blueprint.fill(inputs)
        self.engine.add(key or name, automation({"alias": blueprint.name, **body}, blueprint.lines))
        assert not self.engine.automations[key or name].problems, self.engine.automations[key or name].problems

    def restarted(self) -> None:
        """As after a start of the hub: what ran is gone, what is kept is at work, and hears of the start."""
        for one in self.engine.automations.values():
            for task in list(one.runs):
                task.cancel()
        self.engine.signal("homeassistant", {"event": "start"})

    def quiet_between(self, begin: str, end: str) -> None:
        """Quiet hours of everybody, over midnight."""
        self.quiet_hours = begin, end
        first, last = time.fromisoformat(begin), time.fromisoformat(end)

        def quiet(person: str | None, at: datetime) -> bool:
            now = at.astimezone(ZONE).time()
            return now >= first or now < last

        self.past._quiet = quiet

    def do(self, when: datetime, what: Callable[[], Any]) -> None:
        self._plan.append((when, len(self._plan), what))

    def daily(self, at: str, what: Callable[[int], Any], days: range = range(DAYS)) -> None:
        """On each of these days, told which."""
        for day in days:
            self.do(local(day, at), lambda day=day: what(day))  # type: ignore[misc] # bound now

    def press(self, action: str) -> None:
        """Somebody presses a button on a notice."""
        self.fire("mobile_app_notification_action", {"action": action}, _NOBODY)

    async def live(self, until: datetime | None = None) -> None:
        end = until or local(DAYS, "00:00")
        for when, _, what in sorted(self._plan, key=lambda one: one[:2]):
            if when > end:
                break
            if when > self.clock.now():
                await self.clock.advance_to(when)
            done = what()
            if isinstance(done, Awaitable):
                await done
            await self.clock.advance(0)
        await self.clock.advance_to(end)
        failed = [one for one in self.ended if one.outcome == "failed"]
        assert not failed, [(one.at, one.why, [step.error for step in one.steps if step.error]) for one in failed]
        problems = {key: one.problems for key, one in self.engine.automations.items() if one.problems}
        assert not problems, problems

    def reason(self, trace: Trace) -> str:
        """The condition, as the blueprint calls it, for which a run went no further; '' where there was none."""
        if trace.outcome is Outcome.CONDITION:
            return trace.why.partition(":")[0]
        unmet = [one.path for one in trace.steps if isinstance(one.result, Mapping) and one.result.get("met") is False]
        here: Any = self.engine.automations[trace.automation].automation
        for part in unmet[-1].split("/") if unmet else ():
            here = here[int(part)] if part.isdigit() else getattr(here, part)
        return (here.alias or "a condition") if unmet else ""

    @property
    def said(self) -> list[Said]:
        """Notices, without those that withdraw one."""
        return [
            Said(at, tuple(data["target"]), data.get("title", ""), data["message"], data.get("data") or {})
            for at, name, data in self.called
            if name == "notify.send_message" and data["message"] != "clear_notification"
        ]

    @property
    def when(self) -> list[str]:
        """Local times of the notices: `mon 16 08:30`."""
        return [f"{one.at.astimezone(ZONE):%a %d %H:%M}".lower() for one in self.said]

    def done(self, action: str) -> list[tuple[datetime, Mapping[str, Any]]]:
        return [(at, data) for at, name, data in self.called if name == action]


_NOBODY = Context()


def meals(days: range, at: tuple[str, ...] = ("07:30", "12:30", "19:00"), person: str = "anna") -> list[JournalEntry]:
    """As they were logged on these days, give or take some minutes."""
    shift = (0, 7, -5, 3, -9, 11, 2)
    return [
        entry("meal", local(day, one) + timedelta(minutes=shift[(day + place) % 7]), person=person)
        for day in days
        for place, one in enumerate(at)
    ]


def nights(days: range, bed: str = "22:45", up: str = "06:45", person: str = "anna") -> list[JournalEntry]:
    shift = (0, 12, -8, 4, -15, 9, 5)
    return [
        entry("sleep", local(day, bed) + timedelta(minutes=shift[day % 7]), local(day + 1, up), person) for day in days
    ]
