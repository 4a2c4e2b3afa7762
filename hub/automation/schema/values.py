"""What stands in the fields of triggers, conditions and actions: templates, spans of time, times of day, entity ids."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import time, timedelta
from typing import Annotated, Any, Union

from pydantic import BaseModel, BeforeValidator, ConfigDict, Tag

from hub.automation.grammar import check, is_template

_UNITS = ("days", "hours", "minutes", "seconds", "milliseconds")
_CLOCK = re.compile(r"([+-]?)(\d{1,4}):(\d{1,2})(?::(\d{1,2}(?:\.\d+)?))?")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_ENTITY = re.compile(r"(?!_)[a-z0-9_]+(?<!_)\.(?!_)[a-z0-9_]+(?<!_)")
_REGISTERED = re.compile(r"[0-9a-f]{32}")
REST = "purpose"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Part(BaseModel):
    """A piece of an automation; keys that it doesn't know are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def many(value: Any) -> Any:
    """One thing where a list may stand is a list of one; nothing is an empty one."""
    return value if isinstance(value, list) else [] if value is None else [value]


def text(value: Any) -> str:
    if isinstance(value, bool | int | float):
        return {True: "True", False: "False"}.get(value, str(value)) if isinstance(value, bool) else str(value)
    if not isinstance(value, str):
        raise ValueError("a text goes here")  # pydantic gathers ValueErrors
    return value


def template(value: Any) -> str:
    """A template, or a text without one."""
    told = text(value)
    check(told)
    return told


def templates(value: Any) -> Any:
    """Any value; every text in it that is a template is parsed."""
    if isinstance(value, str):
        check(value)
    elif isinstance(value, Mapping):
        for key, one in value.items():
            templates(key)
            templates(one)
    elif isinstance(value, list | tuple):
        for one in value:
            templates(one)
    return value


def state_text(value: Any) -> str:
    """A state is a text; an unquoted `on` or `off`, which YAML reads as a truth, is what it looks like."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return text(value)


def _states(value: Any) -> Any:
    return None if value is None else many(value)


def tagged(models: Iterable[Any]) -> Any:
    """A union of models of which each has a `kind`; one without is the rest."""
    return Union[tuple(Annotated[one, Tag(one.kind or REST)] for one in models)]  # noqa: UP007 # it is made of a table


def span(value: Any) -> Any:
    """Seconds, `HH:MM[:SS]`, {hours, minutes, ...} or a template of one of them, as timedelta, dict or text."""
    if is_template(value):
        check(value)
        return value
    if isinstance(value, bool):
        raise ValueError("a span of time is like 90, '00:01:30' or {minutes: 1, seconds: 30}")
    if isinstance(value, Mapping):
        return _span_of_units(value)
    if isinstance(value, timedelta):
        return value
    if isinstance(value, str) and (found := _CLOCK.fullmatch(value.strip())):
        sign = -1 if found[1] == "-" else 1
        return sign * timedelta(hours=int(found[2]), minutes=int(found[3]), seconds=float(found[4] or 0))
    try:
        return timedelta(seconds=float(value))
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{value!r} is no span of time; write 90, '00:01:30' or {{minutes: 1, seconds: 30}}") from None


def _span_of_units(value: Mapping[str, Any]) -> Any:
    for key in value:
        if key not in _UNITS:
            raise ValueError(f"{key!r} is no unit of time; there are {', '.join(_UNITS)}")
    if not value:
        raise ValueError(f"a span of time needs one of {', '.join(_UNITS)}")
    if any(is_template(one) for one in value.values()):
        return templates(dict(value))
    try:
        return timedelta(**{key: float(one) for key, one in value.items()})
    except (TypeError, ValueError, OverflowError):
        raise ValueError("the parts of a span of time are numbers or templates") from None


def positive_span(value: Any) -> Any:
    found = span(value)
    if isinstance(found, timedelta) and found < timedelta(0):
        raise ValueError("a span of time can't be negative here")
    return found


def time_of_day(value: Any) -> time:
    """`07:30` or `07:30:15`."""
    if isinstance(value, time):
        return value
    found = _TIME.fullmatch(str(value).strip())
    if found is None:
        raise ValueError(f"{value!r} is no time of day; write it like '07:30:00'")
    try:
        return time(int(found[1]), int(found[2]), int(found[3] or 0))
    except ValueError:
        raise ValueError(f"{value!r} is no time of day") from None


def entity_id(value: Any) -> str:
    """`domain.object`, or the 32 hexadecimal digits of Home Assistant's registry."""
    told = str(value).strip().lower()
    if not _ENTITY.fullmatch(told) and not _REGISTERED.fullmatch(told):
        raise ValueError(f"{value!r} is no entity id; it looks like `sensor.anna_weight`")
    return told


def entity_ids(value: Any) -> list[str]:
    """A list, one, or several with commas between them."""
    if value is None:
        raise ValueError("an entity id goes here, like `sensor.anna_weight`, or a list of them")
    if isinstance(value, str):
        value = value.split(",")
    return [entity_id(one) for one in (list(value) if isinstance(value, Mapping) else many(value))]


def called_ids(value: Any) -> list[str]:
    """Entity ids that something is done to: `all` and `none` may stand there too."""
    if isinstance(value, str) and value.strip().lower() in ("all", "none"):
        return [value.strip().lower()]
    return entity_ids(value)


def entity_of(*domains: str) -> Callable[[Any], str]:
    def checked(value: Any) -> str:
        found = entity_id(value)
        if "." in found and found.split(".")[0] not in domains:
            raise ValueError(f"{value!r} is not one of {', '.join(domains)}")
        return found

    return checked


def truth(value: Any) -> Any:
    """A bool, as words too; or a template."""
    if is_template(value):
        check(value)
        return value
    return plain_truth(value)


def plain_truth(value: Any) -> bool:
    if isinstance(value, bool | int | float):
        return bool(value)
    told = str(value).strip().lower()
    if told in ("1", "true", "yes", "on", "enable"):
        return True
    if told in ("0", "false", "no", "off", "disable"):
        return False
    raise ValueError(f"{value!r} is neither true nor false")


def threshold(value: Any) -> float | str:
    """A number, or an entity whose state is one."""
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return entity_of("sensor", "number", "input_number", "zone", "counter")(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{value!r} is neither a number nor an entity")
    return float(value)


def variables(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError("variables are names with values")
    return dict(templates(value))


def weekdays(value: Any) -> list[str]:
    found = [str(one).strip().lower() for one in many(value)]
    for one in found:
        if one not in WEEKDAYS:
            raise ValueError(f"{one!r} is no weekday; there are {', '.join(WEEKDAYS)}")
    return found


def lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(text)]
Texts = Annotated[list[Text], BeforeValidator(many)]
Template = Annotated[str, BeforeValidator(template)]
TemplateList = Annotated[list[Template], BeforeValidator(many)]
Templates = Annotated[Any, BeforeValidator(templates)]
States = Annotated[list[Annotated[str, BeforeValidator(state_text)]] | None, BeforeValidator(_states)]
Span = Annotated[timedelta | str | dict[str, Any], BeforeValidator(span)]
PositiveSpan = Annotated[timedelta | str | dict[str, Any], BeforeValidator(positive_span)]
TimeOfDay = Annotated[time, BeforeValidator(time_of_day)]
EntityId = Annotated[str, BeforeValidator(entity_id)]
EntityIds = Annotated[list[str], BeforeValidator(entity_ids)]
CalledIds = Annotated[list[str], BeforeValidator(called_ids)]
Truth = Annotated[bool, BeforeValidator(plain_truth)]
TruthOrTemplate = Annotated[bool | str, BeforeValidator(truth)]
Threshold = Annotated[float | str, BeforeValidator(threshold)]
Variables = Annotated[dict[str, Any], BeforeValidator(variables)]
Weekdays = Annotated[list[str], BeforeValidator(weekdays)]
