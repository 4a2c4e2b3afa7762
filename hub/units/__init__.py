"""Common spellings to UCUM, exact conversion, and what a person reads after a number."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from hub.errors import BadReading
from hub.units.table import GAS, KELVIN_AT_ZERO, LITRES_A_MOLE, MOLAR, TABLE

DIFFERENCE = "_deviation"
"""Ending of the keys of metrics that are differences: 1 °C of them is 1.8 °F, with no zero to shift."""


class UnitError(BadReading):
    """A unit that is unknown or does not fit; names both units and those that would fit."""


class Unit(NamedTuple):
    code: str
    dimension: str
    size: Fraction
    label: str


def _size(text: str) -> Fraction:
    above, _, below = text.partition("/")
    return Fraction(above) / Fraction(below or "1")


_UNITS = {
    code: Unit(code, dimension, _size(size), label)
    for dimension, rows in TABLE.items()
    for code, size, label, _ in rows
}


def _spellings() -> tuple[dict[str, str], dict[str, str]]:
    exact: dict[str, str] = {}
    loose: dict[str, set[str]] = {}
    for rows in TABLE.values():
        for code, _, label, more in rows:
            for spelling in (code, label, *more.split("|")):
                if spelling:
                    exact.setdefault(spelling, code)
                    loose.setdefault(spelling.casefold(), set()).add(code)
    return exact, {spelling: codes.pop() for spelling, codes in loose.items() if len(codes) == 1}


_EXACT, _LOOSE = _spellings()


@lru_cache(maxsize=4096)
def normalise(unit: str) -> str:
    """The UCUM code for a common spelling (`bpm`, `°C`, `lbs`, `µg/m³`); text that is not known comes back trimmed."""
    text = " ".join(unit.replace("\u00b5", "\u03bc").split())
    return _EXACT.get(text) or _LOOSE.get(text.casefold()) or text


def known(unit: str) -> bool:
    """True for units, in any spelling, that this table can convert or count by."""
    return _unit(unit) is not None


def _unit(unit: str) -> Unit | None:
    code = normalise(unit)
    found = _UNITS.get(code)
    if found is None and code.startswith("{") and code.endswith("}"):
        return Unit(code, "number", Fraction(1), code[1:-1])
    return found


@lru_cache(maxsize=4096)
def converter(from_unit: str, to_unit: str, metric: str = "") -> tuple[float, float] | None:
    """(factor, offset) with `to = value * factor + offset`; None when the units do not fit together.

    `metric` says which substance (mg/dL and mmol/L; without a metric: glucose) and whether it is a difference.
    """
    a, b = _unit(from_unit), _unit(to_unit)
    if a is None or b is None:
        same = _bare(from_unit) == _bare(to_unit)
        return (1.0, 0.0) if same else None
    rule = _within(a, b, metric) if a.dimension == b.dimension else _across(a, b, metric)
    return None if rule is None else (float(rule[0]), float(rule[1]))


def _bare(unit: str) -> str:
    """`{steps}`, `steps` and `Step` are one thing that is counted."""
    return normalise(unit).strip("{}").casefold().removesuffix("s")


def _within(a: Unit, b: Unit, metric: str) -> tuple[Fraction, Fraction]:
    factor = a.size / b.size
    if a.dimension != "temperature" or metric.endswith(DIFFERENCE):
        return factor, Fraction(0)
    return factor, (KELVIN_AT_ZERO[a.code] - KELVIN_AT_ZERO[b.code]) / b.size


def _across(a: Unit, b: Unit, metric: str) -> tuple[Fraction, Fraction] | None:
    between = {a.dimension, b.dimension}
    if between == {"score", "number"}:
        return Fraction(1), Fraction(0)
    if between == {"number", "glycated fraction"} and metric == "hba1c":  # NGSP % = 0.09148 IFCC + 2.152
        slope, zero = Fraction("0.09148"), Fraction("2.152")
        if a.dimension == "number":
            return a.size * 100 / slope, -zero / slope
        return slope / (b.size * 100), zero / (b.size * 100)
    ratio = _ratio(between, metric)
    if ratio is None:
        return None
    upward = a.dimension in ("molar concentration", "molar rate", "number")
    return a.size / b.size * (ratio if upward else 1 / ratio), Fraction(0)


def _ratio(between: set[str], metric: str) -> Fraction | None:
    """What 1 of the molar (or counted) dimension is in the first unit of the mass dimension."""
    if between in ({"mass concentration", "molar concentration"}, {"concentration rate", "molar rate"}):
        return next((size for word, size in MOLAR.items() if word in (metric or "glucose")), None)
    if between == {"number", "mass concentration"}:
        mass = next((size for word, size in GAS.items() if word in metric), None)
        return None if mass is None else mass / LITRES_A_MOLE * 100  # g/L to mg/dL
    return None


def convert(value: float, from_unit: str, to_unit: str, *, metric: str = "") -> float:
    """The value in `to_unit`, right to 14 digits; raises UnitError naming both units and those that would fit."""
    rule = converter(from_unit, to_unit, metric)
    if rule is None:
        raise UnitError(mismatch(from_unit, to_unit, metric))
    factor, offset = rule
    return value if factor == 1 and offset == 0 else float(f"{value * factor + offset:.14g}")


def compatible(a: str, b: str, metric: str = "") -> bool:
    """True when values in one can be given in the other."""
    return converter(a, b, metric) is not None


def fitting(unit: str, metric: str = "") -> tuple[str, ...]:
    """UCUM codes of every unit that can be turned into `unit`, itself first."""
    own = normalise(unit)
    return (own, *(code for code in _UNITS if code != own and compatible(code, own, metric)))


def mismatch(from_unit: str, to_unit: str, metric: str = "") -> str:
    """The sentence that tells a sender which units would have been right."""
    about = f" for {metric}" if metric else ""
    choices = ", ".join(
        _UNITS[code].label or code if code in _UNITS else code for code in fitting(to_unit, metric)[:10]
    )
    if not known(from_unit):
        return f"the unit {from_unit!r}{about} is not known; send one of: {choices}"
    return f"{from_unit!r} cannot be turned into {to_unit!r}{about}; send one of: {choices}"


def label(unit: str) -> str:
    """What a person reads after the number: `bpm`, `°C`, `mg/dL`; empty for plain numbers."""
    found = _unit(unit)
    return found.label if found else unit
