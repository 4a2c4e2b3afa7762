"""Several sources of one metric as one series: in each interval the first of them that has readings speaks."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from hub.model import Kind
from hub.recorder.days import zone
from hub.recorder.facts import StoredReading, StoredStatistic
from hub.recorder.partial import Rule, Stretch, compose
from hub.recorder.reading import After, bounds
from hub.recorder.schema import TEXT
from hub.recorder.speech import Piece, Speech
from hub.recorder.statistics import Period, StatisticStore, bucket_of, reached, statistic, stretch_of, within
from hub.recorder.survey import Survey

_FLOOR = "r.taken - ((r.taken % CAST(? AS bigint)) + CAST(? AS bigint)) % CAST(? AS bigint)"
_NOBODY_BEFORE = (
    f" AND NOT EXISTS (SELECT 1 FROM readings h WHERE h.series = ? AND h.taken >= {_FLOOR}"
    f" AND h.taken < {_FLOOR} + CAST(? AS bigint))"
)


class MergeStore(StatisticStore):
    async def merged(
        self,
        series_by_priority: Sequence[int],
        interval_s: float,
        start_us: int,
        end_us: int,
        *,
        limit: int = 1000,
        after: After | None = None,
        descending: bool = False,
    ) -> list[StoredReading]:
        """A page of the readings of whoever speaks: in each interval (UTC-aligned) the first source that has any."""
        interval, order = round(interval_s * 1_000_000), "DESC" if descending else "ASC"
        sources, rows = list(dict.fromkeys(series_by_priority)), list[Any]()
        for place, one in enumerate(sources):
            low, high = bounds(one, start_us, end_us, after, descending)
            hidden = _NOBODY_BEFORE * place
            above = [value for higher in sources[:place] for value in (higher, *[interval] * 7)]
            rows += await self._database.fetch(
                "SELECT r.series, r.taken, r.taken + r.delay, r.value, r.flags FROM readings r "
                f"WHERE r.series = ? AND r.taken >= ? AND r.taken < ?{hidden} ORDER BY r.taken {order} LIMIT ?",
                *(one, low, high, *above, limit),
            )
        rows.sort(key=lambda row: (row[1], row[0]), reverse=descending)
        return await self._words.readings(rows[:limit])

    async def merged_statistics(
        self,
        series_by_priority: Sequence[int],
        interval_s: float,
        period: Period,
        start_us: int,
        end_us: int,
        *,
        time_zone: str,
    ) -> list[StoredStatistic]:
        """Statistics of the merged series: what each source counted while it spoke, and never what two counted."""
        sources = list(dict.fromkeys(series_by_priority))
        if len(sources) < 2:
            found = [self.statistics(one, period, start_us, end_us, time_zone=time_zone) for one in sources]
            return [statistic for one in found for statistic in await one]
        zone(time_zone)
        rule = self._rules.get(sources[0], (Rule(), ""))[0]
        async with self._database.snapshot() as connection:
            surveys = [self._survey(connection, one, time_zone) for one in sources]
            start, end = within((start_us, end_us), [await survey.extent() for survey in surveys])
            if end <= start:
                return []
            start = stretch_of(period, bucket_of(period, start, time_zone), time_zone)[0]
            end = stretch_of(period, bucket_of(period, end - 1, time_zone), time_zone)[1]
            stored = [self._rules.get(one, (rule, ""))[1] == time_zone for one in sources]
            speech = Speech(surveys, round(interval_s * 1_000_000), stored if period == "day" else None)
            pieces = await speech.pieces(start - max(survey.rule.hold for survey in surveys), end)
            pieces, names = await self._same_words(pieces, connection)
        earlier = [piece for piece in pieces if piece.start < start]
        before = earlier[-1].partial.last if earlier else None
        parts = [(piece.start, piece.end, piece.partial) for piece in pieces[len(earlier) :]]
        now = surveys[0].now
        numbers = {bucket_of(period, part[0], time_zone) for part in parts}
        if rule.kind is Kind.ENUM:
            numbers = reached(parts, before, period, (start, end), time_zone, rule.hold, now)
        stretches = [stretch_of(period, number, time_zone) for number in sorted(numbers)]
        made = compose(parts, before, stretches, rule, now)
        return [
            statistic(_speaker(pieces, stretch), *stretch, made[stretch[0]], rule.kind, names)
            for stretch in stretches
            if made[stretch[0]].count or made[stretch[0]].states
        ]

    def _survey(self, connection: AsyncConnection, series: int, time_zone: str) -> Survey:
        rule = self._rules.get(series, (Rule(), ""))[0]
        return Survey(self._database, connection, series, rule, time_zone, self._now())

    async def _same_words(self, pieces: list[Piece], connection: AsyncConnection) -> tuple[list[Piece], dict[int, str]]:
        """Each series numbers its texts in its own way; give all pieces the same numbers, and what they mean."""
        used = {
            (piece.series, int(piece.partial.last[1]))
            for piece in pieces
            if piece.partial.last and piece.partial.last[2] & TEXT
        }
        used |= {(piece.series, int(state)) for piece in pieces for state in piece.partial.states if state[0] != "="}
        if not used:
            return pieces, {}
        texts = await self._words.texts(used, connection)
        numbers = {text: number for number, text in enumerate(sorted(set(texts.values())))}
        for piece in pieces:
            partial, series = piece.partial, piece.series
            if partial.last and partial.last[2] & TEXT:
                number = numbers[texts[series, int(partial.last[1])]]
                partial.last = (partial.last[0], float(number), partial.last[2])
            partial.states = {
                state if state[0] == "=" else str(numbers[texts[series, int(state)]]): length
                for state, length in partial.states.items()
            }
        return pieces, {number: text for text, number in numbers.items()}


def _speaker(pieces: Sequence[Piece], stretch: Stretch) -> int | None:
    """The only source of a stretch; None when there are several."""
    low = bisect_left(pieces, stretch[0], key=lambda piece: piece.start)
    high = bisect_left(pieces, stretch[1], key=lambda piece: piece.start)
    spoke = {piece.series for piece in pieces[low:high]} or {piece.series for piece in pieces[max(0, low - 1) : low]}
    return spoke.pop() if len(spoke) == 1 else None
