"""How long everything is kept: asked for, shown before anything goes, and taken back until it has gone."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hub.archive import scrub
from hub.archive.house import House
from hub.errors import BadReading, NotFound
from hub.recorder.instants import from_us, to_us

DEFAULTS: Mapping[str, int | None] = {"*": 730, "logs": 90}
"""Raw readings two years, log lines ninety days; journal entries and statistics for ever."""
GRACE = timedelta(days=7)
"""Between a rule that keeps less, and the first purge by it."""
LONGEST = 36_500
READING = 39
"""Bytes of a raw reading in the database, index and all; measured with ten million of them."""
ENTRY = 700
"""Bytes of a journal entry with its first revision, about."""
SETTING = "retention"


@dataclass(frozen=True, slots=True)
class Rule:
    key: str
    """A metric, `*` (all others), `journal:<kind>`, or `logs`."""
    days: int | None
    """That hold now; None: for ever."""
    own: bool
    """False: it comes from `*` or from the program."""
    next_days: int | None = None
    next_us: int | None = None
    """When `next_days` begins to hold; None: nothing is to change."""
    by: str = ""

    @property
    def next_at(self) -> datetime | None:
        return from_us(self.next_us) if self.next_us is not None else None


@dataclass(frozen=True, slots=True)
class Going:
    """What a rule would remove now."""

    key: str
    days: int
    count: int
    oldest_us: int | None
    before_us: int
    bytes: int
    hours: int
    """Hours whose statistics stay."""

    @property
    def oldest(self) -> datetime | None:
        return from_us(self.oldest_us) if self.oldest_us is not None else None


class Retention:
    def __init__(self, house: House, logs: Path) -> None:
        self._house, self._logs = house, logs
        self._changing = asyncio.Lock()

    async def load(self) -> None:
        """The program's own rules begin to hold a week after they came: who upgrades sees them first."""
        if await self._house.recorder.get_setting(SETTING) is None:
            await self._keep({"from_us": to_us(self._house.clock.now() + GRACE), "pending": {}})

    async def rules(self) -> list[Rule]:
        """`*` first, then those of metrics and kinds by name, logs last; only `*`, logs and what was said."""
        stored, kept = await self._stored(), await self._kept()
        keys = {"*", "logs", *stored, *kept["pending"]}
        return [self._rule(key, stored, kept) for key in sorted(keys, key=lambda one: (one == "logs", one))]

    async def set(self, key: str, days: int | None, by: str, *, own: bool = True) -> Rule:
        """Keep for `days` (None: for ever); `own` False: as all others again.

        More is kept at once; less from a week on. Raises NotFound (key), BadReading (days).
        """
        self.check(key)
        if days is not None and not 1 <= days <= LONGEST:
            raise BadReading(f"{days} days can't be kept; say 1 to {LONGEST:,}, or for ever")
        async with self._changing:
            stored, kept = await self._stored(), await self._kept()
            now = self._rule(key, stored, kept)
            wished = days if own else _inherited(key, stored)
            if _longer(wished, now.days):
                kept["pending"].pop(key, None)
                await self._keep(kept)
                await self._store(key, days, own, stored)
            else:
                due = to_us(self._house.clock.now() + GRACE)
                kept["pending"][key] = {"days": wished, "own": own, "by": by, "due_us": due}
                await self._keep(kept)
            return self._rule(key, await self._stored(), kept)

    async def undo(self, key: str) -> Rule:
        """Take a change back that does not hold yet. Raises NotFound."""
        async with self._changing:
            kept = await self._kept()
            if kept["pending"].pop(key, None) is None:
                raise NotFound(f"nothing is to change for {key!r}; what has gone can't be brought back")
            await self._keep(kept)
            return self._rule(key, await self._stored(), kept)

    async def preview(self, changes: Mapping[str, int | None] | None = None) -> list[Going]:
        """What would go now by the rules as they are to be, and by `changes` to them; changes nothing."""
        for key in changes or {}:
            self.check(key)
        stored, kept = await self._stored(), await self._kept()
        wished = {key: one["days"] for key, one in kept["pending"].items()}
        rules = {**DEFAULTS, **stored, **wished, **(changes or {})}
        found = [
            Going(key, _days(rules, key), one.readings, one.oldest_us, one.before_us, one.readings * READING, one.hours)
            for key, one in sorted((await self._house.recorder.purgeable(_readings(rules))).items())
        ]
        for key, days in sorted(_journal(rules).items()):
            before = self._before(days)
            count, oldest = await self._house.recorder.journal_before(key.partition(":")[2], before)
            if count:
                found.append(Going(key, days, count, oldest, before, count * ENTRY, 0))
        if (kept_days := rules["logs"]) is not None:
            before = self._before(kept_days)
            if lines := await scrub.older(self._logs, from_us(before)):
                found.append(Going("logs", kept_days, lines, None, before, 0, 0))
        return found

    async def purge(self) -> dict[str, int]:
        """Remove what is past its time, in small steps between which recording goes on; how many of what."""
        async with self._changing:
            await self._ripen()
        stored, kept = await self._stored(), await self._kept()
        rules = {**self._defaults(kept), **stored}
        removed = {"readings": await self._house.recorder.purge(_readings(rules))}
        for key, days in _journal(rules).items():
            removed[key] = await self._house.recorder.purge_journal(key.partition(":")[2], self._before(days))
        if (lines_of := rules.get("logs")) is not None:
            removed["logs"] = await scrub.old(self._logs, from_us(self._before(lines_of)))
        return {key: count for key, count in removed.items() if count}

    def check(self, key: str) -> None:
        """Raises NotFound for what no rule can be about."""
        vocabulary = self._house.vocabulary
        if key in ("*", "logs") or key in vocabulary.metrics:
            return
        prefix, _, kind = key.partition(":")
        if prefix == "journal" and kind in vocabulary.journal_kinds:
            return
        if prefix == "journal":
            raise NotFound(f"there is no kind of journal entry {kind!r}")
        raise NotFound(f"{vocabulary.unknown_metric(key)}; or say `*`, `journal:<kind>` or `logs`")

    def _before(self, days: int) -> int:
        return to_us(self._house.clock.now() - timedelta(days=days))

    def _defaults(self, kept: Mapping[str, Any]) -> dict[str, int | None]:
        holds = to_us(self._house.clock.now()) >= kept["from_us"]
        return dict(DEFAULTS) if holds else dict.fromkeys(DEFAULTS)

    def _rule(self, key: str, stored: Mapping[str, int | None], kept: Mapping[str, Any]) -> Rule:
        rules = {**self._defaults(kept), **stored}
        days = rules.get(key, None if _apart(key) else rules["*"])
        pending = kept["pending"].get(key)
        if pending is not None:
            return Rule(key, days, key in stored, pending["days"], pending["due_us"], pending["by"])
        if key in DEFAULTS and key not in stored and days is None:
            return Rule(key, None, False, DEFAULTS[key], kept["from_us"])
        return Rule(key, days, key in stored)

    async def _ripen(self) -> None:
        """Changes whose week is over hold from now on."""
        kept, now = await self._kept(), to_us(self._house.clock.now())
        for key, one in list(kept["pending"].items()):
            if one["due_us"] <= now:
                await self._store(key, one["days"], one["own"], await self._stored())
                del kept["pending"][key]
                await self._keep(kept)

    async def _store(self, key: str, days: int | None, own: bool, stored: Mapping[str, int | None]) -> None:
        rest = {one: kept for one, kept in stored.items() if one != key}
        await self._house.recorder.save_retention({**rest, key: days} if own else rest)

    async def _stored(self) -> dict[str, int | None]:
        return await self._house.recorder.load_retention()

    async def _kept(self) -> dict[str, Any]:
        kept: dict[str, Any] = await self._house.recorder.get_setting(SETTING)
        return kept

    async def _keep(self, kept: Mapping[str, Any]) -> None:
        await self._house.recorder.set_setting(SETTING, kept)


def _apart(key: str) -> bool:
    return key == "logs" or key.startswith("journal:")


def _inherited(key: str, stored: Mapping[str, int | None]) -> int | None:
    if key in DEFAULTS:
        return DEFAULTS[key]
    return None if _apart(key) else {**DEFAULTS, **stored}["*"]


def _readings(rules: Mapping[str, int | None]) -> dict[str, int | None]:
    return {key: days for key, days in rules.items() if not _apart(key)}


def _journal(rules: Mapping[str, int | None]) -> dict[str, int]:
    return {key: days for key, days in rules.items() if key.startswith("journal:") and days is not None}


def _days(rules: Mapping[str, int | None], key: str) -> int:
    days = rules.get(key, rules["*"])
    return days if days is not None else LONGEST


def _longer(days: int | None, than: int | None) -> bool:
    """Whether it keeps at least as much."""
    return days is None or (than is not None and days >= than)
