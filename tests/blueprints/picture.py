"""Pictures of the fortnights: a lane for each day, readings as a line, what was logged, what was done and what held it.

`python -m tests.blueprints.picture` draws them all anew, into web/static/blueprints.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from pathlib import Path

from hub.automation.trace import Outcome
from tests.blueprints.fortnight import DAYS, FIRST, ZONE, Fortnight
from tests.blueprints.scenes import SCENES, Scene, lived

FOLDER = Path(__file__).parents[2] / "web" / "static" / "blueprints"
WIDTH, LANE, TOP, BOTTOM = 880, 28, 40, 54
LEFT, RIGHT = 78, 486
WORDS, FITS = RIGHT + 14, 59
_TOKENS = Path(__file__).parents[2] / "web" / "static" / "css" / "tokens.css"
_MANY = 3


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that the automation did, or did not."""

    at: datetime
    kind: str
    """`told`, `done` or `held`."""
    words: str


def deeds(house: Fortnight, scene: Scene) -> list[Deed]:
    """In order of time; of what one run does many times over only the first."""
    found = [
        Deed(one.at, "told", _capital(one.title.removeprefix("Anna: ").removeprefix("Mia: "))) for one in house.said
    ]
    for action, words in scene.deeds.items():
        last: datetime | None = None
        for at, _ in house.done(action):
            if last is None or at - last > timedelta(minutes=30):
                found.append(Deed(at, "done", words))
            last = at
    for trace in house.ended:
        why = house.reason(trace) if trace.outcome in (Outcome.CONDITION, Outcome.STOPPED) else ""
        if why and why not in scene.unshown:
            found.append(Deed(trace.ended or trace.at, "held", f"only if {why[:1].lower()}{why[1:]}"))
    return sorted(found, key=lambda one: (one.at, one.kind != "told", one.words))


def draw(house: Fortnight, scene: Scene, title: str) -> str:
    """An SVG of its own, light or dark as its surroundings, without script, fonts or addresses."""
    everything = deeds(house, scene)
    height = TOP + DAYS * LANE + BOTTOM
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
            'role="img" aria-labelledby="title desc">'
        ),
        f'<title id="title">{escape(title)}: a simulated fortnight</title>',
        f'<desc id="desc">{escape(_told(everything))}</desc>',
        f"<style>{_style(scene)}</style>",
        f'<rect class="ground" width="{WIDTH}" height="{height}" rx="16"/>',
        f'<clipPath id="lanes"><rect x="{LEFT}" y="{TOP}" width="{RIGHT - LEFT}" height="{DAYS * LANE}"/></clipPath>',
        *_hours(scene),
    ]
    for day in range(DAYS):
        parts += _lane(house, scene, day, [one for one in everything if _day(one.at) == day])
    parts += _legend(scene, {one.kind for one in everything}, quiet=house.quiet_hours is not None)
    return "\n".join([*parts, "</svg>", ""])


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _day(at: datetime) -> int:
    return (at.astimezone(ZONE).date() - FIRST).days


def _x(scene: Scene, at: datetime) -> float:
    """By the clock on the wall: on the night in which clocks go forward an hour stays empty."""
    local = at.astimezone(ZONE)
    return _at(scene, local.hour + local.minute / 60 + local.second / 3_600)


def _at(scene: Scene, hour: float) -> float:
    begins, ends = scene.hours
    return LEFT + (hour - begins) / (ends - begins) * (RIGHT - LEFT)


def _hours(scene: Scene) -> Iterator[str]:
    begins, ends = scene.hours
    for hour in range(begins, ends + 1, 6 if ends - begins > 12 else 1):
        x, at = _at(scene, hour), "start" if hour == begins else "end" if hour == ends else "middle"
        yield f'<text class="quiet" x="{x:g}" y="{TOP - 14}" text-anchor="{at}">{hour:02d}:00</text>'
        yield f'<path class="grid" d="M{x:g} {TOP - 6}V{TOP + DAYS * LANE}"/>'


def _lane(house: Fortnight, scene: Scene, day: int, ones: list[Deed]) -> Iterator[str]:
    top = TOP + day * LANE
    low, middle = top + LANE, top + LANE / 2
    date = FIRST + timedelta(days=day)
    if day:
        yield f'<path class="grid" d="M{LEFT} {top}H{RIGHT}"/>'
    yield f'<text class="{"day" if date.weekday() < 5 else "day end"}" x="18" y="{middle + 4:g}">{date:%a %-d}</text>'
    if house.quiet_hours is not None:
        until, since = (int(one[:2]) for one in reversed(house.quiet_hours))
        ends, begins = _at(scene, until), _at(scene, since)
        for left, right in ((LEFT, ends), (begins, RIGHT)):
            yield f'<path class="night" d="M{left:g} {top}H{right:g}V{low}H{left:g}z"/>'
    for mark in scene.marks:
        yield f'<path class="mark" d="M{LEFT} {_y(scene, top, mark)}H{RIGHT}"/>'
    yield '<g clip-path="url(#lanes)">'
    yield from _readings(house, scene, day, top)
    yield "</g>"
    for entry in house.logged:
        if entry.kind in scene.logged and _day(entry.start) == day:
            x = _x(scene, entry.start)
            place = list(scene.logged).index(entry.kind)
            yield f'<path class="logged-{place}" d="M{x:.0f} {low - 1}l-3.5 -6h7z"/>'
    for one in ones:
        x = _x(scene, one.at)
        if one.kind == "held":
            yield f'<circle class="held" cx="{x:.1f}" cy="{middle}" r="4"/>'
    for one in ones:
        x = _x(scene, one.at)
        if one.kind == "told":
            yield f'<circle class="told" cx="{x:.1f}" cy="{middle}" r="5.5"/>'
        elif one.kind == "done":
            yield f'<rect class="done" x="{x - 4:.1f}" y="{middle - 4:g}" width="8" height="8" rx="1.5"/>'
    yield from _words(ones, middle + 4)


def _words(ones: list[Deed], y: float) -> Iterator[str]:
    shown = [one for one in ones if one.kind != "held"]
    said = " · ".join(_grouped(shown or ones, times=bool(shown)))
    if said:
        cut = said if len(said) <= FITS else f"{said[: FITS - 1].rstrip(' ·,')}…"
        yield f'<text class="{"words" if shown else "words quiet"}" x="{WORDS}" y="{y:g}">{escape(cut)}</text>'


def _grouped(ones: list[Deed], *, times: bool) -> Iterator[str]:
    """Each text once, with its times; a time that was just said is not said again."""
    by: dict[str, list[str]] = {}
    for one in ones:
        by.setdefault(one.words, []).append(f"{one.at.astimezone(ZONE):%H:%M}")
    before: list[str] = []
    for words, at in by.items():
        some = ", ".join(at[:_MANY]) + (" …" if len(at) > _MANY else "")
        yield words if not times or at == before else f"{some} {words}"
        before = at


def _y(scene: Scene, top: float, value: float) -> str:
    least, most = scene.scale
    share = min(1.0, max(0.0, (value - least) / (most - least)))
    return f"{top + LANE - 3 - share * (LANE - 6):.1f}"


def _readings(house: Fortnight, scene: Scene, day: int, top: float) -> Iterator[str]:
    values = [(at, float(state)) for at, entity, state in house.seen if entity == scene.line and _number(state)]
    today = [(at, value) for at, value in values if _day(at) == day]
    if scene.drawn == "bars":
        for at, value in today:
            x, y = _x(scene, at), float(_y(scene, top, value))
            yield f'<rect class="bar" x="{x - 5:.1f}" y="{y:g}" width="10" height="{top + LANE - y:.1f}" rx="1.5"/>'
        return
    if scene.drawn == "steps":
        before = [value for at, value in values if _day(at) < day]
        if not before and not today:
            return
        path, begun = [], bool(before)
        if before:
            path.append(f"M{LEFT} {_y(scene, top, before[-1])}")
        for at, value in today:
            path.append(
                f"H{_x(scene, at):.0f}V{_y(scene, top, value)}"
                if begun
                else f"M{_x(scene, at):.0f} {_y(scene, top, value)}"
            )
            begun = True
        yield f'<path class="line" d="{"".join(path)}H{RIGHT}"/>'
        return
    for piece in _pieces(today):
        if len(piece) == 1:
            ((at, value),) = piece
            yield f'<circle class="dot" cx="{_x(scene, at):.0f}" cy="{_y(scene, top, value)}" r="2"/>'
        else:
            points = " ".join(f"{_x(scene, at):.0f},{_y(scene, top, value)}" for at, value in piece)
            yield f'<polyline class="line" points="{points}"/>'


def _pieces(values: list[tuple[datetime, float]]) -> Iterator[list[tuple[datetime, float]]]:
    """Parted where nothing came for two hours: a gap is a gap."""
    piece: list[tuple[datetime, float]] = []
    for at, value in values:
        if piece and at - piece[-1][0] > timedelta(hours=2):
            yield piece
            piece = []
        piece.append((at, value))
    if piece:
        yield piece


def _number(state: str) -> bool:
    return state.replace(".", "", 1).replace("-", "", 1).isdigit()


def _legend(scene: Scene, kinds: set[str], *, quiet: bool) -> Iterator[str]:
    y = TOP + DAYS * LANE + 30
    signs: list[tuple[str, str]] = []
    if "told" in kinds:
        signs.append((f'<circle class="told" cx="7" cy="{y - 4}" r="5.5"/>', "somebody is told"))
    if "done" in kinds:
        signs.append((f'<rect class="done" x="3" y="{y - 8}" width="8" height="8" rx="1.5"/>', "something is done"))
    if "held" in kinds:
        signs.append((f'<circle class="held" cx="7" cy="{y - 4}" r="4"/>', "held back"))
    for place, words in enumerate(scene.logged.values()):
        signs.append((f'<path class="logged-{place}" d="M7 {y}l-3.5 -6h7z"/>', words))
    if scene.line:
        sign = f'<path class="line" d="M0 {y - 4}H14"/>'
        if scene.drawn == "bars":
            sign = f'<rect class="bar" x="2" y="{y - 10}" width="10" height="11" rx="1.5"/>'
        signs.append((sign, scene.what))
    if scene.marks:
        limit = " and ".join(f"{one:g}" for one in scene.marks)
        signs.append((f'<path class="mark" d="M0 {y - 4}H14"/>', limit))
    if quiet:
        signs.append((f'<rect class="night" x="0" y="{y - 11}" width="14" height="14"/>', "quiet hours"))
    x = 18.0
    for sign, words in signs:
        yield f'<g transform="translate({x:g} 0)">{sign}<text class="quiet" x="20" y="{y}">{escape(words)}</text></g>'
        x += 20 + 6.6 * len(words) + 22


def _told(everything: list[Deed]) -> str:
    """The picture in words."""
    lines = [f"{one.at.astimezone(ZONE):%a %-d %H:%M} {one.words}" for one in everything if one.kind != "held"]
    return "; ".join(lines) + "."


def _token(name: str) -> tuple[str, str]:
    text = _TOKENS.read_text()
    light, _, dark = text.partition(f"--{name}: light-dark(")[2].partition(")")[0].partition(", ")
    return light, dark


def _style(scene: Scene) -> str:
    names = {
        "g": "surface",
        "l": "line",
        "i": "ink",
        "q": "ink-2",
        "n": "sunken",
        "a": "accent",
        "c": scene.colour,
        "r": scene.line_colour or scene.colour,
        "w": "warn",
    }
    light = ";".join(f"--{short}:{_token(name)[0]}" for short, name in names.items())
    dark = ";".join(f"--{short}:{_token(name)[1]}" for short, name in names.items())
    return (
        f"svg{{{light};color-scheme:light dark;font:13px system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;"
        "font-variant-numeric:tabular-nums}"
        f"@media(prefers-color-scheme:dark){{svg{{{dark}}}}}"
        ".ground{fill:var(--g);stroke:var(--l)}.grid{stroke:var(--l);fill:none}.night{fill:var(--n)}"
        "text{fill:var(--i)}.quiet{fill:var(--q)}.end{font-weight:600}.words{font-size:12px}"
        ".line{fill:none;stroke:var(--r);stroke-width:1.6;stroke-linejoin:round}.dot{fill:var(--r)}"
        ".bar{fill:var(--r);opacity:.45}.mark{fill:none;stroke:var(--w);stroke-dasharray:3 3;opacity:.8}"
        ".logged-0{fill:var(--c)}.logged-1{fill:none;stroke:var(--c);stroke-width:1.4}"
        ".told{fill:var(--a);stroke:var(--g);stroke-width:1.5}.done{fill:var(--a);stroke:var(--g)}"
        ".held{fill:var(--g);stroke:var(--q);stroke-width:1.4}"
    )


async def picture(name: str) -> str:
    house = await lived(name)
    (one,) = house.engine.automations.values()
    return draw(house, SCENES[name], one.automation.alias or name)


async def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in SCENES:
        (FOLDER / f"{name}.svg").write_text(await picture(name), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main())
