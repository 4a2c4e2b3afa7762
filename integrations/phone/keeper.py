"""Handing what was found to the hub in batches, and remembering what became of it for the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from hub.api import Context, Document, Kind, Receipt, Sample
from integrations.phone import nights
from integrations.phone.found import Found, Happened, Measured, Reader, Refused, Slept

BATCH = 2_000
DRAFTS = 100
NAMED_REFUSALS = 50
"""Refusals listed one by one in an answer; the others are counted."""
_NIGHTS = "nights"
_SINCE = "since"
"""Keys of what an entry remembers: its last nights, and when it first heard of its phone."""
_merging: dict[str, asyncio.Lock] = {}
"""By entry: two uploads at once must not put one night together twice."""


@dataclass(slots=True)
class Report:
    """What became of one request."""

    accepted: int = 0
    unchanged: int = 0
    entries: int = 0
    entries_unchanged: int = 0
    whole: int = 0
    refused: int = 0
    reasons: list[dict[str, str]] = field(default_factory=list)

    @property
    def kept(self) -> int:
        """Everything that is safe in the hub now, new or known before."""
        return self.accepted + self.unchanged + self.entries + self.entries_unchanged + self.whole

    def refuse(self, what: str, reason: str) -> None:
        self.refused += 1
        if len(self.reasons) < NAMED_REFUSALS:
            self.reasons.append({"what": what, "reason": reason})

    def as_json(self) -> dict[str, Any]:
        return {
            "accepted": self.accepted,
            "unchanged": self.unchanged,
            "journal": {"accepted": self.entries, "unchanged": self.entries_unchanged},
            "kept_whole": self.whole,
            "rejected": self.reasons,
            "rejected_count": self.refused,
        }


def reader_of(ctx: Context) -> Reader:
    """What the readers need to know of the person and the vocabulary."""
    person = ctx.person
    zone = (person.time_zone if person is not None else None) or ctx.household.time_zone
    metrics = ctx.metrics()
    return Reader(
        ZoneInfo(zone),
        frozenset(metric.key for metric in metrics if metric.kind is Kind.COUNTER),
        frozenset(metric.key for metric in metrics),
    )


class Keeper:
    """One request's way into the hub; `finish` before answering. Memory does not grow with the body."""

    def __init__(self, ctx: Context, reader: Reader) -> None:
        self._ctx, self.reader = ctx, reader
        self.report = Report()
        self._samples: dict[tuple[str, str, datetime | None], Measured] = {}
        self._drafts: list[Happened] = []
        self._documents: dict[str, list[Document]] = {}
        self._pending = 0
        self._slept: list[Slept] = []
        self._since: datetime | None = None

    async def take(self, finds: Iterable[Found]) -> None:
        """Raises StorageUnavailable: then the sender has to come again, and doubles nothing."""
        for one in finds:
            if isinstance(one, Measured):
                self._measured(one)
            elif isinstance(one, Happened):
                self._drafts.append(one)
            elif isinstance(one, Refused):
                self.report.refuse(one.what, one.reason)
            elif isinstance(one, Slept):
                self._slept.append(one)
            else:
                self._documents.setdefault(one.collection, []).append(one.document)
                self._pending += 1
            if len(self._samples) >= BATCH or self._pending >= BATCH or len(self._drafts) >= DRAFTS:
                await self.flush()

    async def finish(self) -> Report:
        """Put the nights together and commit what is left."""
        if self._slept:
            await self._sleep()
        await self.flush()
        return self.report

    async def flush(self) -> None:
        measured, self._samples = list(self._samples.values()), {}
        drafts, self._drafts = self._drafts, []
        documents, self._documents, self._pending = self._documents, {}, 0
        for collection, records in documents.items():
            await self._ctx.documents_put(collection, records)
            self.report.whole += len(records)
        if measured:
            receipt = await self._ctx.accept(await self._marked(measured))
            self.report.accepted += receipt.accepted
            self.report.unchanged += receipt.unchanged
            self._refusals(receipt, [one.what for one in measured])
        if drafts:
            receipt = await self._ctx.journal([one.draft for one in drafts])
            self.report.entries += receipt.accepted
            self.report.entries_unchanged += receipt.unchanged
            self._refusals(receipt, [one.what for one in drafts])

    async def _marked(self, measured: list[Measured]) -> list[Sample]:
        """What was measured before the phone first spoke to the hub is history brought in, in how many bodies ever."""
        if self._since is None:
            told = await self._ctx.load(_SINCE)
            if told is None:
                told = self._ctx.clock.now().isoformat()
                await self._ctx.save(_SINCE, told)
            self._since = datetime.fromisoformat(told)
        since = self._since
        return [
            replace(one.sample, imported=True)
            if one.sample.taken_at is not None and one.sample.taken_at < since
            else one.sample
            for one in measured
        ]

    def _refusals(self, receipt: Receipt, whats: list[str]) -> None:
        for refusal in receipt.rejected:
            self.report.refuse(whats[refusal.index], refusal.reason)

    def _measured(self, one: Measured) -> None:
        sample = one.sample
        if sample.metric not in self.reader.metrics:
            self.report.refuse(one.what, f"the hub has no metric {sample.metric!r}")
            return
        key = (sample.metric, sample.source, sample.taken_at)
        before = self._samples.get(key)
        # Two apps that counted the same interval without saying who they are: it is one amount, not two.
        if before is None or not (sample.increment and _less(sample, before.sample)):
            self._samples[key] = one

    async def _sleep(self) -> None:
        lock = _merging.setdefault(self._ctx.entry.id, asyncio.Lock())
        loose = [one for one in self._slept if not one.complete]
        new = [one for one in self._slept if one.complete] + nights.sessions(loose)
        self._slept = []
        async with lock:
            saved = await self._ctx.load(_NIGHTS) or []
            known = [nights.from_json(one) for one in saved]
            for night in sorted(new, key=lambda one: one.end):
                known = await self._night(known, night)
            known.sort(key=lambda one: one.end)
            remembered = [nights.to_json(one) for one in known[-nights.REMEMBERED :]]
            await self.flush()
            if remembered != saved:
                await self._ctx.save(_NIGHTS, remembered)

    async def _night(self, known: list[Slept], new: Slept) -> list[Slept]:
        merged = nights.merge(known, new)
        if merged is None:
            self.report.unchanged += 1
            return known
        night, replaced = merged
        finds = list(nights.facts(night, self.reader))
        await self.take_back(replaced, finds)
        await self.take(finds)
        return [*(one for one in known if one not in replaced), night._replace(key=nights.identity(night), extra={})]

    async def take_back(self, finds: Iterable[Found], instead: Iterable[Found] = ()) -> None:
        """Remove what an earlier record had brought, except what a newer version of it brings `instead`."""
        gone = _series(self._expanded(finds)) - _series(self._expanded(instead))
        for metric, source in sorted({(metric, source) for metric, source, _ in gone}):
            instants = sorted(at for name, origin, at in gone if (name, origin) == (metric, source))
            await self._ctx.remove_readings(metric, instants, source)
        entries = _entries(self._expanded(finds)) - _entries(self._expanded(instead))
        if entries:
            await self._ctx.remove_journal(sorted(entries))

    def _expanded(self, finds: Iterable[Found]) -> list[Found]:
        return [
            each for one in finds for each in (nights.facts(one, self.reader) if isinstance(one, Slept) else (one,))
        ]


def _series(finds: Iterable[Found]) -> set[tuple[str, str, datetime]]:
    return {
        (one.sample.metric, one.sample.source, one.sample.taken_at)
        for one in finds
        if isinstance(one, Measured) and one.sample.taken_at is not None
    }


def _entries(finds: Iterable[Found]) -> set[str]:
    return {one.draft.external_id for one in finds if isinstance(one, Happened)}


def _less(sample: Sample, before: Sample) -> bool:
    return (
        isinstance(sample.value, (int, float))
        and isinstance(before.value, (int, float))
        and sample.value < before.value
    )
