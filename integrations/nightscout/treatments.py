"""Taking treatments in: each is kept whole, and becomes journal entries and finger-stick readings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from hub.api import Document, JournalDraft, Sample
from integrations.nightscout import diary
from integrations.nightscout.found import at_of, visible
from integrations.nightscout.ids import derived_id
from integrations.nightscout.incoming import Incoming, number, treatment
from integrations.nightscout.kinds import Record
from integrations.nightscout.nearby import nearby
from integrations.nightscout.papers import Key, PaperWriter
from integrations.nightscout.store import CHECK_SOURCE, Writer
from integrations.nightscout.times import iso

_MMOL = frozenset({"mmol", "mmol/l"})


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
        checks: list[Sample] = []
        for one in changed:
            record, at = visible(one.body), at_of(one)
            valid = record.get("isValid") is not False
            made = diary.drafts_of(record, one.id, at) if valid else []
            old = olds.get(one.id)
            (revived if old is not None and old.deleted else drafts).extend(made)
            if old is not None and not old.deleted:
                kept = {draft.external_id for draft in made}
                before = diary.drafts_of(visible(old.body), old.id, at_of(old))
                gone += [draft.external_id for draft in before if draft.external_id not in kept]
            check = finger_stick(record, at, self._units)
            if check is not None and valid:
                checks.append(check)
        if gone:
            await self._out.remove_journal(gone)
        if drafts:
            await self._out.write_journal(drafts)
        if revived:
            await self._out.revive_journal(revived)
        if checks:
            await self._out.record(checks)


def _moment(at: datetime, record: Mapping[str, Any]) -> Key:
    return (iso(at), str(record.get("eventType")))


def finger_stick(record: Record, at: datetime, units: str) -> Sample | None:
    """The blood glucose that a treatment tells from a finger stick; sensor values are entries already.

    `units` are those of a treatment that does not say.
    """
    value = number(record.get("glucose"))
    if value is None or value <= 0 or str(record.get("glucoseType", "")).lower() not in ("finger", "meter"):
        return None
    unit = "mmol/L" if str(record.get("units") or units).lower() in _MMOL else "mg/dL"
    return Sample(metric="blood_glucose", value=value, taken_at=at, unit=unit, source=CHECK_SOURCE)
