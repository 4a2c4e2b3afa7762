"""Putting nights together: windows overlap, a first sync comes in the middle of the night, stages come loose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, NamedTuple

from hub.api import JournalDraft
from integrations.phone.found import Finds, Happened, Reader, Slept, Stretch

GAP = timedelta(minutes=60)
"""Loose stretches nearer to one another than this are one session."""
REMEMBERED = 40
"""Sessions kept in mind to be put together with what comes later."""
RECORD = "record/"
"""Beginning of the keys of sessions that have an id of their own; what comes later is always right about them."""
NAP_MINUTES, NAP_HOURS = 180, range(9, 20)
ASLEEP = ("light", "deep", "rem", "asleep")
STAGE_METRICS = {
    "light": "sleep_light_duration",
    "deep": "sleep_deep_duration",
    "rem": "sleep_rem_duration",
    "awake": "sleep_awake_duration",
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Merged(NamedTuple):
    """A session as it now is, and what of earlier versions of it is no longer so."""

    night: Slept
    replaced: tuple[Slept, ...]


def tidy(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """In order of time, without overlaps (the later one counts), neighbours of one stage joined."""
    tidied: list[Stretch] = []
    for one in sorted(stretches, key=lambda each: (each.start, each.end)):
        if one.end <= one.start:
            continue
        while tidied and tidied[-1].start >= one.start:
            tidied.pop()
        if tidied and tidied[-1].end > one.start:
            tidied[-1] = tidied[-1]._replace(end=one.start)
        if tidied and tidied[-1].stage == one.stage and one.start - tidied[-1].end < timedelta(seconds=60):
            tidied[-1] = tidied[-1]._replace(end=max(tidied[-1].end, one.end))
        else:
            tidied.append(one)
    return tuple(tidied)


def sessions(loose: Sequence[Slept]) -> list[Slept]:
    """Loose stretches of one body put together by source; time in bed of a phone joins the stages of a watch."""
    joined: list[Slept] = []
    for one in sorted(loose, key=lambda each: (each.source, each.start)):
        if joined and joined[-1].source == one.source and one.start <= joined[-1].end + GAP:
            joined[-1] = _union(joined[-1], one)
        else:
            joined.append(one)
    staged = [one for one in joined if one.stretches]
    for bed in [one for one in joined if not one.stretches]:
        for place, night in enumerate(staged):
            if night.source != bed.source and bed.start < night.end and night.start < bed.end:
                staged[place] = night._replace(
                    in_bed_from=min(filter(None, (night.in_bed_from, bed.in_bed_from, night.start))),
                    in_bed_until=max(filter(None, (night.in_bed_until, bed.in_bed_until, night.end))),
                )
                break
        else:
            staged.append(bed)
    return staged


def merge(known: Sequence[Slept], new: Slept) -> Merged | None:
    """`new` with the known versions of the same session; None when it is an older, shorter version of a known one."""
    same = [one for one in known if one.source == new.source and _is_same(one, new)]
    if not same:
        return Merged(new, ())
    if new.complete:
        older = any(one.start <= new.start and new.end < one.end for one in same)
        if older and not new.key.startswith(RECORD):
            return None
        return Merged(new._replace(key=new.key or same[0].key or identity(same[0])), tuple(same))
    night = new
    for one in same:
        night = _union(one, night)
    return Merged(night._replace(key=same[0].key or identity(same[0])), tuple(same))


def identity(night: Slept) -> str:
    """What stays the same of a session as it grows: who recorded it and when it began when first seen."""
    return night.key or f"{night.source}/{night.start:%Y%m%dT%H%M%S}"


def facts(night: Slept, reader: Reader) -> Finds:
    """The session's readings and its journal entry."""
    minutes = _minutes(night)
    nap = _is_nap(night, reader.zone)
    asleep = minutes.pop("asleep", None)
    at, what = night.end, night.what
    values: dict[str, float | None] = {"nap_duration" if nap else "sleep_duration": asleep, **minutes}
    for metric, value in values.items():
        if value is not None:
            yield reader.measured(metric, round(value, 2), at, what, unit=None, source=night.source)
    for start, stage in staged(night):
        yield reader.measured("sleep_stage", stage, start, what, source=night.source)
    yield Happened(_draft(night, asleep, minutes, nap), what)


def staged(night: Slept) -> Iterator[tuple[datetime, str]]:
    """When which stage began; holes are time in bed of which nothing is known, and the end is getting up."""
    if not night.stretches:
        return
    before: datetime | None = None
    for stretch in night.stretches:
        if before is not None and stretch.start - before >= timedelta(minutes=5):
            yield before, "in_bed"
        yield stretch.start, stretch.stage
        before = stretch.end
    if before is not None:
        yield before, "out_of_bed"


def _minutes(night: Slept) -> dict[str, float]:
    """Minutes of every metric; `asleep` is the sum of sleep."""
    if night.totals:
        minutes = dict(night.totals)
    else:
        minutes = {}
        for stretch in night.stretches:
            name = "asleep" if stretch.stage in ASLEEP else ""
            length = (stretch.end - stretch.start).total_seconds() / 60
            for key in (name, STAGE_METRICS.get(stretch.stage, "")):
                if key:
                    minutes[key] = minutes.get(key, 0.0) + length
    lain_from, lain_until = night.in_bed_from or night.start, night.in_bed_until or night.end
    if night.stretches or night.in_bed_from is not None:
        minutes.setdefault("time_in_bed", (lain_until - lain_from).total_seconds() / 60)
    if minutes.get("time_in_bed") and "asleep" in minutes:
        minutes["sleep_efficiency"] = min(100.0, 100 * minutes["asleep"] / minutes["time_in_bed"])
    first = next((one.start for one in night.stretches if one.stage in ASLEEP), None)
    if first is not None and night.in_bed_from is not None and first >= night.in_bed_from:
        minutes["sleep_latency"] = (first - night.in_bed_from).total_seconds() / 60
    return minutes


def _draft(night: Slept, asleep: float | None, minutes: dict[str, float], nap: bool) -> JournalDraft:
    data: dict[str, Any] = {
        "nap": nap,
        "asleep": asleep,
        "light": minutes.get("sleep_light_duration"),
        "deep": minutes.get("sleep_deep_duration"),
        "rem": minutes.get("sleep_rem_duration"),
        "awake": minutes.get("sleep_awake_duration"),
        "latency": minutes.get("sleep_latency"),
        "efficiency": minutes.get("sleep_efficiency"),
        "in_bed_from": night.in_bed_from.isoformat() if night.in_bed_from else None,
        "in_bed_until": night.in_bed_until.isoformat() if night.in_bed_until else None,
        "device": night.source,
        "stages": [
            {"stage": one.stage, "start": one.start.isoformat(), "end": one.end.isoformat()} for one in night.stretches
        ],
        "extra": night.extra,
    }
    kept = {
        name: round(value, 2) if isinstance(value, float) else value
        for name, value in data.items()
        if value is not None and value != {} and value != []
    }
    return JournalDraft("sleep", night.start, night.end, kept, external_id=f"sleep/{identity(night)}")


def _is_nap(night: Slept, zone: tzinfo) -> bool:
    if not night.stretches or night.end - night.start > timedelta(minutes=NAP_MINUTES):
        return False
    return (night.start + (night.end - night.start) / 2).astimezone(zone).hour in NAP_HOURS


def _is_same(known: Slept, new: Slept) -> bool:
    if known.key and new.key and known.complete and new.complete:
        return known.key == new.key
    gap = timedelta(0) if new.complete else GAP
    return known.start < new.end + gap and new.start < known.end + gap


def _union(one: Slept, other: Slept) -> Slept:
    """Both together; in `other`'s window its stretches count."""
    kept = [
        part
        for stretch in one.stretches
        for part in (
            stretch._replace(end=min(stretch.end, other.start)),
            stretch._replace(start=max(stretch.start, other.end)),
        )
    ]
    outside = one.stretches if not other.stretches else tuple(kept)
    beds = [at for at in (one.in_bed_from, other.in_bed_from) if at is not None]
    ups = [at for at in (one.in_bed_until, other.in_bed_until) if at is not None]
    return other._replace(
        start=min(one.start, other.start),
        end=max(one.end, other.end),
        stretches=tidy((*outside, *other.stretches)),
        in_bed_from=min(beds) if beds else None,
        in_bed_until=max(ups) if ups else None,
        extra={**one.extra, **other.extra},
    )


def to_json(night: Slept) -> dict[str, Any]:
    """For `ctx.save`; times as whole seconds."""
    return {
        "source": night.source,
        "start": _seconds(night.start),
        "end": _seconds(night.end),
        "stretches": [[one.stage, _seconds(one.start), _seconds(one.end)] for one in night.stretches],
        "totals": night.totals,
        "bed": [None if at is None else _seconds(at) for at in (night.in_bed_from, night.in_bed_until)],
        "complete": night.complete,
        "key": night.key,
    }


def from_json(saved: dict[str, Any]) -> Slept:
    bed = [None if at is None else _instant(at) for at in saved["bed"]]
    return Slept(
        saved["source"],
        _instant(saved["start"]),
        _instant(saved["end"]),
        tuple(Stretch(stage, _instant(start), _instant(end)) for stage, start, end in saved["stretches"]),
        saved["totals"],
        bed[0],
        bed[1],
        saved["complete"],
        saved["key"],
        {},
        "a night of before",
    )


def _seconds(at: datetime) -> float:
    return (at - _EPOCH).total_seconds()


def _instant(seconds: float) -> datetime:
    return _EPOCH + timedelta(seconds=seconds)
