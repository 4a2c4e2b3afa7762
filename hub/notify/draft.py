"""What a sender says, in Home Assistant's words and ours, made into one shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import orjson
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from hub.errors import BadReading
from hub.model import CONFIRM, NoticeButton, Urgency

LARGEST = 32 << 10
"""Bytes of `data` as JSON."""
MOST_BUTTONS = 10
CLEAR = "clear_notification"
_COMMANDS = (
    "command_",
    "request_location_update",
    "clear_badge",
    "update_complications",
    "update_widgets",
    "delete_alert",
)


def _words(value: Any) -> Any:
    """Templates give numbers; a notice is words."""
    return str(value) if isinstance(value, (int, float)) else "" if value is None else value


def listed(value: Any) -> Any:
    if value is None:
        return []
    return [one.strip() for one in value.split(",") if one.strip()] if isinstance(value, str) else value


Words = Annotated[str, BeforeValidator(_words)]


class Draft(BaseModel):
    """Fields of every `notify.*` action: message, title, target, data."""

    model_config = ConfigDict(extra="forbid")

    message: Annotated[Words, Field(min_length=1, max_length=10_000, description="What to say.")]
    title: Annotated[Words, Field(max_length=500)] = ""
    target: Annotated[list[str], BeforeValidator(listed), Field(max_length=50, description="Persons or accounts.")] = (
        Field(default_factory=list)
    )
    data: dict[str, Any] = Field(
        default_factory=dict,
        description="As Home Assistant's apps take it: tag, group, actions, clickAction or url, image, timeout, ttl, "
        "priority, channel, persistent, sticky; and ours: person, urgency, confirm, escalate.",
    )

    @property
    def is_command(self) -> bool:
        """An order to a phone's app, which is no notice."""
        return self.message.startswith(_COMMANDS)


class Repeated(BaseModel):
    """`escalate` of a notice."""

    model_config = ConfigDict(extra="forbid")

    after: Any = "00:10:00"
    to: Annotated[list[str], BeforeValidator(listed)] = Field(default_factory=list)
    repeat: int | bool = 0


def buttons_of(data: Mapping[str, Any]) -> tuple[NoticeButton, ...]:
    """Raises BadReading with the place of what is wrong."""
    given = data.get("actions") or []
    if not isinstance(given, list):
        raise BadReading("data.actions: give a list of {action, title}")
    if len(given) > MOST_BUTTONS:
        raise BadReading(f"data.actions: {len(given)} buttons; at most {MOST_BUTTONS}")
    found = []
    for number, one in enumerate(given):
        if not isinstance(one, Mapping) or not one.get("action") or not one.get("title"):
            raise BadReading(f"data.actions.{number}: needs an action and a title")
        action, title = str(one["action"])[:200], str(one["title"])[:100]
        reply = one.get("behavior") == "textInput" or action == "REPLY"
        found.append(NoticeButton(action, title, link(one.get("uri")) or "", reply))
    if data.get("confirm") and all(one.action != CONFIRM for one in found):
        found.append(NoticeButton(CONFIRM, data["confirm"] if isinstance(data["confirm"], str) else "I’ve got it"))
    return tuple(found)


def urgency_of(data: Mapping[str, Any]) -> Urgency:
    """Ours, else what Home Assistant's apps call critical or important. Raises BadReading."""
    if (own := data.get("urgency")) is not None:
        try:
            return Urgency(str(own))
        except ValueError:
            raise BadReading(f"data.urgency: {own!r} is none of {', '.join(Urgency)}") from None
    push = data.get("push") if isinstance(data.get("push"), Mapping) else {}
    assert isinstance(push, Mapping)
    sound, level = push.get("sound"), push.get("interruption-level")
    loud = isinstance(sound, Mapping) and sound.get("critical") in (1, True, "1")
    if loud or level == "critical" or str(data.get("channel", "")).startswith("alarm_stream"):
        return Urgency.CRITICAL
    important = data.get("importance") in ("high", "max") or data.get("priority") == "high" or level == "time-sensitive"
    return Urgency.IMPORTANT if important else Urgency.INFO


def link(value: Any) -> str:
    """A page of this hub or of the web; empty for what a notice may not open."""
    text = str(value or "").strip()
    if (text.startswith("/") and not text.startswith(("//", "/\\"))) or text.startswith(("https://", "http://")):
        return text[:2_000]
    return ""


def seconds(value: Any, where: str) -> float:
    """`00:10:00`, 600, or {minutes: 10}. Raises BadReading."""
    try:
        if isinstance(value, Mapping):
            per = {"days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}
            found = sum(per[str(name)] * float(one) for name, one in value.items())
        elif isinstance(value, str) and ":" in value:
            parts = [float(one) for one in value.split(":")]
            found = sum(one * 60**power for power, one in enumerate(reversed(parts)))
        else:
            found = float(value)
    except (KeyError, TypeError, ValueError):
        raise BadReading(f"{where}: {value!r} is no time span; write 00:10:00 or {{minutes: 10}}") from None
    if not 0 <= found <= 30 * 86_400:
        raise BadReading(f"{where}: {value!r} is longer than 30 days, or negative")
    return found


def kept(data: Mapping[str, Any]) -> dict[str, Any]:
    """`data` as JSON keeps it. Raises BadReading."""
    try:
        text = orjson.dumps(dict(data))
    except (TypeError, ValueError) as error:
        raise BadReading(f"data can't be written as JSON ({error})") from None
    if len(text) > LARGEST:
        raise BadReading(f"data has {len(text) >> 10} kB; {LARGEST >> 10} kB are allowed")
    found: dict[str, Any] = orjson.loads(text)
    return found


def true(value: Any) -> bool:
    return value is True or str(value).lower() in ("true", "1", "yes", "on")
