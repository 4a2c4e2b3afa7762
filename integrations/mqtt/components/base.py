"""What a component is made of: parts that read topics, a state made of them, and commands."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.api import ConfigInvalid, Kind, TemplateEnvironment

Config = Mapping[str, Any]
"""A discovered configuration, keys in full."""
Fields = dict[str, Any]
"""What is known of one entity's parts; `state` is the one that is recorded."""
ON_OFF = ("off", "on")
NONE = "None"


class Ignored(Exception):
    """The message says nothing new; the state stays."""


class Odd(Exception):
    """The message cannot be understood; the reason is for the owner."""


Read = Callable[[str, Config, Fields], None]


@dataclass(frozen=True, slots=True)
class Part:
    """A topic of an entity, by the names of its configuration keys, and how its text becomes fields."""

    topic: str
    template: str
    read: Read
    raw: bool = False
    """True when templates are not applied to the whole message but by `read` itself."""


@dataclass(slots=True)
class Telling:
    """One command being carried out: what it wants published and what it takes for granted afterwards."""

    config: Config
    fields: Fields
    parameters: Mapping[str, Any]
    templates: TemplateEnvironment
    messages: list[tuple[str, str]] = field(default_factory=list)
    assumed: Fields = field(default_factory=dict)

    def publish(self, topic: str, value: Any, template: str = "", **variables: Any) -> None:
        """To the topic under the key `topic`, through the template under the key `template`; each if there is one."""
        where = self.config.get(topic)
        if not where:
            return
        source = self.config.get(template) if template else None
        if source:
            text = self.templates.compile(str(source)).text({"value": value, **variables})
        else:
            text = plain(value)
        self.messages.append((str(where), text))

    def wanted(self, name: str) -> Any:
        """A parameter that must be given. Raises ConfigInvalid."""
        if name not in self.parameters or self.parameters[name] is None:
            raise ConfigInvalid(f"this command needs `{name}`")
        return self.parameters[name]

    def number(self, name: str) -> float:
        value = as_number(self.wanted(name))
        if value is None:
            raise ConfigInvalid(f"`{name}` is a number")
        return value

    def choice(self, name: str, options: list[str]) -> str:
        value = str(self.wanted(name))
        if options and value not in options:
            raise ConfigInvalid(f"`{name}` is one of {', '.join(options)}")
        return value


Tell = Callable[[Telling], None]


def no_commands(config: Config) -> dict[str, Tell]:
    return {}


def no_extras(config: Config) -> dict[str, Any]:
    return {}


def known_fields(config: Config, fields: Fields) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if key != "state" and value is not None}


def text_kind(config: Config) -> tuple[Kind, tuple[str, ...]]:
    return Kind.TEXT, ()


def on_off_kind(config: Config) -> tuple[Kind, tuple[str, ...]]:
    return Kind.ENUM, ON_OFF


@dataclass(frozen=True, slots=True)
class Component:
    """One of Home Assistant's platforms, as far as MQTT goes."""

    parts: tuple[Part, ...] = ()
    kind: Callable[[Config], tuple[Kind, tuple[str, ...]]] = text_kind
    """Kind of the recorded state, and its options when it is one of a few."""
    required: tuple[str, ...] = ()
    features: Callable[[Config], int] | None = None
    """Home Assistant's `supported_features`."""
    capabilities: Callable[[Config], dict[str, Any]] = no_extras
    """Fixed facts shown with the state."""
    attributes: Callable[[Config, Fields], dict[str, Any]] = known_fields
    """What is shown with the state and changes."""
    commands: Callable[[Config], dict[str, Tell]] = no_commands
    optimistic: str = "state_topic"
    """Without this topic, or when told to be optimistic, a command's effect is taken for granted."""
    records: bool = True
    """False: the state is shown, and no history is kept."""
    repeats: bool = False
    """True: a repeated equal value is a reading of its own."""
    check: Callable[[Config], None] = lambda config: None
    """Raises ValueError for what the general rules do not see."""


# -- values as configurations and payloads spell them


def plain(value: Any) -> str:
    """As Home Assistant turns configured values and numbers into text."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def text(config: Config, key: str, default: str = "") -> str:
    value = config.get(key)
    return default if value is None else str(value)


def boolean(config: Config, key: str, default: bool = False) -> bool:
    value = config.get(key)
    if isinstance(value, str):
        word = value.strip().lower()
        if word in ("1", "true", "yes", "on", "enable"):
            return True
        if word in ("0", "false", "no", "off", "disable"):
            return False
    if value is None:
        return default
    if isinstance(value, (bool, int, float)):
        return bool(value)
    raise ValueError(f"`{key}` is neither true nor false: {str(value)[:40]!r}")


def number(config: Config, key: str, default: float) -> float:
    value = config.get(key)
    if value is None:
        return default
    found = as_number(value)
    if found is None:
        raise ValueError(f"`{key}` is not a number: {str(value)[:40]!r}")
    return found


def listing(config: Config, key: str, default: tuple[str, ...] = ()) -> list[str]:
    value = config.get(key)
    if value is None:
        return list(default)
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def as_number(value: Any) -> float | None:
    """A finite number, or None."""
    try:
        found = float(value)
    except (ValueError, TypeError):
        return None
    return found if math.isfinite(found) else None


def set_choice(field_: str, topic: str, template: str, options: str = "", default: tuple[str, ...] = ()) -> Tell:
    """A command that sets a choice: `options` is the configuration key that lists what is possible."""

    def tell(telling: Telling) -> None:
        value = telling.choice(field_, listing(telling.config, options, default) if options else [])
        telling.publish(topic, value, template)
        telling.assumed["state" if field_ in ("hvac_mode", "operation_mode") else field_] = value

    return tell


# -- the usual ways of reading a part


def into(name: str) -> Read:
    """The text as it is; `None` for the text None."""

    def read(value: str, config: Config, fields: Fields) -> None:
        fields[name] = None if value == NONE else value

    return read


def number_into(name: str) -> Read:
    def read(value: str, config: Config, fields: Fields) -> None:
        if value == "":
            raise Ignored
        found = as_number(value)
        if found is None and value != NONE:
            raise Odd(f"{value[:40]!r} is not a number")
        fields[name] = found

    return read


def choice_into(name: str, options: str) -> Read:
    """One of the texts listed under the configuration key `options`."""

    def read(value: str, config: Config, fields: Fields) -> None:
        if value in ("", NONE):
            if value == NONE:
                fields[name] = None
            return
        allowed = listing(config, options)
        if allowed and value not in allowed:
            raise Odd(f"{value[:40]!r} is not one of {', '.join(allowed)}")
        fields[name] = value

    return read


def mapped_into(name: str, states: Callable[[Config], Mapping[str, str | None]]) -> Read:
    """By a table of payload and state."""

    def read(value: str, config: Config, fields: Fields) -> None:
        if value == "":
            raise Ignored
        table = states(config)
        if value not in table:
            raise Odd(f"{value[:40]!r} is not one of {', '.join(table)}")
        fields[name] = table[value]

    return read


def on_off(on: str, off: str, on_fallback: str = "payload_on", off_fallback: str = "payload_off") -> Any:
    """The table of the payloads for on and off, under the first of two keys that is configured."""

    def states(config: Config) -> dict[str, str | None]:
        return {
            text(config, on, text(config, on_fallback, "ON")): "on",
            text(config, off, text(config, off_fallback, "OFF")): "off",
            NONE: None,
        }

    return states
