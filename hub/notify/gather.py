"""Many into one: what the rate limit held goes out as a single notice."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime

from hub.model import Notice, NoticeState, NoticeWay, Urgency
from hub.notify.channels import APP

NAMED = 5
"""Titles that the one notice tells."""


def gathered(held: list[Notice], now: datetime, channels: list[str]) -> list[Notice]:
    """The one notice (not on the hub's own pages, which have them all), and those that it stands for."""
    titles = [one.title or one.message.splitlines()[0][:80] for one in held]
    more = len(titles) - NAMED
    lines = [*titles[:NAMED], *([f"and {more} more"] if more > 0 else [])]
    urgent = max(held, key=lambda one: tuple(Urgency).index(one.urgency)).urgency
    abouts = {one.about for one in held}
    summary = replace(
        held[0],
        id=uuid.uuid4().hex[:16],
        at=now,
        title=f"{len(held)} more",
        message="\n".join(lines),
        about=held[0].about,
        subject=held[0].subject if len(abouts) == 1 and len({one.subject for one in held}) == 1 else "",
        by="",
        batch=uuid.uuid4().hex[:16],
        tag="homeostat_more",
        urgency=urgent,
        buttons=(),
        uri="/notifications",
        image="",
        data={"gathered": [one.id for one in held]},
        ways={name: NoticeWay() for name in channels if name != APP},
        escalation=None,
        held=None,
        why="",
        until=None,
        state=NoticeState.WAITING,
        version=1,
    )
    done = [
        replace(
            one,
            held=None,
            why="",
            state=NoticeState.SENT,
            ways={
                name: replace(way, state=NoticeState.SENT, why="gathered into one notice", at=now)
                for name, way in one.ways.items()
            },
        )
        for one in held
    ]
    return [summary, *done]
