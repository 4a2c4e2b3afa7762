"""The demo family's days: the same every time, true to the vocabulary, and shaped like life."""

from __future__ import annotations

import itertools
import statistics
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import pytest

from hub.api import Kind, Metric, Sample
from integrations.demo import family, home, nursery
from integrations.demo.day import generate_day
from integrations.demo.diary import Diary
from integrations.demo.family import adult_day
from integrations.demo.house import ENTITIES
from integrations.demo.night import DEEP, REM
from integrations.demo.story import Persona, Story
from integrations.vocabulary.journal import KINDS
from integrations.vocabulary.metrics import METRICS

ANCHOR = date(2026, 11, 21)
STORY = Story(ANCHOR, ZoneInfo("Europe/Berlin"))
VOCABULARY = {metric.key: metric for metric in METRICS}
DESCRIBED = {description.key: description.metric for description in ENTITIES}


@lru_cache(maxsize=8)
def ninety_days(persona: Persona) -> tuple[Diary, ...]:
    """Oldest first."""
    return tuple(generate_day(STORY, persona, ANCHOR - timedelta(days=back)) for back in range(89, -1, -1))


def samples(persona: Persona) -> Iterator[Sample]:
    for day in ninety_days(persona):
        for _, sample in day.samples:
            yield sample


def series(persona: Persona, metric: str, source: str = "") -> list[tuple[float, float]]:
    """(seconds, value) in order of time."""
    found = [one for one in samples(persona) if one.metric == metric and (not source or one.source == source)]
    return sorted((one.taken_at.timestamp(), float(one.value or 0)) for one in found if one.taken_at)


def metric_of(sample: Sample) -> Metric:
    return VOCABULARY[sample.metric or DESCRIBED[sample.entity]]


@pytest.mark.parametrize("persona", list(Persona))
def test_every_demo_metric_is_in_the_vocabulary_and_no_value_would_be_refused(persona: Persona) -> None:
    for sample in samples(persona):
        metric = metric_of(sample)
        if metric.kind is Kind.ENUM:
            assert sample.value in metric.options
            continue
        assert isinstance(sample.value, (int, float))
        low, high = metric.hard
        assert low is None or sample.value >= low, sample
        assert high is None or sample.value <= high, sample
        assert sample.taken_at is not None
        assert sample.taken_at.tzinfo is not None


@pytest.mark.parametrize("persona", list(Persona))
def test_hardly_any_demo_reading_is_odd(persona: Persona) -> None:
    by_series: dict[tuple[str, str], list[Sample]] = defaultdict(list)
    for sample in samples(persona):
        by_series[(sample.metric or sample.entity, sample.source)].append(sample)
    for name, found in by_series.items():
        metric = metric_of(found[0])
        found.sort(key=lambda one: one.taken_at.timestamp() if one.taken_at else 0.0)
        odd = sum(_outside(metric, one) for one in found)
        odd += sum(_leaps(metric, one, two) for one, two in itertools.pairwise(found))
        assert odd <= len(found) * 0.002, (name, odd, len(found))


def _outside(metric: Metric, sample: Sample) -> bool:
    low, high = metric.plausible
    value = sample.value
    return isinstance(value, (int, float)) and (
        (low is not None and value < low) or (high is not None and value > high)
    )


def _leaps(metric: Metric, one: Sample, two: Sample) -> bool:
    assert one.taken_at is not None
    assert two.taken_at is not None
    if metric.kind is Kind.ENUM:
        allowed = metric.transitions.get(str(one.value))
        return allowed is not None and two.value not in allowed and two.value != one.value
    if metric.max_step is None or (two.taken_at - one.taken_at).total_seconds() > metric.step_within:
        return False
    return abs(float(two.value or 0) - float(one.value or 0)) > metric.max_step


@pytest.mark.parametrize("persona", list(Persona))
def test_every_journal_entry_fits_its_kind_without_leftovers(persona: Persona) -> None:
    kinds = {kind.key: kind for kind in KINDS}
    for day in ninety_days(persona):
        for arrives, draft in day.drafts:
            kind = kinds[draft.kind]
            model = kind.model.model_validate(dict(draft.data))
            assert not getattr(model, "extra", {}), (draft.kind, draft.data)
            end = draft.end or draft.start
            assert draft.start <= end <= draft.start + timedelta(hours=kind.max_hours)
            assert arrives >= end.timestamp() - 61, "an entry must not end after it arrives"


@pytest.mark.parametrize("persona", list(Persona))
def test_a_day_is_the_same_however_one_comes_to_it(persona: Persona) -> None:
    day = ANCHOR - timedelta(days=20)
    first = generate_day(STORY, persona, day)
    for cached in (family.adult_day, nursery.baby_day, home.room_day):
        cached.cache_clear()
    generate_day(STORY, persona, day - timedelta(days=1))
    again = generate_day(Story(ANCHOR, ZoneInfo("Europe/Berlin")), persona, day)
    assert again.samples == first.samples
    assert again.drafts == first.drafts
    other = generate_day(Story(ANCHOR, ZoneInfo("Europe/Berlin"), seed=2), persona, day)
    assert other.samples != first.samples


@pytest.mark.parametrize("persona", list(Persona))
def test_no_series_has_two_values_at_one_instant(persona: Persona) -> None:
    seen = set()
    for sample in samples(persona):
        key = (sample.metric, sample.entity, sample.source, sample.taken_at)
        assert key not in seen
        seen.add(key)
    external = [(draft.external_id, draft.end is None) for day in ninety_days(persona) for _, draft in day.drafts]
    assert len(external) == len(set(external))


def test_all_of_it_is_modest_in_size() -> None:
    readings = sum(len(day.samples) for persona in Persona for day in ninety_days(persona))
    assert 150_000 < readings < 230_000


def test_glucose_looks_like_a_worn_sensor_s() -> None:
    points = series(Persona.ADULT_GLUCOSE, "blood_glucose")
    values = [value for _, value in points]
    mean = statistics.mean(values)
    assert 105 < mean < 125
    assert 0.24 < statistics.pstdev(values) / mean < 0.33
    assert 0.85 < sum(70 <= value <= 180 for value in values) / len(values) < 0.99
    assert len(values) > 0.95 * 90 * 288
    gaps = [two - one for (one, _), (two, _) in itertools.pairwise(points) if two - one > 900]
    assert any(3600 <= gap < 7200 for gap in gaps), "no sensor change"


def test_glucose_answers_meals_and_falls_with_movement() -> None:
    points = series(Persona.ADULT_GLUCOSE, "blood_glucose")
    instants = [at for at, _ in points]

    def level(at: float) -> float:
        return points[min(len(points) - 1, bisect_right(instants, at))][1]

    days = [adult_day(STORY, Persona.ADULT_GLUCOSE, ANCHOR - timedelta(days=back)) for back in range(1, 80)]
    meals = [bite for day in days for bite in day.bites if bite.dish.carbs * bite.share > 40]
    rises = [max(level(bite.at + 60 * minutes) for minutes in range(30, 120, 10)) - level(bite.at) for bite in meals]
    assert statistics.mean(rises) > 50
    nights = [level(day.frame.at(3.5)) for day in days]
    dawns = [level(day.frame.at(6.6)) for day in days]
    assert statistics.mean(dawns) > statistics.mean(nights) + 5


@pytest.mark.parametrize("persona", [Persona.ADULT_GLUCOSE, Persona.ADULT])
def test_nights_have_cycles_with_deep_sleep_first_and_dreams_last(persona: Persona) -> None:
    nights = [adult_day(STORY, persona, ANCHOR - timedelta(days=back)).night for back in range(90)]
    asleep = [night.asleep / 3600 for night in nights]
    assert 6.2 < statistics.mean(asleep) < 8.3
    assert min(asleep) > 4.0
    assert 0.8 < statistics.mean(night.efficiency for night in nights) < 0.97
    early_deep, late_deep, early_rem, late_rem = 0.0, 0.0, 0.0, 0.0
    gaps = []
    for night in nights:
        ends = (*night.starts[1:], night.end)
        middle = (night.start + night.end) / 2
        dreams = []
        for start, end, stage in zip(night.starts, ends, night.stages, strict=True):
            if stage == DEEP:
                early_deep, late_deep = (
                    (early_deep + end - start, late_deep) if start < middle else (early_deep, late_deep + end - start)
                )
            if stage == REM:
                early_rem, late_rem = (
                    (early_rem + end - start, late_rem) if start < middle else (early_rem, late_rem + end - start)
                )
                dreams.append(end)
        gaps += [(two - one) / 60 for one, two in itertools.pairwise(dreams)]
    assert early_deep > 3 * late_deep
    assert late_rem > 1.5 * early_rem
    assert 75 < statistics.median(gaps) < 115
    parts = [night.seconds(DEEP) / night.asleep for night in nights]
    assert 0.1 < statistics.mean(parts) < 0.25


@pytest.mark.parametrize("persona", [Persona.ADULT_GLUCOSE, Persona.ADULT])
def test_hearts_are_slow_at_night_quick_in_sport_and_quicker_in_fever(persona: Persona) -> None:
    points = series(persona, "heart_rate", "watch")
    days = {back: adult_day(STORY, persona, ANCHOR - timedelta(days=back)) for back in range(90)}

    def between(start: float, end: float) -> list[float]:
        return [value for at, value in points if start <= at < end]

    well = [day for day in days.values() if not day.fever]
    night = statistics.mean(statistics.mean(between(day.night.start + 7200, day.night.end - 1800)) for day in well)
    noon = statistics.mean(statistics.mean(between(day.frame.at(13.5), day.frame.at(16))) for day in well)
    assert 48 < night < 66
    assert noon > night + 10
    runs = [bout for day in well for bout in day.bouts if bout.kind == "running"]
    assert runs
    assert all(130 < max(between(run.start, run.end)) < 186 for run in runs)
    ill = [day for day in days.values() if day.fever > 0.3]
    assert ill
    hot = statistics.mean(statistics.mean(between(day.frame.at(13.5), day.frame.at(16))) for day in ill)
    assert hot > noon + 4


def test_steps_of_ring_watch_and_phone_tell_of_the_same_walks_but_differ() -> None:
    totals = {source: sum(value for _, value in series(Persona.ADULT_GLUCOSE, "steps", source)) for source in
              ("ring", "watch", "phone")}  # fmt: skip
    assert 6_000 < totals["watch"] / 90 < 15_000
    assert totals["ring"] > 1.04 * totals["watch"]
    assert totals["phone"] < 0.97 * totals["watch"]
    assert all(one.increment for one in samples(Persona.ADULT_GLUCOSE) if one.metric == "steps")


def test_some_readings_arrive_at_once_and_others_the_next_morning() -> None:
    delays: dict[tuple[str, str], list[float]] = defaultdict(list)
    for day in ninety_days(Persona.ADULT_GLUCOSE):
        for arrives, sample in day.samples:
            assert sample.taken_at is not None
            delays[(sample.metric, sample.source)].append(arrives - sample.taken_at.timestamp())
    assert max(delays[("blood_glucose", "cgm")]) == 0
    assert max(delays[("heart_rate", "watch")]) == 0
    assert max(delays[("heart_rate", "ring")]) > 6 * 3600
    assert max(delays[("steps", "ring")]) > 8 * 3600
    assert all(delay > -0.001 for found in delays.values() for delay in found)
    feedings = [
        arrives - draft.end.timestamp()
        for day in ninety_days(Persona.BABY)
        for arrives, draft in day.drafts
        if draft.kind == "feeding" and draft.end
    ]
    assert 0.1 < sum(delay > 900 for delay in feedings) / len(feedings) < 0.5


def test_the_baby_grows_and_sleeps_longer_and_drinks_more_with_the_months() -> None:
    weights = [value for _, value in series(Persona.BABY, "weight")]
    assert 4.8 < weights[0] < 6.0
    assert 6.8 < weights[-1] < 8.0
    first = [nursery.baby_day(STORY, ANCHOR - timedelta(days=back)) for back in range(60, 90)]
    last = [nursery.baby_day(STORY, ANCHOR - timedelta(days=back)) for back in range(30)]
    wakings = [statistics.mean(len(day.wakings) for day in days) for days in (first, last)]
    assert wakings[0] > wakings[1] + 0.5
    naps = [statistics.mean(len(day.naps) for day in days) for days in (first, last)]
    assert naps[0] > naps[1] >= 2
    feeds = [statistics.mean(len(day.feeds) for day in days) for days in (first, last)]
    assert 6 < feeds[1] < feeds[0] < 12
    slept = [
        sum(end - start for start, end, _ in nursery.sleeps(STORY, day.frame.day)) / 3600 for day in [*first, *last]
    ]
    assert 12 < statistics.mean(slept) < 16.5


def test_the_house_is_empty_while_the_family_travels() -> None:
    at_home: list[float] = []
    away: list[float] = []
    for sample in samples(Persona.HOUSEHOLD):
        if sample.entity == "bedroom/co2" and sample.taken_at is not None:
            local = sample.taken_at.astimezone(STORY.zone)
            if 3 <= local.hour < 5:
                night_of = local.date() - timedelta(days=1)
                (away if STORY.asleep_away(night_of) else at_home).append(float(sample.value or 0))
    assert statistics.mean(at_home) > 900
    assert away
    assert max(away) < 500


@pytest.mark.parametrize("persona", [Persona.ADULT_GLUCOSE, Persona.ADULT, Persona.HOUSEHOLD])
@pytest.mark.parametrize(("day", "hours"), [(date(2026, 10, 25), 25), (date(2027, 3, 28), 23)])
def test_days_of_a_clock_change_have_their_true_length(persona: Persona, day: date, hours: int) -> None:
    diary = generate_day(STORY, persona, day)
    metric, each = ("bedroom/co2", 900) if persona is Persona.HOUSEHOLD else ("heart_rate", 300)
    found = [
        one.taken_at.timestamp()
        for _, one in diary.samples
        if (one.metric or one.entity) == metric and one.source in ("", "watch") and one.taken_at
    ]
    assert len(found) == hours * 3600 / each
    assert max(found) - min(found) == hours * 3600 - each


def test_nothing_is_torn_at_midnight() -> None:
    points = dict(series(Persona.ADULT, "heart_rate", "watch"))
    steps = [
        abs(points[midnight] - points[midnight - 300])
        for back in range(89)
        if (midnight := STORY.frame(ANCHOR - timedelta(days=back)).start) in points
    ]
    assert len(steps) > 80
    assert max(steps) < 20
    assert statistics.mean(steps) < 5
