"""Angles: known answers, and what holds whatever the angles are."""

from __future__ import annotations

from math import degrees, exp, inf, pi, radians, sqrt, tau

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.insight.circle import (
    apart,
    concentration,
    density,
    deviation,
    log_bessel,
    mean,
    seconds_of,
    time_of,
)

ANGLES = st.lists(st.floats(0, tau, exclude_max=True), min_size=1, max_size=30)


def test_the_roulette_wheel_of_mardia_and_jupp() -> None:
    stops = [43, 45, 52, 61, 75, 88, 88, 279, 357]
    direction, length = mean([radians(one) for one in stops])
    assert round(degrees(direction)) == 51
    assert length == pytest.approx(0.711, abs=0.001)


def test_half_past_eleven_and_half_past_midnight_meet_at_midnight() -> None:
    direction, _ = mean([23.5 / 24 * tau, 0.5 / 24 * tau])
    assert time_of(direction).isoformat() == "00:00:00"


def test_the_bessel_function_is_that_of_the_tables() -> None:
    for kappa, value in (
        (0.0, 1.0),
        (1.0, 1.2660658778),
        (3.0, 4.8807925859),
        (5.0, 27.2398718236),
        (10.0, 2815.716628),
    ):
        assert exp(log_bessel(kappa)) == pytest.approx(value, rel=1e-6)


def test_the_concentration_is_that_of_the_tables() -> None:
    # Mean resultant lengths I1/I0 of the von Mises distribution.
    for kappa, length in ((0.5, 0.24250), (1.0, 0.44640), (2.0, 0.69777), (5.0, 0.89338), (10.0, 0.94860)):
        assert concentration(length) == pytest.approx(kappa, rel=0.015)


def test_a_density_over_the_whole_circle_is_one() -> None:
    for kappa in (0.2, 2.0, 40.0):
        scale = log_bessel(kappa) + 1.8378770664093453
        whole = sum(density(step / 3_600 * tau, 1.0, kappa, scale) for step in range(3_600)) * tau / 3_600
        assert whole == pytest.approx(1.0, rel=1e-4)


def test_a_narrow_spread_is_that_of_the_line() -> None:
    angles = [0.01, 0.03, -0.02, -0.04, 0.02]
    line = sqrt(sum(one * one for one in angles) / 5)
    assert deviation(mean(angles)[1]) == pytest.approx(line, rel=0.01)
    assert deviation(0.0) == inf


@given(ANGLES, st.floats(-10, 10))
def test_turning_all_turns_the_mean_and_leaves_the_spread(angles: list[float], by: float) -> None:
    direction, length = mean(angles)
    turned, turned_length = mean([one + by for one in angles])
    assert turned_length == pytest.approx(length, abs=1e-9)
    if length > 1e-3:
        assert apart(turned, direction + by) < 1e-6


@given(ANGLES)
def test_weights_count_as_repetitions(angles: list[float]) -> None:
    weights = [index % 3 + 1 for index in range(len(angles))]
    repeated = [one for one, weight in zip(angles, weights, strict=True) for _ in range(weight)]
    one, other = mean(angles, [float(weight) for weight in weights]), mean(repeated)
    assert one[1] == pytest.approx(other[1], abs=1e-9)
    if one[1] > 1e-3:
        assert apart(one[0], other[0]) < 1e-6


@given(st.floats(-100, 100), st.floats(-100, 100))
def test_two_angles_are_at_most_half_a_circle_apart(one: float, other: float) -> None:
    assert 0 <= apart(one, other) <= pi
    assert apart(one, other) == pytest.approx(apart(other, one), abs=1e-9)


@given(st.floats(-1e3, 1e3))
def test_every_angle_is_a_time_of_day(angle: float) -> None:
    assert 0 <= seconds_of(angle) < 86_400
    time_of(angle)
