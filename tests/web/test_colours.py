"""The families' colours can be told apart, also by those who see fewer of them, and stand out from the page."""

from itertools import combinations

import pytest

from tests.web.conftest import House, OpenPage

FAMILIES = ("sleep", "heart", "glucose", "activity", "body", "food", "mood", "baby", "air", "practice", "device")
Colour = tuple[float, float, float]
# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
SEEN: dict[str, tuple[Colour, Colour, Colour]] = {
    "all": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
}
ALIKE = 0.045
"""Distance in OKLab below which two colours look alike side by side."""


def linear(colour: Colour) -> Colour:
    r, g, b = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour)
    return r, g, b


def seen_as(colour: Colour, matrix: tuple[Colour, Colour, Colour]) -> Colour:
    r, g, b = (min(1.0, max(0.0, sum(a * c for a, c in zip(row, colour, strict=True)))) for row in matrix)
    return r, g, b


def oklab(colour: Colour) -> Colour:
    r, g, b = colour
    long = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    middle = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    short = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def luminance(colour: Colour) -> float:
    r, g, b = linear(colour)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: Colour, other: Colour) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


async def colours(demo: House, open_page: OpenPage, theme: str) -> dict[str, Colour]:
    page = await open_page(demo, "/settings/components", theme=theme)
    found = await page.evaluate(
        """(families) => Object.fromEntries([...families, "surface"].map((name) => {
            const probe = document.createElement("canvas").getContext("2d");
            const span = document.createElement("span");
            document.body.append(span);
            span.style.color = `var(--${name})`;
            probe.fillStyle = getComputedStyle(span).color;
            probe.fillRect(0, 0, 1, 1);
            return [name, [...probe.getImageData(0, 0, 1, 1).data].slice(0, 3).map((part) => part / 255)];
        }))""",
        FAMILIES,
    )
    return {name: (one[0], one[1], one[2]) for name, one in found.items()}


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_families_are_told_apart_by_every_eye(demo: House, open_page: OpenPage, theme: str) -> None:
    found = await colours(demo, open_page, theme)
    alike = []
    for eye, matrix in SEEN.items():
        shown = {name: oklab(seen_as(linear(found[name]), matrix)) for name in FAMILIES}
        for one, other in combinations(FAMILIES, 2):
            away = sum((a - b) ** 2 for a, b in zip(shown[one], shown[other], strict=True)) ** 0.5
            if away < ALIKE:
                alike.append(f"{eye}: {one} and {other} ({away:.3f})")
    assert alike == []


@pytest.mark.parametrize("theme", ["light", "dark", "night"])
async def test_curves_stand_out_from_their_card(demo: House, open_page: OpenPage, theme: str) -> None:
    found = await colours(demo, open_page, theme)
    faint = {name: round(contrast(found[name], found["surface"]), 2) for name in FAMILIES}
    assert {name: ratio for name, ratio in faint.items() if ratio < 3} == {}
