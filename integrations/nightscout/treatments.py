"""Taking treatments in: each is kept whole, and becomes journal entries and readings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from hub.api import Document, JournalDraft, Sample
from integrations.nightscout import diary
from integrations.nightscout.found import at_of, visible
from integrations.nightscout.ids import derived_id
from integrations.nightscout.incoming import Incoming, treatment
from integrations.nightscout.measured import Place, place_of, samples_of
from integrations.nightscout.nearby import nearby
from integrations.nightscout.papers import Key, PaperWriter
from integrations.nightscout.store import Writer
from integrations.nightscout.times import iso


class TreatmentWriter(PaperWriter):
    """Deduplicates as Nightscout does: by `identifier`, else `_id`, else `created_at` and `eventType`."""

    def __init__(self, store: Writer, units: str = "mg/dl") -> None:
        super().__init__("treatments", store)
        self._units = units

    def _arrive(self, raw: Mapping[str, Any], now: datetime) -> list[Incoming]:
        return treatment(raw, now)

    async def _known(self, items: Sequence[Incoming]) -> dict[Key, Document]:
        known = await super()._known(items)
        nameless = [item.at for item in items if not (item.identifier or item.wished_id)]
        there = [one for one in await nearby(self._out, self.collection, nameless) if not one.deleted]
        # Of two at one moment the one without a name of its own is meant, so it comes last.
        for one in sorted(there, key=lambda one: one.body.get("identifier") is None):
            known[_moment(at_of(one), one.body)] = one
        return known

    def _keys(self, item: Incoming) -> list[Key]:
        return super()._keys(item) or [_moment(item.at, item.record)]

    def _learn(self, known: dict[Key, Document], item: Incoming, made: Document) -> None:
        super()._learn(known, item, made)
        known.setdefault(_moment(item.at, item.record), made)

    def _derived(self, item: Incoming) -> str:
        return derived_id(item.at, self._out.person, self.collection, str(item.record.get("eventType")))

    async def _before_put(self, changed: Sequence[Document], olds: Mapping[str, Document]) -> None:
        drafts: list[JournalDraft] = []
        revived: list[JournalDraft] = []
        gone: list[str] = []
        measured: list[Sample] = []
        back: list[Place] = []
        for one in changed:
            record, at = visible(one.body), at_of(one)
            made = diary.drafts_of(record, one.id, at) if record.get("isValid") is not False else []
            samples = samples_of(record, at, self._units)
            old = olds.get(one.id)
            (revived if old is not None and old.deleted else drafts).extend(made)
            if old is None or old.deleted:
                # Another record of that moment may have been removed, and its reading with it.
                back += [place_of(sample) for sample in samples]
            else:
                kept = {draft.external_id for draft in made}
                before = diary.drafts_of(visible(old.body), old.id, at_of(old))
                gone += [draft.external_id for draft in before if draft.external_id not in kept]
                await forget(self._out, [old], {place_of(sample) for sample in samples})
            measured += samples
        if gone:
            await self._out.remove_journal(gone)
        if drafts:
            await self._out.write_journal(drafts)
        if revived:
            await self._out.revive_journal(revived)
        for (metric, source), moments in _by_series(back).items():
            await self._out.restore_readings(metric, source, moments)
        if measured:
            await self._out.record(measured)


async def forget(out: Writer, gone: Iterable[Document], kept: Collection[Place] = ()) -> None:
    """Take the readings of treatments away, except those that are told of anew."""
    told = (place_of(sample) for one in gone for sample in samples_of(visible(one.body), at_of(one)))
    for (metric, source), moments in _by_series(place for place in told if place not in kept).items():
        await out.remove_readings(metric, source, moments)


def _by_series(places: Iterable[Place]) -> dict[tuple[str, str], list[datetime]]:
    found: dict[tuple[str, str], list[datetime]] = {}
    for place in places:
        found.setdefault((place.metric, place.source), []).append(place.taken_at)
    return found


def _moment(at: datetime, record: Mapping[str, Any]) -> Key:
    return (iso(at), str(record.get("eventType")))
