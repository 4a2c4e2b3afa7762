"""The parts that read: dates, the stream, nights put together."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.api import BadReading
from integrations.phone.dates import instant
from integrations.phone.found import Slept, Stretch
from integrations.phone.nights import merge, sessions, staged, tidy
from integrations.phone.stream import Closed, Opened, Part, Path, Piece, Walker

MADRID = ZoneInfo("Europe/Madrid")
MIDNIGHT = datetime(2026, 11, 19, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("2026-11-20 07:30:00 +0100", "2026-11-20T06:30:00"),
        ("2026-11-20 4:51:59 pm +1000", "2026-11-20T06:51:59"),
        ("2026-11-20 4:51:59\u202fpm +1000", "2026-11-20T06:51:59"),
        ("2026-11-20 12:05:00\u202fAM +0000", "2026-11-20T00:05:00"),
        ("2026-11-20 12:05:00 p.m. +0000", "2026-11-20T12:05:00"),
        ("2026-11-20T07:30:00.123456Z", "2026-11-20T07:30:00.123456"),
        ("2026-11-20T07:30:00+05:30", "2026-11-20T02:00:00"),
        ("2026-11-20 07:30:00 GMT+1", "2026-11-20T06:30:00"),
        ("2026-11-20T07:30:00.123456789Z", "2026-11-20T07:30:00.123456"),
        ("2026-11-20 07:30", "2026-11-20T06:30:00"),
        ("2026-11-20", "2026-11-19T23:00:00"),
        (1_795_000_000, "2026-11-18T11:06:40"),
        (1_795_000_000_500, "2026-11-18T11:06:40.500000"),
    ],
)
def test_a_date_is_read_however_a_phone_writes_it(written: Any, wanted: str) -> None:
    assert instant(written, MADRID) == datetime.fromisoformat(wanted).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    ["", "yesterday", "2026-13-01", "2026-02-30 10:00:00 +0000", "25:00", None, True, -5, 1e18, "2026-11-20 13:00 pm"],
)
def test_what_is_no_date_is_quoted(written: Any) -> None:
    with pytest.raises(BadReading, match="is no date"):
        instant(written, MADRID)


def opens(path: Path) -> bool:
    return path in ((), ("data",), ("data", "metrics", "[]"))


def walked(raw: bytes, cuts: list[int]) -> list[Piece]:
    walker = Walker(opens)
    found: list[Piece] = []
    edges = [0, *sorted(cut % (len(raw) + 1) for cut in cuts), len(raw)]
    for start, end in pairwise(edges):
        found += walker.feed(raw[start:end])
    return [*found, *walker.close()]


PLAIN = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
JSON = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)
FULL = JSON.filter(lambda value: value != [])
METRIC = st.fixed_dictionaries({"name": FULL, "data": st.lists(JSON, min_size=1)})
BODY = st.fixed_dictionaries({"data": st.fixed_dictionaries({"metrics": st.lists(METRIC, min_size=1)}), "x": FULL})


def rebuilt(pieces: list[Piece]) -> Any:
    """The document put together again from its pieces."""
    root: dict[str, Any] = {}
    metrics: list[Any] = []
    for piece in pieces:
        if isinstance(piece, Opened) and piece.path == ("data", "metrics", "[]"):
            metrics.append({})
        if not isinstance(piece, Part):
            continue
        here: Any = root
        names = list(piece.path)
        if names[:3] == ["data", "metrics", "[]"] and len(names) > 3:
            here, names = metrics[-1], names[3:]
        elif names[:1] == ["data"] and len(names) > 1:
            here, names = root.setdefault("data", {}), names[1:]
        if names[-1] == "[]":
            here.setdefault(names[0], []).append(piece.value)
        else:
            here[names[0]] = piece.value
    if metrics:
        root.setdefault("data", {})["metrics"] = metrics
    return root


@given(BODY, st.lists(st.integers(0, 10_000)), st.booleans(), st.sampled_from([None, 1]))
def test_pieces_are_the_same_wherever_the_body_is_cut(
    document: dict[str, Any], cuts: list[int], ascii_only: bool, indent: int | None
) -> None:
    raw = json.dumps(document, ensure_ascii=ascii_only, indent=indent).encode("utf-8", "surrogatepass")
    try:
        raw.decode()
    except UnicodeDecodeError:
        return
    pieces = walked(raw, cuts)
    assert pieces == walked(raw, [])
    assert rebuilt(pieces) == json.loads(raw)
    assert isinstance(pieces[-1], Closed)


@given(st.binary(max_size=200), st.lists(st.integers(0, 300)))
def test_no_body_makes_it_fail_otherwise_than_in_words(raw: bytes, cuts: list[int]) -> None:
    for text in (raw, b'{"data":{"metrics":[{"data":[' + raw):
        with suppress(BadReading):
            walked(text, cuts)


def night(source: str, *stages: tuple[str, float, float], complete: bool = False, key: str = "") -> Slept:
    """Stages with hours from midnight."""
    stretches = tuple(Stretch(stage, at(start), at(end)) for stage, start, end in stages)
    return Slept(
        source, stretches[0].start, stretches[-1].end, stretches, {}, None, None, complete, key, {}, "test"
    )  # fmt: skip


def at(hours: float) -> datetime:
    return MIDNIGHT + timedelta(hours=hours)


HOURS = st.floats(0, 10).map(lambda hours: round(hours, 2))
STAGES = st.sampled_from(["light", "deep", "rem", "awake"])


@given(st.lists(st.tuples(STAGES, HOURS, HOURS)))
def test_tidied_stretches_follow_one_another_without_overlap(raw: list[tuple[str, float, float]]) -> None:
    tidied = tidy(Stretch(stage, at(start), at(end)) for stage, start, end in raw)
    assert all(one.start < one.end for one in tidied)
    assert all(one.end <= other.start for one, other in pairwise(tidied))
    assert tidy(tidied) == tidied


@given(st.lists(st.tuples(STAGES, st.integers(1, 90)), min_size=2, max_size=30), st.data())
def test_windows_in_any_order_give_the_same_night(parts: list[tuple[str, int]], data: st.DataObject) -> None:
    """However a night is cut into windows that overlap, it ends up whole."""
    stretches, minute = [], 0
    for stage, length in parts:
        stretches.append((stage, minute / 60, (minute + length) / 60))
        minute += length
    whole = sessions([night("watch", one) for one in stretches])
    assert len(whole) == 1
    cut = data.draw(st.integers(1, len(stretches) - 1))
    back = data.draw(st.integers(0, cut))
    windows = data.draw(
        st.permutations([stretches[:cut], stretches[cut - back :], stretches[max(0, cut - 1) : cut + 1]])
    )
    known: list[Slept] = []
    for window in windows:
        for one in sessions([night("watch", part) for part in window]):
            merged = merge(known, one)
            assert merged is not None
            known = [*(old for old in known if old not in merged.replaced), merged.night]
    ends = {(one.start, one.end, one.stretches) for one in known}
    assert ends == {(whole[0].start, whole[0].end, whole[0].stretches)}


def test_time_in_bed_by_the_phone_joins_the_watchs_night() -> None:
    bed = night("phone", ("light", 0, 8))._replace(stretches=(), in_bed_from=at(0), in_bed_until=at(8))
    (joined,) = sessions([bed, night("watch", ("light", 0.5, 7.5))])
    assert (joined.source, joined.in_bed_from, joined.in_bed_until) == ("watch", at(0), at(8))


def test_a_hole_of_twenty_minutes_is_time_in_bed_and_one_of_an_hour_parts_two_sessions() -> None:
    (one,) = sessions([night("watch", ("light", 0, 3)), night("watch", ("deep", 3 + 1 / 3, 5))])
    assert [stage for _, stage in staged(one)] == ["light", "in_bed", "deep", "out_of_bed"]
    assert len(sessions([night("watch", ("light", 0, 3)), night("watch", ("deep", 4.1, 5))])) == 2


def test_an_older_shorter_version_changes_nothing() -> None:
    full, partial = night("ring", ("light", 0, 7), complete=True), night("ring", ("light", 0, 5), complete=True)
    assert merge([full], partial) is None
    merged = merge([partial], full)
    assert merged is not None
    assert merged.replaced == (partial,)


def test_a_record_with_an_id_is_right_even_when_it_got_shorter() -> None:
    full = night("ring", ("light", 0, 7), complete=True, key="record/1")
    shorter = night("ring", ("light", 0, 5), complete=True, key="record/1")
    merged = merge([full], shorter)
    assert merged is not None
    assert merged.night.end == at(5)
