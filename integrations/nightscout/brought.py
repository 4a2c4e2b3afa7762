"""Bringing pages of another Nightscout's records into the hub, each kept before the next is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from hub.api import Context, Document
from integrations.nightscout.backed import BY, BackedWriter
from integrations.nightscout.context_store import ContextStore
from integrations.nightscout.diary import drafts_of
from integrations.nightscout.found import at_of, visible
from integrations.nightscout.kinds import BY_TYPE
from integrations.nightscout.papers import DATE_FIELDS, PaperWriter
from integrations.nightscout.statuses import StatusWriter
from integrations.nightscout.times import from_us, iso, parse, to_ms, to_us
from integrations.nightscout.treatments import TreatmentWriter, forget
from integrations.nightscout.window import windows

FOLLOWED = ("entries", "treatments", "devicestatus")
"""Collections with a date to go by; profiles are few and always asked for whole."""
_FEW = 20
"""As many may vanish at once without doubt; more only if they are less than half."""


def writer(collection: str, ctx: Context, *, imported: bool = False) -> BackedWriter | PaperWriter:
    """What keeps a collection's records for the entry's person."""
    store = ContextStore(ctx, imported=imported)
    if collection in ("entries", "activity"):
        return BackedWriter(collection, store)
    if collection == "treatments":
        return TreatmentWriter(store, ctx.config.units if ctx.config is not None else "mg/dl")
    if collection == "devicestatus":
        return StatusWriter(store)
    return PaperWriter(collection, store)


async def keep(ctx: Context, collection: str, records: Sequence[Mapping[str, Any]], *, imported: bool = False) -> None:
    """Keep one page; returns after the commit. `imported`: of a history, so that nothing in it came late."""
    sound = [one for one in records if isinstance(one, dict)]
    if sound:
        await writer(collection, ctx, imported=imported).put(sound)


def moment(collection: str, record: Mapping[str, Any]) -> datetime | None:
    """When a record says it was."""
    found = parse(record.get(DATE_FIELDS[collection]))
    return found if found is not None else parse(record.get("created_at") or record.get("dateString"))


def bound(collection: str, at: datetime) -> str:
    """A moment as that collection is asked by it."""
    return str(to_ms(at)) if collection == "entries" else iso(at)


async def missing(
    ctx: Context, collection: str, records: Sequence[Mapping[str, Any]], start: datetime, end: datetime
) -> list[Document]:
    """What this entry brought of that time and the site no longer tells; nothing when that looks like a fault."""
    store = ContextStore(ctx)
    there = {str(one.get(name)) for one in records for name in ("_id", "identifier") if one.get(name)}
    moments = {to_us(at) for one in records if (at := moment(collection, one)) is not None}
    gone: list[Document] = []
    known = 0
    async for (batch,) in windows(
        [(lambda low, high, limit: store.find(collection, low, high, limit), at_of)], start, end, 500
    ):
        for document in batch:
            if document.deleted or document.body.get(BY) != store.origin:
                continue
            known += 1
            named = {document.id, str(document.body.get("_id")), str(document.body.get("identifier"))}
            if not named & there and document.at_us not in moments:
                gone.append(document)
    if len(gone) > max(_FEW, known // 2) or (gone and not records):
        ctx.log.warning("%d of %d %s are gone over there; that looks like a fault", len(gone), known, collection)
        return []
    return gone


async def document(ctx: Context, collection: str, name: str) -> Document | None:
    """One that this entry brought and that is still there."""
    found = await ContextStore(ctx).get(collection, name)
    return found if found is not None and not found.deleted and found.body.get(BY) == ctx.entry.id else None


async def remove(ctx: Context, collection: str, gone: Sequence[Document]) -> None:
    """Remove here what was removed there."""
    store = ContextStore(ctx)
    for document in gone:
        kind = BY_TYPE.get((collection, str(document.body.get("type", "sgv"))))
        if collection == "entries" and kind is not None:
            await store.remove_readings(kind.metric, kind.source, [from_us(document.at_us)])
    if collection == "treatments":
        await store.remove_journal(
            [
                draft.external_id
                for document in gone
                for draft in drafts_of(visible(document.body), document.id, at_of(document))
            ]
        )
        await forget(store, gone)
    now_us = to_us(store.now)
    await store.put(
        collection, [one._replace(deleted=True, modified_us=now_us + index) for index, one in enumerate(gone)]
    )


def oldest(collection: str, records: Sequence[Mapping[str, Any]]) -> datetime | None:
    """The earliest moment of a page."""
    return min((at for one in records if (at := moment(collection, one)) is not None), default=None)


def newest(collection: str, records: Sequence[Mapping[str, Any]], now: datetime) -> datetime | None:
    """The latest moment of a page that is not in the future, whatever clocks said."""
    moments = (at for one in records if (at := moment(collection, one)) is not None)
    return max((at for at in moments if at <= now + timedelta(minutes=1)), default=None)
