"""Which backups need not be kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

KEEP = (7, 4, 12)
"""Of each of so many days, weeks and months the newest backup stays."""


def spare(
    made: Iterable[datetime],
    keep: tuple[int, int, int] = KEEP,
    *,
    sound: Collection[datetime] = (),
    broken: Collection[datetime] = (),
) -> set[datetime]:
    """Of these instants, those whose backups may go.

    The newest of all stays, and the newest of the `sound`, which a trial restore has proven. One that is `broken`
    stands for no day, and goes when a whole one is newer.
    """
    all_of_them = sorted(made, reverse=True)
    whole = [one for one in all_of_them if one not in broken]
    kept = set(whole[:1])
    kept |= set([one for one in whole if one in sound][:1])
    kept |= {one for one in all_of_them if one in broken and not (whole and whole[0] > one)}
    for most, period in zip(keep, (_day, _week, _month), strict=True):
        seen: set[object] = set()
        for one in whole:
            if period(one) not in seen and len(seen) < most:
                seen.add(period(one))
                kept.add(one)
    return set(all_of_them) - kept


def _day(at: datetime) -> object:
    return at.date()


def _week(at: datetime) -> object:
    return at.isocalendar()[:2]


def _month(at: datetime) -> object:
    return at.year, at.month
