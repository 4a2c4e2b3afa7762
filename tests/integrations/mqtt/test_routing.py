"""Topics, filters, and the fewest subscriptions that bring all."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.mqtt.ledger import Ledger
from integrations.mqtt.message import Incoming
from integrations.mqtt.router import Router
from integrations.mqtt.topics import check_filter, check_topic, covers, matches

LEVELS = st.sampled_from(["a", "b", "$x", ""])
TOPICS = st.lists(LEVELS, min_size=1, max_size=4).map("/".join).filter(bool)
FILTERS = (
    st.tuples(st.lists(st.sampled_from(["a", "b", "$x", "", "+"]), min_size=1, max_size=4), st.booleans())
    .map(lambda made: "/".join([*made[0], *(["#"] if made[1] else [])]))
    .filter(bool)
)


def plainly(pattern: str, topic: str) -> bool:
    """The standard's words, one by one."""
    if topic.startswith("$") and pattern[0] in "+#":
        return False
    wanted, levels = pattern.split("/"), topic.split("/")
    while wanted and levels and wanted[0] in ("+", levels[0]) and wanted[0] != "#":
        wanted, levels = wanted[1:], levels[1:]
    return wanted == ["#"] or (not wanted and not levels)


@given(FILTERS, TOPICS)
def test_a_filter_matches_as_the_standard_says(pattern: str, topic: str) -> None:
    assert matches(pattern, topic) == plainly(pattern, topic)


@given(st.lists(FILTERS, max_size=6), TOPICS)
@settings(max_examples=500)
def test_a_topic_finds_each_of_its_readers_once(patterns: list[str], topic: str) -> None:
    router: Router[int] = Router()
    for index, pattern in enumerate(patterns):
        router.add(pattern, index, 1)
    expected = [index for index, pattern in enumerate(patterns) if plainly(pattern, topic)]
    assert sorted(router[topic]) == expected
    wanted = router.wanted()
    assert bool(expected) == any(plainly(pattern, topic) for pattern in wanted)
    # None of those asked for is covered by another.
    assert not [one for one in wanted for other in wanted if one != other and covers(other, one)]
    for index, pattern in enumerate(patterns):
        router.remove(pattern, index)
    assert router[topic] == ()
    assert router.wanted() == {}


@given(FILTERS, FILTERS, TOPICS)
def test_a_covering_filter_matches_all_that_the_covered_one_does(wide: str, narrow: str, topic: str) -> None:
    if covers(wide, narrow) and plainly(narrow, topic):
        assert plainly(wide, topic)


@pytest.mark.parametrize("topic", ["", "a/+", "a/#", "a\0b", "a\nb", "x" * 70_000, "\ud800"])
def test_a_topic_that_nothing_can_be_published_to_is_refused(topic: str) -> None:
    with pytest.raises(ValueError):
        check_topic(topic)


@pytest.mark.parametrize("pattern", ["", "a/#/b", "a#", "a+/b", "#/a"])
def test_a_malformed_filter_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError):
        check_filter(pattern)


def test_a_delivery_that_comes_again_is_known_also_by_the_next_process(tmp_path: Path) -> None:
    path = tmp_path / "deliveries"
    ledger = Ledger(path)
    first = Incoming("t", b"1", qos=1, mid=7, taken_us=1_000)
    ledger.enter(first, ledger.digest(first))
    # No close: a killed process does not say goodbye.
    other = Ledger(path)
    again = Incoming("t", b"1", qos=1, mid=7, dup=True, taken_us=2_000)
    assert other.first_arrival(again, other.digest(again)) == 1_000
    different = Incoming("t", b"2", qos=1, mid=7, dup=True, taken_us=2_000)
    assert other.first_arrival(different, other.digest(different)) is None
    other.forget()
    assert other.first_arrival(again, other.digest(again)) is None
    ledger.close()
    other.close()
