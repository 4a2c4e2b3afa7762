"""From Open-Meteo's parallel arrays to samples; pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.api import NotReady, Sample
from integrations.open_meteo.tables import CONDITIONS, HOUR, Variable

ATTRIBUTION = {"attribution": "Weather data by Open-Meteo.com (CC BY 4.0)"}


def place(answer: object) -> Mapping[str, Any]:
    """The answer for one place; several places come as a list, of which we asked for one. Raises NotReady."""
    if isinstance(answer, list) and answer:
        answer = answer[0]
    if not isinstance(answer, dict):
        raise NotReady(f"Open-Meteo answered {_kind(answer)} where an object was expected")
    return answer


def hours(
    answer: Mapping[str, Any], variables: Sequence[Variable], after: float, until: float
) -> tuple[list[Sample], float]:
    """Samples of the hours in (after, until], and the instant of the last hour that had any.

    Hours still to come are forecasts and left out; so is an hour without values, which is asked for again.
    """
    block, units = _block(answer, "hourly")
    times = [_instant(at, answer) for at in _list(block, "time")]
    samples: list[Sample] = []
    newest = after
    for variable in variables:
        values = block.get(variable.name)
        if values is None:
            continue
        if not isinstance(values, list) or len(values) != len(times):
            raise NotReady(f"Open-Meteo's hourly.{variable.name} does not have one value for each of hourly.time")
        for at, raw in zip(times, values, strict=True):
            if after < at <= until and (value := _value(variable, raw)) is not None:
                samples.append(_sample(variable, value, at, units))
                newest = max(newest, at)
    return samples, newest


def current(answer: Mapping[str, Any], variables: Sequence[Variable]) -> tuple[list[Sample], float]:
    """The present weather, which is a quarter of an hour old at most, and its instant; sums are left to `hours`."""
    if "current" not in answer:
        return [], -math.inf
    block, units = _block(answer, "current")
    at = _instant(block.get("time"), answer)
    samples = []
    for variable in variables:
        value = None if variable.total else _value(variable, block.get(variable.name))
        if value is not None:
            samples.append(_sample(variable, value, at, units))
    return samples, at


def _sample(variable: Variable, value: float | str, at: float, units: Mapping[str, Any]) -> Sample:
    unit = units.get(variable.name)
    return Sample(
        metric=variable.metric,
        value=value,
        taken_at=datetime.fromtimestamp(at - (HOUR if variable.total else 0.0), UTC),
        unit=None if variable.unitless or not isinstance(unit, str) else unit,
        increment=variable.total,
        attributes=ATTRIBUTION,
    )


def _value(variable: Variable, raw: object) -> float | str | None:
    """None where the model has no value (pollen out of season, places it does not cover)."""
    if isinstance(raw, bool) or not isinstance(raw, (int, float)) or not math.isfinite(raw):
        return None
    return CONDITIONS.get(int(raw)) if variable.words else float(raw)


def _block(answer: Mapping[str, Any], name: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    block, units = answer.get(name), answer.get(f"{name}_units", {})
    if not isinstance(block, dict) or not isinstance(units, dict):
        raise NotReady(
            f"Open-Meteo's answer has no {name!r}; it has {', '.join(sorted(map(str, answer))) or 'nothing'}"
        )
    return block, units


def _list(block: Mapping[str, Any], name: str) -> list[Any]:
    found = block.get(name)
    if not isinstance(found, list):
        raise NotReady(f"Open-Meteo's {name!r} is {_kind(found)} where a list was expected")
    return found


def _instant(at: object, answer: Mapping[str, Any]) -> float:
    """Seconds since 1970; local text, as servers answer that ignore `timeformat`, is read with the answer's offset."""
    if isinstance(at, (int, float)) and not isinstance(at, bool):
        return float(at)
    try:
        parsed = datetime.fromisoformat(str(at))
    except ValueError:
        raise NotReady(f"Open-Meteo's time {at!r} is neither seconds nor a date") from None
    if parsed.tzinfo is not None:
        return parsed.timestamp()
    offset = answer.get("utc_offset_seconds", 0)
    return (
        parsed.replace(tzinfo=UTC) - timedelta(seconds=offset if isinstance(offset, (int, float)) else 0)
    ).timestamp()


def _kind(found: object) -> str:
    return {type(None): "nothing", dict: "an object", list: "a list", str: "text"}.get(type(found), "a number")
