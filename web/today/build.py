"""Cards from a view: gather, say, draw."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING

from hub.model import HOUSEHOLD, Verb
from web import words
from web.today import grown, home, small
from web.today.card import Act, PersonCard
from web.today.gather import Gathered, gather
from web.today.memory import Memory
from web.today.picture import picture_of
from web.today.rows import ADULT, HOME, MOST, SMALL, rooms_rows, rows_of
from web.today.said import Said

if TYPE_CHECKING:
    from hub.view import View

FED, CHANGED = Act("feeding", "Feeding", "milk"), Act("nappy", "Nappy", "baby")


async def cards(view: View, now: datetime, memory: Memory) -> list[PersonCard]:
    """A card for everyone the viewer may see, and one for the house when it measures anything."""
    slugs = [person.slug for person in view.people()]
    made = await asyncio.gather(*(card(view, slug, now, memory) for slug in slugs))
    if view.states(HOUSEHOLD):
        made.append(await card(view, HOUSEHOLD, now, memory))
    return list(made)


async def card(view: View, slug: str, now: datetime, memory: Memory) -> PersonCard:
    """One card. Raises NotFound for a person the viewer may not see."""
    if slug != HOUSEHOLD:
        view.person(slug)
    small_one = _is_small(view, slug, now)
    wanted = HOME if slug == HOUSEHOLD else SMALL if small_one else ADULT
    found = await gather(view, slug, now, wanted, memory, most=None if slug == HOUSEHOLD else MOST)
    rooms = rooms_of(view, found)
    said = _said(found, rooms)
    person = found.person
    sentences = said.sentences or [_quiet(found)]
    return PersonCard(
        slug=slug,
        name=person.name if person is not None else "Home",
        headline=sentences[0],
        initials=words.initials(person.name) if person is not None else "",
        colour=str(person.colour % 8) if person is not None else HOUSEHOLD,
        born=words.years(person.birth_date, now.date()) if person is not None and person.birth_date else "",
        lines=tuple(sentences[1:3]),
        chips=tuple(said.chips),
        day=picture_of(found) if slug != HOUSEHOLD else None,
        rows=rows_of(found, rooms) if slug != HOUSEHOLD else (),
        rooms=rooms_rows(found, wanted, rooms) if slug == HOUSEHOLD else (),
        acts=_acts(view, found),
    )


def rooms_of(view: View, found: Gathered) -> dict[str, str]:
    """Entity id -> name of its device, for the household's sensors."""
    if found.slug != HOUSEHOLD:
        return {}
    names = {device.id: device.description.name for device in view.devices()}
    return {entity.id: names.get(entity.device, "") for entity, _ in found.states}


def _acts(view: View, found: Gathered) -> tuple[Act, ...]:
    """What is logged many times a day gets a button of its own."""
    if not found.is_small or not view.allowed(Verb.RECORD, found.slug, "journal:feeding"):
        return ()
    asleep = small.sleeping(found)
    slept = Act("sleep", "Awake", "sun", asleep.id) if asleep is not None and asleep.end is None else None
    return (FED, CHANGED, slept or Act("sleep", "Sleep", "moon"))


def _said(found: Gathered, rooms: dict[str, str]) -> Said:
    if found.slug == HOUSEHOLD:
        return home.say(found, rooms)
    return small.say(found) if found.is_small else grown.say(found)


def _is_small(view: View, slug: str, now: datetime) -> bool:
    person = next((one for one in view.people() if one.slug == slug), None)
    born = person.birth_date if person is not None else None
    return born is not None and (now.date() - born).days < 3 * 365


def _quiet(found: Gathered) -> str:
    """What to say when nothing is known, or nothing new."""
    times = [state.taken_at for _, state in found.states if state.taken_at is not None]
    if not times:
        return "Nothing measured yet."
    newest = max(times)
    ago = words.ago(newest, found.now)
    return f"The last news came {ago}." if (found.now - newest).total_seconds() > 43_200 else "All quiet."
